#pragma once
// How often a busy loop looks at its descriptors.
//
// To ask the kernel costs about 100 ns; to run a short callback costs 3. So a loop with work does
// not ask at every turn. But it must not let a socket wait long, and it cannot know how long the
// next callback will take. So it watches how long the last stretch between two looks took: was it
// short, the next may have twice as many turns; was it long, half as many, down to one.
#include <algorithm>

#include "06_futures/clock.hpp"

namespace aio {

/// Counts turns down to the next look. Thread rule: the loop's thread.
class Pace {
  public:
    /// One more turn with work. Returns whether it is time to look.
    [[nodiscard]] bool is_due() noexcept { return --left_ <= 0; }

    /// Look at the very next turn: something was registered, or the loop has just started.
    void hurry() noexcept { left_ = 0; }

    /// The loop has looked, at `now`, and was busy since the look before.
    void looked_while_busy(TimePoint now) noexcept {
        if (last_ != TimePoint()) adapt_to(now - last_);
        last_ = now;
        left_ = turns_;
    }

    /// The loop has looked because it had nothing to do: that says nothing about its callbacks.
    void looked_while_idle() noexcept {
        last_ = TimePoint();
        left_ = turns_;
    }

  private:
    void adapt_to(Duration stretch) noexcept {
        if (stretch < kShort) turns_ = std::min(2 * turns_, kMost);
        if (stretch > kLong) turns_ = std::max(turns_ / 8, 1);
    }

    static constexpr int kMost = 128;
    static constexpr Duration kShort = std::chrono::microseconds(10);
    static constexpr Duration kLong = std::chrono::microseconds(50);

    int left_ = 0;
    int turns_ = 1;
    TimePoint last_{};  // the last look while busy; zero if it was not
};

}  // namespace aio
