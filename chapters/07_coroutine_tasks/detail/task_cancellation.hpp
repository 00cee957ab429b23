#pragma once
// How a task is cancelled: the functions of TaskBase that chapter 09 explains.
//
// A request goes down at once: what the task waits for is cancelled. The error comes up one turn
// later: the await that waited comes back, and throws. A task that was cancelled while it ran
// cancels what it waits for next; and if it waits for nothing more, it ends cancelled.
//
// cancel(), uncancel(), run_cancelled() and throw_cancelled() are exercises of chapter 09: if you
// want to find them yourself, read on when you are there.
#include <exception>
#include <string>
#include <utility>

#include "06_futures/detail/errors.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

// ── the request ─────────────────────────────────────────────────────────────────────────────────

/// A request, not an act: what the task waits for is cancelled, and the task sees it one turn
/// later. If it waits for nothing, its next step throws.
inline bool TaskBase::cancel(const std::string& message) {
    mark_retrieved();
    if (done()) return false;
    label_.add_cancels(1);
    if (waiting_ != nullptr && waiting_->cancel(message)) return true;
    set(kMustCancel);
    if (!has(kInterrupted)) label_.set_cancel_message(message);
    return true;
}

/// Takes one request back. With the last one goes a cancellation that has not been delivered.
inline int TaskBase::uncancel() {
    if (label_.cancels() == 0) return 0;
    const int left = label_.add_cancels(-1);
    if (left == 0) clear(kMustCancel);
    return left;
}

// ── the delivery ────────────────────────────────────────────────────────────────────────────────

inline void TaskBase::interrupt(const std::string& message) {
    set(kInterrupted);
    label_.set_cancel_message(message);
    wake(loop());
}

/// The await that comes back throws. Cancelled before its first step, the body never runs: only
/// its parameters are destroyed.
inline void TaskBase::run_cancelled() {
    if (!has(kStarted)) {
        finish_with_outcome(nullptr);
        destroy_coroutine();
        leaf_ = nullptr;
        return leave_loop();
    }
    loop().set_cancel_pending(true);
    step();
    loop().set_cancel_pending(false);
    if (has(kReturned)) end();
}

/// The task was cancelled while it ran, and waits again.
inline void TaskBase::cancel_what_it_waits_for() {
    if (waiting_->cancel(label_.cancel_message())) clear(kMustCancel);
}

/// It was cancelled in its last step, and nobody could tell it. The request wins over a result, for
/// the caller was told that the task would be cancelled. An error stays an error.
inline void TaskBase::end_cancelled() {
    finish_with_outcome(std::move(promise_of(leaf_).error));
    destroy_coroutine();
}

inline void TaskBase::throw_cancelled() {
    forget_cancel();
    throw CancelledError(label_.cancel_message());
}

inline void TaskBase::forget_cancel() noexcept {
    clear(kMustCancel | kInterrupted);
    loop().set_cancel_pending(false);
}

}  // namespace aio
