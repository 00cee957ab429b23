#include "common/gate/trial.hpp"

#include <algorithm>

#include "common/gate/findings.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

void write_headers(const fs::path& folder, const std::vector<Replacement>& headers) {
    for (const Replacement& header : headers) write_text(folder / header.file, header.text);
}

/// The first line that is an error; the whole output if none is.
std::string first_error(const std::string& output) {
    for (const std::string_view line : split_lines(output)) {
        const bool tells = line.find("error: ") != std::string_view::npos ||
                           line.find("undefined reference") != std::string_view::npos;
        if (tells) return std::string(line);
    }
    return output;
}

/// Runs one step of the build, and returns its errors, or nothing.
std::string build_step(const Recipe& recipe, const Command& command) {
    RunOptions options;
    options.cwd = recipe.folder();
    const RunResult result = run(command, options);
    return result.exit_code == 0 ? "" : first_error(result.output);
}

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
        how.patience = options_.watchdog;
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

Trial link_and_run(const Recipe& recipe, const fs::path& object, const fs::path& folder,
                   const TrialOptions& options) {
    const fs::path program = folder / "program";
    Trial trial;
    trial.errors = build_step(recipe, recipe.link(object, program));
    trial.compiled = trial.errors.empty();
    return trial.compiled ? Runner(program, options).run_all() : trial;
}

}  // namespace

Trial try_headers(const Recipe& recipe, const std::vector<Replacement>& headers,
                  const TrialOptions& options) {
    const TemporaryFolder folder;
    const fs::path object = folder.path() / "object.o";
    write_headers(folder.path() / "mine", headers);
    Trial trial;
    trial.errors = build_step(recipe, recipe.compile(folder.path() / "mine", object));
    trial.compiled = trial.errors.empty();
    return trial.compiled ? link_and_run(recipe, object, folder.path(), options) : trial;
}

Trial try_ours(const Recipe& recipe, const TrialOptions& options) {
    const TemporaryFolder folder;
    return link_and_run(recipe, recipe.object(), folder.path(), options);
}

std::string compile_errors(const Recipe& recipe, const std::vector<Replacement>& headers) {
    const TemporaryFolder folder;
    write_headers(folder.path(), headers);
    return build_step(recipe, recipe.try_to_compile(folder.path()));
}

}  // namespace learn::gate
