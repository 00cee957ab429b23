// timeout(): a block that ends in time, and one that does not.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/until_done.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "12_timeouts/timeout.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/timeouts.hpp"

namespace {

using namespace std::chrono_literals;
using aio::async_with;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::Task;
using aio::timeout;
using aio::Timeout;
using aio::timeout_at;

class TimeoutTest : public DeadlineTest {
  protected:
    /// Sleeps for `time`, and reports how that ended.
    Coro<> sleeper(aio::Duration time) {
        try {
            co_await aio::sleep(time);
            trace("slept");
        } catch (const CancelledError&) {
            trace("CancelledError");
            throw;
        }
    }
    auto sleeps(aio::Duration time) {
        return [this, time] { return sleeper(time); };
    }
};

/// Enters a block that sleeps, and leaves it. Never returns.
[[noreturn]] void enter_and_leave() {
    VirtualLoop loop;
    loop.run_until_complete([] { return async_with(timeout(1s), [] { return aio::sleep(0s); }); });
    std::_Exit(0);
}

TEST_F(TimeoutTest, EnteringRemembersTheTask) {
    // In a process of its own: to ask a task that is not there crashes.
    ASSERT_EXIT(enter_and_leave(), testing::ExitedWithCode(0), "")
        << "task_ must be the loop's current task: arm(), expire() and leave() ask it";
}

// ── in time ──

TEST_F(TimeoutTest, ABlockThatEndsInTimeGivesItsResult) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_not_called"});
    Timeout limit = in(10s);
    const auto body = [&]() -> Coro<int> {
        co_await sleeper(1s);
        co_return 7;
    };
    EXPECT_EQ(ending(async_with(limit, body)), "result 7");
    EXPECT_FALSE(limit.expired()) << "the block ended before its time was up";
    EXPECT_GT(limit.when(), loop.time()) << "the deadline is still to come";
    EXPECT_EQ(loop.seconds(), 1) << "nobody waits for the deadline of a block that is over";
}

TEST_F(TimeoutTest, NoDeadlineNeverStrikes) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_disabled",
                 "test_timeouts.TimeoutTests.test_timeout_at_disabled"});
    const auto body = [&](Timeout& limit) -> Coro<> {
        EXPECT_EQ(limit.when(), std::nullopt);
        co_await sleeper(5h);
        EXPECT_FALSE(limit.expired()) << "there is no deadline";
    };
    EXPECT_EQ(ending([&] { return async_with(timeout(std::nullopt), body); }), "result");
    std::optional<aio::TimePoint> none = loop.time();
    none.reset();  // a deadline that was taken away
    EXPECT_EQ(ending([&] { return async_with(timeout_at(none), body); }), "result");
    EXPECT_EQ(loop.seconds(), 10 * 3600);
}

TEST_F(TimeoutTest, AnErrorOfTheBlockGoesThrough) {
    conforms_to({"test_timeouts.TimeoutTests.test_foreign_exception_passed"});
    Timeout limit = in(10s);
    const auto body = [&]() -> Coro<> {
        co_await sleeper(1s);
        throw std::runtime_error("it failed");
    };
    EXPECT_EQ(ending(async_with(limit, body)), "failed: std::runtime_error: it failed");
    EXPECT_FALSE(limit.expired()) << "the block failed before its time was up";
}

TEST_F(TimeoutTest, ACancelFromOutsideGoesThrough) {
    conforms_to({"test_timeouts.TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired"});
    Timeout limit = in(10s);
    const Task<> task = started(async_with(limit, sleeps(1h)));
    task.cancel("enough");
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled: enough");
    EXPECT_FALSE(limit.expired()) << "the block was cancelled before its time was up";
    EXPECT_EQ(task.cancelling(), 1) << "we must not take back somebody else's request";
}

// ── time is up ──

TEST_F(TimeoutTest, ABlockThatTakesLongerEndsInATimeoutError) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_basic",
                 "test_timeouts.TimeoutTests.test_waiter_cancelled"});
    EXPECT_EQ(ending([&] { return async_with(timeout(1s), sleeps(10s)); }), kTimeUp);
    EXPECT_EQ(trace.text(), "CancelledError") << "inside the block it is a CancelledError";
    EXPECT_EQ(loop.seconds(), 1);
}

