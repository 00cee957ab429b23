#pragma once
// How often a busy loop looks at its descriptors: at every turn, as asyncio's does.
//
// A loop without work always looks, for that is where it sleeps. A loop with work must look, too,
// or a socket would starve. It is told here what the loop does and how long that takes. The plain
// answer needs none of it. (Chapter 20 has one that does: to look costs more than a short turn.)
#include "06_futures/detail/clock.hpp"

namespace aio {

/// Thread rule: the loop's thread.
class PollThrottle {
  public:
    /// One more turn with work. Returns whether it is time to look.
    [[nodiscard]] bool is_due() noexcept { return true; }

    /// Look at the very next turn: something was registered, or the loop has just started.
    void hurry() noexcept {}

    /// The loop has looked, at `now`, and was busy since the look before.
    void looked_while_busy([[maybe_unused]] TimePoint now) noexcept {}

    /// The loop has looked because it had nothing to do.
    void looked_while_idle() noexcept {}
};

}  // namespace aio
