#pragma once
// The timers of a loop: what is due next, and nothing else, is known at any time.
//
// A heap in an array, four children to a node: half as deep as with two, and the four children
// share a cache line. An entry holds the deadline itself, so that sifting does not touch the
// timers. A cancelled timer stays where it is until it reaches the top, or until more than half
// of a hundred or more are cancelled: then all of them are swept out (asyncio does the same).
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "06_futures/detail/clock.hpp"
#include "06_futures/detail/handle.hpp"

namespace aio {

/// Holds a share in each of its timers. Thread rule: the loop's thread.
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

    /// Takes over the caller's share in `timer`, to fire at `when`.
    void push(Timer& timer, TimePoint when) {
        timer.when_ = when;
        timer.heap_ = this;
        entries_.push_back({when, &timer});
        sift_up(entries_.size() - 1);
    }

    /// Takes out the earliest timer if it is due at `now`; nullptr if none is. Cancelled ones
    /// are let go on the way. The caller gets the heap's share in it.
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
        if (entries_.back().timer == &timer) return remove_last();
        ++cancelled_;
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
    };
    static constexpr std::size_t kChildren = 4;
    static constexpr std::size_t kSweepAbove = 100;

    /// The last entry of the array may go without a repair: nobody stands below it.
    void remove_last() noexcept {
        Timer* timer = entries_.back().timer;
        entries_.pop_back();
        timer->heap_ = nullptr;
        timer->release();
    }

    /// Fetches the memory of this timer and the next while there is other work: both were last
    /// touched long ago.
    Timer* pop() {
        Timer* timer = entries_.front().timer;
        __builtin_prefetch(timer);
        const Entry last = entries_.back();
        entries_.pop_back();
        if (!entries_.empty()) {
            sift_down(0, last);
            __builtin_prefetch(entries_.front().timer);
        }
        timer->heap_ = nullptr;
        if (timer->cancelled()) --cancelled_;
        return timer;
    }

    void sift_up(std::size_t at) {
        const Entry entry = entries_[at];
        while (at > 0) {
            const std::size_t parent = (at - 1) / kChildren;
            if (!(entry.when < entries_[parent].when)) break;
            entries_[at] = entries_[parent];
            at = parent;
        }
        entries_[at] = entry;
    }

    /// Finds the place of `entry` at `at` or below.
    void sift_down(std::size_t at, Entry entry) noexcept {
        while (true) {
            const std::size_t child = smallest_child(at);
            if (child >= entries_.size() || !(entries_[child].when < entry.when)) break;
            entries_[at] = entries_[child];
            at = child;
        }
        entries_[at] = entry;
    }

    [[nodiscard]] std::size_t smallest_child(std::size_t at) const noexcept {
        const std::size_t first = at * kChildren + 1;
        const std::size_t end = std::min(first + kChildren, entries_.size());
        std::size_t smallest = first;
        for (std::size_t child = first + 1; child < end; ++child) {
            if (entries_[child].when < entries_[smallest].when) smallest = child;
        }
        return smallest;
    }

    void sweep() noexcept {
        const auto gone = [](const Entry& entry) {
            if (!entry.timer->cancelled()) return false;
            entry.timer->heap_ = nullptr;
            entry.timer->release();
            return true;
        };
        std::erase_if(entries_, gone);
        cancelled_ = 0;
        for (std::size_t i = entries_.size() / kChildren + 1; i-- > 0;) {
            if (i < entries_.size()) sift_down(i, entries_[i]);
        }
    }

    std::vector<Entry> entries_;
    std::size_t cancelled_ = 0;  // how many of them are cancelled
};

}  // namespace aio
