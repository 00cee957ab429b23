#pragma once
// What a task tells the observer of its loop (06_futures/detail/loop_observer.hpp).
#include <string>

#include "06_futures/detail/observation.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

/// What it wakes while it runs is told first, then its end, then whom its end has woken. The step
/// may throw an exit request, and the end may be that of the last reference.
inline void TaskBase::run_observed(ObservedStep& observed) {
    struct Tell {
        Tell(TaskBase& of, ObservedStep& to) noexcept : task(of), observed(to) { task.retain(); }
        ~Tell() {
            task.tell(observed);
            task.release();
        }
        Tell(const Tell&) = delete;
        Tell& operator=(const Tell&) = delete;
        TaskBase& task;
        ObservedStep& observed;
    };
    const Tell at_the_end(*this, observed);
    if (has(kMustCancel | kInterrupted)) return run_cancelled();
    set(kStarted);
    step();
    observed.tell_wakes();
    if (has(kReturned)) end();
}

/// A task that is neither done nor waits is in the queue again.
inline void TaskBase::tell(ObservedStep& observed) const {
    if (done()) return observed.done(outcome());
    if (waiting_ == nullptr) return observed.wait("the next turn");
    if (const auto* task = dynamic_cast<const TaskBase*>(waiting_)) {
        return observed.wait(task->name());
    }
    const auto* future = dynamic_cast<const FutureBase*>(waiting_);
    const std::string what = readable_description(waiting_->describe_wait());
    observed.wait("a " + (future != nullptr ? future->kind() : what));
}

/// "returns 3", "fails with ValueError: no", "is cancelled".
inline std::string TaskBase::outcome() const {
    if (cancelled()) return "is cancelled";
    if (failed()) return "fails with " + aio::describe(error());
    const std::string result = describe_result();
    return result.empty() ? "returns" : "returns " + result;
}

}  // namespace aio
