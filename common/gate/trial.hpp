#pragma once
// Tries other headers in place of ours: compiles one test file with them, runs its tests.
//
// What is tried is wrong on purpose. It may crash and it may never end, so each run is watched
// (common/learn/judge/test_run.hpp): that protects the gate, it is no limit for the tests.
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/gate/recipe.hpp"
#include "common/learn/judge/test_run.hpp"

namespace learn::gate {

/// A header, "05_x/y.hpp", as it is to be tried.
struct Replacement {
    std::string file;
    std::string text;
};

/// Which tests to run, and how.
struct TrialOptions {
    std::string filter = "*";
    std::string decisive;       ///< after a crash, the test that must still be asked; may be empty
    std::filesystem::path cwd;  ///< empty: ours
    std::chrono::seconds watchdog{60};  ///< how long no test may begin or end
};

/// How it went.
struct Trial {
    bool compiled = true;
    std::string errors;               ///< the compiler's, if it did not
    std::vector<TestResult> results;  ///< a test that crashed or hung has failed
    bool crashed = false;
    bool hung = false;   ///< the watchdog ended it
    std::string output;  ///< all that the program printed
};

/// Compiles the recipe's source with `headers`, and runs the tests.
[[nodiscard]] Trial try_headers(const Recipe& recipe, const std::vector<Replacement>& headers,
                                const TrialOptions& options);

/// Runs what the build has compiled: our own code.
[[nodiscard]] Trial try_ours(const Recipe& recipe, const TrialOptions& options);

/// What the compiler says against the recipe's source with `headers`; empty if nothing.
[[nodiscard]] std::string compile_errors(const Recipe& recipe,
                                         const std::vector<Replacement>& headers);

}  // namespace learn::gate
