#pragma once
// What a program needs that holds several bodies of one function (common/gate/variants.hpp).
//
// Only headers that the gate has made include this.
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <type_traits>

namespace learn::gate {

inline constexpr const char* kVariant = "LEARN_VARIANT";

/// The number that the environment gives; 0 if it gives none.
[[nodiscard]] inline int variant_of_environment() noexcept {
    static const int number = [] {
        const char* const text = std::getenv(kVariant);
        const std::string_view digits = text == nullptr ? "" : text;
        int value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }();
    return number;
}

/// Which body is to run. What the compiler computes is always computed by ours.
[[nodiscard]] constexpr int variant() noexcept {
    return std::is_constant_evaluated() ? 0 : variant_of_environment();
}

/// std::move() of what it makes a difference to: anything else does not compile.
template <class T>
requires(!std::is_const_v<T> && !std::is_trivially_copyable_v<T>)
    [[nodiscard]] constexpr T&& moved(T& object) noexcept {
    return static_cast<T&&>(object);
}

}  // namespace learn::gate
