#pragma once
// A place in the source, and how we say it to people: "hello (main.cpp:12)".
//
// With g++ the place of a coroutine is the last line of its body; with clang, the first.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <version>

#ifdef __cpp_lib_source_location
#include <source_location>
#endif

#include <fmt/format.h>

namespace aio {

#ifdef __cpp_lib_source_location
using SourceLocation = std::source_location;
#else
/// For compilers without std::source_location (clang before 16).
class SourceLocation {
  public:
    [[nodiscard]] static constexpr SourceLocation current(
        const char* file = __builtin_FILE(), const char* function = __builtin_FUNCTION(),
        std::uint_least32_t line = __builtin_LINE()) noexcept {
        SourceLocation here;
        here.file_ = file;
        here.function_ = function;
        here.line_ = line;
        return here;
    }
    [[nodiscard]] constexpr const char* file_name() const noexcept { return file_; }
    [[nodiscard]] constexpr const char* function_name() const noexcept { return function_; }
    [[nodiscard]] constexpr std::uint_least32_t line() const noexcept { return line_; }

  private:
    const char* file_ = "";
    const char* function_ = "";
    std::uint_least32_t line_ = 0;
};
#endif

/// The name in "aio::Coro<int> {anonymous}::hello(int)": "hello". Of a lambda: "a lambda in main".
[[nodiscard]] inline std::string short_name(std::string name) {
    constexpr std::string_view kCall = "operator()";
    for (const std::string_view noise : {"{anonymous}::", "(anonymous namespace)::", "aio::"}) {
        while (name.find(noise) != name.npos) name.erase(name.find(noise), noise.size());
    }
    const bool is_lambda = name.find("<lambda") != name.npos;
    const std::size_t call = name.find(kCall);
    const std::size_t parameters = name.find('(', call == name.npos ? 0 : call + kCall.size());
    name.erase(std::min(parameters, name.size()));
    name.erase(0, name.rfind(' ') + 1);  // npos + 1 is 0: nothing to erase
    return is_lambda ? "a lambda in " + name : name;
}

/// "hello (main.cpp:12)".
[[nodiscard]] inline std::string describe(const SourceLocation& place) {
    const std::string file = place.file_name();
    return fmt::format("{} ({}:{})", short_name(place.function_name()),
                       file.substr(file.rfind('/') + 1), place.line());
}

}  // namespace aio