TEST_F(TimeoutTest, ADeadlineIsATimeOnTheLoopsClock) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_at_basic"});
    loop.run_until_complete(aio::sleep(5s));
    const aio::TimePoint deadline = loop.time() + 1s;
    Timeout limit = timeout_at(deadline);
    EXPECT_EQ(ending(async_with(limit, sleeps(10s))), kTimeUp);
    EXPECT_EQ(loop.seconds(), 6);
    EXPECT_TRUE(limit.expired()) << "its time was up";
    EXPECT_EQ(limit.when(), deadline);
}

TEST_F(TimeoutTest, ADelayCountsFromTheCallAndNotFromTheEntry) {
    EXPECT_EQ(ending([&]() -> Coro<> {
                  Timeout limit = timeout(2s);
                  co_await aio::sleep(1s);
                  co_await async_with(limit, sleeps(10s));
              }),
              kTimeUp);
    EXPECT_EQ(loop.seconds(), 2);
}

TEST_F(TimeoutTest, CoversAllAwaitsOfTheBlockTogether) {
    const auto body = [&]() -> Coro<> {
        co_await sleeper(600ms);
        co_await sleeper(600ms);
    };
    EXPECT_EQ(ending([&] { return async_with(timeout(1s), body); }), kTimeUp);
    EXPECT_EQ(trace.text(), "slept, CancelledError");
    EXPECT_EQ(loop.seconds(), 1);
}

TEST_F(TimeoutTest, ATaskThatCatchesTheTimeoutErrorGoesOnAsIfNothingHadHappened) {
    conforms_to({"test_timeouts.TimeoutTests.test_outer_task_is_not_cancelled"});
    const Task<> task = started([&]() -> Coro<> {
        try {
            co_await async_with(timeout(1s), sleeps(1h));
        } catch (const aio::TimeoutError&) {
            trace("time is up");
        }
        co_await sleeper(1s);
    });
    loop.run_until_complete(Future(task));
    EXPECT_EQ(trace.text(), "CancelledError, time is up, slept");
    EXPECT_EQ(ending_of(task), "result");
    EXPECT_EQ(task.cancelling(), 0) << "the deadline must take back its own request";
}

TEST_F(TimeoutTest, RequestsFromBeforeTheBlockDoNotCount) {
    const Task<> task = started([&]() -> Coro<> {
        (void)co_await aio::outcome_of(aio::sleep(1h));
        (void)co_await aio::outcome_of(aio::sleep(1h));
        co_await async_with(timeout(1s), sleeps(10s));
    });
    for (int request = 0; request < 2; ++request) {
        task.cancel();
        loop.one_turn();
    }
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), kTimeUp)
        << "the block must know how many requests there were before";
    EXPECT_EQ(task.cancelling(), 2) << "the block must take back only its own request";
}

TEST_F(TimeoutTest, WaitsForTheCleanupOfTheBlock) {
    const auto body = [&]() -> Coro<> {
        std::exception_ptr cancelled;
        try {
            co_await aio::sleep(1h);
        } catch (...) {
            cancelled = std::current_exception();
        }
        co_await sleeper(5s);
        if (cancelled != nullptr) std::rethrow_exception(cancelled);
    };
    EXPECT_EQ(ending([&] { return async_with(timeout(1s), body); }), kTimeUp);
    EXPECT_EQ(loop.seconds(), 6) << "a deadline asks once: the cleanup is not interrupted";
    EXPECT_EQ(trace.text(), "slept");
}

TEST_F(TimeoutTest, ABlockThatSwallowsTheErrorEndsWell) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_expiring"});
    Timeout limit = in(1s);
    const auto body = [&]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        trace(error_of([&] { limit.reschedule(loop.time() + 1s); }));
        co_await sleeper(10s);
    };
    const Task<> task = loop.create_task(async_with(limit, body));
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(trace.text(), "swallowed, Cannot change state of expiring Timeout, slept");
    EXPECT_EQ(ending_of(task), "result") << "a block that ends well has not timed out";
    EXPECT_TRUE(limit.expired()) << "time was up all the same";
    EXPECT_EQ(task.cancelling(), 0);
}

