#pragma once
// How often a busy loop looks at its descriptors.
//
// To ask the kernel costs 100 ns and more; to run a short callback costs 3. So a loop with work
// does not ask at every turn. But it must not let a socket wait long, and it cannot know how long
// the next callback will take. So it watches how long the last stretch between two looks took: was
// it short, the next may have twice as many turns; was it long, an eighth, down to one. And should
// callbacks turn slow in the middle of a long stretch, the system's coarse clock, which costs as
// little as a callback, ends it: it is read every few turns, and ticks every few milliseconds.
#include <algorithm>

#include "06_futures/detail/clock.hpp"
#include "20_making_it_fast/coarse_clock.hpp"

namespace aio {

/// Counts turns down to the next look. Thread rule: the loop's thread.
class PollThrottle {
  public:
    /// One more turn with work. Returns whether it is time to look.
    [[nodiscard]] bool is_due() noexcept { return --unwatched_ <= 0 && is_stretch_over(); }

    /// Look at the very next turn: something was registered, or the loop has just started.
    void hurry() noexcept { unwatched_ = left_ = 0; }

    /// The loop has looked, at `now`, and was busy since the look before.
    void looked_while_busy(TimePoint now) {
        if (last_ != TimePoint()) adapt_to(now - last_);
        last_ = now;
        begin_stretch();
    }

    /// The loop has looked because it had nothing to do: that says nothing about its callbacks.
    void looked_while_idle() noexcept {
        last_ = TimePoint();
        begin_stretch();
    }

  private:
    void adapt_to(Duration stretch) {
        if (stretch < kShort) turns_ = std::min(2 * turns_, kMax);
        if (stretch > kLong) turns_ = std::max(turns_ / 8, 1);
    }

    void begin_stretch() noexcept {
        left_ = turns_;
        tick_ = coarse_now();
        take_turns();
    }

    bool is_stretch_over() noexcept {
        if (left_ <= 0 || coarse_now() != tick_) return true;
        take_turns();
        return false;
    }

    /// The next few turns may pass without a look at any clock.
    void take_turns() noexcept {
        unwatched_ = std::min(left_, kUnwatched);
        left_ -= unwatched_;
    }

    static constexpr int kMax = 1024;
    static constexpr int kUnwatched = 16;
    static constexpr Duration kShort = std::chrono::microseconds(10);
    static constexpr Duration kLong = std::chrono::microseconds(50);

    int unwatched_ = 0;  // turns left until the coarse clock is read
    int left_ = 0;       // turns left after those
    int turns_ = 1;      // turns of a stretch
    TimePoint tick_{};   // the coarse clock at its beginning
    TimePoint last_{};   // the last look while busy; zero if it was not
};

}  // namespace aio
