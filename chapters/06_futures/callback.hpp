#pragma once
// Everything the loop runs is a Callback: a node with a pointer to the next one.
//
// The node is part of what is to be run (a function with its arguments, a task), so scheduling
// allocates nothing: it links the node into a queue. A node is in one queue at a time. A task can
// wait for one thing only, and so one node is enough for it, for life.
#include <string>
#include <typeinfo>

#include "06_futures/detail/context_snapshot.hpp"

namespace aio {

class Callback;

/// Its place in a list.
class CallbackLink {
  private:
    friend class CallbackList;
    friend class ReadyQueue;
    Callback* next_ = nullptr;
};

/// Something to be called back. Thread rule: its loop's thread.
class Callback : public CallbackLink {
  public:
    Callback() = default;
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;

    /// Its turn has come. It is in no queue any more, and may destroy itself.
    virtual void run() = 0;

    /// It will never be run: let go of everything, without calling anybody.
    virtual void drop() noexcept = 0;

    /// Whether it calls this very function: remove_done_callback() asks.
    [[nodiscard]] virtual bool calls([[maybe_unused]] const std::type_info& type,
                                     [[maybe_unused]] const void* function) const noexcept {
        return false;
    }

    /// What is run, for the reports of debug mode.
    [[nodiscard]] virtual std::string describe() const = 0;

    /// The same, for the description of what it waits for: it does not say that again.
    [[nodiscard]] virtual std::string describe_waiter() const { return describe(); }

  protected:
    ~Callback() = default;  // a callback is destroyed by its owner, who knows what it is

    /// The context it runs in: that of the moment it was scheduled (chapter 13).
    ContextSnapshot context_;
};

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