TEST_F(TimeoutTest, TheResultThatComesInTheTurnOfTheDeadlineIsLost) {
    const Future<int> future = loop.create_future<int>();
    loop.call_later(1s, [&] { future.set_result(7); });
    Timeout limit = in(1s);
    const auto body = [&]() -> Coro<int> { co_return co_await future; };
    EXPECT_EQ(ending(async_with(limit, body)), kTimeUp);
    EXPECT_EQ(ending_of(future), "result 7") << "the future still has it";
}

// ── time is up before the block begins ──

TEST_F(TimeoutTest, ZeroLetsTheBlockBeginAndEndsItAtItsFirstWait) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_zero"});
    EXPECT_EQ(ending([&] {
                  return async_with(timeout(0s), [&]() -> Coro<> {
                      trace("begins");
                      co_await sleeper(10s);
                  });
              }),
              kTimeUp);
    EXPECT_EQ(trace.text(), "begins, CancelledError");
    EXPECT_EQ(loop.seconds(), 0);
}

TEST_F(TimeoutTest, ZeroInterruptsAWaitOfOneTurn) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_zero_sleep_zero"});
    EXPECT_EQ(ending([&] { return async_with(timeout(0s), sleeps(0s)); }), kTimeUp);
    EXPECT_EQ(trace.text(), "CancelledError");
}

TEST_F(TimeoutTest, ATimeInThePastIsLikeZero) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_in_the_past_sleep_zero"});
    loop.run_until_complete(aio::sleep(20s));
    Timeout limit = in(-11s);
    EXPECT_EQ(ending(async_with(limit, sleeps(0s))), kTimeUp);
    EXPECT_EQ(limit.when(), loop.time() - 11s);
    EXPECT_EQ(ending([&] { return async_with(timeout(-11s), sleeps(0s)); }), kTimeUp);
}

TEST_F(TimeoutTest, ATimeThatHasPassedUnnoticedIsLikeZero) {
    Timeout limit = in(1s);
    block(2s);
    EXPECT_EQ(ending(async_with(limit, sleeps(0s))), kTimeUp)
        << "the loop has not looked at its clock since, and must";
}

TEST_F(TimeoutTest, ABlockThatNeverWaitsNeverTimesOut) {
    Timeout limit = in(-1s);
    const auto body = [&]() -> Coro<int> {
        block(1h);
        co_return 7;
    };
    EXPECT_EQ(ending(async_with(limit, body)), "result 7");
    EXPECT_FALSE(limit.expired()) << "the block never waited: the timer came too late";
}

TEST_F(TimeoutTest, ADeadlineInThePastStandsBehindWhatIsReady) {
    const Task<> task = loop.create_task([&]() -> Coro<> {
        loop.call_soon([&] { trace("was ready before"); });
        co_await async_with(timeout(0s), sleeps(1s));
    });
    loop.one_turn();
    loop.call_soon([&] { trace("came after"); });
    loop.one_turn();
    EXPECT_EQ(trace.text(), "was ready before, came after");
    loop.one_turn();
    EXPECT_EQ(trace.text(), "was ready before, came after, CancelledError");
    EXPECT_EQ(ending_of(task), kTimeUp);
}

// ── moving the deadline ──

TEST_F(TimeoutTest, RescheduleMovesTheDeadline) {
    conforms_to({"test_timeouts.TimeoutTests.test_reschedule"});
    Timeout limit{std::nullopt};
    const Task<> task = started(async_with(limit, sleeps(1h)));
    const aio::TimePoint start = loop.time();
    limit.reschedule(start + 10s);
    EXPECT_EQ(limit.when(), start + 10s);
    limit.reschedule(start + 20s);
    EXPECT_EQ(limit.when(), start + 20s);
    loop.run_until_complete(aio::sleep(15s));
    EXPECT_EQ(ending_of(task), "pending") << "the first deadline has passed, but it was moved";
    limit.reschedule(std::nullopt);
    EXPECT_EQ(limit.when(), std::nullopt);
    loop.run_until_complete(aio::sleep(15s));
    EXPECT_EQ(ending_of(task), "pending") << "there is no deadline any more";
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_FALSE(limit.expired()) << "the deadline was taken away";
}

