#pragma once
// staggered_race(): try one way, and if it does not work soon, try the next one beside it.
//
// A host has two addresses, and the first may be dead: to wait for its time-out takes minutes, to
// try all at once is rude to the servers. So each way gets a head start over the next. It is a use
// of wait(), and of nothing else: asyncio.staggered, and the "happy eyeballs" of RFC 8305.
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "07_coroutine_tasks/task.hpp"
#include "08_gather/wait.hpp"

namespace aio {

template <class T>
struct RaceResult {
    std::optional<Stored<T>> winner;         ///< none if all have failed
    std::optional<std::size_t> index;        ///< of the winner
    std::vector<std::exception_ptr> errors;  ///< of each that was started; null for the winner

    RaceResult() = default;  // not an aggregate: it owns memory
};

namespace detail {

/// The tasks of a race. Those that still run when it goes are told to stop.
template <class T>
class Racers {
  public:
    Racers() = default;
    Racers(const Racers&) = delete;
    Racers& operator=(const Racers&) = delete;
    ~Racers() { cancel(); }

    void start(Coro<T> racer) { tasks_.push_back(create_task(std::move(racer))); }
    void cancel() const {
        for (const Task<T>& task : tasks_) task.cancel();
    }
    [[nodiscard]] std::size_t started() const noexcept { return tasks_.size(); }
    [[nodiscard]] std::vector<Task<T>> running() const {
        std::vector<Task<T>> running;
        for (const Task<T>& task : tasks_) {
            if (!task.done()) running.push_back(task);
        }
        return running;
    }

    /// The first in the list that has succeeded.
    [[nodiscard]] std::optional<std::size_t> winner() const {
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            if (tasks_[i].state()->has_result()) return i;
        }
        return std::nullopt;
    }

    /// All are done.
    [[nodiscard]] RaceResult<T> result(std::optional<std::size_t> winner) const {
        RaceResult<T> result;
        result.index = winner;
        for (const Task<T>& task : tasks_) {
            result.errors.push_back(task.cancelled() ? task.state()->cancelled_error()
                                                     : task.exception());
        }
        if (!winner) return result;
        if constexpr (std::is_void_v<T>) {
            result.winner.emplace();
        } else {
            result.winner.emplace(Future<T>(tasks_[*winner]).result());
        }
        return result;
    }

  private:
    std::vector<Task<T>> tasks_;
};

}  // namespace detail

/// Calls the functions one after another, and runs what they return, until one succeeds: the next
/// is called when `delay` has passed, or one has failed. The rest is cancelled, and waited for.
/// Without a delay, the next is called only after a failure. asyncio.staggered.staggered_race.
template <class F, class T = typename std::invoke_result_t<F&>::value_type>
Coro<RaceResult<T>> staggered_race(std::vector<F> functions,
                                   std::optional<Duration> delay = std::nullopt) {
    detail::Racers<T> racers;
    while (!racers.winner()) {
        const bool started_all = racers.started() == functions.size();
        if (!started_all) racers.start(std::invoke(functions[racers.started()]));
        auto running = racers.running();
        if (running.empty() && started_all) break;
        if (running.empty()) continue;
        const bool is_last = racers.started() == functions.size();
        const WaitOptions options{is_last ? std::nullopt : delay, FIRST_COMPLETED};
        co_await wait(std::move(running), options);
    }
    const auto winner = racers.winner();
    racers.cancel();
    if (auto rest = racers.running(); !rest.empty()) co_await wait(std::move(rest));
    co_return racers.result(winner);
}

}  // namespace aio
