#pragma once
// Where a coroutine was written, and whom to resume when it is over: one word for both.
//
// The place is needed only before the coroutine starts; whom to resume, only after. And the first
// coroutine of a task has nobody to resume, so it may keep its place for ever. What chapter 07's
// keeps in three words then fits into one, with its two flags in the bits that an address leaves
// free. And to ask whether an end is a plain one is to look at one word.
#include <bit>
#include <coroutine>
#include <cstdint>

#include "07_coroutine_tasks/detail/source_location.hpp"

namespace aio {

/// Thread rule: the coroutine's thread.
class Continuation {
  public:
    /// Not started, written at `place`.
    explicit Continuation(const SourceLocation& place) noexcept { keep(place); }

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

inline void Continuation::keep(const SourceLocation& place) noexcept {
    bits_ = std::bit_cast<std::uintptr_t>(place) | kPlace | kNotStarted;
}
inline SourceLocation Continuation::place() const noexcept {
    if ((bits_ & kPlace) == 0) return {};
    return std::bit_cast<SourceLocation>(bits_ & ~kAll);
}
#else
inline void Continuation::keep(const SourceLocation& place) noexcept {
    bits_ = kPlace | kNotStarted;
    place_ = place;
}
inline SourceLocation Continuation::place() const noexcept {
    return place_;
}
#endif

}  // namespace aio
