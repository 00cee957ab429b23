// cancel(): the request goes down at once, the error comes up one turn later.
#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <stdexcept>
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

class CancelTest : public ::testing::Test {
  protected:
    /// Waits for `future` and traces what it sees.
    Coro<int> waiter(Future<int> future) {
        try {
            trace("waits");
            co_return co_await future;
        } catch (const CancelledError& error) {
            trace(error.message().empty() ? "CancelledError"
                                          : "CancelledError: " + error.message());
            throw;
        }
    }
    /// Sleeps for a long time, and traces when it is cut short.
    Coro<> sleeper() {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError& error) {
            trace(error.message().empty() ? "CancelledError"
                                          : "CancelledError: " + error.message());
            throw;
        }
    }
    /// Starts a task and lets it run until it waits.
    template <class Awaitable>
    auto started(Awaitable&& awaitable) {
        auto task = loop.create_task(std::forward<Awaitable>(awaitable));
        loop.one_turn();
        return task;
    }
    [[nodiscard]] double seconds() {
        return std::chrono::duration<double>(loop.time() - start).count();
    }

    const CapturedLog log;  // of the tasks that a test leaves behind
    PatientLoop loop;
    Trace trace;
    const aio::TimePoint start = loop.time();
    const Future<int> future = loop.create_future<int>();
};

// ── the request goes down at once ──

TEST_F(CancelTest, CancelsWhatTheTaskWaitsForAtOnce) {
    conforms_to({"test_tasks.BaseTaskTests.test_task_cancel_waiter_future"});
    const Task<int> task = started(waiter(future));
    EXPECT_TRUE(task.cancel()) << "a task that is not done can be asked to stop";
    EXPECT_EQ(ending_of(future), "cancelled") << "the future must know before cancel() returns";
    EXPECT_EQ(trace.text(), "waits") << "the coroutine must not run inside cancel()";
    EXPECT_EQ(ending_of(task), "pending") << "the task has only been asked";
}

TEST_F(CancelTest, TheErrorComesUpOneTurnLater) {
    const Task<int> task = started(waiter(future));
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "waits, CancelledError");
    EXPECT_EQ(ending_of(task), "cancelled");
}

TEST_F(CancelTest, WhatIsReadyRunsBeforeTheError) {
    const Task<int> task = started(waiter(future));
    loop.call_soon([&] { trace("was ready before"); });
    task.cancel();
    loop.call_soon([&] { trace("came after"); });
    loop.one_turn();
    EXPECT_EQ(trace.text(), "waits, was ready before, CancelledError, came after");
}

TEST_F(CancelTest, CutsASleepShort) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel"});
    const Task<> task = started(sleeper());
    EXPECT_TRUE(task.cancel());
    loop.one_turn();
    EXPECT_EQ(trace.text(), "CancelledError");
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(task.cancelling(), 1) << "only uncancel() takes a request back";
    EXPECT_EQ(seconds(), 0) << "nobody waited for the hour";
    EXPECT_FALSE(task.cancel()) << "a task that is done can no longer be cancelled";
}

TEST_F(CancelTest, ByATimerCutsASleepShortAtThatMoment) {
    conforms_to({"test_tasks.BaseTaskTests.test_task_cancel_sleeping_task"});
    const Task<> task = loop.create_task(sleeper());
    loop.call_later(100ms, [&] { task.cancel(); });
    EXPECT_THROW(loop.run_until_complete(Future(task)), CancelledError);
    EXPECT_NEAR(seconds(), 0.1, 0.001);
}

TEST_F(CancelTest, EndsAYieldToo) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_yield"});
    const Task<> task = started([&]() -> Coro<> {
        co_await aio::sleep(0s);
        trace("went on");
    });
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "") << "the yield must throw instead of coming back";
    EXPECT_EQ(ending_of(task), "cancelled");
}

