#pragma once
// What a loop knows of a task (chapter 07) that is not done.
//
// The loop keeps them in a list, so that it can say which are left (all_tasks), and let go of them
// when it is closed. The links are part of the task: to enter and to leave costs four stores.
#include "06_futures/callback.hpp"

namespace aio {

class PendingTask;

/// Its place in the list.
class PendingTaskLink {
  private:
    friend class PendingTaskList;
    PendingTask* before_ = nullptr;
    PendingTask* after_ = nullptr;
};

/// A task, as far as its loop is concerned: a callback that stays in the loop's list until it is
/// over.
class PendingTask : public Callback, public PendingTaskLink {
  public:
    /// The loop is closing: stop waiting for whatever it is. drop() follows.
    virtual void stop_waiting() noexcept = 0;

  protected:
    ~PendingTask() = default;
};

/// Doubly linked, newest first. Owns none of them. Thread rule: the loop's thread.
class PendingTaskList {
  public:
    void add(PendingTask& task) noexcept {
        task.before_ = nullptr;
        task.after_ = first_;
        if (first_ != nullptr) first_->before_ = &task;
        first_ = &task;
    }

    void remove(PendingTask& task) noexcept {
        if (task.before_ != nullptr) task.before_->after_ = task.after_;
        if (task.after_ != nullptr) task.after_->before_ = task.before_;
        if (first_ == &task) first_ = task.after_;
    }

    [[nodiscard]] PendingTask* first() const noexcept { return first_; }

    /// Calls visit(task) for each. `visit` must not change the list.
    template <class Visit>
    void for_each(Visit visit) const {
        for (PendingTask* at = first_; at != nullptr; at = at->after_) visit(*at);
    }

  private:
    PendingTask* first_ = nullptr;
};

}  // namespace aio
