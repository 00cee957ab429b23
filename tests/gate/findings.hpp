#pragma once
// What the gate finds in a course, in a form that tests compare.
#include <string>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// All chapters, as the gate chooses them.
[[nodiscard]] inline Chapters all_chapters(const Course& course) {
    Chapters all;
    for (const Chapter& chapter : course.chapters()) all.push_back(&chapter);
    return all;
}

/// The problems as lines of text: what a test compares.
[[nodiscard]] inline std::string said(const Findings& findings) {
    std::string text;
    for (const Problem& problem : findings.problems) {
        text += problem.where + ": " + problem.what + "\n";
    }
    return text;
}

}  // namespace learn::gate
