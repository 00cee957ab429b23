#pragma once
// Deadlines in an array, the earliest on top: a heap with four children to a node.
//
// It is half as deep as one with two, and the four children share a cache line. An entry holds the
// deadline itself, so that sifting does not touch the timers. Who takes one out will need its
// memory, and soon that of the next: both were last touched long ago, so they are fetched early.
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
    };

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// The earliest, and the last of the array, below which nobody stands. There must be one.
    [[nodiscard]] const Entry& top() const noexcept { return entries_.front(); }
    [[nodiscard]] const Entry& last() const noexcept { return entries_.back(); }

    void push(Entry entry) {
        entries_.push_back(entry);
        sift_up(entries_.size() - 1);
    }

    Timer* pop() {
        Timer* timer = entries_.front().timer;
        __builtin_prefetch(timer);
        const Entry last = entries_.back();
        entries_.pop_back();
        if (!entries_.empty()) {
            sift_down(0, last);
            __builtin_prefetch(entries_.front().timer);
        }
        return timer;
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
        for (std::size_t i = entries_.size() / kChildren + 1; i-- > 0;) {
            if (i < entries_.size()) sift_down(i, entries_[i]);
        }
    }

    /// All entries, in no order; the heap is empty then.
    [[nodiscard]] std::vector<Entry> take_all() noexcept { return std::exchange(entries_, {}); }

  private:
    static constexpr std::size_t kChildren = 4;

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

    std::vector<Entry> entries_;
};

}  // namespace aio
