#pragma once
// Cancellation as a coroutine sees it: CancelledError comes out of an await, and there may be
// something to clean up.
//
// The request and its way through the tasks are in 07_coroutine_tasks/detail/task_cancellation.hpp.
// Here is what Python's `except` has and C++'s `catch` has not: room for an await. A thread keeps
// the exceptions that it is handling on a stack. A coroutine that paused in a handler would leave
// its exception on top of it, for whoever runs next. So the language forbids co_await there, and a
// coroutine must leave the handler first, and take the exception along.
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

/// Awaits `coroutine`, and gives what became of it: its result, or whatever it threw. So what
/// follows stands in no handler, and may await: Python's `except` and `finally` with an await in
/// them. `outcome.value()` rethrows.
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

/// The same for whatever else create_task() takes: a future, a task, a callable that gives a
/// coroutine (which is kept as long as it runs).
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
