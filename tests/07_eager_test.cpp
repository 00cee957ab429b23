// Eager start: the first step is made within create_task().
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/task_options.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::EventLoop;
using aio::Future;
using aio::TaskOptions;

constexpr TaskOptions kEager{.eager_start = true};

class EagerTest : public ::testing::Test {
  protected:
    PatientLoop loop;
    Trace trace;
};

Coro<int> number(int value) {
    co_return value;
}

TEST_F(EagerTest, ACoroutineThatDoesNotWaitIsDoneAtOnce) {
    conforms_to({"test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_completion",
                 "test_eager_task_factory.CEagerTaskFactoryLoopTests.test_issue122332"});
    loop.run_until_complete([]() -> Coro<> {
        const auto task = aio::create_task(number(3), kEager);
        EXPECT_TRUE(task.done());
        EXPECT_EQ(task.get_coro(), "");
        EXPECT_EQ(co_await task, 3);
    });
}

TEST_F(EagerTest, ItRunsUpToItsFirstWaitAndThenLikeAnyOther) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto work = [&]() -> Coro<> {
            trace("begins");
            co_await aio::sleep(1s);
            trace("ends");
        };
        const auto task = aio::create_task(work(), kEager);
        trace("made");
        co_await task;
    });
    EXPECT_EQ(trace.text(), "begins, made, ends");
}

TEST_F(EagerTest, ItMayFinishAFutureWithinItsFirstStep) {
    conforms_to(
        {"test_eager_task_factory.EagerTaskFactoryLoopTests.test_await_future_during_eager_step"});
    loop.run_until_complete([&]() -> Coro<> {
        const auto set_and_await = [&]() -> Coro<std::string> {
            auto future = loop.create_future<std::string>();
            future.set_result("hello");
            co_return co_await future;
        };
        const auto task = aio::create_task(set_and_await(), kEager);
        EXPECT_TRUE(task.done());
        EXPECT_EQ(co_await task, "hello");
    });
}

TEST_F(EagerTest, TheCurrentTaskIsTheNewOneDuringItsStepAndThenTheOldOneAgain) {
    conforms_to({"test_eager_task_factory.EagerTaskFactoryLoopTests.test_current_task"});
    loop.run_until_complete([&]() -> Coro<> {
        const auto name = [] { return aio::current_task()->get_name(); };
        aio::current_task()->set_name("outer");
        const auto inner = [&]() -> Coro<> {
            trace(name());
            co_await aio::sleep(0s);
            trace(name());
        };
        const auto task = aio::create_task(inner(), {.name = "inner", .eager_start = true});
        trace(name());
        co_await task;
        trace(name());
    });
    EXPECT_EQ(trace.text(), "inner, outer, inner, outer");
}

TEST_F(EagerTest, AllTasksListsItDuringItsStepAndNotAfterItsEnd) {
    conforms_to(
        {"test_eager_task_factory.EagerTaskFactoryLoopTests."
         "test_all_tasks_with_eager_completion"});
    loop.run_until_complete([]() -> Coro<> {
        std::size_t during = 0;
        const auto count = [&]() -> Coro<> {
            during = aio::all_tasks().size();
            co_return;
        };
        const auto task = aio::create_task(count(), kEager);
        EXPECT_EQ(during, 2U);
        EXPECT_EQ(aio::all_tasks().size(), 1U);
        co_await task;
    });
}

TEST_F(EagerTest, AnErrorIsKeptAndNotThrownOutOfCreateTask) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto fails = []() -> Coro<> {
            throw std::runtime_error("at once");
            co_return;
        };
        const auto task = aio::create_task(fails(), kEager);
        trace("made");
        EXPECT_TRUE(task.done());
        EXPECT_EQ(error_of([&] { task.result(); }), "at once");
        co_return;
    });
    EXPECT_EQ(trace.text(), "made");
}

TEST_F(EagerTest, DoneCallbacksStillGoThroughTheQueue) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto task = aio::create_task(number(1), kEager);
        task.add_done_callback([&] { trace("callback"); });
        trace("main");
        co_await aio::sleep(0s);
    });
    EXPECT_EQ(trace.text(), "main, callback");
}

TEST_F(EagerTest, OnALoopThatDoesNotRunItStartsInTheFirstTurn) {
    const auto work = [&]() -> Coro<> {
        trace("runs");
        co_return;
    };
    const auto task = loop.create_task(work(), kEager);
    EXPECT_EQ(trace.text(), "");
    loop.run_until_complete(Future(task));
    EXPECT_EQ(trace.text(), "runs");
}

TEST_F(EagerTest, TheFirstStepRunsInACopyOfTheContext) {
    struct Context final : aio::ContextData {};
    loop.run_until_complete([]() -> Coro<> {
        const auto set = []() -> Coro<> {
            aio::ContextSnapshot::set_current(aio::ContextSnapshot(new Context));
            co_return;
        };
        co_await aio::create_task(set(), kEager);
        EXPECT_EQ(aio::ContextSnapshot::current().get(), nullptr);
    });
}

// ── the task factory ──

TEST_F(EagerTest, AFactoryMakesAllTasksEager) {
    conforms_to({"test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_task_factory_set"});
    loop.set_task_factory(aio::eager_task_factory);
    EXPECT_TRUE(loop.get_task_factory());
    loop.run_until_complete([]() -> Coro<> {
        EXPECT_TRUE(aio::create_task(number(1)).done());
        co_return;
    });
}

TEST_F(EagerTest, AFactoryIsAskedForEachTaskAndMayBeTakenAway) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_set_task_factory"});
    EXPECT_FALSE(loop.get_task_factory());
    int asked = 0;
    loop.set_task_factory([&](EventLoop& with, TaskOptions&) {
        EXPECT_EQ(&with, &loop);
        ++asked;
    });
    loop.run_until_complete(number(1));
    loop.run_until_complete(number(2));
    EXPECT_EQ(asked, 2);
    loop.set_task_factory(nullptr);
    loop.run_until_complete(number(3));
    EXPECT_EQ(asked, 2);
}

TEST_F(EagerTest, AFactoryThatThrowsMakesNoTask) {
    loop.set_task_factory([](EventLoop&, TaskOptions&) { throw std::runtime_error("no more"); });
    EXPECT_EQ(error_of([&] { loop.create_task(number(1)); }), "no more");
    EXPECT_TRUE(aio::all_tasks(loop).empty());
}

}  // namespace
