#pragma once
// Proves the exercises: our bodies pass, stubs fail by name, mutants are caught.
//
// Each proof is a separate piece of work, and `jobs` of them are done at once.
#include "common/gate/findings.hpp"

namespace learn::gate {

/// Proves the exercises of `chapters`, whose tests are built in build/dev.
[[nodiscard]] Findings check_exercises(const Course& course, const Chapters& chapters, int jobs);

}  // namespace learn::gate
