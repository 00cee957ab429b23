#pragma once
// What can be awaited, and how anything of that kind becomes a coroutine that a task can run.
//
// A coroutine is taken as it is. A callable is called, and kept: a lambda that captures and is a
// coroutine lives in its captures, so they must live as long as the task. Whatever else has an
// operator co_await is awaited by a coroutine of ours.
#include <concepts>
#include <type_traits>
#include <utility>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaiter.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"

namespace aio {

namespace detail {

template <class T>
void as_future(const Future<T>&);

}  // namespace detail

/// Whether T is a Future, or a Task.
template <class T>
concept is_future = requires(const T& future) {
    detail::as_future(future);
};

namespace detail {

template <class T>
Coro<AwaitResult<T>> await_it(T awaitable) {
    co_return co_await std::move(awaitable);
}

template <class F>
Coro<AwaitResult<std::invoke_result_t<F&>>> call_and_await(F function) {
    co_return co_await function();
}

}  // namespace detail

/// Anything awaitable, or a callable that gives something awaitable, as a coroutine.
template <class T>
[[nodiscard]] auto to_coro(T&& awaitable) {
    using Bare = std::decay_t<T>;
    if constexpr (is_coro<Bare>) {
        static_assert(!std::is_lvalue_reference_v<T>,
                      "a coroutine has one owner: write std::move(coroutine)");
        return Bare(std::forward<T>(awaitable));
    } else if constexpr (Awaitable<Bare>) {
        return detail::await_it<Bare>(std::forward<T>(awaitable));
    } else {
        static_assert(std::invocable<Bare&>,
                      "neither awaitable, nor a function without parameters");
        return detail::call_and_await<Bare>(std::forward<T>(awaitable));
    }
}

}  // namespace aio
