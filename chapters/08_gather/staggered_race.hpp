#pragma once
// staggered_race(): try one way, and if it does not work soon, try the next one beside it.
//
// A host has two addresses, and the first may be dead. Waiting for its timeout takes minutes;
// trying all at once is rude to the servers. So each way gets a head start over the next. It is
// built on wait() alone: asyncio.staggered, and the "happy eyeballs" of RFC 8305.
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
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

/// What the racers have in common. A cancelled race does not wait for them: they then outlive it.
template <class F, class T>
struct Race : std::enable_shared_from_this<Race<F, T>> {
    explicit Race(std::vector<F> functions) : ways(std::move(functions)) {}

    /// Starts the next way. Returns false if there is none, or somebody has won.
    bool start_next() {
        if (result.index || racers.size() == ways.size()) return false;
        racers.push_back(create_task(run(this->shared_from_this(), racers.size())));
        return true;
    }

    /// Tells all but one to stop.
    void cancel(std::optional<std::size_t> but = std::nullopt) const {
        for (std::size_t i = 0; i < racers.size(); ++i) {
            if (i != but) racers[i].cancel();
        }
    }

    std::vector<F> ways;
    std::vector<Task<>> racers;
    RaceResult<T> result;

  private:
    /// Goes one way. Never fails: its error is a result of the race.
    static Coro<> run(std::shared_ptr<Race> race, std::size_t index) {
        race->result.errors.emplace_back();
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::invoke(race->ways[index]);
                race->won(index, std::monostate());
            } else {
                race->won(index, co_await std::invoke(race->ways[index]));
            }
        } catch (...) {
            race->result.errors[index] = std::current_exception();
            if (is_exit_request(std::current_exception())) throw;
        }
    }

    /// A racer that comes in after the winner, because it did not stop when told to, has lost.
    void won(std::size_t index, Stored<T> value) {
        if (result.index) return;
        result.index = index;
        result.winner.emplace(std::move(value));
        cancel(index);
    }
};

/// However the race is left, nobody runs on.
template <class Race>
class CancelAtExit {
  public:
    explicit CancelAtExit(const Race& race) noexcept : race_(race) {}
    ~CancelAtExit() { race_.cancel(); }
    CancelAtExit(const CancelAtExit&) = delete;
    CancelAtExit& operator=(const CancelAtExit&) = delete;

  private:
    const Race& race_;
};

}  // namespace detail

/// Calls the functions one after another, and runs what they return, until one succeeds: the next
/// is called when the one before has failed, or has had a head start of `delay`. The first to
/// succeed stops the others, and the race waits for them. Without a delay, the next is called only
/// after a failure. asyncio.staggered.staggered_race.
template <class F, class T = typename std::invoke_result_t<F&>::value_type>
Coro<RaceResult<T>> staggered_race(std::vector<F> functions,
                                   std::optional<Duration> delay = std::nullopt) {
    const auto race = std::make_shared<detail::Race<F, T>>(std::move(functions));
    const detail::CancelAtExit stop(*race);
    while (race->start_next()) {
        std::vector last{race->racers.back()};
        co_await wait(std::move(last), {.timeout = delay});
    }
    if (!race->racers.empty()) co_await wait(race->racers);
    co_return std::move(race->result);
}

}  // namespace aio