TEST_F(CancelTest, OfWhatATaskWaitsForCancelsTheTask) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_inner_future"});
    const Task<int> task = started(waiter(future));
    future.cancel();
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(task.cancelling(), 0) << "nobody asked the task";
}

TEST_F(CancelTest, OfATaskThatIsDoneChangesNothing) {
    const Task<int> task = started([]() -> Coro<int> { co_return 7; });
    EXPECT_FALSE(task.cancel()) << "there is nothing left to cancel";
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "result 7");
    EXPECT_EQ(task.cancelling(), 0) << "a request that is refused does not count";
}

TEST_F(CancelTest, CancellingATaskThatIsDoneCountsAsHavingSeenItsError) {
    {
        const Task<> task = started([]() -> Coro<> {
            throw std::runtime_error("it failed");
            co_return;
        });
        EXPECT_FALSE(task.cancel());
    }
    EXPECT_EQ(log.text(), "") << "a caller that wanted it to stop need not be told that it failed";
}

TEST_F(CancelTest, OfAnEagerTaskThatIsDoneChangesNothing) {
    conforms_to(
        {"test_eager_task_factory.EagerTaskFactoryLoopTests.test_cancellation_after_eager_"
         "completion"});
    loop.run_until_complete([]() -> Coro<> {
        const auto task =
            aio::create_task([]() -> Coro<int> { co_return 7; }, {.eager_start = true});
        EXPECT_FALSE(task.cancel());
        EXPECT_EQ(ending_of(task), "result 7");
        co_return;
    });
}

TEST_F(CancelTest, ReachesAnEagerTaskAtItsFirstWait) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto task = aio::create_task(waiter(future), {.eager_start = true});
        task.cancel();
        co_await aio::sleep(0s);
        EXPECT_EQ(ending_of(task), "cancelled");
    });
    EXPECT_EQ(trace.text(), "waits, CancelledError");
}

// ── requests are counted ──

TEST_F(CancelTest, RequestsAreCounted) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancelling"});
    const Task<int> task = started(waiter(future));
    EXPECT_EQ(task.cancelling(), 0);
    EXPECT_EQ(task.describe().substr(0, 13), "<Task pending");
    EXPECT_TRUE(task.cancel()) << "a task that waits can be asked to stop";
    EXPECT_EQ(task.cancelling(), 1);
    EXPECT_EQ(task.describe().substr(0, 16), "<Task cancelling");
    EXPECT_TRUE(task.cancel()) << "a second request is a request";
    EXPECT_EQ(task.cancelling(), 2) << "uncancel() may take each of them back";
}

TEST_F(CancelTest, RequestsBeforeTheFirstStepAreCountedToo) {
    const Task<int> task = loop.create_task(waiter(future));
    EXPECT_TRUE(task.cancel()) << "a task that has not started can be asked to stop";
    EXPECT_TRUE(task.cancel()) << "and once more";
    EXPECT_EQ(task.cancelling(), 2);
    EXPECT_EQ(ending_of(task), "pending") << "it has only been asked";
}

TEST_F(CancelTest, TwoRequestsAreOneError) {
    const Task<> task = started([&]() -> Coro<> {
        try {
            co_await future;
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_await aio::sleep(1h);
    });
    task.cancel();
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "swallowed");
    EXPECT_EQ(ending_of(task), "pending") << "the second request was for the same wait";
    EXPECT_EQ(task.cancelling(), 2) << "but both count";
}

// ── through tasks that await tasks ──

TEST_F(CancelTest, ReachesTheInnermostAwaitAndPassesAllHandlersOnItsWayUp) {
    conforms_to({"test_tasks.BaseTaskTests.test_yield_future_passes_cancel"});
    const auto outer = [&]() -> Coro<std::string> {
        const auto inner = [&]() -> Coro<> {
            try {
                co_await waiter(future);
            } catch (const CancelledError&) {
                trace("inner");
                throw;
            }
        };
        try {
            co_await inner();
        } catch (const CancelledError&) {
            trace("outer");
        }
        co_return "swallowed";
    };
    const Task<std::string> task = started(outer());
    task.cancel();
    EXPECT_EQ(ending_of(future), "cancelled");
    loop.one_turn();
    EXPECT_EQ(trace.text(), "waits, CancelledError, inner, outer");
    EXPECT_EQ(ending_of(task), "result swallowed");
}

