#pragma once
// TimerHandle: what you hold to cancel a call at a time.
//
// To cancel a timer is to cancel its call, and to tell the heap in which it lies.
#include "06_futures/detail/clock.hpp"
#include "06_futures/detail/handle.hpp"
#include "06_futures/timer_heap.hpp"

namespace aio {

inline void Timer::cancel() noexcept {
    if (cancelled()) return;
    ScheduledCall::cancel();
    if (heap_ != nullptr) heap_->note_cancelled(*this);
}

/// Shares a timer, to cancel it. Python's asyncio.TimerHandle.
class TimerHandle : public Handle {
  public:
    explicit TimerHandle(Timer& timer) noexcept : Handle(timer) {}

    /// The deadline on the loop's clock.
    [[nodiscard]] TimePoint when() const noexcept { return static_cast<Timer*>(call())->when(); }
};

}  // namespace aio
