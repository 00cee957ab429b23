#pragma once
// Deadlines in an array, the earliest on top: the standard library's heap.
//
// An entry holds the deadline itself, so that two can be compared without a look at their timers.
// Which of them are cancelled is the TimerHeap's business. (Chapter 20 has a heap that is half as
// deep.)
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "06_futures/detail/clock.hpp"

namespace aio {

class Timer;

/// Owns nothing. Thread rule: the loop's thread.
class DeadlineHeap {
  public:
    struct Entry {
        TimePoint when;
        Timer* timer;
        /// The library's heaps have the largest on top: for us, the one that is due first.
        bool operator<(const Entry& other) const noexcept { return other.when < when; }
    };

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// The earliest, and the last of the array, below which nobody stands. There must be one.
    [[nodiscard]] const Entry& top() const noexcept { return entries_.front(); }
    [[nodiscard]] const Entry& last() const noexcept { return entries_.back(); }

    void push(Entry entry) {
        entries_.push_back(entry);
        std::push_heap(entries_.begin(), entries_.end());
    }

    Timer* pop() {
        std::pop_heap(entries_.begin(), entries_.end());
        return pop_last();
    }

    Timer* pop_last() noexcept {
        Timer* timer = entries_.back().timer;
        entries_.pop_back();
        return timer;
    }

    /// Leaves out every entry for which `gone(entry)` is true.
    template <class Predicate>
    void erase_if(Predicate gone) {
        std::erase_if(entries_, gone);
        std::make_heap(entries_.begin(), entries_.end());
    }

    /// All entries, in no order; the heap is empty then.
    [[nodiscard]] std::vector<Entry> take_all() noexcept { return std::exchange(entries_, {}); }

  private:
    std::vector<Entry> entries_;
};

}  // namespace aio
