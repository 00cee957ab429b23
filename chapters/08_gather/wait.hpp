#pragma once
// wait(): wait for several things until the first is done, the first has failed, or all are done.
//
// The laws (asyncio.wait): it never throws their errors. It cancels none of them, not even when
// time is up or when the waiting task itself is cancelled. And it decides what is done and what is
// pending when the waiting task runs again, not when it was woken.
#include <concepts>
#include <optional>
#include <ranges>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/countdown.hpp"

namespace aio {

/// What can be waited for: a Future, a Task, an AnyTask. A coroutine cannot: nobody would hold the
/// task made from it, to find it in `done`.
template <class F>
concept Waitable = requires(const F& future) {
    { future.state() } -> std::convertible_to<FutureBase*>;
    { future.done() } -> std::same_as<bool>;
};

struct WaitOptions {
    std::optional<Duration> timeout{};       ///< none: wait for ever
    ReturnWhen return_when = ALL_COMPLETED;  ///< what ends the wait
};

/// What was waited for, in two parts, each in the order given.
template <class F>
struct WaitResult {
    std::vector<F> done;
    std::vector<F> pending;

    WaitResult() = default;  // not an aggregate: it owns memory
};

namespace detail {

template <Waitable F>
std::vector<F> without_duplicates(std::vector<F> futures) {
    std::unordered_set<const FutureBase*> seen;
    seen.reserve(futures.size());
    std::erase_if(futures, [&](const F& future) { return !seen.insert(future.state()).second; });
    return futures;
}

inline void ensure_valid(ReturnWhen when) {
    if (when == FIRST_COMPLETED || when == FIRST_EXCEPTION || when == ALL_COMPLETED) return;
    throw ValueError(fmt::format("Invalid return_when value: {}", static_cast<int>(when)));
}

template <Waitable F>
Coro<> wait_until(const std::vector<F>& futures, WaitOptions options) {
    ensure_valid(options.return_when);
    auto* countdown = new Countdown(get_running_loop(), options.return_when, futures.size());
    const Future<void> enough(countdown);
    const CountdownScope scope(*countdown, options.timeout);
    for (const F& future : futures) countdown->watch(*future.state());
    co_await enough;
}

}  // namespace detail

/// Waits for tasks or futures of one type (for different types, use a vector of AnyTask), and
/// says which are done and which are not. Duplicates count once. ValueError if there are none, or
/// if return_when is none of the three. asyncio.wait.
template <Waitable F>
Coro<WaitResult<F>> wait(std::vector<F> futures, WaitOptions options = {}) {
    if (futures.empty()) throw ValueError("Set of Tasks/Futures is empty.");
    futures = detail::without_duplicates(std::move(futures));
    co_await detail::wait_until(futures, options);
    WaitResult<F> result;
    for (F& future : futures) {
        auto& part = future.done() ? result.done : result.pending;
        part.push_back(std::move(future));
    }
    co_return result;
}

/// The same for any range of them, even one that can be walked only once.
template <std::ranges::input_range Range>
requires Waitable<std::ranges::range_value_t<Range>>
[[nodiscard]] auto wait(Range&& range, WaitOptions options = {}) {
    std::vector<std::ranges::range_value_t<Range>> futures;
    for (auto&& future : range) futures.push_back(future);
    return wait(std::move(futures), options);
}

}  // namespace aio
