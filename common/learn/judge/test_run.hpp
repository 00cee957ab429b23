#pragma once
// Runs a GoogleTest program and understands what it says.
//
// The report is read from the program's own output, line by line, and not from the file it could
// write: so a test that crashes has a name too, and the tests after it still run.
//
// A reader's wrong loop may never end. So a program in which no test begins or ends for a while is
// killed, with everything it has started: the tool runs out of patience, the tests have no limit.
// What counts is the program's own CPU time, so that a busy machine is not taken for a wrong loop.
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learn {

struct TestResult {
    enum class State { passed, failed, skipped };
    std::string name;  ///< "EpollSelector.ResumesAfterASignal"
    State state = State::passed;
    std::string message;  ///< what the test said: the assertions that failed
    std::string todo;  ///< the exercise that is not written yet, if the test failed because of it
};

/// Reads a GoogleTest program's output.
class TestOutput {
  public:
    /// Whether the line says that a test begins or ends.
    bool add(std::string_view line);

    /// The program has ended: a test that has not has crashed, for `reason`.
    void finish(const std::string& reason);

    [[nodiscard]] const std::vector<TestResult>& results() const noexcept { return results_; }
    [[nodiscard]] int total() const noexcept { return total_; }  ///< how many it said it would run
    [[nodiscard]] const std::string& running() const noexcept { return running_; }

  private:
    void say(std::string_view line);
    bool ends(std::string_view line, std::string_view mark, TestResult::State state);
    void close(TestResult::State state);

    std::vector<TestResult> results_;
    std::string running_;
    std::string message_;
    int total_ = 0;
};

struct TestRunOptions {
    std::string filter = "*";   ///< GoogleTest's: "Suite.*:Other.Name-Suite.NotThis"
    std::filesystem::path cwd;  ///< empty: ours
    std::vector<std::pair<std::string, std::string>> env;  ///< see RunOptions::env
    bool first_failure = false;                            ///< stop at the first test that fails
    std::function<bool()> stop;                            ///< see RunOptions::stop
    /// How long a test may compute, or wait without computing; five times that if it does both.
    /// run_tests() is less patient after the first hang.
    std::chrono::seconds patience{3};
    /// Called before each test: how many are over, of how many, and which is next.
    std::function<void(int done, int total, std::string_view name)> on_test;
};

/// One run of a test program, up to its end, a crash or a hang.
struct TestRun {
    std::vector<TestResult> results;  ///< the test that crashed or hung has failed
    bool crashed = false;             ///< within a test
    bool hung = false;                ///< we lost patience and killed it
    std::string output;               ///< everything it printed
};
[[nodiscard]] TestRun run_tests_once(const std::filesystem::path& program,
                                     const TestRunOptions& options);

/// The message of a test that hangs.
[[nodiscard]] std::string never_ends(std::chrono::seconds patience);

/// Whether a test failed because it crashed or hung.
[[nodiscard]] bool has_stopped(const TestResult& test);

/// Runs the tests; starts the program again after a crash or a hang, with the tests that are left.
[[nodiscard]] std::vector<TestResult> run_tests(const std::filesystem::path& program,
                                                const TestRunOptions& options);

/// Whether a test's name matches a GoogleTest filter.
[[nodiscard]] bool matches(std::string_view name, std::string_view filter);

/// A failed test's message for a person: paths below `root` made relative, no boilerplate, not
/// longer than `lines`.
[[nodiscard]] std::string tidy_message(const TestResult& result, const std::filesystem::path& root,
                                       std::size_t lines = 24);

}  // namespace learn
