#pragma once
// gather(): run several things at once, and get all results, in the order of the arguments.
//
// The laws (asyncio.gather): the first error ends the gathering at once, but not the others: they
// run on, and their later errors count as seen. To cancel the gathering is to cancel each of them.
// With return_exceptions, errors are results, and the gathering waits for all.
#include <cstddef>
#include <exception>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/outcome.hpp"

namespace aio {

/// gather(return_exceptions, ...): give errors as results.
struct ReturnExceptions {};
inline constexpr ReturnExceptions return_exceptions{};

/// All of a gathering but the type of its results.
class GatheringBase : public FutureBase {
  public:
    /// Cancels each child that is not done. Returns whether there was one.
    bool cancel(const std::string& message) final;

  protected:
    GatheringBase(EventLoop& loop, bool errors_are_results, std::size_t children)
        : FutureBase(loop), errors_are_results_(errors_are_results), waiting_(children) {
        children_.reserve(children);
    }

    /// Watches `future`. ValueError if it belongs to another loop.
    void add_child(FutureBase& future);
    [[nodiscard]] FutureBase& child(std::size_t index) const noexcept {
        return *children_[index].future;
    }
    [[nodiscard]] std::size_t children() const noexcept { return children_.size(); }

    /// All children are done, and none has failed, or errors are results.
    virtual void collect() = 0;

  private:
    /// Is called back when its future is done.
    struct Child final : Callback {
        Child(GatheringBase& to, FutureBase& of) noexcept : gathering(&to), future(&of) {
            future->retain();
        }
        Child(Child&& other) noexcept
            : gathering(other.gathering), future(std::exchange(other.future, nullptr)) {}
        ~Child() {
            if (future != nullptr) future->release();
        }
        void run() override { gathering->child_done(*future); }
        void drop() noexcept override { gathering->child_dropped(); }
        [[nodiscard]] std::string describe() const override { return "<a child of gather>"; }

        GatheringBase* gathering;
        FutureBase* future;
    };

    void child_done(FutureBase& future);
    void child_dropped() noexcept;
    void take_error_of(FutureBase& future);

    bool errors_are_results_;
    bool cancel_requested_ = false;
    std::size_t waiting_;  // children that are not done; while there are some, we hold ourselves
    std::vector<Child> children_;
};

inline void GatheringBase::add_child(FutureBase& future) {
    if (&future.loop() != &loop()) {
        throw ValueError("The future belongs to a different loop than the one of the gathering");
    }
    if (children_.empty()) retain();
    future.add_waiter(children_.emplace_back(*this, future));
}

inline void GatheringBase::child_done(FutureBase& future) {
    --waiting_;
    future.mark_retrieved();
    if (!done() && !errors_are_results_ && !future.has_result()) take_error_of(future);
    if (!done() && waiting_ == 0) {
        cancel_requested_ ? finish_with_error(std::make_exception_ptr(CancelledError()))
                          : collect();
    }
    if (waiting_ == 0) release();
}

inline void GatheringBase::take_error_of(FutureBase& future) {
    finish_with_error(future.cancelled() ? future.cancelled_error() : future.error());
}

inline void GatheringBase::child_dropped() noexcept {
    if (--waiting_ == 0) release();
}

inline bool GatheringBase::cancel(const std::string& message) {
    mark_retrieved();
    if (done()) return false;
    bool any = false;
    for (Child& child : children_) any = child.future->cancel(message) || any;
    cancel_requested_ = cancel_requested_ || any;
    return any;
}

namespace detail {

/// The type of one result: void is std::monostate; with return_exceptions an Outcome.
template <class T, bool errors_are_results>
using Gathered = std::conditional_t<errors_are_results, Outcome<T>, Stored<T>>;

/// The result of a child that is done.
template <class T, bool errors_are_results>
Gathered<T, errors_are_results> gathered(FutureBase& child) {
    if constexpr (errors_are_results) {
        if (child.cancelled()) return Outcome<T>(child.cancelled_error());
        if (child.failed()) return Outcome<T>(child.error());
    }
    auto& result = *std::launder(static_cast<Stored<T>*>(child.result_address()));
    if constexpr (std::is_copy_constructible_v<Stored<T>>) {
        return Gathered<T, errors_are_results>(result);
    } else {
        return Gathered<T, errors_are_results>(std::move(result));
    }
}

/// gather(a, b, ...): a tuple.
template <bool errors_are_results, class... T>
class GatheringTuple final
    : public WithResult<std::tuple<Gathered<T, errors_are_results>...>, GatheringBase> {
  public:
    GatheringTuple(EventLoop& loop, const Future<T>&... futures)
        : WithResult<std::tuple<Gathered<T, errors_are_results>...>, GatheringBase>(
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
    : public WithResult<std::vector<Gathered<T, errors_are_results>>, GatheringBase> {
  public:
    template <class F>
    GatheringVector(EventLoop& loop, const std::vector<F>& futures)
        : WithResult<std::vector<Gathered<T, errors_are_results>>, GatheringBase>(
              loop, errors_are_results, futures.size()) {
        for (const auto& future : futures) this->add_child(*future.state());
    }

  private:
    ~GatheringVector() override = default;
    void collect() override {
        std::vector<Gathered<T, errors_are_results>> results;
        results.reserve(this->children());
        for (std::size_t i = 0; i < this->children(); ++i) {
            results.push_back(gathered<T, errors_are_results>(this->child(i)));
        }
        this->finish_with(std::move(results));
    }
};

template <bool errors_are_results, class... T>
auto gather_futures(const Future<T>&... futures) {
    using Gathering = GatheringTuple<errors_are_results, T...>;
    using Result = std::tuple<Gathered<T, errors_are_results>...>;
    EventLoop& loop = std::get<0>(std::forward_as_tuple(futures...)).get_loop();
    return Future<Result>(new Gathering(loop, futures...));
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
    std::vector<F> futures;
    futures.reserve(awaitables.size());
    for (auto& awaitable : awaitables) futures.push_back(ensure_future(std::move(awaitable)));
    EventLoop& loop = futures.front().get_loop();
    return Future<Result>(new GatheringVector<errors_are_results, T>(loop, futures));
}

}  // namespace detail

/// Runs all, and gives a future of the tuple of their results; void is std::monostate. Coroutines
/// become tasks at once; tasks and futures are awaited as they are.
/// Errors: the first error of a child; ValueError for futures of different loops.
template <class... Awaitables>
requires(sizeof...(Awaitables) > 0) [[nodiscard]] auto gather(Awaitables&&... awaitables) {
    return detail::gather_futures<false>(ensure_future(std::forward<Awaitables>(awaitables))...);
}
/// The same, with an Outcome for each: never fails, unless it is cancelled itself.
template <class... Awaitables>
requires(sizeof...(Awaitables) > 0)
    [[nodiscard]] auto gather(ReturnExceptions, Awaitables&&... awaitables) {
    return detail::gather_futures<true>(ensure_future(std::forward<Awaitables>(awaitables))...);
}

/// Runs all of a vector, and gives a future of the vector of their results.
template <class Awaitable>
[[nodiscard]] auto gather(std::vector<Awaitable> awaitables) {
    return detail::gather_vector<false>(std::move(awaitables));
}
template <class Awaitable>
[[nodiscard]] auto gather(ReturnExceptions, std::vector<Awaitable> awaitables) {
    return detail::gather_vector<true>(std::move(awaitables));
}

/// Of nothing: done at once.
[[nodiscard]] inline auto gather() {
    Future<std::tuple<>> nothing;
    nothing.set_result(std::tuple<>());
    return nothing;
}

}  // namespace aio
