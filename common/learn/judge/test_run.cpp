#include "common/learn/judge/test_run.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <sstream>

#include <time.h>

#include <fmt/format.h>

#include "common/learn/judge/process.hpp"
#include "common/learn/text/scan.hpp"

namespace learn {
namespace {

using State = TestResult::State;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kNeverEnds = "this test does not end (stopped after ";
constexpr std::chrono::seconds kAfterAHang{2};  // if one test hangs, others often do
constexpr std::size_t kEnough = 1 << 20;        // of what a program prints, in bytes

/// Watches a program in which a test should begin or end now and then.
class Patience {
  public:
    explicit Patience(Clock::duration limit) : limit_(limit) {}

    void watch(pid_t program) { program_ = program; }

    /// A test has begun or ended.
    void renew() {
        last_step_ = Clock::now();
        cpu_then_ = cpu();
    }

    [[nodiscard]] bool is_over() const {
        const auto time = Clock::now() - last_step_;
        const auto computed = cpu() - cpu_then_;
        const bool only_waited = time > limit_ && computed < limit_ / 10;
        return computed > limit_ || only_waited || time > 5 * limit_;
    }

  private:
    /// The CPU time of all the program's threads so far.
    [[nodiscard]] Clock::duration cpu() const {
        clockid_t clock{};
        timespec time{};
        const bool known = program_ != 0 && clock_getcpuclockid(program_, &clock) == 0 &&
                           clock_gettime(clock, &time) == 0;
        if (!known) return cpu_then_;
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }

    Clock::duration limit_;
    pid_t program_ = 0;
    Clock::time_point last_step_ = Clock::now();
    Clock::duration cpu_then_{};
};

/// "[==========] Running 12 tests from 3 test suites."
int announced(std::string_view line) {
    constexpr std::string_view kRunning = "[==========] Running ";
    int count = 0;
    if (line.starts_with(kRunning)) {
        std::from_chars(line.begin() + kRunning.size(), line.end(), count);
    }
    return count;
}

/// The id in "exercise 5.2 is not written yet" (common/exercise/todo.cpp); empty if not there.
std::string todo_in(std::string_view message) {
    constexpr std::string_view kBefore = "exercise ";
    const std::size_t end = message.find(" is not written yet");
    if (end == std::string_view::npos) return "";
    const std::size_t start = message.rfind(kBefore, end);
    if (start == std::string_view::npos) return "";
    return std::string(message.substr(start + kBefore.size(), end - start - kBefore.size()));
}

/// `*` and `?`, as in GoogleTest.
bool matches_pattern(std::string_view name, std::string_view pattern) {
    if (pattern.empty()) return name.empty();
    if (pattern[0] == '*') {
        return matches_pattern(name, pattern.substr(1)) ||
               (!name.empty() && matches_pattern(name.substr(1), pattern));
    }
    return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) &&
           matches_pattern(name.substr(1), pattern.substr(1));
}

bool matches_any(std::string_view name, std::string_view patterns) {
    while (!patterns.empty()) {
        const std::size_t colon = std::min(patterns.find(':'), patterns.size());
        if (matches_pattern(name, patterns.substr(0, colon))) return true;
        patterns.remove_prefix(std::min(colon + 1, patterns.size()));
    }
    return false;
}

std::string without(const std::string& filter, const std::vector<TestResult>& done) {
    std::string result = filter;
    char separator = filter.find('-') == std::string::npos ? '-' : ':';
    for (const TestResult& test : done) {
        result += std::exchange(separator, ':') + test.name;
    }
    return result;
}

std::string ending(int exit_code) {
    if (exit_code <= 128)
        return fmt::format("the program ended here, with exit code {}", exit_code);
    return fmt::format("the program crashed here: {}", strsignal(exit_code - 128));
}

/// How a test that crashed or hung ended, if a long message hides it.
std::string last_word(const TestResult& result) {
    const std::string_view message = trimmed(result.message);
    return has_stopped(result) ? std::string(message.substr(message.rfind('\n') + 1)) + "\n" : "";
}

/// "path/x_test.cpp:45: Failure" is "path/x_test.cpp:45".
std::string_view without_failure(std::string_view line) {
    constexpr std::string_view kFailure = ": Failure";
    if (line.ends_with(kFailure)) line.remove_suffix(kFailure.size());
    return line == "unknown file" ? std::string_view() : line;
}

}  // namespace

