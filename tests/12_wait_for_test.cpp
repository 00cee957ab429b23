// wait_for(): wait for one thing, only so long, and until it has really ended.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/until_done.hpp"
#include "09_cancellation/shield.hpp"
#include "12_timeouts/wait_for.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/timeouts.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::Task;
using aio::wait_for;

class WaitForTest : public DeadlineTest {
  protected:
    /// Gives 7 after `time`; traces its beginning, and a CancelledError.
    Coro<int> work(aio::Duration time) {
        trace("begins");
        try {
            co_await aio::sleep(time);
        } catch (const CancelledError&) {
            trace("CancelledError");
            throw;
        }
        co_return 7;
    }
    /// Sleeps for an hour, and when that is cut short takes `time` to clean up.
    Coro<> cleans_up(aio::Duration time) {
        std::exception_ptr cancelled;
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            cancelled = std::current_exception();
        }
        co_await aio::sleep(time);
        trace("clean");
        if (cancelled != nullptr) std::rethrow_exception(cancelled);
    }
    /// Sleeps for an hour, and says no when it is asked to stop.
    Coro<int> refuses() {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            trace("refuses");
        }
        co_await aio::sleep(5s);
        co_return 8;
    }
};

// ── in time ──

TEST_F(WaitForTest, GivesTheResultOfWhatEndsInTime) {
    EXPECT_EQ(ending(wait_for(work(1s), 10s)), "result 7");
    EXPECT_EQ(loop.seconds(), 1);
}

TEST_F(WaitForTest, HandsTheErrorOn) {
    const auto fails = []() -> Coro<> {
        co_await aio::sleep(1s);
        throw std::runtime_error("it failed");
    };
    EXPECT_EQ(ending(wait_for(fails(), 10s)), "failed: std::runtime_error: it failed");
}

TEST_F(WaitForTest, WithoutALimitWaitsAsLongAsItTakes) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_wait_for_blocking"});
    EXPECT_EQ(ending(wait_for(work(5h), std::nullopt)), "result 7");
    std::optional<aio::Duration> none = 0s;
    none.reset();  // a limit that was taken away
    EXPECT_EQ(ending(wait_for(work(5h), none)), "result 7");
    EXPECT_EQ(loop.seconds(), 10 * 3600);
}

TEST_F(WaitForTest, AFutureThatIsDoneInTimeGivesItsResult) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_wait_for_race_condition"});
    const Future<int> future = loop.create_future<int>();
    const Task<int> task = started(wait_for(future, 200ms));
    loop.call_soon([&] { future.set_result(7); });
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), "result 7");
}

TEST_F(WaitForTest, WaitsForAnythingThatCanBeAwaited) {
    EXPECT_EQ(ending(wait_for(loop.create_task(work(1s)), 10s)), "result 7");
    EXPECT_EQ(ending(wait_for(aio::sleep(1s, 5), 10s)), "result 5");
    EXPECT_EQ(ending(wait_for(aio::AnyTask(loop.create_task(work(1s))), 10s)), "result");
    const auto captured = std::make_shared<int>(6);
    EXPECT_EQ(ending(wait_for(
                  [captured]() -> Coro<int> {
                      co_await aio::sleep(1s);
                      co_return *captured;
                  },
                  10s)),
              "result 6")
        << "a lambda must live as long as its coroutine";
    EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(WaitForTest, WithoutAnyTimeATaskThatIsDoneIsInTimeWhateverItsResult) {
    const auto task = loop.create_task(work(1s));
    loop.run_until_complete(task);
    const aio::AnyTask any = task;
    EXPECT_EQ(ending(wait_for(any, 0s)), "result");
}

TEST_F(WaitForTest, WithoutAnyTimeATaskIsCancelledItselfWhateverItsResult) {
    const auto task = started(work(1h));
    const aio::AnyTask any = task;
    EXPECT_EQ(ending(wait_for(any, 0s)), kTimeUp);
    EXPECT_EQ(trace.text(), "begins, CancelledError");
    EXPECT_TRUE(task.cancelled());
}

TEST_F(WaitForTest, GivesWhatCanOnlyBeMoved) {
    const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(8); };
    EXPECT_EQ(*loop.run_until_complete(wait_for(make(), 1s)), 8);
}

TEST_F(WaitForTest, RunsACoroutineInTheCallersTask) {
    const auto who = []() -> Coro<std::string> {
        co_await aio::sleep(1s);
        co_return aio::current_task()->get_name();
    };
    loop.run_until_complete([&]() -> Coro<> {
        EXPECT_EQ(co_await wait_for(who(), 10s), aio::current_task()->get_name());
        EXPECT_EQ(aio::all_tasks().size(), 1) << "no task may be made for it";
    });
}

