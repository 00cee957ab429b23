#pragma once
// A task's step, and how it waits and ends: the functions of TaskBase. (Those by which it is
// cancelled have a header of their own.)
//
// Read run() first: it is what a coroutine's life in a loop consists of.
#include <utility>

#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/task_cancellation.hpp"
#include "07_coroutine_tasks/detail/task_observed.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

inline std::coroutine_handle<> leaf_has_returned(std::coroutine_handle<> leaf) noexcept {
    return EventLoop::running()->current_task()->leaf_has_returned(leaf);
}

// ── a step ──────────────────────────────────────────────────────────────────────────────────────

inline void TaskBase::run() {
    if (has(kMustCancel | kInterrupted)) [[unlikely]]
        return run_cancelled();
    set(kStarted);
    step();
    if (has(kReturned)) end();
}

inline void TaskBase::step() {
    const EnterContext enter(context_);  // chapter 13
    resume_leaf();
}

/// Resumes the innermost coroutine, as the current task. While it runs, it waits for nothing: what
/// it waited for is over, and need not exist any longer.
inline void TaskBase::resume_leaf() {
    waiting_ = nullptr;
    loop().exchange_current_task(this);
    leaf_.resume();
    loop().exchange_current_task(nullptr);
}

/// The frame of `leaf` will soon be gone: from now on the one that awaits it stands for the chain.
/// If nobody does, the task is over.
inline std::coroutine_handle<> TaskBase::leaf_has_returned(std::coroutine_handle<> leaf) noexcept {
    if (const auto awaiting = promise_of(leaf).continuation.awaiting()) {
        suspend_at(awaiting);
        return awaiting;
    }
    set(kReturned);
    leaf_ = leaf;
    return std::noop_coroutine();
}

/// The coroutine is over. An exit request is stored like any error, and leaves the loop as well.
inline void TaskBase::end() {
    is_cancel_requested() ? end_cancelled() : take_outcome(leaf_);
    leaf_ = nullptr;
    std::exception_ptr exit_request;
    if (failed() && is_exit_request(error())) [[unlikely]]
        exit_request = error();
    leave_loop();
    if (exit_request != nullptr) [[unlikely]]
        std::rethrow_exception(exit_request);
}

/// The task ends without a result: cancelled, by `error` or (if it is null) by request, or failed.
inline void TaskBase::finish_with_outcome(std::exception_ptr error) {
    if (error == nullptr) {
        finish_cancelled(std::make_exception_ptr(CancelledError(label_.cancel_message())));
    } else if (is_exactly<CancelledError>(error)) {
        finish_cancelled(std::move(error));
    } else {
        finish_with_error(std::move(error));
    }
}

// ── waiting ─────────────────────────────────────────────────────────────────────────────────────

inline void TaskBase::wait_for(FutureBase& future, std::coroutine_handle<> leaf) {
    if (&future == this || &future.loop() != &loop()) [[unlikely]]
        refuse_to_wait_for(future);
    future.add_waiter(*this);
    wait_for(static_cast<Cancellable&>(future), leaf);
}

inline void TaskBase::wait_for(Cancellable& awaited, std::coroutine_handle<> leaf) {
    suspend_at(leaf);
    waiting_ = &awaited;
    if (is_cancel_requested()) [[unlikely]]
        cancel_what_it_waits_for();
}

inline void TaskBase::yield(std::coroutine_handle<> leaf) noexcept {
    suspend_at(leaf);
    loop().schedule(*this);
}

inline void TaskBase::suspend_at(std::coroutine_handle<> leaf) noexcept {
    leaf_ = leaf;
    promise_of(leaf).continuation.mark_as_leaf();
}

// ── life ────────────────────────────────────────────────────────────────────────────────────────

inline void TaskBase::start_soon() noexcept {
    enter_loop();
    loop().schedule(*this);
}

/// The step lies within that of another task, which is the current one again afterwards.
inline void TaskBase::start_eagerly() {
    EventLoop& loop = this->loop();
    if (EventLoop::running() != &loop) return start_soon();
    enter_loop();
    TaskBase* const outer = loop.exchange_current_task(nullptr);
    loop.run_within(*this);
    loop.exchange_current_task(outer);
}

inline void TaskBase::enter_loop() noexcept {
    retain();
    loop().pending_tasks().push_front(*this);
}

inline void TaskBase::leave_loop() noexcept {
    leave_for_good();
    release();
}

inline void TaskBase::stop_waiting() noexcept {
    if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->abandon();
}

}  // namespace aio

#include "07_coroutine_tasks/detail/task_description.hpp"  // IWYU pragma: export
