// as_completed: the results in the order in which they come, in both ways of taking them.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/as_completed.hpp"
#include "08_gather/gather.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::Future;
using aio::Task;
using Coros = std::vector<Coro<std::string>>;

Coro<std::string> say_after(aio::Duration delay, std::string what) {
    co_await aio::sleep(delay);
    co_return what;
}

Coros three() {
    Coros all;
    all.push_back(say_after(3s, "slow"));
    all.push_back(say_after(1s, "fast"));
    all.push_back(say_after(2s, "medium"));
    return all;
}

class AsCompletedTest : public ::testing::Test {
  protected:
    /// Traces what `next` gives: a result, or that time is up.
    Coro<> take(Coro<std::string> next) {
        try {
            trace(co_await next);
        } catch (const aio::TimeoutError&) {
            trace("timed out");
        }
    }

    /// Traces who gets it.
    Coro<> take_as(std::string who, Coro<std::string> next) {
        const std::string what = co_await next;
        trace(who + ": " + what);
    }

    /// as_completed() outside of a coroutine.
    auto completed(const std::vector<Future<std::string>>& futures) {
        aio::set_event_loop(&loop);
        auto all = aio::as_completed(futures);
        aio::set_event_loop(nullptr);
        return all;
    }

    /// Takes with anext() until there is nothing more.
    template <class F>
    Coro<> take_all(aio::AsCompleted<F> completed) {
        for (bool more = true; more;) {
            try {
                const auto next = co_await completed.anext();
                more = next.has_value();
                trace(more ? next->result() : "the end");
            } catch (const aio::TimeoutError&) {
                trace("timed out");
            }
        }
    }

    void run(Coro<> main) { loop.run_until_complete(std::move(main)); }

    CapturedLog said;  // by the loop, about what is left when it closes
    PatientLoop loop;
    Trace trace;
};

TEST_F(AsCompletedTest, GivesBackTheVeryTasksWhateverTheirResults) {
    const auto number = []() -> Coro<int> {
        co_await aio::sleep(1s);
        co_return 1;
    };
    const aio::AnyTask slow = loop.create_task(say_after(2s, "slow"));
    const aio::AnyTask fast = loop.create_task(number());
    loop.run_until_complete([&]() -> Coro<> {
        auto completed = aio::as_completed(std::vector{slow, fast});
        const auto first = co_await completed.anext();
        EXPECT_TRUE(first == fast) << "the first that is done must come first";
        const auto second = co_await completed.anext();
        EXPECT_TRUE(second == slow) << "and once only: then comes the second";
    });
}

TEST_F(AsCompletedTest, GivesResultsInTheOrderInWhichTheyCome) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed"});
    run([](auto* self) -> Coro<> {
        for (auto next : aio::as_completed(three())) co_await self->take(std::move(next));
        co_await self->take_all(aio::as_completed(three()));
    }(this));
    EXPECT_EQ(trace.text(), "fast, medium, slow, fast, medium, slow, the end");
}

TEST_F(AsCompletedTest, WhatIsTakenLateComesInTheOrderInWhichItWasDone) {
    run([](auto* self) -> Coro<> {
        const auto completed = aio::as_completed(three());
        co_await aio::sleep(10s);
        for (auto next : completed) co_await self->take(std::move(next));
    }(this));
    EXPECT_EQ(trace.text(), "fast, medium, slow");
}

TEST_F(AsCompletedTest, GivesTheFirstThatIsDoneToTheFirstWhoAwaits) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed_reverse_wait"});
    run([](auto* self) -> Coro<> {
        Coros promised;
        for (auto next : aio::as_completed(three())) promised.push_back(std::move(next));
        for (; !promised.empty(); promised.pop_back()) co_await promised.back();
        for (auto next : aio::as_completed(three())) promised.push_back(std::move(next));
        while (!promised.empty()) {
            co_await self->take(std::move(promised.back()));  // the last one first
            promised.pop_back();
        }
    }(this));
    EXPECT_EQ(trace.text(), "fast, medium, slow");
}

TEST_F(AsCompletedTest, MayBeAwaitedByManyAtOnce) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed_concurrent"});
    run([](auto* self) -> Coro<> {
        std::vector<Coro<>> takers;
        for (auto next : aio::as_completed(three())) {
            takers.push_back(self->take_as(takers.empty() ? "one" : "another", std::move(next)));
        }
        EXPECT_EQ(takers.size(), 3U);
        co_await aio::gather(std::move(takers));
    }(this));
    EXPECT_EQ(trace.text(), "one: fast, another: medium, another: slow")
        << "each must get a different one, and who waits longest the first";
}

