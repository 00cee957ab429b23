#pragma once
// Cancellation as a coroutine sees it: CancelledError comes out of an await, and there may be
// something to clean up.
//
// The request and its way through the tasks are in 07_coroutine_tasks/detail/task_cancellation.hpp.
// Here is what Python's `except` has and C++'s `catch` lacks: room for an await. A thread keeps
// the exceptions that it is handling on a stack. A coroutine that paused in a handler would leave
// its exception on top, for whatever runs next. So the language forbids co_await there, and a
// coroutine must first leave the handler, and take the exception along.
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "06_futures/detail/errors.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/outcome.hpp"

namespace aio {

/// Awaits `coroutine` and returns how it ended: with its result, or with whatever it threw. What
/// follows is not in a handler, so it may await, as in Python's `except` and `finally`.
/// `outcome.value()` rethrows.
template <class T>
Coro<Outcome<T>> outcome_of(Coro<T> coroutine) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await coroutine;
            co_return Outcome<T>(std::monostate());
        } else {
            co_return Outcome<T>(co_await coroutine);
        }
    } catch (...) {
        co_return Outcome<T>(std::current_exception());
    }
}

/// The same for anything else that create_task() takes: a future, a task, a callable that returns
/// a coroutine (the callable is kept as long as that runs).
template <class Awaitable>
[[nodiscard]] auto outcome_of(Awaitable&& awaitable) {
    return outcome_of(to_coro(std::forward<Awaitable>(awaitable)));
}

/// Whether it was ended by a CancelledError.
template <class T>
[[nodiscard]] bool was_cancelled(const Outcome<T>& outcome) noexcept {
    return is_exactly<CancelledError>(outcome.exception());
}

}  // namespace aio
