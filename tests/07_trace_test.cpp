// What a loop tells its observer of tasks: who waits for what, who wakes whom, and how they end.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "06_futures/detail/trace_printer.hpp"
#include "07_coroutine_tasks/detail/task_options.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "tests/support/story.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::Future;
using aio::Task;
using aio::TaskOptions;

class LoopObserverTest : public ::testing::Test {
  protected:
    /// What the loop tells while it runs `main`, as the task "main", to its end.
    template <class Main>
    std::string story_of(Main main) {
        const auto story = watch(loop);
        const auto task = loop.create_task(std::move(main), "main");
        loop.run_until_complete(Future(task));
        const std::string& text = story->text();
        return text.substr(0, text.rfind("turn "));  // the last one only stops the run
    }

    VirtualLoop loop;
};

Coro<int> number(int value) {
    co_return value;
}

Coro<> sleep_for(aio::Duration delay) {
    co_await aio::sleep(delay);
}

Coro<int> result_of(Future<int> future) {
    co_return co_await future;
}

TEST_F(LoopObserverTest, SeesATaskWaitForAFutureAndItsEndWakeWhoeverWaitsForIt) {
    const auto main = [&]() -> Coro<> {
        const auto future = loop.create_future<int>();
        const auto one = aio::create_task(result_of(future), "one");
        co_await aio::sleep(0s);
        future.set_result(5);
        co_await one;
    };
    EXPECT_EQ(story_of(main),
              "turn 1\n"
              "  main\n"
              "    starts one\n"
              "    waits for the next turn\n"
              "    queue: one, main\n"
              "turn 2\n"
              "  one\n"
              "    waits for a Future\n"
              "    queue: main\n"
              "  main\n"
              "    wakes one\n"
              "    waits for one\n"
              "    queue: one\n"
              "turn 3\n"
              "  one\n"
              "    returns 5\n"
              "    wakes main\n"
              "    queue: main\n"
              "turn 4\n"
              "  main\n"
              "    returns\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n");
}

TEST_F(LoopObserverTest, SeesTwoTasksWaitForEachOthersResults) {
    const auto main = [&]() -> Coro<> {
        const auto ping = loop.create_future<int>();
        const auto pong = loop.create_future<int>();
        const auto one = aio::create_task(
            [&]() -> Coro<> {
                ping.set_result(1);
                co_await pong;
            },
            "one");
        const auto two = aio::create_task(
            [&]() -> Coro<> {
                co_await ping;
                pong.set_result(2);
            },
            "two");
        co_await one;
        co_await two;
    };
    EXPECT_EQ(story_of(main),
              "turn 1\n"
              "  main\n"
              "    starts one\n"
              "    starts two\n"
              "    waits for one\n"
              "    queue: one, two\n"
              "turn 2\n"
              "  one\n"
              "    waits for a Future\n"
              "    queue: two\n"
              "  two\n"
              "    wakes one\n"
              "    returns\n"
              "    queue: one\n"
              "turn 3\n"
              "  one\n"
              "    returns\n"
              "    wakes main\n"
              "    queue: main\n"
              "turn 4\n"
              "  main\n"
              "    returns\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n")
        << "two awaits a future that is done, and one a task that is: neither waits";
}

TEST_F(LoopObserverTest, SeesTheTimerWakeASleeper) {
    EXPECT_EQ(story_of([] { return sleep_for(1s); }),
              "turn 1\n"
              "  main\n"
              "    waits for a sleep\n"
              "    queue: -\n"
              "turn 2, after a sleep\n"
              "  timer of main\n"
              "    wakes main\n"
              "    queue: main\n"
              "turn 3\n"
              "  main\n"
              "    returns\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n");
}

TEST_F(LoopObserverTest, SeesWhomACancelWakesAndHowTheyEnd) {
    const auto main = [&]() -> Coro<> {
        const auto future = loop.create_future<int>();
        const auto inner = aio::create_task(result_of(future), "inner");
        const auto outer = aio::create_task(result_of(inner), "outer");
        const auto unborn = aio::create_task(sleep_for(1h), "sleeper");
        co_await aio::sleep(0s);
        const auto too_late = aio::create_task(sleep_for(1h), "never begun");
        outer.cancel();
        unborn.cancel();
        too_late.cancel();
        co_await aio::until_done(outer);
    };
    EXPECT_EQ(story_of(main),
              "turn 1\n"
              "  main\n"
              "    starts inner\n"
              "    starts outer\n"
              "    starts sleeper\n"
              "    waits for the next turn\n"
              "    queue: inner, outer, sleeper, main\n"
              "turn 2\n"
              "  inner\n"
              "    waits for a Future\n"
              "    queue: outer, sleeper, main\n"
              "  outer\n"
              "    waits for inner\n"
              "    queue: sleeper, main\n"
              "  sleeper\n"
              "    waits for a sleep\n"
              "    queue: main\n"
              "  main\n"
              "    starts never begun\n"
              "    wakes inner\n"
              "    wakes sleeper\n"
              "    waits for outer\n"
              "    queue: never begun, inner, sleeper\n"
              "turn 3\n"
              "  never begun\n"
              "    is cancelled\n"
              "    queue: inner, sleeper\n"
              "  inner\n"
              "    is cancelled\n"
              "    wakes outer\n"
              "    queue: sleeper, outer\n"
              "  sleeper\n"
              "    is cancelled\n"
              "    queue: outer\n"
              "turn 4\n"
              "  outer\n"
              "    is cancelled\n"
              "    wakes main\n"
              "    queue: main\n"
              "turn 5\n"
              "  main\n"
              "    returns\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n")
        << "the request goes down at once, to inner; the error comes up a turn later";
}

