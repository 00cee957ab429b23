#pragma once
// Every chapter is whole: its text, program, twin, tests, benchmark and exercises are there, each
// exercise has its hints and mutants, and nobody left a note to themselves behind.
#include "common/gate/findings.hpp"

namespace learn::gate {

[[nodiscard]] Findings check_parts(const Course& course, const Chapters& chapters);

}  // namespace learn::gate
