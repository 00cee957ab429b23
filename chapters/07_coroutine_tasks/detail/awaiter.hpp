#pragma once
// What can stand behind co_await, said in the language's own terms.
//
// An awaiter answers three questions: is it there already (await_ready), how do I wait for it
// (await_suspend), and what came of it (await_resume). An awaitable is an awaiter, or has an
// operator co_await, as a member or beside it, that gives one.
#include <concepts>
#include <utility>

namespace aio {

template <class T>
concept Awaiter = requires(T& awaiter) {
    { awaiter.await_ready() } -> std::convertible_to<bool>;
    awaiter.await_resume();
};

namespace detail {

/// What the compiler asks the three questions when it sees `co_await awaitable`.
template <class T>
decltype(auto) awaiter_of(T&& awaitable) {
    if constexpr (requires { std::forward<T>(awaitable).operator co_await(); }) {
        return std::forward<T>(awaitable).operator co_await();
    } else if constexpr (requires { operator co_await(std::forward<T>(awaitable)); }) {
        return operator co_await(std::forward<T>(awaitable));
    } else {
        return std::forward<T>(awaitable);
    }
}

}  // namespace detail

/// Whether `co_await std::declval<T>()` has a meaning.
template <class T>
concept Awaitable = requires(T&& awaitable) {
    { detail::awaiter_of(std::forward<T>(awaitable)) } -> Awaiter;
};

/// What `co_await std::declval<T>()` gives.
template <Awaitable T>
using AwaitResult = decltype(detail::awaiter_of(std::declval<T>()).await_resume());

}  // namespace aio