TEST_F(LoopObserverTest, TellsTheEndBeforeThoseThatItWakesAndAfterThoseWokenBefore) {
    const auto main = [&]() -> Coro<> {
        const auto future = loop.create_future<int>();
        const auto waits = aio::create_task(result_of(future), "waits");
        co_await aio::sleep(0s);
        future.set_result(1);
    };
    const std::string story = story_of(main);
    const std::string last = story.substr(story.rfind("  main\n"));
    EXPECT_EQ(last,
              "  main\n"
              "    wakes waits\n"
              "    returns\n"
              "    wakes StopRun\n"
              "    queue: waits, StopRun\n");
}

TEST_F(LoopObserverTest, SeesNoWaitForAFutureThatIsDone) {
    const auto main = [&]() -> Coro<int> {
        const auto future = loop.create_future<int>();
        future.set_result(7);
        co_return co_await future;
    };
    EXPECT_EQ(story_of(main),
              "turn 1\n"
              "  main\n"
              "    returns 7\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n");
}

TEST_F(LoopObserverTest, SeesAnEagerStepWithinTheStepThatMadeTheTask) {
    const auto main = [&]() -> Coro<> {
        const auto before = aio::create_task(number(1), "before");
        const auto eager =
            aio::create_task(number(2), TaskOptions{.name = "eager", .eager_start = true});
        co_await before;
    };
    const std::string story = story_of(main);
    EXPECT_EQ(story.substr(0, story.find("turn 2")),
              "turn 1\n"
              "  main\n"
              "    starts before\n"
              "  eager\n"
              "    returns 2\n"
              "    queue: before\n"
              "    waits for before\n"
              "    queue: before\n");
}

TEST_F(LoopObserverTest, SeesTheErrorThatATaskEndsIn) {
    const auto story = watch(loop);
    const auto task = loop.create_task(
        []() -> Coro<> {
            throw std::runtime_error("no");
            co_return;
        },
        "main");
    EXPECT_THROW(loop.run_until_complete(Future(task)), std::runtime_error);
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  main\n"
              "    fails with std::runtime_error: no\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n"
              "turn 2\n"
              "  StopRun\n"
              "    queue: -\n");
}

TEST_F(LoopObserverTest, SeesTheEndOfATaskThatEndsTheRun) {
    const auto story = watch(loop);
    const auto task = loop.create_task(
        []() -> Coro<> {
            throw aio::SystemExit();
            co_return;
        },
        "main");
    EXPECT_THROW(loop.run_forever(), aio::SystemExit);
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  main\n"
              "    fails with SystemExit\n"
              "    queue: -\n");
    task.state()->mark_retrieved();
}

TEST_F(LoopObserverTest, DoesNotKeepATaskFromHandingOutItsResult) {
    const auto main = [&]() -> Coro<bool> {
        auto task =
            aio::create_task([]() -> Coro<std::string> { co_return std::string(100, 'x'); });
        co_await aio::sleep(0s);
        const char* const before = task.result().data();
        const std::string taken = std::move(task).result();
        co_return taken.data() == before;
    };
    const auto story = watch(loop);
    EXPECT_TRUE(loop.run_until_complete(main()))
        << "a reference that the observer keeps would make a copy of a move";
}

TEST_F(LoopObserverTest, PrintsAStepWithinAnotherOneAsSuch) {
    testing::internal::CaptureStdout();
    loop.set_observer(std::make_shared<aio::TracePrinter>());
    const auto main = [&]() -> Coro<> {
        const auto eager =
            aio::create_task(sleep_for(0s), TaskOptions{.name = "eager", .eager_start = true});
        co_await eager;
    };
    const auto task = loop.create_task(main, "main");
    loop.run_until_complete(Future(task));
    EXPECT_EQ(testing::internal::GetCapturedStdout(),
              "turn  runs                    what it does                  the queue after it\n"
              "   1  eager, in main          waits for the next turn       eager\n"
              "      main                    waits for eager               eager\n"
              "   2  eager                   returns                       main\n"
              "                              wakes main\n"
              "   3  main                    returns                       StopRun\n"
              "                              wakes StopRun\n"
              "   4  StopRun                                               -\n");
}

}  // namespace