TEST_F(WaitForTest, TheTimeBeginsWhenItIsAwaited) {
    auto waiting = wait_for(work(1s), 2s);
    loop.run_until_complete(aio::sleep(5s));
    EXPECT_EQ(ending(std::move(waiting)), "result 7");
}

// ── time is up ──

TEST_F(WaitForTest, ThrowsTimeoutErrorWhenTheTimeIsUp) {
    const Task<int> task = loop.create_task(wait_for(work(10s), 1s));
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), kTimeUp);
    EXPECT_EQ(trace.text(), "begins, CancelledError");
    EXPECT_EQ(loop.seconds(), 1);
    EXPECT_EQ(cause_of(task.exception()), "CancelledError");
    EXPECT_EQ(aio::all_tasks(loop).size(), 0) << "nothing may be left behind";
}

TEST_F(WaitForTest, CancelsTheTaskThatItWaitsFor) {
    const Task<int> inner = loop.create_task(work(10s));
    EXPECT_EQ(ending(wait_for(inner, 1s)), kTimeUp);
    EXPECT_EQ(ending_of(inner), "cancelled");
}

TEST_F(WaitForTest, WaitsForTheCleanup) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation"});
    const Task<> inner = loop.create_task(cleans_up(5s));
    const Task<> task = loop.create_task(wait_for(inner, 1s));
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(trace.text(), "clean");
    EXPECT_EQ(ending_of(inner), "cancelled") << "it must be over before wait_for() is";
    EXPECT_EQ(ending_of(task), kTimeUp);
    EXPECT_EQ(cause_of(task.exception()), "CancelledError");
    EXPECT_EQ(loop.seconds(), 6);
}

TEST_F(WaitForTest, AResultInSpiteOfTheDeadlineIsTheResult) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_wait_for_cancel_suppressed"});
    EXPECT_EQ(ending(wait_for(refuses(), 1s)), "result 8");
    EXPECT_EQ(ending(wait_for(loop.create_task(refuses()), 1s)), "result 8");
    EXPECT_EQ(loop.seconds(), 12);
}

TEST_F(WaitForTest, AnErrorInSpiteOfTheDeadlineIsTheError) {
    const auto fails = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            throw std::runtime_error("cleanup failed");
        }
    };
    EXPECT_EQ(ending(wait_for(fails(), 1s)), "failed: std::runtime_error: cleanup failed");
}

TEST_F(WaitForTest, TheTimeoutErrorOfWhatItWaitsForIsAnErrorLikeAnyOther) {
    const auto fails = []() -> Coro<> {
        throw aio::TimeoutError("of my own");
        co_return;
    };
    EXPECT_EQ(ending(wait_for(fails(), 1s)), "failed: TimeoutError: of my own");
}

TEST_F(WaitForTest, AShieldKeepsTheTaskAlive) {
    const Task<int> inner = loop.create_task(work(10s));
    EXPECT_EQ(ending(wait_for(aio::shield(inner), 1s)), kTimeUp);
    EXPECT_EQ(ending_of(inner), "pending");
    loop.run_until_complete(aio::until_done(inner));
    EXPECT_EQ(ending_of(inner), "result 7");
}

// ── no time at all ──

TEST_F(WaitForTest, WithoutTimeWhatIsDoneGivesItsResult) {
    conforms_to(
        {"test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_"
         "done"});
    const Future<int> future = loop.create_future<int>();
    future.set_result(7);
    EXPECT_EQ(ending(wait_for(future, 0s)), "result 7");
    EXPECT_EQ(ending(wait_for(future, -1s)), "result 7");
    const Future<int> cancelled = loop.create_future<int>();
    cancelled.cancel("long ago");
    EXPECT_EQ(ending(wait_for(cancelled, 0s)), "cancelled: long ago") << "nobody ran out of time";
}

TEST_F(WaitForTest, WithoutTimeACoroutineNeverBegins) {
    conforms_to(
        {"test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_coroutine_"
         "do_not_started"});
    EXPECT_EQ(ending(wait_for(work(1s), 0s)), kTimeUp);
    EXPECT_EQ(ending(wait_for(work(1s), -1s)), kTimeUp);
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(loop.seconds(), 0);
}

