#pragma once
// What a task says of itself, and what is reported of it (task_step.hpp includes this).
#include <string>

#include <fmt/format.h>

#include "07_coroutine_tasks/task_step.hpp"

namespace aio {

inline void TaskBase::refuse_to_wait_for(const FutureBase& future) const {
    if (&future == this) throw RuntimeError("Task cannot await on itself: " + describe());
    throw RuntimeError(fmt::format("Task {} got {} {} attached to a different loop", describe(),
                                   future.kind(), future.describe()));
}

/// The exception handler is told in the task's context.
inline void TaskBase::report_unretrieved() noexcept {
    const EnterContext enter(context_);
    FutureBase::report_unretrieved();
}

/// The loop is closed over a task that is not done.
inline void TaskBase::drop() noexcept {
    {
        const EnterContext enter(context_);
        loop().call_exception_handler(
            {"Task was destroyed but it is pending!", nullptr, describe()});
        destroy_coroutine();
        leaf_ = nullptr;
    }
    leave_loop();
}

inline std::string TaskBase::describe() const {
    return describe(true);
}

/// Without what it waits for in the description of one that waits for it: two tasks that wait for
/// each other would have no end.
inline std::string TaskBase::describe(bool with_wait) const {
    const char* state = !done()       ? (cancelling() > 0 ? "cancelling" : "pending")
                        : cancelled() ? "cancelled"
                                      : "finished";
    std::string text = fmt::format("<Task {} name='{}'", state, name());
    if (leaf_) text += " coro=" + describe_coroutine();
    if (with_wait && waiting_ != nullptr) text += " wait_for=" + waiting_->describe_wait();
    if (failed()) text += " exception=" + aio::describe(error());
    const std::string result = has_result() ? describe_result() : "";
    if (!result.empty()) text += " result=" + result;
    return text + ">";
}

}  // namespace aio
