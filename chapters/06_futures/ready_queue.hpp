#pragma once
// The queue of callbacks whose time has come: first in, first out.
//
// Two laws make a loop fair. What a callback schedules waits for the next turn, so a turn has an
// end. And all who wait for the same future join together, in the order in which they came.
// (Chapter 20 has a queue that takes a list of a million in one step.)
#include <algorithm>
#include <deque>

#include "06_futures/callback.hpp"
#include "06_futures/detail/callback_list.hpp"

namespace aio {

/// Owns none of its callbacks. Thread rule: the loop's thread.
class ReadyQueue {
  public:
    [[nodiscard]] bool empty() const noexcept { return callbacks_.empty(); }

    /// The one that came last, to mark the end of a turn; nullptr if the queue is empty.
    [[nodiscard]] const Callback* back() const noexcept {
        return callbacks_.empty() ? nullptr : callbacks_.back();
    }

    /// In order: `*begin()` is a pointer to the first.
    [[nodiscard]] auto begin() const noexcept { return callbacks_.begin(); }
    [[nodiscard]] auto end() const noexcept { return callbacks_.end(); }
    /// Where the one behind `last` is; null: the first. `last` must not have left the queue.
    [[nodiscard]] auto after(const Callback* last) const noexcept {
        return std::find(callbacks_.rbegin(), callbacks_.rend(), last).base();
    }

    void push_back(Callback& callback) { callbacks_.push_back(&callback); }

    /// Moves all of `list` to the end of the queue, in order.
    void splice(CallbackList& list) {
        while (Callback* callback = list.pop_front()) push_back(*callback);
    }

    /// Takes the first one out. The queue must not be empty.
    [[nodiscard]] Callback& pop_front() noexcept {
        Callback& callback = *callbacks_.front();
        callbacks_.pop_front();
        return callback;
    }

  private:
    std::deque<Callback*> callbacks_;
};

}  // namespace aio
