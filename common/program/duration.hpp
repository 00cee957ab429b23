#pragma once
// A time span as people type it: on a command line, and in the query of a URL.
#include <chrono>
#include <optional>
#include <string_view>

namespace course {

/// The longest span that parse_duration() takes: anything longer is a typing error.
inline constexpr std::chrono::hours kLongestDuration{1};

/// Reads "25ms", "0.1s" or "25" (milliseconds). Returns nothing if `text` is anything else, is
/// negative, or is longer than kLongestDuration.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace course
