#pragma once
// The sweep: wrong bodies that nobody had to think of (./learn check --sweep).
//
// Each exercise's own body is changed by rules (common/gate/wrong_bodies.hpp), and the tests of the
// exercise must refuse what comes out. What survives needs a test, or a reason in exercises.toml
// why nobody can tell the difference. It takes too long for every change: what has not changed
// since it last held is skipped.
#include "common/gate/findings.hpp"

namespace learn::gate {

/// Sweeps the exercises of `chapters`, or the one whose id is `exercise`. Their tests must be
/// built.
[[nodiscard]] Findings sweep(const Course& course, const Chapters& chapters,
                             const std::string& exercise, int jobs);

}  // namespace learn::gate
