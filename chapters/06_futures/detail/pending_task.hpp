#pragma once
// What a loop knows of a task that is not done (chapter 07).
//
// The loop keeps them in a list, so that it can say which are left (all_tasks), and let go of them
// when it is closed.
#include "06_futures/callback.hpp"
#include "06_futures/detail/intrusive_list.hpp"

namespace aio {

/// A callback that stays in the loop's list until it is over.
class PendingTask : public Callback, public ListNode<PendingTask> {
  public:
    /// The loop is closing: stop waiting for whatever it is. drop() follows.
    virtual void stop_waiting() noexcept = 0;

  protected:
    ~PendingTask() = default;
};

}  // namespace aio
