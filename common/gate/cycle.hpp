#pragma once
// How long a reader waits: from a saved body to the verdict (./learn check --cycle).
//
// It does what a reader does: all chapters are started in mine/, one body is changed, and the
// exercise judged, so that what is timed is the build and the tests as ./learn test and ./learn
// watch run them. mine/ is removed at the end. The times are a report, not a condition.
#include "common/gate/findings.hpp"

namespace learn::gate {

/// Times each exercise of `chapters`. mine/ must be empty.
[[nodiscard]] Findings time_cycles(const Course& course, const Chapters& chapters);

}  // namespace learn::gate
