#pragma once
// What a trial must show: for our body, for a stub, for a mutant.
//
// Each function returns the sentence that says what is wrong, or nothing. They know only what the
// trial found, so that they can be tested without a compiler.
#include <string>
#include <string_view>

#include "common/gate/trial.hpp"
#include "common/learn/course/course.hpp"

namespace learn::gate {

/// Our own body passes all of the exercise's tests, and there are some.
[[nodiscard]] std::string complaint_about_solution(const Exercise& exercise, const Trial& trial);

/// The stub compiles, and fails by an assertion that names the exercise.
[[nodiscard]] std::string complaint_about_stub(const Exercise& exercise, const Trial& trial);

/// The mutant compiles, the test it names catches it, and says something that helps.
[[nodiscard]] std::string complaint_about_mutant(const Mutant& mutant, const Trial& trial);

/// Whether a failed test's message tells its reader anything. "Value of: done, Actual: false,
/// Expected: true" alone does not.
[[nodiscard]] bool is_diagnosis(std::string_view message);

}  // namespace learn::gate
