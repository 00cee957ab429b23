#pragma once
// The front page's table of chapters: a row each, which says how much there is to do and to read.
#include <string_view>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// Compares the end of each chapter's row, `| 7 | 15 min |`, with its exercises and its text.
/// A chapter that has no text yet needs no row.
[[nodiscard]] Findings check_front(const Course& course, const Chapters& chapters);

/// How long it takes to read a text, to the nearest five minutes: 200 words a minute, and 30 lines
/// of C++ or Python. Sketches and output are taken in at a glance; what is folded is for later.
[[nodiscard]] int reading_minutes(std::string_view markdown);

}  // namespace learn::gate
