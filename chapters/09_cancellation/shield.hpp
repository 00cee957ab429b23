#pragma once
// shield(): wait for something without being able to cancel it.
//
// Between the task that waits and what it waits for stands a second future. To cancel the task
// cancels that one; what is behind it does not notice. Then nobody waits for it any more, and if it
// fails, the loop reports that nobody has seen the error.
#include <utility>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {

namespace detail {

/// Hands on what became of `inner`.
template <class T>
void copy_outcome(const Future<T>& inner, const Future<T>& outer) {
    if (outer.cancelled()) return;
    inner.state()->mark_retrieved();
    if (inner.cancelled()) {
        outer.cancel();
    } else if (const auto error = inner.exception()) {
        outer.set_exception(error);
    } else if constexpr (std::is_void_v<T>) {
        outer.set_result();
    } else {
        outer.set_result(Future<T>(inner).result());
    }
}

template <class T>
Future<T> shield_future(const Future<T>& inner) {
    if (inner.done()) return inner;
    struct InnerDone {
        Future<T> outer;
        void operator()(const Future<T>& inner) const { copy_outcome(inner, outer); }
        bool operator==(const InnerDone&) const = default;
    };
    Future<T> outer = inner.get_loop().template create_future<T>();
    const InnerDone callback{outer};
    inner.add_done_callback(callback);
    outer.add_done_callback([inner, callback] {
        if (!inner.done()) inner.remove_done_callback(callback);
    });
    return outer;
}

}  // namespace detail

/// A future that ends as `awaitable` does, and whose cancelling does not reach it. Something that
/// is done is given back itself. Keep the inner task if you want its result later.
/// asyncio.shield.
template <class Awaitable>
[[nodiscard]] auto shield(Awaitable&& awaitable) {
    const auto inner = ensure_future(std::forward<Awaitable>(awaitable));
    using T = typename std::remove_const_t<decltype(inner)>::value_type;
    return detail::shield_future(Future<T>(inner));
}

}  // namespace aio
