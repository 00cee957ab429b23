#pragma once
// The timers of a loop: what is due next, and nothing else, is known at any time.
//
// The standard library's heap in an array, with the earliest deadline on top. A cancelled timer
// stays where it is until it reaches the top, or until more than half of a hundred or more are
// cancelled: then all of them are swept out (asyncio does the same). Only the last of the array,
// below which nobody stands, goes at once. (Chapter 20 has a heap that is half as deep.)
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "06_futures/detail/clock.hpp"
#include "06_futures/detail/handle.hpp"

namespace aio {

/// Holds a reference to each of its timers. Thread rule: the loop's thread.
class TimerHeap {
  public:
    TimerHeap() = default;
    TimerHeap(const TimerHeap&) = delete;
    TimerHeap& operator=(const TimerHeap&) = delete;
    ~TimerHeap() { clear(); }

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// The earliest deadline. The heap must not be empty.
    [[nodiscard]] TimePoint earliest() const noexcept { return entries_.front().when; }

    /// Takes over the caller's reference to `timer`, to fire at `when`.
    void push(Timer& timer, TimePoint when) {
        timer.when_ = when;
        timer.heap_ = this;
        entries_.push_back({when, &timer});
        std::push_heap(entries_.begin(), entries_.end());
    }

    /// Takes out the earliest timer if it is due at `now`; nullptr if none is. Cancelled ones
    /// are let go on the way. The caller gets the heap's reference to it.
    [[nodiscard]] Timer* pop_due(TimePoint now) {
        while (!entries_.empty() && entries_.front().when <= now) {
            Timer* timer = pop();
            if (!timer->cancelled()) return timer;
            timer->release();
        }
        return nullptr;
    }

    /// Lets go of cancelled timers at the top, so that earliest() is a deadline that counts.
    void drop_cancelled_top() {
        while (!entries_.empty() && entries_.front().timer->cancelled()) pop()->release();
    }

    /// `timer`, which is in the heap, has just been cancelled.
    void note_cancelled(Timer& timer) noexcept {
        ++cancelled_;
        if (entries_.back().timer == &timer) return remove_last()->release();
        if (entries_.size() > kSweepAbove && 2 * cancelled_ > entries_.size()) sweep();
    }

    /// Cancels and lets go of all.
    void clear() noexcept {
        for (const Entry& entry : std::exchange(entries_, {})) {
            entry.timer->heap_ = nullptr;
            entry.timer->drop();
        }
        cancelled_ = 0;
    }

  private:
    struct Entry {
        TimePoint when;
        Timer* timer;
        /// The library's heaps have the largest on top: for us, the one that is due first.
        bool operator<(const Entry& other) const noexcept { return other.when < when; }
    };
    static constexpr std::size_t kSweepAbove = 100;

    Timer* pop() {
        std::pop_heap(entries_.begin(), entries_.end());
        return remove_last();
    }

    Timer* remove_last() noexcept {
        Timer* timer = entries_.back().timer;
        entries_.pop_back();
        timer->heap_ = nullptr;
        if (timer->cancelled()) --cancelled_;
        return timer;
    }

    void sweep() noexcept {
        std::erase_if(entries_, [](const Entry& entry) {
            if (!entry.timer->cancelled()) return false;
            entry.timer->heap_ = nullptr;
            entry.timer->release();
            return true;
        });
        cancelled_ = 0;
        std::make_heap(entries_.begin(), entries_.end());
    }

    std::vector<Entry> entries_;
    std::size_t cancelled_ = 0;  // how many of them are cancelled
};

}  // namespace aio
