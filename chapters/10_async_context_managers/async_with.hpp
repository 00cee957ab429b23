#pragma once
// async_with(): enter, run a body, leave; and leaving may take time.
//
// A destructor is C++'s way to leave, and it cannot wait: it must be over when it returns. So what
// must wait on its way out (say goodbye, hand back a connection, collect child tasks) is a manager
// with two functions that may be awaited, and the body stands between them as a function.
//
// The law: what was entered is left, once, whether the body returned, threw, or was cancelled. What
// it threw is shown to the manager, which may swallow it.
#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/with_result.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"

namespace aio {

/// What awaiting `Manager::aenter()` gives.
template <class Manager>
using Entered = AwaitResult<decltype(std::declval<Manager&>().aenter())>;

/// What awaiting `Manager::aexit()` gives.
template <class Manager>
using Left = AwaitResult<decltype(std::declval<Manager&>().aexit(std::exception_ptr()))>;

/// What an exit may say: whether it swallows the error. One that gives nothing does not.
template <class T>
concept ExitAnswer = std::is_void_v<T> || std::convertible_to<T, bool>;

/// What can stand around a body. Awaiting `aenter()` gives what the body gets. Awaiting
/// `aexit(error)`, null if the body came to its end, says whether the error is swallowed.
template <class Manager>
concept AsyncContextManager = requires(Manager& manager, std::exception_ptr error) {
    { manager.aenter() } -> Awaitable;
    { manager.aexit(error) } -> Awaitable;
    requires ExitAnswer<Left<Manager>>;
};

namespace detail {

/// Calls the body with what entering gave, or with nothing if it takes nothing.
template <class Manager, class Body>
auto call_body(Body& body, std::optional<Stored<Entered<Manager>>>& given) {
    using Given = Entered<Manager>;
    if constexpr (std::invocable<Body&>) {
        return body();
    } else if constexpr (std::invocable<Body&, Given>) {
        return body(static_cast<Given&&>(*given));
    } else {
        static_assert(std::invocable<Body&, Stored<Given>&>,
                      "the body takes what entering gives, or nothing, and returns a coroutine");
        return body(*given);
    }
}

/// What awaiting the body gives.
template <class Manager, class Body>
using BodyResult = AwaitResult<decltype(call_body<Manager>(
    std::declval<Body&>(), std::declval<std::optional<Stored<Entered<Manager>>>&>()))>;

/// Await this at once, in place of `exit`, to get its answer as a bool. (`exit` stays where it is:
/// some awaiters cannot be moved.)
template <Awaitable Exit>
decltype(auto) swallowed_by(Exit&& exit) {
    if constexpr (std::is_void_v<AwaitResult<Exit>>) {
        return [](Exit&& leaving) -> Coro<bool> {
            co_await std::forward<Exit>(leaving);
            co_return false;
        }(std::forward<Exit>(exit));
    } else {
        return std::forward<Exit>(exit);
    }
}

/// Stands in for the result of a body whose error was swallowed.
template <class T>
std::optional<Stored<T>> result_after(const std::exception_ptr& swallowed) {
    if constexpr (std::is_void_v<T>) {
        return std::monostate();
    } else if constexpr (std::constructible_from<T, std::nullopt_t>) {
        return T(std::nullopt);
    } else {
        throw RuntimeError("the manager swallowed an error (" + describe(swallowed) +
                           "), so the body has no result: let it return a std::optional");
    }
}

/// All of async_with(). `Stored<T>` (chapter 06) keeps a T in a variable: a reference as a
/// std::reference_wrapper, void as std::monostate.
template <class Manager, class Body>
Coro<BodyResult<Manager, Body>> enter_and_leave(Manager manager, Body body) {
    using Result = BodyResult<Manager, Body>;
    std::optional<Stored<Entered<Manager>>> given;
    if constexpr (std::is_void_v<Entered<Manager>>) {
        co_await manager.aenter();
    } else {
        given.emplace(co_await manager.aenter());
    }
    std::optional<Stored<Result>> result;
    std::exception_ptr error;
    try {
        if constexpr (std::is_void_v<Result>) {
            co_await call_body<Manager>(body, given);
        } else {
            result.emplace(co_await call_body<Manager>(body, given));
        }
    } catch (...) {
        error = std::current_exception();
    }
    const bool swallowed = co_await swallowed_by(manager.aexit(error));
    if (error != nullptr) {
        if (!swallowed) std::rethrow_exception(std::move(error));
        result = result_after<Result>(error);
    }
    if constexpr (!std::is_void_v<Result>) co_return *std::move(result);
}

}  // namespace detail

/// Enters `manager`, awaits `body`, leaves, and gives what the body returned. `body` is a callable
/// that takes what entering gave, or nothing, and returns a coroutine; it is kept as long as that
/// runs, captures and all. (g++ 12 destroys a lambda inside a co_await twice: give a name to one
/// that captures by value something with a destructor.) A manager given as a temporary is kept,
/// too; any other is referred to, and must live as long. Throws what entering threw (then the body
/// does not run, and there is nothing to leave), what leaving threw, or what the body threw and the
/// manager did not swallow. Python's `async with`.
template <class Manager, class Body>
requires AsyncContextManager<std::remove_reference_t<Manager>>
[[nodiscard]] auto async_with(Manager&& manager, Body&& body) {
    return detail::enter_and_leave<Manager, std::decay_t<Body>>(std::forward<Manager>(manager),
                                                                std::forward<Body>(body));
}

}  // namespace aio