TEST_F(CancelTest, ReachesTheTaskThatATaskAwaits) {
    const Task<int> inner = started(waiter(future));
    const Task<int> outer = started([&]() -> Coro<int> { co_return co_await inner; });
    outer.cancel("enough");
    EXPECT_EQ(inner.cancelling(), 1) << "what a task waits for is cancelled: here, a task";
    EXPECT_EQ(ending_of(future), "cancelled: enough") << "and what that one waits for";
    loop.one_turn();
    EXPECT_EQ(ending_of(inner), "cancelled: enough");
    EXPECT_EQ(ending_of(outer), "pending") << "being woken by a task costs a turn, as always";
    loop.one_turn();
    EXPECT_EQ(ending_of(outer), "cancelled: enough");
}

TEST_F(CancelTest, AnInnerTaskThatSwallowsItSavesTheOuterOne) {
    const Task<int> inner = started([&]() -> Coro<int> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_return 5;
    });
    const Task<int> outer = started([&]() -> Coro<int> { co_return co_await inner; });
    outer.cancel();
    loop.one_turn();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "swallowed");
    EXPECT_EQ(ending_of(outer), "result 5") << "the error went to the inner one, and no further";
    EXPECT_EQ(outer.cancelling(), 1) << "the request was made, whatever came of it";
}

// ── when there is nothing to cancel ──

TEST_F(CancelTest, BeforeTheFirstStepTheBodyNeverRuns) {
    const auto parameter = std::make_shared<int>(1);
    const auto body = [](Trace& trace, std::shared_ptr<int>) -> Coro<> {
        trace("body");
        co_return;
    };
    const Task<> task = loop.create_task(body(trace, parameter), "never");
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "") << "no line of the body may run";
    EXPECT_EQ(parameter.use_count(), 1) << "its parameters must be destroyed";
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(task.describe(), "<Task cancelled name='never'>") << "it has no coroutine any more";
    EXPECT_EQ(aio::all_tasks(loop).size(), 0U) << "it is over, and the loop still keeps it";
}

TEST_F(CancelTest, InTheTurnInWhichTheFutureIsDoneTheResultIsLost) {
    const Task<int> task = started(waiter(future));
    future.set_result(1);
    EXPECT_TRUE(task.cancel()) << "the task has not seen the result yet: it can be cancelled";
    loop.one_turn();
    EXPECT_EQ(trace.text(), "waits, CancelledError");
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(ending_of(future), "result 1") << "the future is done, and stays so";
}

TEST_F(CancelTest, ByItselfATaskGetsItAtItsNextWait) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_current_task"});
    const Task<> task = started([&]() -> Coro<> {
        aio::current_task()->cancel();
        trace("goes on");
        const auto done = loop.create_future<int>();
        done.set_result(1);
        trace(fmt::format("gets {} of what is done", co_await done));
        co_await aio::sleep(1h);
        trace("never here");
    });
    loop.one_turn();
    EXPECT_EQ(trace.text(), "goes on, gets 1 of what is done");
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(seconds(), 0);
}

TEST_F(CancelTest, ByItselfATaskCancelsWhatItWaitsForNext) {
    const Task<int> task = started([&]() -> Coro<int> {
        aio::current_task()->cancel();
        co_return co_await future;
    });
    EXPECT_EQ(ending_of(future), "cancelled");
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled");
}

