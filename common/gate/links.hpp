#pragma once
// The relative links of the texts lead somewhere: to a file, and to a heading of it.
#include "common/gate/findings.hpp"

namespace learn::gate {

[[nodiscard]] Findings check_links(const Course& course, const Chapters& chapters);

/// The anchor that a code host makes for a heading: "The one rule." is "the-one-rule".
[[nodiscard]] std::string anchor_of(std::string_view heading);

}  // namespace learn::gate
