// staggered_race: one way after another, until one works.
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/staggered_race.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using Ways = std::vector<std::function<Coro<int>()>>;

class StaggeredRaceTest : public ::testing::Test {
  protected:
    std::function<Coro<int>()> way(int number, aio::Duration delay, bool works = true) {
        return [=, this] { return run(number, delay, works); };
    }
    Coro<int> run(int number, aio::Duration delay, bool works) {
        trace(fmt::format("{} starts", number));
        const AtExit end(trace, fmt::format("{} ends", number));
        co_await aio::sleep(delay);
        if (!works) throw std::runtime_error(fmt::format("{} failed", number));
        co_return number;
    }

    /// "2 of [std::runtime_error: 1 failed, CancelledError, -]": the winner among those tried.
    std::string race(Ways ways, std::optional<aio::Duration> delay = std::nullopt) {
        const auto result = loop.run_until_complete(aio::staggered_race(std::move(ways), delay));
        EXPECT_EQ(result.winner.has_value(), result.index.has_value());
        std::string errors;
        for (const auto& error : result.errors) {
            errors += (errors.empty() ? "" : ", ") + (error ? aio::describe(error) : "-");
        }
        return fmt::format("{} of [{}]", result.winner ? std::to_string(*result.winner) : "none",
                           errors);
    }

    PatientLoop loop;
    Trace trace;
};

TEST_F(StaggeredRaceTest, OfNothingHasNoWinner) {
    conforms_to({"test_staggered.StaggeredTests.test_empty"});
    EXPECT_EQ(race({}), "none of []");
}

TEST_F(StaggeredRaceTest, WithoutADelayLaterOnesAreNotStarted) {
    conforms_to({"test_staggered.StaggeredTests.test_one_successful"});
    EXPECT_EQ(race({way(0, 10s), way(1, 1s)}), "0 of [-]");
    EXPECT_EQ(trace.text(), "0 starts, 0 ends");
}

TEST_F(StaggeredRaceTest, AfterAFailureTheNextStartsAtOnce) {
    conforms_to({"test_staggered.StaggeredTests.test_first_error_second_successful"});
    const auto start = loop.time();
    EXPECT_EQ(race({way(0, 1s, false), way(1, 1s)}, 1h), "1 of [std::runtime_error: 0 failed, -]");
    EXPECT_EQ(loop.time() - start, 2s);
}

TEST_F(StaggeredRaceTest, AfterTheDelayTheNextRunsBesideTheFirst) {
    EXPECT_EQ(race({way(0, 10s), way(1, 1s), way(2, 1s)}, 3s), "1 of [CancelledError, -]");
    EXPECT_EQ(trace.text(), "0 starts, 1 starts, 1 ends, 0 ends") << "the loser is told to stop";
}

TEST_F(StaggeredRaceTest, TheFirstMayStillWin) {
    EXPECT_EQ(race({way(0, 5s), way(1, 10s)}, 3s), "0 of [-, CancelledError]");
}

TEST_F(StaggeredRaceTest, TheFailureOfAnEarlierOneStartsNothing) {
    const auto start = loop.time();
    EXPECT_EQ(race({way(0, 4s, false), way(1, 10s), way(2, 1s)}, 3s),
              "2 of [std::runtime_error: 0 failed, CancelledError, -]");
    EXPECT_EQ(trace.text(), "0 starts, 1 starts, 0 ends, 2 starts, 2 ends, 1 ends");
    EXPECT_EQ(loop.time() - start, 7s)
        << "0 fails at 4 s, but 1 started at 3 s and has its head start until 6 s";
}

TEST_F(StaggeredRaceTest, TheFailureOfTheLastStartedOneStartsTheNextBesideTheOthers) {
    const auto start = loop.time();
    EXPECT_EQ(race({way(0, 10s), way(1, 1s, false), way(2, 1s)}, 3s),
              "2 of [CancelledError, std::runtime_error: 1 failed, -]");
    EXPECT_EQ(loop.time() - start, 5s);
}

TEST_F(StaggeredRaceTest, TheFirstInTimeWinsAndStopsTheOthersAtOnce) {
    const auto stubborn = [this]() -> Coro<int> {
        try {
            co_await aio::sleep(1h);
        } catch (const aio::CancelledError&) {
            trace("told to stop");
        }
        co_return 0;
    };
    EXPECT_EQ(race({stubborn, way(1, 1s)}, 1s), "1 of [-, -]")
        << "a result that comes after the winner's does not count";
    EXPECT_EQ(trace.text(), "1 starts, 1 ends, told to stop");
}

TEST_F(StaggeredRaceTest, OfTwoInOneTurnTheFirstToEndWins) {
    const auto signal = loop.create_future<int>();
    const auto wait_after = [&](aio::Duration delay) {
        return [=]() -> Coro<int> {
            co_await aio::sleep(delay);
            co_return co_await signal;
        };
    };
    loop.call_later(5s, [&] { signal.set_result(8); });
    const auto late = wait_after(2s);
    const auto early = wait_after(0s);
    const auto result = loop.run_until_complete(
        aio::staggered_race(std::vector<std::function<Coro<int>()>>{late, early}, 1s));
    EXPECT_EQ(result.index, 1U) << "the second way waited first, and ended first";
    ASSERT_EQ(result.errors.size(), 2U);
    EXPECT_EQ(aio::describe(result.errors[0]), "CancelledError") << "the winner stops the others";
}

TEST_F(StaggeredRaceTest, AWayThatFailsWhenItIsCalledHasFailed) {
    const auto fails = []() -> Coro<int> { throw std::runtime_error("no way"); };
    EXPECT_EQ(race({fails, way(1, 1s)}, 1h), "1 of [std::runtime_error: no way, -]");
}

TEST_F(StaggeredRaceTest, IfAllFailThereAreOnlyErrors) {
    EXPECT_EQ(race({way(0, 1s, false), way(1, 1s, false)}),
              "none of [std::runtime_error: 0 failed, std::runtime_error: 1 failed]");
}

TEST_F(StaggeredRaceTest, CancelledItCancelsAllThatRun) {
    const auto task = loop.create_task(aio::staggered_race(Ways{way(0, 1h), way(1, 1h)}, 1s));
    loop.call_later(2s, [&] { task.cancel(); });
    loop.call_later(3s, [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(trace.text(), "0 starts, 1 starts, 0 ends, 1 ends");
}

TEST_F(StaggeredRaceTest, WorksWithEagerTasks) {
    loop.set_task_factory(aio::eager_task_factory);
    const auto at_once = [](int number) -> Coro<int> {
        if (number == 0) throw std::runtime_error("0 failed");
        co_return number;
    };
    EXPECT_EQ(race({[&] { return at_once(0); }, [&] { return at_once(1); }}),
              "1 of [std::runtime_error: 0 failed, -]");
}

}  // namespace
