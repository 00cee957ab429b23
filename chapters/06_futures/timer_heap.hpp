#pragma once
// The timers of a loop: what is due next, and nothing else, is known at any time.
//
// A cancelled timer stays where it is until it reaches the top of the heap, or until more than half
// of a hundred or more are cancelled: then all of them are swept out (asyncio does the same). Only
// the last of the array, below which nobody stands, goes at once.
#include <cstddef>

#include "06_futures/detail/clock.hpp"
#include "06_futures/detail/deadline_heap.hpp"
#include "06_futures/detail/handle.hpp"

namespace aio {

/// Holds a reference to each of its timers. Thread rule: the loop's thread.
class TimerHeap {
  public:
    TimerHeap() = default;
    TimerHeap(const TimerHeap&) = delete;
    TimerHeap& operator=(const TimerHeap&) = delete;
    ~TimerHeap() { clear(); }

    [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }

    /// The earliest deadline. The heap must not be empty.
    [[nodiscard]] TimePoint earliest() const noexcept { return heap_.top().when; }

    /// Takes over the caller's reference to `timer`, to fire at `when`.
    void push(Timer& timer, TimePoint when) {
        timer.when_ = when;
        timer.heap_ = this;
        heap_.push({when, &timer});
    }

    /// Takes out the earliest timer if it is due at `now`; nullptr if none is. Cancelled ones
    /// are let go on the way. The caller gets the heap's reference to it.
    [[nodiscard]] Timer* pop_due(TimePoint now) {
        while (!heap_.empty() && heap_.top().when <= now) {
            Timer* timer = taken_out(heap_.pop());
            if (!timer->cancelled()) return timer;
            timer->release();
        }
        return nullptr;
    }

    /// Lets go of cancelled timers at the top, so that earliest() is a deadline that counts.
    void drop_cancelled_top() {
        while (!heap_.empty() && heap_.top().timer->cancelled()) taken_out(heap_.pop())->release();
    }

    /// `timer`, which is in the heap, has just been cancelled.
    void note_cancelled(Timer& timer) noexcept {
        ++cancelled_;
        if (heap_.last().timer == &timer) return taken_out(heap_.pop_last())->release();
        if (heap_.size() > kSweepAbove && 2 * cancelled_ > heap_.size()) sweep();
    }

    /// Cancels and lets go of all.
    void clear() noexcept {
        for (const DeadlineHeap::Entry& entry : heap_.take_all()) {
            taken_out(entry.timer)->drop();
        }
    }

  private:
    static constexpr std::size_t kSweepAbove = 100;

    Timer* taken_out(Timer* timer) noexcept {
        timer->heap_ = nullptr;
        if (timer->cancelled()) --cancelled_;
        return timer;
    }

    void sweep() noexcept {
        heap_.erase_if([this](const DeadlineHeap::Entry& entry) {
            const bool gone = entry.timer->cancelled();
            if (gone) taken_out(entry.timer)->release();
            return gone;
        });
    }

    DeadlineHeap heap_;
    std::size_t cancelled_ = 0;  // how many of them are cancelled
};

}  // namespace aio
