#pragma once
// sleep(): let other tasks run for a while, or, with zero, for one turn.
//
// A timer and a task need no future between them. The timer's turn wakes the task, as a future
// would, and the task runs in the turn after: asyncio's order, without its allocations.
#include <concepts>
#include <coroutine>
#include <string>
#include <utility>

#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/wake_up.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

/// What sleep() gives: await it, or make a task of it.
template <class T = void>
class [[nodiscard]] Sleep {
  public:
    template <class... Result>
    explicit Sleep(Duration delay, Result&&... result)
        : delay_(delay), result_(std::forward<Result>(result)...) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }

    // Inlined into the coroutine: to yield should be a few instructions, and no call.
    template <std::derived_from<PromiseBase> Promise>
    [[gnu::always_inline]] void await_suspend(std::coroutine_handle<Promise> awaiting) const {
        TaskBase& task = running_task();
        if (delay_ <= Duration::zero()) {
            task.yield(awaiting);
        } else {
            start_timer(task, awaiting);
        }
    }

    T await_resume() {
        EventLoop& loop = *EventLoop::running();
        if (loop.cancel_pending()) [[unlikely]]
            loop.current_task()->throw_cancelled();
        if constexpr (!std::is_void_v<T>) return std::move(result_);
    }

  private:
    // Not inlined: to yield, the common case of a loop that computes, should stay a few
    // instructions.
    [[gnu::noinline]] void start_timer(TaskBase& task, std::coroutine_handle<> awaiting) const {
        auto& timer = *new WakeUp(task);
        task.loop().schedule_at(timer, task.loop().time() + delay_);
        task.wait_for(timer, awaiting);
    }

    Duration delay_;
    [[no_unique_address]] Stored<T> result_;
};

/// Suspends the task for `delay`; for one turn of the loop if it is zero or less. ValueError for
/// NaN. asyncio.sleep.
template <class Rep, class Period>
[[nodiscard]] Sleep<> sleep(std::chrono::duration<Rep, Period> delay) {
    return Sleep<>(to_duration(delay));
}
/// The same, and then gives `result`.
template <class Rep, class Period, class T>
[[nodiscard]] Sleep<std::decay_t<T>> sleep(std::chrono::duration<Rep, Period> delay, T&& result) {
    return Sleep<std::decay_t<T>>(to_duration(delay), std::forward<T>(result));
}

}  // namespace aio
