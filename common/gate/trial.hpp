#pragma once
// Tries other headers in place of ours: compiles one test file with them, and runs its tests.
//
// What it tries is wrong on purpose. It may crash or never end, so each run is watched
// (common/learn/judge/test_run.hpp): that protects the gate, and is not a limit for the tests.
#include <chrono>
#include <filesystem>
#include <string>
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
    std::chrono::seconds watchdog{60};  ///< how long no test may begin or end
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

/// Compiles the recipe's source with `headers`, and runs the tests.
[[nodiscard]] Trial try_headers(const Recipe& recipe, const std::vector<Replacement>& headers,
                                const TrialOptions& options);

/// Runs what the build has compiled: our own code.
[[nodiscard]] Trial try_ours(const Recipe& recipe, const TrialOptions& options);

/// The compiler's complaints about the recipe's source with `headers`; empty if there are none.
[[nodiscard]] std::string compile_errors(const Recipe& recipe,
                                         const std::vector<Replacement>& headers);

}  // namespace learn::gate
