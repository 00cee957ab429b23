#pragma once
// aiter() and anext(): chapter 01's two questions, where the answer may take time.
//
// Anything whose anext() can be awaited for an optional value is an asynchronous iterator: an
// AsyncGenerator, for example. Anything whose aiter() gives one can be iterated, again and again.
// Python asks the same of a class: __anext__, and __aiter__.
#include <optional>
#include <type_traits>
#include <utility>

#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"

namespace aio {

/// What awaiting `T::anext()` gives: a std::optional.
template <class T>
using NextResult = AwaitResult<decltype(std::declval<T&>().anext())>;

template <class T>
concept AsyncIterator = requires(T& iterator, NextResult<T> item) {
    static_cast<bool>(item);
    *item;
};

template <class T>
concept AsyncIterable = AsyncIterator<T> || requires(T& iterable) {
    { iterable.aiter() } -> AsyncIterator;
};

/// An iterator of `iterable`; of an iterator, itself. Python's aiter.
template <class T>
requires AsyncIterable<std::remove_reference_t<T>>
[[nodiscard]] decltype(auto) aiter(T&& iterable) {
    if constexpr (AsyncIterator<std::remove_reference_t<T>>) {
        return std::forward<T>(iterable);
    } else {
        return iterable.aiter();
    }
}

/// `co_await anext(iterator)` gives the next item, or nothing at the end. `iterator` must live as
/// long. Python's anext.
template <AsyncIterator Iterator>
[[nodiscard]] auto anext(Iterator& iterator) {
    return iterator.anext();
}

/// The next item, or `fallback` at the end.
template <AsyncIterator Iterator>
[[nodiscard]] auto anext(Iterator& iterator, typename NextResult<Iterator>::value_type fallback)
    -> Coro<typename NextResult<Iterator>::value_type> {
    auto item = co_await iterator.anext();
    co_return item ? *std::move(item) : std::move(fallback);
}

}  // namespace aio
