#pragma once
// co_await on a future: go on at once if it is done, or else let the task wait for it.
//
// The law: awaiting a future that is done does not go through the loop. Awaiting one that is not
// costs one turn after it is done, for to be woken is a callback like any other.
#include <concepts>
#include <coroutine>
#include <utility>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

[[noreturn, gnu::cold]] inline void refuse_to_wait() {
    throw RuntimeError("only a task of the same loop can wait: use create_task");
}

/// The task that runs on `loop`, to wait there. RuntimeError if there is none.
[[nodiscard]] inline TaskBase& waiting_task(EventLoop& loop) {
    TaskBase* const task = loop.current_task();
    if (task == nullptr) [[unlikely]]
        refuse_to_wait();
    return *task;
}

/// The task that runs in this thread. RuntimeError if there is none.
[[nodiscard]] inline TaskBase& running_task() {
    EventLoop* const loop = EventLoop::running();
    TaskBase* const task = loop != nullptr ? loop->current_task() : nullptr;
    if (task == nullptr) [[unlikely]]
        refuse_to_wait();
    return *task;
}

/// Waits for a future, with a share in it.
template <class T>
class FutureAwaiter {
  public:
    explicit FutureAwaiter(Future<T> future) noexcept : future_(std::move(future)) {}

    [[nodiscard]] bool await_ready() const noexcept { return future_.done(); }

    template <std::derived_from<PromiseBase> Promise>
    void await_suspend(std::coroutine_handle<Promise> awaiting) const {
        FutureBase& state = *future_.state();
        waiting_task(state.loop()).wait_for(state, awaiting);
    }

    T await_resume() {
        const FutureBase& state = *future_.state();
        if (state.loop().cancel_pending()) [[unlikely]] {
            TaskBase& task = *state.loop().current_task();
            if (!state.cancelled()) task.throw_cancelled();
            task.forget_cancel();  // the future brings the error
        }
        return std::move(future_).result();
    }

  private:
    Future<T> future_;
};

template <class T>
[[nodiscard]] FutureAwaiter<T> operator co_await(const Future<T>& future) noexcept {
    return FutureAwaiter<T>(future);
}
template <class T>
[[nodiscard]] FutureAwaiter<T> operator co_await(Future<T>&& future) noexcept {
    return FutureAwaiter<T>(std::move(future));
}

}  // namespace aio
