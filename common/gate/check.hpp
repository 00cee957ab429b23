#pragma once
// The gate: what must hold before a change to the course lands.
//
// Texts and code that cannot drift apart, chapters that are whole, one rule of includes, and
// exercises that are proved: each is a part of its own (text.hpp, exercises.hpp, ...), and one run
// of the gate reports everything to mend, with file and line.
#include <string>

#include "common/learn/course/course.hpp"

namespace learn::gate {

struct CheckOptions {
    std::string chapter;        ///< only this one ("5"), or with `sweep` this exercise ("5.2")
    bool sweep = false;         ///< only try the wrong bodies that our rules derive (sweep.hpp)
    bool cycle = false;         ///< only time how long a reader waits for a verdict (cycle.hpp)
    bool fix = false;           ///< rewrite stale blocks of the texts
    bool changed_only = false;  ///< prove exercises only if something changed since they passed
    int jobs = 2;               ///< proofs at once
};

/// Runs the gate and prints what it finds; 0 if everything holds, 1 if not. Throws UserError if it
/// cannot begin: an unknown chapter, or headers in mine/ that would be judged in place of ours.
[[nodiscard]] int check(const Course& course, const CheckOptions& options);

}  // namespace learn::gate