TEST_F(WaitForTest, WithoutTimeATaskIsCancelledAndWaitedFor) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0",
                 "test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation_w_"
                 "timeout_0"});
    for (const auto time : {0s, -1s}) {
        const Task<> inner = started(cleans_up(5s));
        const Task<> task = loop.create_task(wait_for(inner, time));
        loop.run_until_complete(aio::until_done(task));
        EXPECT_EQ(ending_of(inner), "cancelled");
        EXPECT_EQ(ending_of(task), kTimeUp);
        EXPECT_EQ(cause_of(task.exception()), "CancelledError");
    }
    EXPECT_EQ(trace.text(), "clean, clean");
    EXPECT_EQ(loop.seconds(), 10);
}

TEST_F(WaitForTest, WithoutTimeATaskMayStillRefuse) {
    EXPECT_EQ(ending(wait_for(started(refuses()), 0s)), "result 8");
    const auto fails = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            throw std::runtime_error("cleanup failed");
        }
    };
    EXPECT_EQ(ending(wait_for(started(fails()), 0s)), "failed: std::runtime_error: cleanup failed")
        << "an error in spite of the request is the error, and no time-out";
}

TEST_F(WaitForTest, WithoutTimeWaitingForTheCleanupCanBeCancelled) {
    const Task<> inner = started(cleans_up(5s));
    const Task<> task = started(wait_for(inner, 0s));
    task.cancel("enough");
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled: enough");
    EXPECT_EQ(inner.cancelling(), 1) << "its cleanup must not be interrupted by that";
    loop.run_until_complete(aio::until_done(inner));
    EXPECT_EQ(trace.text(), "clean");
}

TEST_F(WaitForTest, WithoutTimeOnlyTheShieldIsCancelled) {
    conforms_to({"test_waitfor.WaitForShieldTests.test_zero_timeout"});
    const Task<int> inner = started(work(10s));
    EXPECT_EQ(ending(wait_for(aio::shield(inner), 0s)), kTimeUp);
    EXPECT_EQ(ending_of(inner), "pending");
    loop.run_until_complete(aio::until_done(inner));
    EXPECT_EQ(ending_of(inner), "result 7");
}

TEST_F(WaitForTest, WithoutALimitBehindAShieldWaitsForTheResult) {
    conforms_to({"test_waitfor.WaitForShieldTests.test_none_timeout"});
    EXPECT_EQ(ending(wait_for(aio::shield(started(work(10s))), std::nullopt)), "result 7");
}

// ── the waiting task is cancelled ──

TEST_F(WaitForTest, CancellingItCancelsTheTask) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_cancel_wait_for",
                 "test_waitfor.AsyncioWaitForTest.test_cancel_blocking_wait_for"});
    for (const std::optional<aio::Duration> limit : {std::optional<aio::Duration>(60s), {}}) {
        const Task<int> inner = started(work(1h));
        const Task<int> task = started(wait_for(inner, limit));
        task.cancel();
        loop.run_until_complete(aio::until_done(task));
        EXPECT_EQ(ending_of(inner), "cancelled");
        EXPECT_EQ(ending_of(task), "cancelled");
    }
}

TEST_F(WaitForTest, CancellingItWaitsUntilTheCoroutineHasReallyEnded) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_cancelled"});
    const Task<> task = started(wait_for(cleans_up(5s), 1h));
    task.cancel();
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(trace.text(), "clean");
    EXPECT_EQ(loop.seconds(), 5);
    const Task<int> stubborn = started(wait_for(refuses(), 1h));
    stubborn.cancel();
    loop.run_until_complete(aio::until_done(stubborn));
    EXPECT_EQ(loop.seconds(), 10) << "even if it does not want to stop";
}

TEST_F(WaitForTest, ACancelInTheTurnInWhichTheTaskIsDoneIsNotLost) {
    conforms_to({"test_waitfor.AsyncioWaitForTest.test_wait_for_issue86296"});
    const Future<int> done = loop.create_future<int>();
    const Task<int> inner = started([&]() -> Coro<int> { co_return co_await done; });
    const Task<int> task = started(wait_for(inner, 1s));
    done.set_result(7);
    loop.one_turn();  // the inner task is over, and the outer one in the queue
    EXPECT_EQ(ending_of(inner), "result 7");
    EXPECT_TRUE(task.cancel());
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled") << "the request to stop must be heard";
    EXPECT_EQ(ending_of(inner), "result 7");
}

TEST_F(WaitForTest, AnOuterDeadlineIsTheOneThatTells) {
    EXPECT_EQ(ending(wait_for([&] { return wait_for(work(1h), 10s); }, 1s)), kTimeUp);
    EXPECT_EQ(loop.seconds(), 1);
}

}  // namespace
