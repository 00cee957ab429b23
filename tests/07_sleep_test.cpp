// sleep(): time passes for one task, and not for the others.
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;

/// A loop whose clock jumps instead of waiting.
class SleepTest : public ::testing::Test {
  protected:
    /// Runs `main` and returns how long it took on the loop's clock.
    template <class Main>
    aio::Duration time_of(Main main) {
        const auto start = loop.time();
        loop.run_until_complete(main);
        return loop.time() - start;
    }

    PatientLoop loop;
};

TEST_F(SleepTest, TakesItsTimeAndGivesItsResult) {
    conforms_to({"test_tasks.BaseTaskTests.test_sleep"});
    const auto sleeper = []() -> Coro<std::string> {
        co_await aio::sleep(50ms);
        co_return co_await aio::sleep(50ms, std::string("yeah"));
    };
    std::string result;
    const auto took = time_of([&]() -> Coro<> { result = co_await sleeper(); });
    EXPECT_EQ(result, "yeah");
    EXPECT_EQ(took, 100ms);
}

TEST_F(SleepTest, TasksSleepAtTheSameTime) {
    Trace trace;
    const auto say = [&](std::string what, std::chrono::seconds delay) -> Coro<> {
        co_await aio::sleep(delay);
        trace(what);
    };
    const auto took = time_of([&]() -> Coro<> {
        const auto one = aio::create_task(say("one", 6s));
        const auto two = aio::create_task(say("two", 5s));
        const auto three = aio::create_task(say("three", 4s));
        co_await one;
        co_await two;
        co_await three;
    });
    EXPECT_EQ(trace.text(), "three, two, one");
    EXPECT_EQ(took, 6s) << "three sleeps at the same time take as long as the longest";
}

TEST_F(SleepTest, WithoutTasksSleepsAddUp) {
    const auto took = time_of([]() -> Coro<> {
        co_await aio::sleep(6s);
        co_await aio::sleep(5s);
        co_await aio::sleep(4s);
    });
    EXPECT_EQ(took, 15s);
}

TEST_F(SleepTest, AnHourTakesNoTimeOnAVirtualClock) {
    const auto took = time_of([]() -> Coro<> {
        for (int minute = 0; minute < 60; ++minute) co_await aio::sleep(1min);
    });
    EXPECT_EQ(took, 1h);
}

TEST_F(SleepTest, OfZeroLetsOthersRunForExactlyOneTurn) {
    conforms_to({"test_tasks.SleepTests.test_sleep_zero"});
    Trace trace;
    const auto other = [&]() -> Coro<> {
        trace("other 1");
        co_await aio::sleep(0s);
        trace("other 2");
    };
    const auto took = time_of([&]() -> Coro<> {
        const auto task = aio::create_task(other());
        loop.call_soon([&] { trace("callback"); });
        trace("main 1");
        EXPECT_EQ(co_await aio::sleep(0s, 42), 42);
        trace("main 2");
        co_await aio::sleep(0s);
        trace("main 3");
        co_await task;
    });
    EXPECT_EQ(trace.text(), "main 1, other 1, callback, main 2, other 2, main 3");
    EXPECT_EQ(took, 0s);
}

TEST_F(SleepTest, OfLessThanZeroIsASleepOfZero) {
    const auto took = time_of([]() -> Coro<> { co_await aio::sleep(-1h); });
    EXPECT_EQ(took, 0s);
}

TEST_F(SleepTest, OfNotANumberIsAnError) {
    conforms_to({"test_tasks.BaseTaskTests.test_sleep_when_delay_is_nan"});
    const std::chrono::duration<double> nan(std::numeric_limits<double>::quiet_NaN());
    EXPECT_THROW((void)aio::sleep(nan), aio::ValueError);
}

TEST_F(SleepTest, TakesFractionsOfASecond) {
    const auto took =
        time_of([]() -> Coro<> { co_await aio::sleep(std::chrono::duration<double>(0.25)); });
    EXPECT_EQ(took, 250ms);
}

TEST_F(SleepTest, GivesAResultThatCanOnlyBeMoved) {
    loop.run_until_complete([]() -> Coro<> {
        EXPECT_EQ(*co_await aio::sleep(1s, std::make_unique<int>(3)), 3);
        EXPECT_EQ(*co_await aio::sleep(0s, std::make_unique<int>(4)), 4);
    });
}

TEST_F(SleepTest, CanBeATask) {
    const auto took = time_of([]() -> Coro<> {
        const auto nap = aio::create_task(aio::sleep(2s, 5));
        EXPECT_EQ(co_await nap, 5);
    });
    EXPECT_EQ(took, 2s);
}

TEST_F(SleepTest, IsEndedByCancel) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto nap = aio::create_task(aio::sleep(1h));
        co_await aio::sleep(1s);
        EXPECT_TRUE(nap.cancel());
        co_await aio::until_done(nap);
        EXPECT_TRUE(nap.cancelled());
    });
    EXPECT_EQ(loop.time().time_since_epoch(), 1s)
        << "the timer of a cancelled sleep must not count";
}

TEST_F(SleepTest, IsEndedByCancelEvenInTheTurnInWhichItIsOver) {
    loop.run_until_complete([&]() -> Coro<> {
        Trace trace;
        const auto nap = aio::create_task([&]() -> Coro<> {
            co_await aio::sleep(1s);
            trace("slept");
        });
        co_await aio::sleep(0s);
        loop.call_at(loop.time() + 1s, [&] { nap.cancel(); });
        co_await aio::until_done(nap);
        EXPECT_EQ(trace.text(), "");
        EXPECT_TRUE(nap.cancelled());
    });
}

TEST_F(SleepTest, ALoopMayBeClosedOverSleepers) {
    const CapturedLog log;
    Trace trace;
    const auto sleeper = [&]() -> Coro<> {
        const AtExit end(trace, "cleaned up");
        co_await aio::sleep(1h);
    };
    const auto task = loop.create_task(sleeper());
    loop.run_until_complete([]() -> Coro<> { co_await aio::sleep(1s); });
    loop.close();
    EXPECT_EQ(trace.text(), "cleaned up");
    EXPECT_FALSE(task.done());
    EXPECT_EQ(log.text().substr(0, 37), "Task was destroyed but it is pending!") << log.text();
}

}  // namespace
