#pragma once
// What waits until when, the earliest first.
//
// A binary heap whose elements know their place in it. So a connection that vanishes takes its
// wait with it, and ten thousand waits cost ten thousand entries of one array and nothing else.
#include <chrono>
#include <cstddef>
#include <vector>

namespace course {

using TimePoint = std::chrono::steady_clock::time_point;

/// Something that can stand in a DelayQueue, in one at a time.
class Delayed {
  public:
    [[nodiscard]] bool is_queued() const noexcept { return place_ != kNowhere; }

  private:
    friend class DelayQueue;
    static constexpr std::size_t kNowhere = ~std::size_t{0};
    std::size_t place_ = kNowhere;
};

/// Refers to its elements and owns none: remove an element before destroying it.
class DelayQueue {
  public:
    [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }

    /// The earliest deadline. The queue must not be empty.
    [[nodiscard]] TimePoint deadline() const noexcept { return heap_.front().deadline; }

    /// Adds `who`, which must not be queued. O(log n).
    void push(TimePoint deadline, Delayed& who);

    /// Takes out the element with the earliest deadline. The queue must not be empty. O(log n).
    Delayed& pop();

    /// Takes out `who`, if it is queued. O(log n).
    void remove(Delayed& who);

  private:
    struct Entry {
        TimePoint deadline;
        Delayed* who;
    };

    void put(std::size_t place, Entry entry);
    void sift_up(std::size_t place, Entry entry);
    void sift_down(std::size_t place, Entry entry);

    std::vector<Entry> heap_;  ///< no entry is earlier than the one at (place - 1) / 2
};

}  // namespace course