TEST_F(CancelTest, ByItselfATaskThatWaitsForNothingMoreEndsCancelled) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_at_end"});
    const Task<int> task = started([]() -> Coro<int> {
        aio::current_task()->cancel();
        co_return 1;
    });
    EXPECT_EQ(ending_of(task), "cancelled") << "a request that came before the end is not lost";
}

TEST_F(CancelTest, ByItselfAtAYieldToo) {
    const Task<> task = started([&]() -> Coro<> {
        aio::current_task()->cancel();
        co_await aio::sleep(0s);
        trace("went on");
    });
    loop.one_turn();
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(ending_of(task), "cancelled");
}

TEST_F(CancelTest, AfterARequestThatCameTooLateForTheFutureItMayBeSwallowed) {
    const Task<int> task = started([&]() -> Coro<int> {
        try {
            co_await future;
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_return 42;
    });
    future.set_result(1);
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "swallowed");
    EXPECT_EQ(ending_of(task), "result 42");
    EXPECT_EQ(task.cancelling(), 1) << "the request was made, whatever came of it";
}

/// Waits for a turn, and does not ask whether its task was cancelled meanwhile.
struct Deaf {
    Deaf() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<aio::PromiseBase> Promise>
    void await_suspend(std::coroutine_handle<Promise> awaiting) const {
        aio::running_task().yield(awaiting);
    }
    void await_resume() const noexcept {}
};

TEST_F(CancelTest, ReachesNobodyElseThoughItsTaskDoesNotListen) {
    const Task<> deaf = loop.create_task([]() -> Coro<> { co_await Deaf(); });
    const Task<> neighbour = loop.create_task([]() -> Coro<> { co_await aio::sleep(0s); });
    loop.one_turn();
    deaf.cancel();
    loop.one_turn();
    EXPECT_EQ(ending_of(neighbour), "result") << "the error was for the task before it";
    EXPECT_EQ(ending_of(deaf), "cancelled") << "the request is not lost";
}

// ── who catches it ──

TEST_F(CancelTest, IsNotCaughtByWhoCatchesErrors) {
    const Task<> task = started([&]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const std::exception&) {
            trace("caught");
        }
        trace("went on");
    });
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "") << "a CancelledError is not a std::exception";
    EXPECT_EQ(ending_of(task), "cancelled");
}

TEST_F(CancelTest, MayBeSwallowed) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_task_catching"});
    const Task<int> task = started([&]() -> Coro<int> {
        try {
            co_await future;
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_return 42;
    });
    task.cancel();
    EXPECT_EQ(ending_of(future), "cancelled");
    loop.one_turn();
    EXPECT_EQ(trace.text(), "swallowed");
    EXPECT_EQ(ending_of(task), "result 42");
    EXPECT_FALSE(task.cancelled()) << "a task that swallows it ends like any other";
}

TEST_F(CancelTest, ATaskThatSwallowsItMayGoOnAndWait) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_task_ignoring"});
    const Future<int> later = loop.create_future<int>();
    const Task<int> task = started([&]() -> Coro<int> {
        try {
            co_await future;
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_return co_await later;
    });
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(ending_of(later), "pending") << "one request is one error: the next wait is a wait";
    later.set_result(3);
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "result 3");
}

TEST_F(CancelTest, AfterARequestThatCameTooLateForTheFutureThereIsOneErrorOnly) {
    const Future<int> later = loop.create_future<int>();
    const Task<int> task = started([&]() -> Coro<int> {
        try {
            co_await future;
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        const int what_is_done = co_await future;
        co_return what_is_done + co_await later;
    });
    future.set_result(1);
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "swallowed");
    ASSERT_EQ(ending_of(task), "pending") << "the next await throws the same error again";
    EXPECT_EQ(ending_of(later), "pending") << "the error was delivered, and must not come again";
    later.set_result(3);
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "result 4");
}