bool TestOutput::add(std::string_view line) {
    constexpr std::string_view kRun = "[ RUN      ] ";
    if (total_ == 0) total_ = announced(line);
    if (line.starts_with(kRun)) {
        running_ = line.substr(kRun.size());
        message_.clear();
        return true;
    }
    if (running_.empty()) return false;
    const bool over = ends(line, "[       OK ] ", State::passed) ||
                      ends(line, "[  FAILED  ] ", State::failed) ||
                      ends(line, "[  SKIPPED ] ", State::skipped);
    if (!over) say(line);
    return over;
}

/// A loop that prints for ever must not fill the memory.
void TestOutput::say(std::string_view line) {
    if (message_.size() < kEnough) message_ += std::string(line) + "\n";
}

/// A test's own output may stand before the mark, if it had no newline at its end.
bool TestOutput::ends(std::string_view line, std::string_view mark, State state) {
    const std::size_t at = line.find(std::string(mark) + running_);
    if (at == std::string_view::npos) return false;
    if (at > 0) say(line.substr(0, at));
    close(state);
    return true;
}

void TestOutput::close(State state) {
    TestResult result{std::exchange(running_, {}), state, std::exchange(message_, {}), {}};
    if (state == State::failed) result.todo = todo_in(result.message);
    results_.push_back(std::move(result));
}

void TestOutput::finish(const std::string& reason) {
    if (running_.empty()) return;
    message_ += reason + "\n";
    close(State::failed);
}

std::string never_ends(std::chrono::seconds patience) {
    return fmt::format("{}{} s): a loop or a wait never ends", kNeverEnds, patience.count());
}

bool has_stopped(const TestResult& test) {
    return test.message.find(kNeverEnds) != std::string::npos ||
           test.message.rfind("the program ") != std::string::npos;
}

TestRun run_tests_once(const std::filesystem::path& program, const TestRunOptions& options) {
    TestRun result;
    TestOutput output;
    Patience patience(options.patience);
    RunOptions run_options;
    run_options.cwd = options.cwd;
    run_options.env = options.env;
    run_options.own_group = true;
    run_options.on_start = [&](pid_t id) { patience.watch(id); };
    run_options.keep = kEnough;
    run_options.on_line = [&](std::string_view line) {
        if (output.add(line)) patience.renew();
        if (options.on_test && output.total() > 0) {
            options.on_test(static_cast<int>(output.results().size()), output.total(),
                            output.running());
        }
    };
    run_options.stop = [&] {
        result.hung = patience.is_over();
        return result.hung || (options.stop && options.stop());
    };
    std::vector<std::string> command = {program.string(), "--gtest_color=no",
                                        "--gtest_filter=" + options.filter};
    if (options.first_failure) command.emplace_back("--gtest_fail_fast");
    RunResult ended = run(command, run_options);
    result.crashed = !result.hung && !output.running().empty();
    output.finish(result.hung ? never_ends(options.patience) : ending(ended.exit_code));
    result.results = output.results();
    result.output = std::move(ended.output);
    return result;
}

std::vector<TestResult> run_tests(const std::filesystem::path& program,
                                  const TestRunOptions& options) {
    std::vector<TestResult> all;
    TestRunOptions once = options;
    for (bool again = true; again;) {
        const auto done = static_cast<int>(all.size());
        once.filter = without(options.filter, all);
        once.on_test = [&](int more, int left, std::string_view name) {
            if (options.on_test) options.on_test(done + more, done + left, name);
        };
        const TestRun run = run_tests_once(program, once);
        all.insert(all.end(), run.results.begin(), run.results.end());
        if (run.hung) once.patience = std::min(options.patience, kAfterAHang);
        again =
            !run.results.empty() && (run.crashed || run.hung) && !(options.stop && options.stop());
    }
    return all;
}

bool matches(std::string_view name, std::string_view filter) {
    const std::size_t minus = std::min(filter.find('-'), filter.size());
    const std::string_view wanted = minus == 0 ? "*" : filter.substr(0, minus);
    return matches_any(name, wanted) &&
           !matches_any(name, filter.substr(std::min(minus + 1, filter.size())));
}

std::string tidy_message(const TestResult& result, const std::filesystem::path& root,
                         std::size_t lines) {
    if (!result.todo.empty()) return "exercise " + result.todo + " is not written yet\n";
    const std::string front = root.string() + "/";
    std::istringstream in{std::string(trimmed(result.message))};
    std::string text;
    std::size_t count = 0;
    for (std::string line; count < lines && std::getline(in, line); ++count) {
        if (line.starts_with(front)) line.erase(0, front.size());
        const std::string_view kept = without_failure(line);
        if (!kept.empty()) text += std::string(kept) + "\n";
    }
    if (in.good() && count == lines) text += "...\n" + last_word(result);
    return text;
}

}  // namespace learn
