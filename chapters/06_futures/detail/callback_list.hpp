#pragma once
// A list of callbacks: those who wait for a future, or what other threads have posted.
//
// The links are in the callbacks, so a list is one pointer, and a future, of which there may be a
// million, has room for it.
#include "06_futures/callback.hpp"

namespace aio {

/// Callbacks in the order in which they came, in one pointer: it points to the last, and the last
/// to the first. Owns none of them.
class CallbackList {
  public:
    [[nodiscard]] bool empty() const noexcept { return last_ == nullptr; }

    void push_back(Callback& callback) noexcept {
        if (last_ == nullptr) {
            callback.next_ = &callback;
        } else {
            callback.next_ = last_->next_;
            last_->next_ = &callback;
        }
        last_ = &callback;
    }

    /// Takes the first one out; nullptr if there is none.
    Callback* pop_front() noexcept {
        if (last_ == nullptr) return nullptr;
        Callback* first = last_->next_;
        last_->next_ = first->next_;
        if (first == last_) last_ = nullptr;
        return first;
    }

    /// Takes `callback` out. Returns whether it was there. Costs a walk through the list.
    bool remove(Callback& callback) noexcept {
        if (last_ == nullptr) return false;
        Callback* before = last_;
        while (before->next_ != &callback) {
            before = before->next_;
            if (before == last_) return false;
        }
        before->next_ = callback.next_;
        if (last_ == &callback) last_ = before == &callback ? nullptr : before;
        return true;
    }

    /// Calls visit(callback) for each, in order. `visit` must not change the list.
    template <class Visit>
    void for_each(Visit visit) const {
        if (last_ == nullptr) return;
        for (Callback* at = last_->next_;; at = at->next_) {
            visit(*at);
            if (at == last_) return;
        }
    }

  private:
    friend class ReadyQueue;
    Callback* last_ = nullptr;
};

}  // namespace aio
