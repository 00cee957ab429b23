#pragma once
// Where a coroutine was written, and whom to resume when it is over: one word for both.
//
// A coroutine that was never awaited is a bug, and the report must say which and where. That is
// needed only before it starts; whom to resume, only after. And the first coroutine of a task has
// nobody to resume, so it may keep its place for ever. A word a coroutine matters: a task that
// waits should fit into 180 bytes.
#include <algorithm>
#include <bit>
#include <coroutine>
#include <cstdint>
#include <string>
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
[[nodiscard]] inline std::string function_name(const SourceLocation& place) {
    std::string name = place.function_name();
    for (const std::string noise : {"{anonymous}::", "(anonymous namespace)::", "aio::"}) {
        for (std::size_t at = 0; (at = name.find(noise)) != name.npos;)
            name.erase(at, noise.size());
    }
    const bool is_lambda = name.find("<lambda") != name.npos;
    const std::size_t parameters =
        name.find('(', name.find("operator()") == name.npos ? 0 : name.find("operator()") + 10);
    name.erase(std::min(parameters, name.size()));
    name.erase(0, name.rfind(' ') + 1);  // npos + 1 is 0: nothing to erase
    return is_lambda ? "a lambda in " + name : name;
}

/// "hello (main.cpp:12)".
[[nodiscard]] inline std::string describe(const SourceLocation& place) {
    const std::string file = place.file_name();
    return fmt::format("{} ({}:{})", function_name(place), file.substr(file.rfind('/') + 1),
                       place.line());
}

/// Thread rule: the coroutine's thread.
class Origin {
  public:
    /// Not started, written at `place`.
    explicit Origin(const SourceLocation& place) noexcept { keep(place); }

    [[nodiscard]] bool is_started() const noexcept { return (bits_ & kNotStarted) == 0; }

    /// Starts as the innermost of a chain: `awaiting` is resumed at the end.
    void start_for(std::coroutine_handle<> awaiting) noexcept {
        bits_ = reinterpret_cast<std::uintptr_t>(awaiting.address());
    }
    /// Starts as the first coroutine of a task.
    void start_as_root() noexcept { bits_ &= ~kNotStarted; }

    /// Its task waits here, or goes on from here: at the end the task must be told.
    void mark_as_leaf() noexcept { bits_ |= kLeaf; }

    /// Whether to resume awaiting() is all there is to do at the end.
    [[nodiscard]] bool is_plain() const noexcept { return (bits_ & kAll) == 0; }

    /// Whom to resume at the end; null for the first coroutine of a task.
    [[nodiscard]] std::coroutine_handle<> awaiting() const noexcept {
        if ((bits_ & kPlace) != 0) return nullptr;
        return std::coroutine_handle<>::from_address(reinterpret_cast<void*>(bits_ & ~kAll));
    }

    /// Where it was written: known until somebody awaits it.
    [[nodiscard]] SourceLocation place() const noexcept;

  private:
    // The lowest three bits of a pointer to something of alignment 8 are free.
    static constexpr std::uintptr_t kPlace = 1;  // the rest is a place, not a coroutine
    static constexpr std::uintptr_t kNotStarted = 2;
    static constexpr std::uintptr_t kLeaf = 4;
    static constexpr std::uintptr_t kAll = kPlace | kNotStarted | kLeaf;

    void keep(const SourceLocation& place) noexcept;

    std::uintptr_t bits_ = 0;
#ifndef __cpp_lib_source_location
    SourceLocation place_;
#endif
};

#ifdef __cpp_lib_source_location
// std::source_location is one pointer, to a constant that the compiler has put into the program.
static_assert(sizeof(SourceLocation) == sizeof(std::uintptr_t));

inline void Origin::keep(const SourceLocation& place) noexcept {
    bits_ = std::bit_cast<std::uintptr_t>(place) | kPlace | kNotStarted;
}
inline SourceLocation Origin::place() const noexcept {
    if ((bits_ & kPlace) == 0) return {};
    return std::bit_cast<SourceLocation>(bits_ & ~kAll);
}
#else
inline void Origin::keep(const SourceLocation& place) noexcept {
    bits_ = kPlace | kNotStarted;
    place_ = place;
}
inline SourceLocation Origin::place() const noexcept {
    return place_;
}
#endif

}  // namespace aio
