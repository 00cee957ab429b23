#pragma once
// The queue of callbacks whose time has come, without any memory of its own.
//
// The law of chapter 06's stays: first in, first out. But the links are in the callbacks, so a
// whole list of waiters joins in one move, and to wake a thousand costs what waking one costs. And
// who is next is known one callback ahead: its memory is fetched while this one runs.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "06_futures/callback.hpp"
#include "06_futures/detail/callback_list.hpp"

namespace aio {

/// Owns none of its callbacks. Thread rule: the loop's thread.
class ReadyQueue {
  public:
    /// Goes from one callback to the next.
    class Iterator {
      public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = const Callback*;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = value_type;

        explicit Iterator(const Callback* at) noexcept : at_(at) {}
        [[nodiscard]] const Callback* operator*() const noexcept { return at_; }
        Iterator& operator++() noexcept {
            at_ = at_->next_;
            return *this;
        }
        Iterator operator++(int) noexcept { return Iterator(std::exchange(at_, at_->next_)); }
        friend bool operator==(const Iterator&, const Iterator&) = default;

      private:
        const Callback* at_;
    };

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    /// The one that came last, to mark the end of a turn; nullptr if the queue is empty.
    [[nodiscard]] const Callback* back() const noexcept {
        return first_ == nullptr ? nullptr : last_;
    }

    /// In order: `*begin()` is a pointer to the first.
    [[nodiscard]] Iterator begin() const noexcept { return Iterator(first_); }
    [[nodiscard]] Iterator end() const noexcept { return Iterator(nullptr); }
    /// Where the one behind `last` is; null: the first. `last` must not have left the queue.
    [[nodiscard]] Iterator after(const Callback* last) const noexcept {
        return Iterator(last == nullptr ? first_ : last->next_);
    }

    void push_back(Callback& callback) noexcept {
        callback.next_ = nullptr;
        append(&callback, &callback);
    }

    /// Moves all of `list` to the end of the queue, in order.
    void splice(CallbackList& list) {
        if (list.last_ == nullptr) return;
        Callback* first = list.last_->next_;
        list.last_->next_ = nullptr;
        append(first, list.last_);
        list.last_ = nullptr;
    }

    /// Takes the first one out. The queue must not be empty.
    [[nodiscard]] Callback& pop_front() noexcept {
        Callback* callback = first_;
        first_ = callback->next_;
        prefetch(first_);  // it is next: let the memory come while this one runs
        return *callback;
    }

  private:
    /// A callback is rarely small: a task's coroutine, which will run at once, lies behind it.
    static void prefetch(const Callback* callback) noexcept {
        __builtin_prefetch(callback);
        const auto behind = reinterpret_cast<std::uintptr_t>(callback) + 128;
        __builtin_prefetch(reinterpret_cast<const void*>(behind));  // NOLINT: nobody reads it
    }

    void append(Callback* first, Callback* last) noexcept {
        if (first_ == nullptr) {
            first_ = first;
        } else {
            last_->next_ = first;
        }
        last_ = last;
    }

    Callback* first_ = nullptr;
    Callback* last_ = nullptr;
};

}  // namespace aio
