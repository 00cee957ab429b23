#pragma once
// Runs the tests of a program that was compiled with other headers in place of ours.
//
// What it tries is wrong on purpose. It may crash or never end, so each run is watched
// (common/learn/judge/test_run.hpp): that protects the gate, and is not a limit for the tests.
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/gate/recipe.hpp"
#include "common/learn/judge/test_run.hpp"

namespace learn::gate {

/// A header, "05_x/y.hpp", with the text to try.
struct Replacement {
    std::string file;
    std::string text;
};

/// Which tests to run, and how.
struct TrialOptions {
    std::string filter = "*";
    std::string decisive;       ///< after a crash, the test that must still run; may be empty
    std::filesystem::path cwd;  ///< empty: ours
    std::vector<std::pair<std::string, std::string>> env;  ///< set on top of ours
    std::chrono::seconds watchdog{60};                     ///< how long no test may begin or end
    bool first_failure = false;                            ///< stop at the first test that fails
};

/// How it went.
struct Trial {
    bool compiled = true;
    std::string errors;               ///< the compiler's, if it did not
    std::vector<TestResult> results;  ///< a test that crashed or hung has failed
    bool crashed = false;
    bool hung = false;   ///< the watchdog ended it
    std::string output;  ///< everything that the program printed
};

/// Runs the tests of `program`.
[[nodiscard]] Trial run_program(const std::filesystem::path& program, const TrialOptions& options);

/// The compiler's complaints about the recipe's source with `headers`; empty if there are none.
[[nodiscard]] std::string compile_errors(const Recipe& recipe,
                                         const std::vector<Replacement>& headers);

/// Runs one command of the recipe, and returns what it says if it fails, or nothing.
[[nodiscard]] std::string build_step(const Recipe& recipe, const Command& command);

/// The first line of a compiler's output that is an error; all of it if none is.
[[nodiscard]] std::string first_error(const std::string& output);

}  // namespace learn::gate
