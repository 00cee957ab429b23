#pragma once
// The exercises are proved: our bodies pass, stubs fail by name, mutants are caught.
//
// Each proof is a piece of work of its own, and as many are done at once as there are `jobs`.
#include "common/gate/findings.hpp"

namespace learn::gate {

/// Proves the exercises of `chapters`, whose tests build/dev has built.
[[nodiscard]] Findings check_exercises(const Course& course, const Chapters& chapters, int jobs);

}  // namespace learn::gate
