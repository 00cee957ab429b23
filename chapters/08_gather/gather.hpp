#pragma once
// gather(): run several things at once, and get all results, in the order of the arguments.
//
// It starts what is not running yet and counts what is done: GatheringFuture does all that does
// not depend on the types of the results. The types are here: several arguments give a tuple, a
// vector gives a vector, and with return_exceptions each element is an Outcome.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gathering.hpp"
#include "08_gather/outcome.hpp"

namespace aio {

/// gather(return_exceptions, ...): give errors as results.
struct ReturnExceptions {};
inline constexpr ReturnExceptions return_exceptions{};

namespace detail {

/// The type of one result: std::monostate for void, an Outcome with return_exceptions.
template <class T, bool errors_are_results>
using Gathered = std::conditional_t<errors_are_results, Outcome<T>, Stored<T>>;

/// The result of a child that is done: moved if nobody else can ask for it or if it cannot be
/// copied, otherwise a copy.
template <class T, bool errors_are_results>
Gathered<T, errors_are_results> gathered(FutureBase& child) {
    using Result = Gathered<T, errors_are_results>;
    if constexpr (errors_are_results) {
        if (child.cancelled()) return Result(child.cancelled_error());
        if (child.failed()) return Result(child.error());
    }
    auto& result = *std::launder(static_cast<Stored<T>*>(child.result_address()));
    if constexpr (can_be_copied<T>) {
        if (child.is_shared()) return Result(std::as_const(result));
    }
    return Result(std::move(result));
}

/// Refuses a future that is given twice. For futures whose result cannot be copied: moved to the
/// first of its places, it would be moved-from at the second.
inline void refuse_duplicates(std::vector<FutureBase*> futures) {
    std::sort(futures.begin(), futures.end(), std::less<>());
    const auto twice = std::adjacent_find(futures.begin(), futures.end());
    if (twice == futures.end()) return;
    throw ValueError("gather() was given " + (*twice)->describe() +
                     " twice, but its result cannot be copied to two places: give it once, or let "
                     "its result be a std::shared_ptr");
}

/// gather(a, b, ...): a tuple.
template <bool errors_are_results, class... T>
class GatheringTuple final
    : public WithResult<std::tuple<Gathered<T, errors_are_results>...>, GatheringFuture> {
  public:
    GatheringTuple(EventLoop& loop, const Future<T>&... futures)
        : WithResult<std::tuple<Gathered<T, errors_are_results>...>, GatheringFuture>(
              loop, errors_are_results, sizeof...(T)) {
        (this->add_child(*futures.state()), ...);
    }

  private:
    ~GatheringTuple() override = default;
    void collect() override { collect(std::index_sequence_for<T...>()); }
    template <std::size_t... index>
    void collect(std::index_sequence<index...>) {
        this->finish_with(gathered<T, errors_are_results>(this->child(index))...);
    }
};

/// gather(vector): a vector.
template <bool errors_are_results, class T>
class GatheringVector final
    : public WithResult<std::vector<Gathered<T, errors_are_results>>, GatheringFuture> {
  public:
    /// Starts the others on the loop of the first.
    template <class F, class Awaitable>
    GatheringVector(const F& first, std::vector<Awaitable>& all)
        : WithResult<std::vector<Gathered<T, errors_are_results>>, GatheringFuture>(
              first.get_loop(), errors_are_results, all.size()) {
        this->add_child(*first.state());
        for (std::size_t i = 1; i < all.size(); ++i) {
            this->add_child(*ensure_future(std::move(all[i]), this->loop()).state());
        }
    }

  private:
    ~GatheringVector() override = default;
    void collect() override {
        std::vector<Gathered<T, errors_are_results>> results;
        results.reserve(this->children());
        for (std::size_t i = 0; i < this->children(); ++i) {
            results.push_back(gathered<T, errors_are_results>(this->child(i)));
            this->release_child(i);
        }
        this->finish_with(std::move(results));
    }
};

template <bool errors_are_results, class... T>
auto gathering_of(EventLoop& loop, const Future<T>&... futures) {
    using Result = std::tuple<Gathered<T, errors_are_results>...>;
    if constexpr (!(can_be_copied<T> && ...)) {
        std::vector<FutureBase*> unique;
        ((can_be_copied<T> ? void() : unique.push_back(futures.state())), ...);
        refuse_duplicates(std::move(unique));
    }
    return Future<Result>(new GatheringTuple<errors_are_results, T...>(loop, futures...));
}

/// The loop of the first is the loop of all. (Braces, not parentheses: they start the tasks from
/// left to right.)
template <bool errors_are_results, class First, class... Rest>
auto gather_all(First&& first, Rest&&... rest) {
    const auto started = ensure_future(std::forward<First>(first));
    EventLoop& loop = started.get_loop();
    const std::tuple others{ensure_future(std::forward<Rest>(rest), loop)...};
    return std::apply(
        [&](const auto&... futures) {
            return gathering_of<errors_are_results>(loop, started, futures...);
        },
        others);
}

template <bool errors_are_results, class Awaitable>
auto gather_vector(std::vector<Awaitable> awaitables) {
    using F = decltype(ensure_future(std::declval<Awaitable>()));
    using T = typename F::value_type;
    using Result = std::vector<Gathered<T, errors_are_results>>;
    if (awaitables.empty()) {
        Future<Result> nothing;
        nothing.set_result(Result());
        return nothing;
    }
    if constexpr (is_future<Awaitable> && !can_be_copied<T>) {
        std::vector<FutureBase*> given;
        for (const Awaitable& awaitable : awaitables) given.push_back(awaitable.state());
        refuse_duplicates(std::move(given));
    }
    const F first = ensure_future(std::move(awaitables.front()));
    return Future<Result>(new GatheringVector<errors_are_results, T>(first, awaitables));
}

}  // namespace detail

/// Runs all and returns a future of the tuple of their results; void is std::monostate. Coroutines
/// become tasks at once; tasks and futures are awaited as they are. A result that cannot be copied
/// is moved out of its task.
/// Errors: the first error of a child; ValueError for futures of different loops, and for one that
/// is given twice although its result cannot be copied. asyncio.gather.
template <class... Awaitables>
requires(sizeof...(Awaitables) > 0) [[nodiscard]] auto gather(Awaitables&&... awaitables) {
    return detail::gather_all<false>(std::forward<Awaitables>(awaitables)...);
}
/// The same, with an Outcome for each: never fails, unless it is cancelled itself.
template <class... Awaitables>
requires(sizeof...(Awaitables) > 0)
    [[nodiscard]] auto gather(ReturnExceptions, Awaitables&&... awaitables) {
    return detail::gather_all<true>(std::forward<Awaitables>(awaitables)...);
}

/// Runs all of a vector and returns a future of the vector of their results.
template <class Awaitable>
[[nodiscard]] auto gather(std::vector<Awaitable> awaitables) {
    return detail::gather_vector<false>(std::move(awaitables));
}
template <class Awaitable>
[[nodiscard]] auto gather(ReturnExceptions, std::vector<Awaitable> awaitables) {
    return detail::gather_vector<true>(std::move(awaitables));
}

/// Of nothing: done at once. RuntimeError if there is no current loop.
[[nodiscard]] inline auto gather() {
    Future<std::tuple<>> nothing;
    nothing.set_result(std::tuple<>());
    return nothing;
}
[[nodiscard]] inline auto gather(ReturnExceptions) {
    return gather();
}

}  // namespace aio
