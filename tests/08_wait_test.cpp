// wait: until the first is done, the first has failed, all are done, or time is up.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "02_generators/generator.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/wait.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::Task;
using Tasks = std::vector<Task<int>>;

Coro<int> number_after(aio::Duration delay, int number) {
    co_await aio::sleep(delay);
    co_return number;
}

Coro<int> fail_after(aio::Duration delay) {
    co_await aio::sleep(delay);
    throw std::runtime_error("it failed");
}

template <class F>
std::string names(const std::vector<F>& tasks) {
    std::vector<std::string> names;
    for (const F& task : tasks) names.push_back(task.get_name());
    return fmt::format("{}", fmt::join(names, " "));
}

/// "done: a b, pending: c, after 2 s"
template <class F>
std::string text_of(const aio::WaitResult<F>& result, aio::Duration taken) {
    return fmt::format("done: {}, pending: {}, after {} s", names(result.done),
                       names(result.pending), std::chrono::duration<double>(taken).count());
}

template <class T>
concept CanWait = requires(T what) {
    aio::wait(std::move(what));
};

class WaitTest : public ::testing::Test {
  protected:
    Task<int> task(std::string_view name, Coro<int> coroutine) {
        return loop.create_task(std::move(coroutine), name);
    }

    /// Waits, and says how that ended.
    template <class F>
    std::string wait(std::vector<F> futures, aio::WaitOptions options = {}) {
        const auto start = loop.time();
        const auto result = loop.run_until_complete(aio::wait(std::move(futures), options));
        return text_of(result, loop.time() - start);
    }

    CapturedLog said;  // by the loop, about what is left when it closes
    PatientLoop loop;
    Trace trace;
};

TEST_F(WaitTest, ReturnsWhenAllAreDone) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait"});
    const Tasks tasks{task("a", number_after(1s, 1)), task("b", number_after(2s, 2))};
    EXPECT_EQ(wait(tasks), "done: a b, pending: , after 2 s");
    EXPECT_EQ(wait(tasks), "done: a b, pending: , after 0 s") << "what is done is not waited for";
    EXPECT_EQ(tasks[1].result(), 2);
    EXPECT_EQ(wait(Tasks{tasks[0], task("c", number_after(3s, 3))}),
              "done: a c, pending: , after 3 s")
        << "one that is done already does not stand for all";
}

TEST_F(WaitTest, CountsATaskThatIsGivenTwiceOnce) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_duplicate_coroutines"});
    const auto one = task("one", number_after(1s, 1));
    const auto two = task("two", number_after(1s, 2));
    EXPECT_EQ(wait(Tasks{one, one, two, one}), "done: one two, pending: , after 1 s");
    EXPECT_EQ(wait(Tasks{two, one, two}), "done: two one, pending: , after 0 s")
        << "each once, in the order given";
}

TEST_F(WaitTest, OfNothingIsAnError) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_invalid_args"});
    const auto task = loop.create_task(aio::wait(Tasks()));
    loop.one_turn();
    ASSERT_TRUE(task.done()) << "it waits for nothing, for ever";
    EXPECT_EQ(aio::describe(task.exception()), "ValueError: Set of Tasks/Futures is empty.");
    static_assert(!CanWait<Task<int>>, "a list is wanted");
    static_assert(!CanWait<std::vector<Coro<int>>>, "of a coroutine nobody would hold the task");
}

TEST_F(WaitTest, AReturnWhenThatIsNoneOfTheThreeIsAnError) {
    const Tasks tasks{task("one", number_after(1s, 1))};
    const aio::WaitOptions options{.return_when = static_cast<aio::ReturnWhen>(7)};
    EXPECT_THROW(wait(tasks, options), aio::ValueError);
    EXPECT_EQ(error_of([&] { wait(tasks, options); }), "Invalid return_when value: 7");
    EXPECT_EQ(error_of([&] { wait(Tasks(), options); }), "Set of Tasks/Futures is empty.")
        << "as in asyncio, the set is looked at first";
}

TEST_F(WaitTest, GivesATaskThatWasGivenTwiceBackOnceWithAResultThatCannotBeCopied) {
    const auto owned = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const auto task = loop.create_task(owned());
    const auto result = loop.run_until_complete(aio::wait(std::vector{task, task}));
    ASSERT_EQ(result.done.size(), 1U);
    EXPECT_EQ(*result.done[0].result(), 7);
}

TEST_F(WaitTest, TakesARangeThatCanBeWalkedOnlyOnce) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_with_iterator_of_tasks"});
    const Tasks tasks{task("a", number_after(1s, 1)), task("b", number_after(2s, 2))};
    const auto one_by_one = [&]() -> aio::Generator<Task<int>> {
        for (const Task<int>& each : tasks) co_yield each;
    };
    const auto result = loop.run_until_complete(aio::wait(one_by_one()));
    EXPECT_EQ(names(result.done), "a b");
}

