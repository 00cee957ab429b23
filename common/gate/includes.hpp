#pragma once
// The one rule: a chapter includes itself, earlier chapters and common/; common/ includes none.
//
// So the include graph is a tower, one floor per chapter. A header of the stack is always included
// with its chapter's name: only then can the reader's file of that name take its place.
#include "common/gate/findings.hpp"

namespace learn::gate {

/// Checks the includes of the chapters (their tests and benchmarks too) and of common/.
[[nodiscard]] Findings check_includes(const Course& course, const Chapters& chapters);

}  // namespace learn::gate
