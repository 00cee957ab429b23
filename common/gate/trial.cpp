#include "common/gate/trial.hpp"

#include <algorithm>

#include "common/learn/judge/process.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

/// Runs a test program under the watchdog.
class Runner {
  public:
    Runner(const fs::path& program, const TrialOptions& options)
        : program_(program), options_(options) {}

    Trial run_all() {
        run_once(options_.filter);
        if (needs_decision()) run_once(options_.decisive);
        return std::move(trial_);
    }

  private:
    void run_once(const std::string& filter) {
        TestRunOptions how;
        how.filter = filter;
        how.cwd = options_.cwd;
        how.env = options_.env;
        how.patience = options_.watchdog;
        how.first_failure = options_.first_failure;
        const TestRun run = run_tests_once(program_, how);
        trial_.hung = trial_.hung || run.hung;
        trial_.crashed = trial_.crashed || run.crashed;
        trial_.output += run.output;
        trial_.results.insert(trial_.results.end(), run.results.begin(), run.results.end());
    }

    /// After a crash the tests after it did not run; one of them may be the decisive one.
    [[nodiscard]] bool needs_decision() const {
        if (!(trial_.crashed || trial_.hung) || options_.decisive.empty()) return false;
        return std::none_of(trial_.results.begin(), trial_.results.end(), [&](const auto& test) {
            return matches(test.name, options_.decisive);
        });
    }

    fs::path program_;
    const TrialOptions& options_;
    Trial trial_;
};

}  // namespace

Trial run_program(const fs::path& program, const TrialOptions& options) {
    return Runner(program, options).run_all();
}

std::string compile_errors(const Recipe& recipe, const std::vector<Replacement>& headers) {
    const TemporaryFolder folder;
    for (const Replacement& header : headers) write_text(folder.path() / header.file, header.text);
    const std::string output = build_step(recipe, recipe.try_to_compile(folder.path()));
    return output.empty() ? "" : first_error(output);
}

std::string build_step(const Recipe& recipe, const Command& command) {
    RunOptions options;
    options.cwd = recipe.folder();
    const RunResult result = run(command, options);
    if (result.exit_code == 0) return "";
    return result.output.empty() ? "it failed without a word" : result.output;
}

std::string first_error(const std::string& output) {
    for (const std::string_view line : split_lines(output)) {
        const bool tells = line.find("error: ") != std::string_view::npos ||
                           line.find("undefined reference") != std::string_view::npos;
        if (tells) return std::string(line);
    }
    return output;
}

}  // namespace learn::gate
