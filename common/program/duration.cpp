#include "common/program/duration.hpp"

#include <charconv>
#include <system_error>

namespace course {

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    const char* const last = text.data() + text.size();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), last, value, std::chars_format::fixed);
    if (error != std::errc()) return std::nullopt;

    const std::string_view unit(end, static_cast<std::size_t>(last - end));
    if (!unit.empty() && unit != "ms" && unit != "s") return std::nullopt;
    const Milliseconds span(unit == "s" ? value * 1000 : value);
    if (!(span.count() >= 0) || span > kLongestDuration) return std::nullopt;
    return std::chrono::round<std::chrono::nanoseconds>(span);
}

}  // namespace course
