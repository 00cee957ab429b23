#pragma once
// co_await on any task, whatever its result: for it to end, or for it to succeed.
#include <concepts>
#include <coroutine>
#include <utility>

#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {

/// Waits for a task; with `throws`, its error comes out.
template <bool throws>
class AnyTaskAwaiter {
  public:
    explicit AnyTaskAwaiter(AnyTask task) noexcept : task_(std::move(task)) {}

    [[nodiscard]] bool await_ready() const noexcept { return task_.done(); }

    template <std::derived_from<PromiseBase> Promise>
    void await_suspend(std::coroutine_handle<Promise> awaiting) const {
        TaskBase& state = *task_.state();
        waiting_task(state.loop()).wait_for(static_cast<FutureBase&>(state), awaiting);
    }

    void await_resume() {
        EventLoop& loop = task_.get_loop();
        if (loop.cancel_pending()) [[unlikely]]
            loop.current_task()->throw_cancelled();
        if constexpr (throws) task_.state()->ensure_result();
    }

  private:
    AnyTask task_;
};

/// Waits for its end; throws its error, if it has one. The result is not given: its type is lost.
[[nodiscard]] inline AnyTaskAwaiter<true> operator co_await(const AnyTask& task) noexcept {
    return AnyTaskAwaiter<true>(task);
}

/// Waits for its end, however it ends.
[[nodiscard]] inline AnyTaskAwaiter<false> until_done(const AnyTask& task) noexcept {
    return AnyTaskAwaiter<false>(task);
}

}  // namespace aio
