#pragma once
// co_await on a future: go on at once if it is done, or else let the task wait for it.
//
// The law: awaiting a future that is done does not go through the loop. Awaiting one that is not
// costs one turn after it is done: a wake-up is a callback like any other.
#include <concepts>
#include <coroutine>
#include <utility>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

/// Waits for a future, with a reference to it.
template <class T>
class FutureAwaiter {
  public:
    explicit FutureAwaiter(Future<T> future) noexcept : future_(std::move(future)) {}

    [[nodiscard]] bool await_ready() const noexcept { return future_.done(); }

    /// RuntimeError if no task runs, or if the future belongs to another loop than the task.
    template <std::derived_from<PromiseBase> Promise>
    void await_suspend(std::coroutine_handle<Promise> awaiting) const {
        running_task().wait_for(*future_.state(), awaiting);
    }

    // Inlined: every wait comes back here.
    [[gnu::always_inline]] T await_resume() {
        if (TaskBase* const cancelled = task_to_cancel()) [[unlikely]] {
            if (!future_.cancelled()) cancelled->throw_cancelled();
            cancelled->forget_cancel();  // the future brings the error
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
