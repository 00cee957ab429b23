// cancelling() counts the requests, uncancel() takes one back.
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::Task;

class UncancelTest : public ::testing::Test {
  protected:
    /// Waits for the future, swallows one CancelledError, and waits for an hour.
    Coro<int> stubborn() {
        try {
            co_return co_await future;
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_await aio::sleep(1h);
        co_return 1;
    }
    template <class Awaitable>
    auto started(Awaitable&& awaitable) {
        auto task = loop.create_task(std::forward<Awaitable>(awaitable));
        loop.one_turn();
        return task;
    }

    const CapturedLog log;  // of the tasks that a test leaves behind
    PatientLoop loop;
    Trace trace;
    const Future<int> future = loop.create_future<int>();
};

TEST_F(UncancelTest, TheCountStaysUntilSomebodyTakesItBack) {
    conforms_to({"test_tasks.BaseTaskTests.test_uncancel_basic"});
    const Task<int> task = started(stubborn());
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(task.cancelling(), 1) << "swallowing the error takes no request back";
    EXPECT_EQ(task.uncancel(), 0);
    EXPECT_EQ(task.cancelling(), 0);
    EXPECT_TRUE(task.cancel()) << "it can be cancelled again";
    EXPECT_EQ(task.cancelling(), 1);
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(task.uncancel(), 0);
    EXPECT_EQ(ending_of(task), "cancelled") << "what is done stays as it is";
}

TEST_F(UncancelTest, TakesOneBackAndSaysHowManyAreLeft) {
    const Task<int> task = started(stubborn());
    task.cancel();
    task.cancel();
    task.cancel();
    EXPECT_EQ(task.uncancel(), 2);
    EXPECT_EQ(task.uncancel(), 1);
    EXPECT_EQ(task.cancelling(), 1);
}

TEST_F(UncancelTest, NeverGoesBelowZero) {
    const Task<int> task = started(stubborn());
    EXPECT_EQ(task.uncancel(), 0);
    EXPECT_EQ(task.cancelling(), 0);
    task.cancel();
    EXPECT_EQ(task.cancelling(), 1) << "a request cannot be taken back before it is made";
}

TEST_F(UncancelTest, TheLastOneWithdrawsAnErrorThatWasNotDelivered) {
    conforms_to({"test_tasks.BaseTaskTests.test_uncancel_resets_must_cancel"});
    const Task<int> task = started(stubborn());
    future.set_result(7);
    task.cancel();
    EXPECT_EQ(task.uncancel(), 0);
    loop.one_turn();
    EXPECT_EQ(trace.text(), "") << "no error was left to deliver";
    EXPECT_EQ(ending_of(task), "result 7");
}

TEST_F(UncancelTest, OneOfTwoWithdrawsNothing) {
    const Task<int> task = started(stubborn());
    future.set_result(7);
    task.cancel();
    task.cancel();
    EXPECT_EQ(task.uncancel(), 1);
    loop.one_turn();
    EXPECT_EQ(trace.text(), "swallowed") << "one request is left, and it is delivered";
}

TEST_F(UncancelTest, ASleepThatWasCutShortStaysSo) {
    const Task<> task = started([&]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
            trace("slept its hour");
        } catch (const CancelledError&) {
            trace("CancelledError");
        }
    });
    task.cancel();
    EXPECT_EQ(task.uncancel(), 0);
    loop.one_turn();
    EXPECT_EQ(trace.text(), "CancelledError") << "it is awake already, and an hour is not over";
}

TEST_F(UncancelTest, WhatTheTaskWaitedForStaysCancelled) {
    const Task<int> task = started(stubborn());
    task.cancel();
    EXPECT_EQ(task.uncancel(), 0);
    loop.one_turn();
    EXPECT_EQ(trace.text(), "swallowed") << "the future was cancelled at once, and says so";
    EXPECT_EQ(task.cancelling(), 0);
}

}  // namespace