TEST_F(AsCompletedTest, ATakerWhoseCallIsGoneWhenItRunsWaitsForAnother) {
    const std::vector futures{Future<std::string>(loop), Future<std::string>(loop)};
    auto all = completed(futures);
    const auto early = loop.create_task(all.anext());
    loop.one_turn();
    futures[0].set_result("first");
    const auto late = loop.create_task(all.anext());
    loop.one_turn();  // wakes the early one; and the late one, which runs before it, takes
    ASSERT_TRUE(late.done()) << "who finds something does not wait";
    EXPECT_TRUE(late.result() == futures[0]) << "the first is what it finds";
    loop.one_turn();
    EXPECT_FALSE(early.done()) << "it was woken, but there was nothing left for it";
    futures[1].set_result("second");
    loop.run_until_complete(aio::sleep(1s));
    ASSERT_TRUE(early.done()) << "the second is there, and nobody else waits";
    EXPECT_TRUE(early.result() == futures[1]) << "the second is the next one that is done";
}

TEST_F(AsCompletedTest, TheWalkMayBeLeftAndResumed) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed_resume_iterator"});
    run([](auto* self) -> Coro<> {
        const auto completed = aio::as_completed(three());
        for (auto next : completed) {
            co_await self->take(std::move(next));
            break;
        }
        self->trace("left");
        for (auto next : completed) co_await self->take(std::move(next));
        auto other = aio::as_completed(three());
        self->trace((co_await other.anext())->result());
        self->trace("left");
        co_await self->take_all(other);
    }(this));
    EXPECT_EQ(trace.text(), "fast, left, medium, slow, fast, left, medium, slow, the end");
}

TEST_F(AsCompletedTest, NextGivesBackTheVeryTasksThatItWasGiven) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed_same_tasks_in_as_out"});
    run([](auto* self) -> Coro<> {
        std::vector<Task<std::string>> tasks;
        tasks.push_back(aio::create_task(say_after(2s, "b")));
        tasks.push_back(aio::create_task(say_after(1s, "a")));
        auto completed = aio::as_completed(tasks);
        EXPECT_TRUE(co_await completed.anext() == tasks[1]);
        EXPECT_TRUE(co_await completed.anext() == tasks[0]);
        const Future<std::string> future(self->loop);
        future.set_result("c");
        const std::vector futures{future};
        auto one = aio::as_completed(futures);
        EXPECT_TRUE(co_await one.anext() == future);
    }(this));
}

TEST_F(AsCompletedTest, CountsAFutureThatIsGivenTwiceOnce) {
    const Future<std::string> future(loop);
    future.set_result("once");
    run([](auto* self, Future<std::string> one) -> Coro<> {
        const std::vector futures{one, one};
        co_await self->take_all(aio::as_completed(futures));
    }(this, future));
    EXPECT_EQ(trace.text(), "once, the end");
}

TEST_F(AsCompletedTest, GivesAResultThatCannotBeCopiedOnceHoweverOftenItsTaskWasGiven) {
    const auto owned = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    int taken = 0;
    run([](auto task, int& count) -> Coro<> {
        for (auto next : aio::as_completed(std::vector{task, task})) {
            const std::unique_ptr<int> result = co_await next;
            EXPECT_NE(result, nullptr) << "somebody else has taken it";
            ++count;
        }
    }(loop.create_task(owned()), taken));
    EXPECT_EQ(taken, 1);
}

TEST_F(AsCompletedTest, OfNothingIsAtItsEnd) {
    run([](auto* self) -> Coro<> {
        for (auto next : aio::as_completed(Coros())) co_await self->take(std::move(next));
        co_await self->take_all(aio::as_completed(Coros()));
    }(this));
    EXPECT_EQ(trace.text(), "the end");
}

TEST_F(AsCompletedTest, ThrowsTheErrorOfTheOneThatIsDone) {
    const auto failing = []() -> Coro<std::string> {
        co_await aio::sleep(1s);
        throw std::runtime_error("it failed");
    };
    run([](auto* self, Coro<std::string> fails) -> Coro<> {
        Coros all;
        all.push_back(say_after(2s, "the other"));
        all.push_back(std::move(fails));
        for (auto next : aio::as_completed(std::move(all))) {
            try {
                self->trace(co_await next);
            } catch (const std::runtime_error& error) {
                self->trace(error.what());
            }
        }
    }(this, failing()));
    EXPECT_EQ(trace.text(), "it failed, the other");
}

