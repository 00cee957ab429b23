#pragma once
// The relative links of the READMEs lead somewhere: to a file, and to a heading of it.
#include "common/learn/check_part.hpp"

namespace learn {

[[nodiscard]] Findings check_links(const Course& course, const Chapters& chapters);

/// The anchor that a code host makes of a heading: "The one rule." is "the-one-rule".
[[nodiscard]] std::string anchor_of(std::string_view heading);

}  // namespace learn