TEST_F(WaitTest, TakesTasksOfAllTypes) {
    const auto nothing = []() -> Coro<> { co_await aio::sleep(2s); };
    const std::vector<aio::AnyTask> tasks{task("number", number_after(1s, 1)),
                                          loop.create_task(nothing(), "nothing")};
    EXPECT_EQ(wait(tasks), "done: number nothing, pending: , after 2 s");
}

TEST_F(WaitTest, TakesFutures) {
    const std::vector<Future<int>> futures{Future<int>(loop), Future<int>(loop)};
    loop.call_later(1s, [&] { futures[1].set_result(1); });
    const auto result =
        loop.run_until_complete(aio::wait(futures, {.return_when = aio::FIRST_COMPLETED}));
    ASSERT_EQ(result.done.size(), 1U);
    EXPECT_TRUE(result.done[0] == futures[1]);
    EXPECT_TRUE(result.pending.at(0) == futures[0]);
}

// ── the first ──

TEST_F(WaitTest, FirstCompletedReturnsWhenOneIsDoneAndLeavesTheOthersRunning) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_first_completed"});
    const Tasks tasks{task("slow", number_after(10s, 1)), task("fast", number_after(1s, 2))};
    EXPECT_EQ(wait(tasks, {.return_when = aio::FIRST_COMPLETED}),
              "done: fast, pending: slow, after 1 s");
    EXPECT_FALSE(tasks[0].done()) << "what is pending is not cancelled";
    EXPECT_EQ(loop.run_until_complete(tasks[0]), 1);
}

TEST_F(WaitTest, WhatIsDoneIsSeenWhenTheWaiterRuns) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_really_done"});
    const auto steps = [](int count) -> Coro<int> {
        for (int i = 0; i < count; ++i) co_await aio::sleep(0s);
        co_return count;
    };
    const Tasks tasks{task("first", steps(1)), task("a turn later", steps(2)),
                      task("late", steps(9))};
    EXPECT_EQ(wait(tasks, {.return_when = aio::FIRST_COMPLETED}),
              "done: first a turn later, pending: late, after 0 s")
        << "the second ended between the call that woke the waiter and its turn";
}

TEST_F(WaitTest, FirstExceptionReturnsWhenOneHasFailed) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_first_exception_in_wait"});
    const CapturedLog log;
    const Tasks tasks{task("slow", number_after(10s, 1)), task("fails", fail_after(2s)),
                      task("fast", number_after(1s, 2))};
    EXPECT_EQ(wait(tasks, {.return_when = aio::FIRST_EXCEPTION}),
              "done: fails fast, pending: slow, after 2 s");
}

TEST_F(WaitTest, FirstExceptionWaitsForAllIfNoneFails) {
    const Tasks tasks{task("a", number_after(1s, 1)), task("b", number_after(2s, 2))};
    EXPECT_EQ(wait(tasks, {.return_when = aio::FIRST_EXCEPTION}),
              "done: a b, pending: , after 2 s");
}

TEST_F(WaitTest, FirstExceptionTakesACancellationForNoFailure) {
    const Tasks tasks{task("cancelled", number_after(9s, 1)), task("other", number_after(2s, 2))};
    loop.call_later(1s, [&] { tasks[0].cancel("enough"); });
    EXPECT_EQ(wait(tasks, {.return_when = aio::FIRST_EXCEPTION}),
              "done: cancelled other, pending: , after 2 s")
        << "to be cancelled, with a message or without, is not to fail";
}

TEST_F(WaitTest, FirstCompletedTakesACancellationForAnEnd) {
    const Tasks tasks{task("cancelled", number_after(9s, 1)), task("other", number_after(2s, 2))};
    loop.call_later(1s, [&] { tasks[0].cancel(); });
    EXPECT_EQ(wait(tasks, {.return_when = aio::FIRST_COMPLETED}),
              "done: cancelled, pending: other, after 1 s");
}

TEST_F(WaitTest, ForAllAnErrorNeitherEndsItNorComesOut) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_with_exception"});
    const CapturedLog log;
    {
        const Tasks tasks{task("fails", fail_after(1s)), task("slow", number_after(2s, 1))};
        EXPECT_EQ(wait(tasks), "done: fails slow, pending: , after 2 s");
        EXPECT_EQ(log.text(), "");
    }
    EXPECT_TRUE(log.text().starts_with("Task exception was never retrieved"))
        << "wait does not look at errors: those that nobody asks for are reported. " << log.text();
}

// ── time ──

