#pragma once
// wait_for(): wait for one thing, but only so long.
//
// It is timeout() around an await, so it starts no task: a coroutine runs in the caller's own. The
// law: it returns when what it waited for has really ended. When time is up, that is asked to stop,
// and if it still has something to clean up, wait_for() waits for that, too.
#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/wait.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "12_timeouts/timeout.hpp"

namespace aio {

namespace detail {

/// What awaiting a T gives, or what it returns if it is a callable.
template <class T>
using WaitForResult = typename decltype(to_coro(std::declval<T>()))::value_type;

/// For no time at all. What is done gives its result. Everything else is cancelled before it can go
/// on, and waited for.
template <class T>
Coro<WaitForResult<T>> cancel_and_wait(T awaitable) {
    auto future = ensure_future(std::move(awaitable));
    if (future.done()) co_return std::move(future).result();
    future.cancel();
    co_await wait(std::vector(1, future));
    try {
        co_return std::move(future).result();
    } catch (const CancelledError&) {
        std::throw_with_nested(TimeoutError());
    }
}

template <class T>
Coro<WaitForResult<T>> wait_at_most(T awaitable, std::optional<Duration> delay) {
    if (delay && *delay <= Duration::zero()) {
        co_return co_await cancel_and_wait(std::move(awaitable));
    }
    co_return co_await async_with(timeout(delay), [&] { return to_coro(std::move(awaitable)); });
}

}  // namespace detail

/// Awaits `awaitable` (a coroutine, a future, a callable that returns a coroutine, ...) for at most
/// `delay`, and gives its result; std::nullopt: no limit. When time is up it is cancelled, and once
/// it has ended, TimeoutError is thrown, with the CancelledError inside. If it ends in another way
/// all the same, with a result or an error, then so does wait_for(). asyncio.wait_for.
template <class Awaitable>
[[nodiscard]] auto wait_for(Awaitable&& awaitable, std::optional<Duration> delay) {
    static_assert(!is_coro<std::decay_t<Awaitable>> || !std::is_lvalue_reference_v<Awaitable>,
                  "a coroutine has one owner: write std::move(coroutine)");
    return detail::wait_at_most<std::decay_t<Awaitable>>(std::forward<Awaitable>(awaitable), delay);
}
/// ValueError for NaN.
template <class Awaitable, class Rep, class Period>
[[nodiscard]] auto wait_for(Awaitable&& awaitable, std::chrono::duration<Rep, Period> delay) {
    return wait_for(std::forward<Awaitable>(awaitable), std::optional(to_duration(delay)));
}

}  // namespace aio