TEST_F(TimeoutTest, RescheduleToAnEarlierTimeCounts) {
    Timeout limit = in(1h);
    const Task<> task = started(async_with(limit, sleeps(2h)));
    limit.reschedule(loop.time() + 1s);
    loop.run_until_complete(aio::sleep(2s));
    EXPECT_EQ(ending_of(task), kTimeUp) << "the new deadline has passed, the old one has not";
}

TEST_F(TimeoutTest, RescheduleIntoThePastStrikesInTheNextTurn) {
    Timeout limit = in(1h);
    const Task<> task = started(async_with(limit, sleeps(2h)));
    limit.reschedule(loop.time());
    EXPECT_FALSE(limit.expired()) << "it must not strike within the call";
    loop.one_turn();
    EXPECT_TRUE(limit.expired()) << "it must strike in the next turn";
    loop.one_turn();
    EXPECT_EQ(ending_of(task), kTimeUp);
}

TEST_F(TimeoutTest, RescheduleSavesABlockWhoseDeadlineIsUnderWay) {
    Timeout limit = in(0s);
    const auto body = [&]() -> Coro<> {
        limit.reschedule(loop.time() + 10s);
        co_await sleeper(5s);
    };
    EXPECT_EQ(ending(async_with(limit, body)), "result")
        << "the timer of the old deadline stands in the queue already, and must go";
}

TEST_F(TimeoutTest, RescheduleNeedsABlockThatRuns) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_expired",
                 "test_timeouts.TimeoutTests.test_timeout_finished"});
    const auto try_on = [&](Timeout& limit) {
        return error_of([&] { limit.reschedule(loop.time() + 1s); });
    };
    Timeout ends = in(1s);
    EXPECT_EQ(try_on(ends), "Timeout has not been entered");
    EXPECT_EQ(ending(async_with(ends, sleeps(0s))), "result");
    EXPECT_EQ(try_on(ends), "Cannot change state of finished Timeout");
    Timeout expires = in(1s);
    EXPECT_EQ(ending(async_with(expires, sleeps(5s))), kTimeUp);
    EXPECT_EQ(try_on(expires), "Cannot change state of expired Timeout");
}

// ── misuse ──

TEST_F(TimeoutTest, IsEnteredOnce) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_already_entered",
                 "test_timeouts.TimeoutTests.test_timeout_double_enter"});
    const std::string again = "failed: RuntimeError: Timeout has already been entered";
    Timeout limit = in(1s);
    const auto body = [&] { return async_with(limit, sleeps(0s)); };
    EXPECT_EQ(ending(async_with(limit, body)), again) << "entered inside itself";
    EXPECT_EQ(ending(async_with(limit, sleeps(0s))), again) << "entered again afterwards";
    EXPECT_EQ(trace.text(), "") << "the block must not begin";
}

TEST_F(TimeoutTest, NeedsATask) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_without_task"});
    Timeout limit = in(1s);
    const auto enter = [&] {
        std::fputs(error_of([&] { (void)limit.aenter(); }).c_str(), stderr);
        std::_Exit(0);
    };
    const auto enter_in_a_callback = [&] {
        loop.call_soon(enter);
        loop.one_turn();
    };
    // In processes of their own: to ask a task or a loop that is not there crashes.
    const std::string refused = "^Timeout should be used inside a task$";
    EXPECT_EXIT(enter_in_a_callback(), testing::ExitedWithCode(0), refused)
        << "a loop runs, but no task";
    EXPECT_EXIT(enter(), testing::ExitedWithCode(0), refused)
        << "no loop runs, so EventLoop::running() is null";
    EXPECT_THROW((void)limit.aenter(), aio::RuntimeError);
    EXPECT_EQ(limit.describe(), "<Timeout [created]>") << "a block that was refused has not begun";
}

