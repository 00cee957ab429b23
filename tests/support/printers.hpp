#pragma once
// What a failure shows for a value that GoogleTest knows nothing about: words, not bytes.
//
// A type that can describe itself, by describe() or to_string(), is shown as it says; an enumerator
// by its name; an exception by its type and message; a time in seconds. No test includes it:
// GoogleTest does, everywhere (googletest/gtest/internal/custom/gtest-printers.h), so that all
// files of a program agree on how a value is shown. Its UniversalPrinter is internal; the
// documented way, a PrintTo() in the namespace of each type, would need one for each.
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include <cxxabi.h>

#include <fmt/format.h>
#include <gtest/gtest-printers.h>

namespace printers {

/// The name of the enumerator `kValue`, as the compiler spells it: "read"; empty if it has none.
template <auto kValue>
[[nodiscard]] constexpr std::string_view enumerator() {
    constexpr std::string_view kSign = "kValue = ";
    std::string_view name = __PRETTY_FUNCTION__;  // "... [kValue = aio::Events::read]"
    name.remove_prefix(name.find(kSign) + kSign.size());
    name = name.substr(0, name.find_first_of(";]"));
    name.remove_prefix(name.find_last_of(":)") + 1);  // one without a name is "(aio::Events)3"
    return name[0] >= '0' && name[0] <= '9' ? std::string_view{} : name;
}

template <class Enum, std::size_t... kNumbers>
[[nodiscard]] constexpr auto enumerators(std::index_sequence<kNumbers...> /*numbers*/) {
    return std::array{enumerator<static_cast<Enum>(kNumbers)>()...};
}

template <class T>
concept ErrorNumber = std::is_error_condition_enum_v<T>;
template <class T>
concept ScopedEnum = std::is_enum_v<T> && !std::is_convertible_v<T, int> && !ErrorNumber<T>;

/// "read", "read | write"; for a value without names, its number.
template <ScopedEnum Enum>
[[nodiscard]] std::string text(Enum value) {
    static constexpr auto kNames = enumerators<Enum>(std::make_index_sequence<33>());
    const auto number = static_cast<std::uint64_t>(value);
    if (number < kNames.size() && !kNames[number].empty()) return std::string(kNames[number]);
    std::string bits;
    std::uint64_t rest = number;
    for (std::size_t bit = 1; bit < kNames.size(); bit *= 2) {
        if ((number & bit) == 0 || kNames[bit].empty()) continue;
        bits += (bits.empty() ? "" : " | ") + std::string(kNames[bit]);
        rest &= ~bit;
    }
    return rest == 0 && !bits.empty() ? bits : fmt::format("{}", number);
}

/// For std::errc: "Connection reset by peer".
template <ErrorNumber Error>
[[nodiscard]] std::string text(Error error) {
    return make_error_condition(error).message();
}

template <class Rep, class Period>
[[nodiscard]] std::string text(std::chrono::duration<Rep, Period> time) {
    return fmt::format("{} s", std::chrono::duration<double>(time).count());
}

/// Seconds since the clock's zero.
template <class Clock, class Duration>
[[nodiscard]] std::string text(std::chrono::time_point<Clock, Duration> time) {
    return "at " + text(time.time_since_epoch());
}

/// "aio::ValueError: 3"; "no exception".
[[nodiscard]] inline std::string text(const std::exception_ptr& error) {
    if (error == nullptr) return "no exception";
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(error.__cxa_exception_type()->name(), nullptr, nullptr, nullptr),
        std::free);
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return fmt::format("{}: {}", name.get(), known.what());
    } catch (...) {
        return name.get();
    }
}

[[nodiscard]] inline std::string text(std::monostate /*nothing*/) {
    return "nothing";
}

template <class T>
concept Describes = requires(const T& value) {
    { value.describe() } -> std::convertible_to<std::string>;
};
template <class T>
concept HasToString = !Describes<T> && requires(const T& value) {
    { value.to_string() } -> std::convertible_to<std::string>;
};

template <Describes T>
[[nodiscard]] std::string text(const T& value) {
    return value.describe();
}
template <HasToString T>
[[nodiscard]] std::string text(const T& value) {
    return value.to_string();
}

/// What we can show and GoogleTest cannot. (It can show a null pointer.)
template <class T>
concept Shown = !std::is_null_pointer_v<T> && requires(const T& value) {
    printers::text(value);
};

}  // namespace printers

template <printers::Shown T>
class testing::internal::UniversalPrinter<T> {
  public:
    static void Print(const T& value, std::ostream* out) { *out << printers::text(value); }
};