TEST_F(CancelTest, AfterASleepThatWasCutShortThereIsOneErrorOnly) {
    const Task<int> task = started([&]() -> Coro<int> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_await aio::sleep(1s);
        trace("slept");
        co_return co_await future;
    });
    task.cancel();
    loop.run_until_complete(aio::sleep(2s));
    EXPECT_EQ(trace.text(), "swallowed, slept") << "one request is one error";
    future.set_result(3);
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "result 3");
}

TEST_F(CancelTest, MayBeThrownByAnybody) {
    const Task<> task = started([]() -> Coro<> {
        throw CancelledError("on my own");
        co_return;
    });
    EXPECT_EQ(ending_of(task), "cancelled: on my own");
    EXPECT_EQ(task.cancelling(), 0);
}

TEST_F(CancelTest, MayBecomeAnExitRequest) {
    conforms_to({"test_tasks.BaseTaskTests.test_baseexception_during_cancel"});
    const Task<> task = started([]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            throw aio::SystemExit(3);
        }
    });
    task.cancel();
    EXPECT_THROW(loop.one_turn(), aio::SystemExit);
    EXPECT_EQ(ending_of(task), "failed: SystemExit");
}

TEST_F(CancelTest, AnErrorThatReplacesItCanCarryIt) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancellation_exception_context"});
    const Task<int> inner = started(waiter(future));
    const Task<> task = started([&]() -> Coro<> {
        try {
            co_await inner;
        } catch (const CancelledError&) {
            std::throw_with_nested(std::runtime_error("while it was stopped"));
        }
    });
    inner.cancel("enough");
    loop.one_turn();
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "failed: std::runtime_error: while it was stopped");
    try {
        std::rethrow_exception(task.exception());
    } catch (const std::nested_exception& error) {
        EXPECT_EQ(aio::describe(error.nested_ptr()), "CancelledError: enough");
    }
}

// ── messages ──

TEST_F(CancelTest, CarriesAMessage) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_with_message_then_future_result",
                 "test_tasks.BaseTaskTests.test_cancel_with_message_then_future_exception",
                 "test_futures.BaseFutureTests.test_future_cancel_message_getter"});
    const Task<> task = started(sleeper());
    task.cancel("the user went home");
    loop.one_turn();
    EXPECT_EQ(trace.text(), "CancelledError: the user went home");
    EXPECT_EQ(ending_of(task), "cancelled: the user went home");
    try {
        (void)task.result();
        ADD_FAILURE() << "result() of a cancelled task must throw";
    } catch (const CancelledError& error) {
        EXPECT_EQ(error.message(), "the user went home");
    }
    EXPECT_EQ(ending_of(task), "cancelled: the user went home") << "it can be asked for again";
}

TEST_F(CancelTest, WithoutAMessageHasNone) {
    const Task<> task = started(sleeper());
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled");
}

TEST_F(CancelTest, BeforeTheFirstStepCarriesTheMessageToo) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_with_message_before_starting_task"});
    const Task<> task = loop.create_task(sleeper());
    task.cancel("not at all");
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled: not at all");
}

TEST_F(CancelTest, OfTwoMessagesTheFirstOneIsDeliveredToWhoWaits) {
    const Task<int> waiting = started(waiter(future));
    waiting.cancel("first");
    waiting.cancel("second");
    const Task<> sleeping = started(sleeper());
    EXPECT_EQ(ending_of(waiting), "cancelled: first");
    sleeping.cancel("first");
    sleeping.cancel("second");
    loop.one_turn();
    EXPECT_EQ(ending_of(sleeping), "cancelled: first") << "the sleep was over at the first";
}

TEST_F(CancelTest, OfTwoMessagesTheLastOneIsDeliveredToWhoHasNotStarted) {
    const Task<> task = loop.create_task(sleeper());
    const Task<> other = loop.create_task(sleeper());
    task.cancel("first");
    task.cancel("second");
    other.cancel("first");
    other.cancel();
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled: second");
    EXPECT_EQ(ending_of(other), "cancelled") << "the last one had none";
}

}  // namespace