TEST_F(TimeoutTest, ADelayNeedsALoopAndANumber) {
    EXPECT_EQ(error_of([] { (void)timeout(1s); }), "no running event loop");
    EXPECT_EQ(error_of([] { (void)timeout(std::nullopt); }), "no running event loop");
    EXPECT_EQ(error_of([] { (void)timeout_at(std::nullopt); }), "no error");
    loop.call_soon([&] { trace(error_of([] { (void)timeout(std::nan("") * 1s); })); });
    loop.one_turn();
    EXPECT_EQ(trace.text(), "Invalid delay: NaN (not a number)");
}

TEST_F(TimeoutTest, ADelayIsAnyDurationOrMaybeNone) {
    const std::optional<std::chrono::milliseconds> some(500);
    EXPECT_EQ(ending([&] { return async_with(timeout(some), sleeps(1h)); }), kTimeUp);
    EXPECT_EQ(loop.seconds(), 0.5);
    EXPECT_EQ(ending([&] {
                  return async_with(timeout(std::chrono::duration<double>(0.25)), sleeps(1h));
              }),
              kTimeUp);
    EXPECT_EQ(loop.seconds(), 0.75);
    EXPECT_EQ(ending([&] { return async_with(timeout(std::chrono::years(1000)), sleeps(1h)); }),
              "result");
}

// ── texts ──

TEST_F(TimeoutTest, TellsItsStateAndWhileItIsActiveItsDeadline) {
    conforms_to({"test_timeouts.TimeoutTests.test_repr_active",
                 "test_timeouts.TimeoutTests.test_repr_finished"});
    Timeout limit = in(1500ms);
    EXPECT_EQ(limit.describe(), "<Timeout [created]>");
    const auto body = [&]() -> Coro<> {
        trace(limit.describe());
        limit.reschedule(std::nullopt);
        trace(limit.describe());
        co_return;
    };
    EXPECT_EQ(ending(async_with(limit, body)), "result");
    EXPECT_EQ(trace.text(), "<Timeout [active] when=1.5>, <Timeout [active] when=none>");
    EXPECT_EQ(limit.describe(), "<Timeout [finished]>");
}

// ── who lives how long ──

TEST_F(TimeoutTest, MovesItsDeadlineUntilItIsEntered) {
    Timeout first = in(1s);
    Timeout second = std::move(first);
    EXPECT_EQ(second.when(), loop.time() + 1s);
    EXPECT_EQ(ending(async_with(std::move(second), sleeps(1h))), kTimeUp);
}

TEST_F(TimeoutTest, GoesWithTheLoopInTheMiddleOfTheBlock) {
    const CapturedLog log;
    Timeout limit = in(1h);
    Timeout due = in(-1s);
    const Task<> armed = started(async_with(limit, sleeps(2h)));
    const Task<> struck = started(async_with(due, sleeps(2h)));
    loop.close();  // under ASan, nothing may be left, and nobody may be called
    EXPECT_EQ(trace.text(), "");
    EXPECT_FALSE(limit.expired()) << "nobody may be called";
}

TEST_F(TimeoutTest, ALoopThatIsClosedTakesNoDeadline) {
    const CapturedLog log;
    Timeout limit{std::nullopt};
    const Task<> task = started(async_with(limit, sleeps(2h)));
    const aio::TimePoint later = loop.time() + 1h;
    loop.close();
    EXPECT_EQ(error_of([&] { limit.reschedule(later); }), "Event loop is closed");
}

TEST_F(TimeoutTest, OutlivesItsLoop) {
    const CapturedLog log;
    std::optional<Timeout> limit;
    {
        VirtualLoop other;
        limit.emplace(other.time() + 1h);
        const Task<> task = other.create_task(async_with(*limit, sleeps(2h)));
        other.turn();
    }
    EXPECT_EQ(limit->describe(), "<Timeout [active] when=3600>");
}

}  // namespace
