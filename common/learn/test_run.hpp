#pragma once
// Runs a GoogleTest program and understands what it says.
//
// The report is read from the program's own output, line by line, and not from the file it could
// write: so a test that crashes has a name too, and the tests after it are run all the same.
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace learn {

struct TestResult {
    enum class State { passed, failed, skipped };
    std::string name;  ///< "EpollSelector.ResumesAfterASignal"
    State state = State::passed;
    std::string message;  ///< what the test said: the assertions that failed
    std::string todo;     ///< the exercise that is not written yet, if that is why it failed
};

/// Reads a GoogleTest program's output.
class TestOutput {
  public:
    void add(std::string_view line);

    /// The program has ended: a test that still runs has crashed, for `reason`.
    void finish(const std::string& reason);

    [[nodiscard]] const std::vector<TestResult>& results() const noexcept { return results_; }
    [[nodiscard]] int total() const noexcept { return total_; }  ///< how many it said it would run
    [[nodiscard]] const std::string& running() const noexcept { return running_; }

  private:
    bool ends(std::string_view line, std::string_view mark, TestResult::State state);
    void close(TestResult::State state);

    std::vector<TestResult> results_;
    std::string running_;
    std::string message_;
    int total_ = 0;
};

struct TestRunOptions {
    std::string filter = "*";    ///< GoogleTest's: "Suite.*:Other.Name-Suite.NotThis"
    std::filesystem::path cwd;   ///< empty: ours
    std::function<bool()> stop;  ///< see RunOptions::stop
    /// Told before each test: how many are over, of how many, which is next.
    std::function<void(int done, int total, std::string_view name)> on_test;
};

/// Runs the tests; starts the program again after a crash, with the tests that are left.
[[nodiscard]] std::vector<TestResult> run_tests(const std::filesystem::path& program,
                                                const TestRunOptions& options);

/// Whether a test's name matches a GoogleTest filter.
[[nodiscard]] bool matches(std::string_view name, std::string_view filter);

/// A failed test's message as a person wants it: paths below `root` made relative, no boilerplate,
/// not longer than `lines`.
[[nodiscard]] std::string tidy_message(const TestResult& result, const std::filesystem::path& root,
                                       std::size_t lines = 24);

}  // namespace learn
