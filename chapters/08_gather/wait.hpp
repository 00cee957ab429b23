#pragma once
// wait(): wait for several things until the first is done, or the first has failed, or all are.
//
// The laws (asyncio.wait): it never throws what went wrong in them, it cancels none of them, not
// even when time is up or when the waiting task itself is cancelled, and what is done and what is
// pending is decided when the waiting task runs again, not when it was woken.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {

/// What ends the waiting. FIRST_EXCEPTION waits for all if none fails; a cancelled task is no
/// failure.
enum class ReturnWhen { first_completed, first_exception, all_completed };
inline constexpr ReturnWhen FIRST_COMPLETED = ReturnWhen::first_completed;
inline constexpr ReturnWhen FIRST_EXCEPTION = ReturnWhen::first_exception;
inline constexpr ReturnWhen ALL_COMPLETED = ReturnWhen::all_completed;

struct WaitOptions {
    std::optional<Duration> timeout{};  ///< none: wait for ever
    ReturnWhen return_when = ALL_COMPLETED;
};

/// Two disjoint parts of what was waited for, each in the order in which it was given.
template <class F>
struct WaitResult {
    std::vector<F> done;
    std::vector<F> pending;

    WaitResult() = default;  // not an aggregate: it owns memory
};

namespace detail {

/// A future that finishes when enough of others have. It watches each of them, and lives until
/// each watch has been called back or taken away.
class Countdown final : public WithResult<void, FutureBase> {
  public:
    Countdown(EventLoop& loop, ReturnWhen when, std::size_t futures)
        : WithResult<void, FutureBase>(loop), when_(when), left_(futures) {
        watches_.reserve(futures);
    }

    void watch(FutureBase& future) {
        retain();
        future.add_waiter(watches_.emplace_back(*this, future));
    }

    /// Time is up, or nobody waits any more: takes the watches away.
    void stop() noexcept {
        if (!done()) finish_with();
        for (Watch& watch : watches_) {
            if (watch.future != nullptr && watch.future->remove_waiter(watch)) watch.drop();
        }
    }

  private:
    struct Watch final : Callback {
        Watch(Countdown& to, FutureBase& of) noexcept : countdown(&to), future(&of) {}
        Watch(Watch&& other) noexcept : countdown(other.countdown), future(other.future) {}
        void run() override { countdown->one_is_done(*std::exchange(future, nullptr)); }
        void drop() noexcept override {
            future = nullptr;
            countdown->release();
        }
        [[nodiscard]] std::string describe() const override { return "<a watch of wait()>"; }

        Countdown* countdown;
        FutureBase* future;  // null once it is done, or not watched any more
    };

    ~Countdown() override = default;

    void one_is_done(const FutureBase& future) {
        --left_;
        const bool is_time =
            left_ == 0 || when_ == FIRST_COMPLETED || (when_ == FIRST_EXCEPTION && future.failed());
        if (is_time && !done()) finish_with();
        release();
    }

    ReturnWhen when_;
    std::size_t left_;
    std::vector<Watch> watches_;
};

/// Stops a countdown at the end of a scope, and a timer with it.
struct StopCountdown {
    explicit StopCountdown(Countdown& countdown) noexcept : countdown_(countdown) {}
    ~StopCountdown() {
        if (timer) timer->cancel();
        countdown_.stop();
        countdown_.release();
    }
    StopCountdown(const StopCountdown&) = delete;
    StopCountdown& operator=(const StopCountdown&) = delete;

    std::optional<TimerHandle> timer;

  private:
    Countdown& countdown_;
};

template <class F>
std::vector<F> without_duplicates(std::vector<F> futures) {
    std::vector<F> unique;
    unique.reserve(futures.size());
    std::unordered_set<const void*> seen;
    for (F& future : futures) {
        if (seen.insert(future.state()).second) unique.push_back(std::move(future));
    }
    return unique;
}

}  // namespace detail

/// Waits for tasks or futures of one kind (tasks of different results: a vector of AnyTask), and
/// says which are done and which are not. Duplicates count once. ValueError if there are none.
/// asyncio.wait.
template <class F>
Coro<WaitResult<F>> wait(std::vector<F> futures, WaitOptions options = {}) {
    if (futures.empty()) throw ValueError("Set of Tasks/Futures is empty.");
    futures = detail::without_duplicates(std::move(futures));
    EventLoop& loop = get_running_loop();
    auto& countdown = *new detail::Countdown(loop, options.return_when, futures.size());
    {
        detail::StopCountdown stop(countdown);
        for (const F& future : futures) countdown.watch(*future.state());
        if (options.timeout) {
            stop.timer = loop.call_later(*options.timeout, [&countdown] { countdown.stop(); });
        }
        countdown.retain();
        co_await Future<void>(&countdown);
    }
    WaitResult<F> result;
    for (F& future : futures) {
        (future.done() ? result.done : result.pending).push_back(std::move(future));
    }
    co_return result;
}

}  // namespace aio