TEST_F(AsCompletedTest, WithoutALoopIsAnError) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed_coroutine_without_loop"});
    std::thread([] {
        aio::set_event_loop(nullptr);
        const CapturedLog log;  // the coroutines are never awaited, and the log says so
        EXPECT_EQ(error_of([] { (void)aio::as_completed(three()); }),
                  "There is no current event loop in this thread");
    }).join();
}

// ── time ──

TEST_F(AsCompletedTest, WhenTimeIsUpTheRestIsATimeoutError) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed_with_timeout"});
    run([](auto* self) -> Coro<> {
        for (auto next : aio::as_completed(three(), 1500ms)) co_await self->take(std::move(next));
        co_await self->take_all(aio::as_completed(three(), 1500ms));
    }(this));
    EXPECT_EQ(trace.text(), "fast, timed out, timed out, fast, timed out, timed out, the end");
}

TEST_F(AsCompletedTest, WhatWasDoneInTimeIsGivenAlsoWhenItIsTakenLate) {
    run([](auto* self) -> Coro<> {
        const auto completed = aio::as_completed(three(), 1500ms);
        co_await aio::sleep(10s);
        for (auto next : completed) co_await self->take(std::move(next));
    }(this));
    EXPECT_EQ(trace.text(), "fast, timed out, timed out")
        << "what comes after time is up comes too late, though it is there by now";
}

TEST_F(AsCompletedTest, ATimeOutLeavesTheRestRunning) {
    run([]() -> Coro<> {
        const std::vector tasks(1, aio::create_task(say_after(5s, "in the end")));
        auto completed = aio::as_completed(tasks, 1s);
        bool timed_out = false;
        try {
            (void)co_await completed.anext();
        } catch (const aio::TimeoutError&) {
            timed_out = true;
        }
        EXPECT_TRUE(timed_out);
        EXPECT_FALSE(tasks[0].done());
        EXPECT_EQ(co_await tasks[0], "in the end");
    }());
}

TEST_F(AsCompletedTest, ATimerThatIsNotNeededIsCancelled) {
    conforms_to({"test_tasks.BaseTaskTests.test_as_completed_with_unused_timeout"});
    run([](auto* self) -> Coro<> {
        const auto completed = aio::as_completed(three(), 10s);
        for (auto next : completed) co_await self->take(std::move(next));
        co_await aio::sleep(1h);
    }(this));
    EXPECT_EQ(trace.text(), "fast, medium, slow");
}

// ── cancellation ──

TEST_F(AsCompletedTest, ATakerThatIsCancelledTakesNoCallFromAnother) {
    const std::vector futures{Future<std::string>(loop), Future<std::string>(loop)};
    std::vector<Task<>> takers;
    for (auto next : completed(futures)) takers.push_back(loop.create_task(take(std::move(next))));
    loop.one_turn();
    futures[0].set_result("the only one");
    loop.one_turn();     // the first taker is woken ...
    takers[0].cancel();  // ... and cancelled before it can take
    loop.one_turn();
    loop.one_turn();
    EXPECT_EQ(trace.text(), "the only one") << "the second waits, although something is done";
    EXPECT_TRUE(takers[1].done());
}

TEST_F(AsCompletedTest, ATakerThatIsCancelledWhileItWaitsIsPassedOver) {
    run([](auto* self) -> Coro<> {
        const auto completed = aio::as_completed(three());
        std::vector<Task<>> takers;
        for (auto next : completed) {
            takers.push_back(aio::create_task(self->take(std::move(next))));
        }
        co_await aio::sleep(500ms);
        takers[0].cancel();
        co_await takers[1];
        self->trace("taken");
        co_await takers[2];
    }(this));
    EXPECT_EQ(trace.text(), "fast, taken, medium");
}

TEST_F(AsCompletedTest, ThoseThatNobodyTakesAreLetGo) {
    const CapturedLog log;
    const auto result = std::make_shared<int>(1);
    run([](std::shared_ptr<int> value) -> Coro<> {
        const Future<std::shared_ptr<int>> done(aio::get_running_loop());
        done.set_result(std::move(value));
        const Future<std::shared_ptr<int>> never(aio::get_running_loop());
        const std::vector futures{done, never};
        const auto abandoned = aio::as_completed(futures, 1h);
        co_await aio::sleep(1s);
    }(result));
    EXPECT_EQ(result.use_count(), 1) << "the queue and its futures hold each other";
}

}  // namespace
