#pragma once
// How a value of any type is shown to people: as Python's repr() would, where that is possible.
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

namespace aio {

/// "42", "'text'"; empty for what cannot be printed.
template <class T>
[[nodiscard]] std::string describe_value(const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return fmt::format("'{}'", std::string_view(value));
    } else if constexpr (fmt::is_formattable<T>::value) {
        return fmt::format("{}", value);
    } else {
        return "";
    }
}

}  // namespace aio
