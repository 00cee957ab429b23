#pragma once
// What time it is, for a loop: the machine's clock, or one that jumps.
//
// A loop never asks the machine directly, but its Clock. In a test the clock is a VirtualClock:
// whenever the loop would sleep until the next timer, the clock jumps there instead. An hour of
// sleeps then takes a millisecond, and what happens at which time is exact and repeatable.
#include <chrono>

namespace aio {

/// A moment on a loop's clock. Only differences mean anything.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

/// The machine's clock: never goes back (CLOCK_MONOTONIC). Thread rule: the loop's thread.
class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual TimePoint now() const { return std::chrono::steady_clock::now(); }

    /// Whether `when` is still to come.
    [[nodiscard]] virtual bool is_ahead(TimePoint when) const { return when > now(); }

    /// Whether the loop should jump() instead of sleeping.
    [[nodiscard]] virtual bool jumps() const noexcept { return false; }
    virtual void jump([[maybe_unused]] TimePoint to) {}
};

/// A clock that stands still until the loop would sleep, and then jumps to the next deadline.
class VirtualClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const override { return now_; }

    [[nodiscard]] bool jumps() const noexcept override { return true; }

    void jump(TimePoint to) override {
        if (to > now_) now_ = to;
    }

    /// Moves the clock by hand: a callback that "takes" that long.
    void advance(Duration by) { now_ += by; }

  private:
    TimePoint now_{};
};

}  // namespace aio