TEST_F(WaitTest, WhenTimeIsUpItReturnsWithoutAnError) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_with_timeout"});
    const Tasks tasks{task("a", number_after(1s, 1)), task("b", number_after(9s, 2))};
    EXPECT_EQ(wait(tasks, {.timeout = 2s}), "done: a, pending: b, after 2 s");
    EXPECT_EQ(loop.run_until_complete(tasks[1]), 2) << "what is pending is not cancelled";
}

TEST_F(WaitTest, ATimeOutOfNothingOnlyLooks) {
    const Tasks tasks{task("a", number_after(0s, 1)), task("b", number_after(9s, 2))};
    loop.run_until_complete(number_after(1s, 0));
    EXPECT_EQ(wait(tasks, {.timeout = 0s}), "done: a, pending: b, after 0 s");
}

TEST_F(WaitTest, ATaskThatEndsWhenTheTimeDoesIsDone) {
    conforms_to({"test_tasks.BaseTaskTests.test_wait_concurrent_complete"});
    const Tasks tasks{task("a", number_after(100ms, 1)), task("b", number_after(150ms, 2))};
    EXPECT_EQ(wait(Tasks{tasks[1], tasks[0]}, {.timeout = 100ms}),
              "done: a, pending: b, after 0.1 s");
}

TEST_F(WaitTest, ItsTimerDoesNotOutliveIt) {
    const Tasks tasks{task("a", number_after(1s, 1))};
    EXPECT_EQ(wait(tasks, {.timeout = 10h}), "done: a, pending: , after 1 s");
    aio::VirtualClock* clock = nullptr;  // a loop whose only timer is the cancelled one stops
    aio::EventLoop idle([&] {
        auto owned = std::make_unique<aio::VirtualClock>();
        clock = owned.get();
        return owned;
    }());
    idle.run_until_complete([&]() -> Coro<> {
        const Tasks pending(1, aio::create_task(number_after(1s, 1)));
        (void)co_await aio::wait(pending, {.timeout = 10h});
    });
    idle.call_later(2s, [&] { idle.stop(); });
    idle.run_forever();
    EXPECT_EQ(clock->now().time_since_epoch(), 3s);
}

// ── cancellation ──

TEST_F(WaitTest, ToCancelTheWaiterCancelsNoneOfThem) {
    conforms_to({"test_tasks.BaseTaskTests.test_yield_wait_does_not_shield_cancel"});
    const auto inner = task("inner", number_after(5s, 42));
    const auto waiter = loop.create_task([&]() -> Coro<> {
        try {
            (void)co_await aio::wait(Tasks(1, inner));
            trace("waited");
        } catch (const CancelledError&) {
            trace("cancelled");
            throw;
        }
    });
    loop.run_until_complete(number_after(1s, 0));
    waiter.cancel();
    loop.run_until_complete(number_after(1s, 0));
    EXPECT_EQ(trace.text(), "cancelled");
    EXPECT_TRUE(waiter.cancelled());
    ASSERT_FALSE(inner.done()) << "who waits for a task does not own it: it must run on";
    EXPECT_EQ(loop.run_until_complete(inner), 42);
}

TEST_F(WaitTest, LeavesNothingBehindInATaskThatRunsOn) {
    const auto long_lived = task("long", number_after(1h, 1));
    for (int i = 0; i < 3; ++i) {
        (void)wait(Tasks{long_lived, task("short", number_after(1s, 2))},
                   {.return_when = aio::FIRST_COMPLETED});
    }
    EXPECT_EQ(wait(Tasks{long_lived}, {.timeout = 1s}), "done: , pending: long, after 1 s");
    const Future<int> future = long_lived;
    EXPECT_EQ(future.state()->FutureBase::describe(), "<Task pending>")
        << "a callback for each wait would pile up";
}

TEST_F(WaitTest, CancelledInTheTurnInWhichOneEndsItTouchesNothingThatIsGone) {
    const auto future = std::make_unique<Future<int>>(loop);
    const auto wait_for_both = [](std::vector<Future<int>> both) -> Coro<> {
        (void)co_await aio::wait(std::move(both), {.return_when = aio::FIRST_EXCEPTION});
    };
    const auto waiter = loop.create_task(wait_for_both({*future, Future<int>(loop)}));
    loop.one_turn();
    waiter.cancel();  // first the waiter runs, and lets go of the futures; then the callback
    future->set_result(1);
    loop.one_turn();
    loop.one_turn();
    EXPECT_TRUE(waiter.cancelled());
}

TEST_F(WaitTest, ALoopClosedOverItLetsAllGo) {
    const CapturedLog log;
    aio::EventLoop short_lived;
    const auto child = short_lived.create_task(number_after(1h, 1));
    (void)short_lived.create_task(aio::wait(Tasks{child}, {.timeout = 1h}));
    short_lived.stop();
    short_lived.run_forever();
    short_lived.close();
    EXPECT_FALSE(child.done());
}

}  // namespace
