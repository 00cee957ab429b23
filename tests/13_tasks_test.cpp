// Contexts and the loop: who runs in which.
#include <thread>

#include <gtest/gtest.h>

#include "02_generators/generator.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "08_gather/gather.hpp"
#include "10_async_context_managers/async_generator.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "11_task_groups/task_group.hpp"
#include "12_timeouts/wait_for.hpp"
#include "13_context_variables/context.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Context;
using aio::ContextVar;
using aio::copy_context;
using aio::Coro;
using aio::EventLoop;
using aio::Future;

/// Each test begins and ends without variables.
class TasksTest : public testing::Test {
  protected:
    ~TasksTest() override { aio::ContextSnapshot::set_current({}); }

    /// Notes the value of the moment.
    auto note() {
        return [this] { trace(var.get()); };
    }
    Coro<> set_and_note(std::string value, int turns = 1) {
        trace(var.get());
        var.set(std::move(value));
        for (int i = 0; i < turns; ++i) co_await aio::sleep(0s);
        trace(var.get());
    }

    const ContextVar<std::string> var{"var", "none"};
    Trace trace;
    VirtualLoop loop;
};

// ── tasks ──

TEST_F(TasksTest, ATaskHasACopyOfItsMakersContext) {
    conforms_to({"test_tasks.BaseTaskTests.test_context_1"});
    loop.run_until_complete([&]() -> Coro<> {
        var.set("parent");
        const auto child = aio::create_task([&]() -> Coro<> {
            trace(var.get());
            var.set("child");
            co_await aio::sleep(0s);
            trace(var.get());
        });
        var.set("later");
        co_await child;
        trace(var.get());
    });
    EXPECT_EQ(trace.text(), "parent, child, later");
    EXPECT_EQ(var.get(), "none") << "run_until_complete must not leak into the caller";
}

TEST_F(TasksTest, ACoroutineThatIsAwaitedSharesTheContextOfItsTask) {
    loop.run_until_complete([&]() -> Coro<> {
        var.set("1");
        const Context copy = copy_context();
        trace("main " + var.get());
        co_await set_and_note("2");
        trace("main " + var.get());
        trace("copy " + copy[var]);
    });
    EXPECT_EQ(trace.text(), "main 1, 1, 2, main 2, copy 1");
}

TEST_F(TasksTest, TasksThatInterleaveDoNotSeeEachOther) {
    loop.run_until_complete([&]() -> Coro<> {
        var.set("main");
        co_await aio::gather(set_and_note("a", 3), set_and_note("b", 2), set_and_note("c", 1));
        trace(var.get());
    });
    EXPECT_EQ(trace.text(), "main, main, main, c, b, a, main");
}

TEST_F(TasksTest, APerTaskSettingIsKeptOverAwaits) {
    conforms_to({"test_context.DecimalContextTest.test_asyncio_task_decimal_context"});
    const ContextVar<int> precision("precision", 28);
    const auto divide = [&](double a, double b) {
        return fmt::format("{:.{}f}", a / b, precision.get());
    };
    const auto work = [&](int digits, double a, double b) -> Coro<std::string> {
        precision.set(digits);
        const std::string before = divide(a, b);
        co_await aio::sleep(10ms);
        co_return before + " " + divide(a, b * b);
    };
    const auto [one, two] =
        loop.run_until_complete([&]() -> Coro<std::tuple<std::string, std::string>> {
            co_return co_await aio::gather(work(3, 1, 3), work(6, 2, 3));
        });
    EXPECT_EQ(one, "0.333 0.111");
    EXPECT_EQ(two, "0.666667 0.222222");
    EXPECT_EQ(precision.get(), 28);
}

TEST_F(TasksTest, TwoTasksMayShareAContext) {
    conforms_to({"test_tasks.BaseTaskTests.test_context_4"});
    const Context context;
    loop.run_until_complete([&]() -> Coro<> {
        const auto one =
            aio::get_running_loop().create_task(set_and_note("one"), {.context = context});
        co_await one;
        trace(context[var]);
        const auto two =
            aio::get_running_loop().create_task(set_and_note("two"), {.context = context});
        co_await two;
    });
    EXPECT_EQ(trace.text(), "none, one, one, one, two");
    EXPECT_EQ(context[var], "two");
    EXPECT_EQ(var.get(), "none");
}

TEST_F(TasksTest, TasksOfOneContextSeeEachOthersChangesAtOnce) {
    const Context context;
    loop.run_until_complete([&]() -> Coro<> {
        const auto one = aio::create_task(set_and_note("one"), {.context = context});
        const auto two = aio::create_task(set_and_note("two"), {.context = context});
        co_await one;
        co_await two;
    });
    EXPECT_EQ(trace.text(), "none, one, two, two");
}

TEST_F(TasksTest, CreateTaskOfTheModuleTakesAContextToo) {
    conforms_to({"test_tasks.BaseTaskTests.test_context_5"});
    const Context context;
    loop.run_until_complete([&]() -> Coro<> {
        co_await aio::create_task(set_and_note("changed"), {.context = context});
        trace(var.get());
    });
    EXPECT_EQ(context[var], "changed");
    EXPECT_EQ(trace.text(), "none, changed, none");
}

TEST_F(TasksTest, ATaskGivesItsContext) {
    conforms_to({"test_tasks.BaseTaskTests.test_get_context"});
    const Context context;
    loop.run_until_complete([&]() -> Coro<> {
        const auto given = aio::create_task(set_and_note("a"), {.context = context});
        EXPECT_TRUE(given.get_context().is(context)) << "the object that was given, no copy";
        EXPECT_TRUE(aio::AnyTask(given).get_context().is(context));
        const auto own = aio::create_task(set_and_note("b"));
        EXPECT_FALSE(own.get_context().is(context));
        EXPECT_TRUE(own.get_context().is(own.get_context()));
        co_await given;
        co_await own;
        EXPECT_EQ(context[var], "a");
        EXPECT_EQ(own.get_context()[var], "b") << "also when it is done";
    });
}

TEST_F(TasksTest, ARunningTaskIsInTheContextThatItGives) {
    loop.run_until_complete([&]() -> Coro<> {
        const Context mine = aio::current_task()->get_context();
        var.set("now");
        EXPECT_EQ(mine[var], "now");
        EXPECT_THROW(mine.run([] {}), aio::RuntimeError) << "the task has entered it";
        Context().run([&] {
            EXPECT_TRUE(aio::current_task()->get_context().is(mine))
                << "also while it runs something in another context";
        });
        co_return;
    });
}

TEST_F(TasksTest, AnEagerStepRunsInACopy) {
    conforms_to({"test_eager_task_factory.EagerTaskFactoryLoopTests.test_context_vars"});
    loop.set_task_factory(aio::eager_task_factory);
    loop.run_until_complete([&]() -> Coro<> {
        var.set("creator");
        const auto task = aio::create_task([&]() -> Coro<> {
            trace(var.get());
            var.set("eager");
            co_await aio::sleep(0s);
            trace(var.get());
            var.set("eager again");
            co_await aio::sleep(0s);
            trace(var.get());
        });
        trace(var.get());
        co_await task;
        trace(var.get());
    });
    EXPECT_EQ(trace.text(), "creator, creator, eager, eager again, creator");
}

TEST_F(TasksTest, AnEagerTaskMayShareAContextToo) {
    const Context context;
    loop.run_until_complete([&]() -> Coro<> {
        const auto task =
            aio::create_task(set_and_note("eager"), {.eager_start = true, .context = context});
        trace(context[var]);
        co_await task;
    });
    EXPECT_EQ(trace.text(), "none, eager, eager");
}

TEST_F(TasksTest, ATokenOfAnotherTaskIsRefused) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto token = var.set("main");
        co_await aio::create_task([&]() -> Coro<> {
            EXPECT_THROW(var.reset(token), aio::ValueError);
            co_return;
        });
        var.reset(token);
        EXPECT_EQ(var.get(), "none");
    });
}

TEST_F(TasksTest, ATokenIsGoodInALaterStepOfItsTask) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto token = var.set("main");
        co_await aio::sleep(1s);
        var.reset(token);
        EXPECT_EQ(var.get(), "none");
    });
}

TEST_F(TasksTest, WaitForRunsItsCoroutineInTheCallersContext) {
    loop.run_until_complete([&]() -> Coro<> {
        co_await aio::wait_for(set_and_note("inside"), 1s);
        trace(var.get());
    });
    EXPECT_EQ(trace.text(), "none, inside, inside");
}

TEST_F(TasksTest, ValuesGoWithTheTaskThatHasSetThem) {
    const ContextVar<std::shared_ptr<int>> shared("shared");
    const auto value = std::make_shared<int>(1);
    loop.run_until_complete([&]() -> Coro<> {
        co_await aio::create_task([&]() -> Coro<> {
            shared.set(value);
            co_await aio::sleep(0s);
            EXPECT_EQ(value.use_count(), 2);
        });
        EXPECT_EQ(value.use_count(), 1) << "the task is gone, and its context with it";
    });
}

// ── run and Runner ──

TEST_F(TasksTest, AllRunsOfARunnerShareOneContext) {
    conforms_to({"test_runners.RunnerTests.test_run_keeps_context"});
    aio::Runner runner;
    const auto append = [&](const std::string& text) -> Coro<std::string> {
        const std::string before = var.get();
        var.set(before == "none" ? text : before + text);
        co_return before;
    };
    EXPECT_EQ(runner.run(append("1")), "none");
    EXPECT_EQ(runner.run(append("2")), "1");
    EXPECT_EQ(runner.run([&]() -> Coro<std::string> { co_return var.get(); }), "12");
    EXPECT_EQ(var.get(), "none") << "nothing may leak into the caller";
}

TEST_F(TasksTest, ARunnerKeepsWhatWasSetBeforeAnExitRequest) {
    aio::Runner runner;
    const CapturedLog log;
    EXPECT_THROW(runner.run([&]() -> Coro<> {
        var.set("set");
        throw aio::KeyboardInterrupt();
        co_return;
    }),
                 aio::KeyboardInterrupt);
    runner.run([&]() -> Coro<> {
        EXPECT_EQ(var.get(), "set");
        co_return;
    });
}

TEST_F(TasksTest, ARunnerRunsInAnotherContextWhenGivenOne) {
    aio::Runner runner;
    const Context context;
    runner.run(set_and_note("given"), context);
    EXPECT_EQ(context[var], "given");
    runner.run(set_and_note("own"));
    EXPECT_EQ(trace.text(), "none, given, none, own");
}

TEST_F(TasksTest, RunBeginsWithTheVariablesOfItsCaller) {
    var.set("caller");
    aio::run(set_and_note("main"));
    EXPECT_EQ(trace.text(), "caller, main");
    EXPECT_EQ(var.get(), "caller");
}

// ── callbacks ──

TEST_F(TasksTest, ACallbackRunsInTheContextOfTheMomentOfScheduling) {
    auto future = loop.create_future<void>();
    var.set("soon");
    loop.call_soon(note());
    var.set("later");
    loop.call_later(1s, [&] {
        trace(var.get());
        loop.stop();
    });
    var.set("done");
    future.add_done_callback(note());
    var.set("now");
    future.set_result();
    loop.run_forever();
    EXPECT_EQ(trace.text(), "soon, done, later");
}

TEST_F(TasksTest, ACallbackRunsInAContextThatStandsBeforeIt) {
    const Context context;
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    const auto append = [&](const std::string& text) { var.set(var.get() + text); };
    loop.call_soon(context, append, " soon");
    loop.call_soon_threadsafe(context, append, " threadsafe");
    loop.add_reader(ours.fileno(), context, [&, fd = ours.fileno()] {
        append(" reader");
        loop.remove_reader(fd);
    });
    loop.call_at(loop.time() + 1s, context, append, " at");
    loop.call_later(2s, context, [&] {
        append(" later");
        loop.stop();
    });
    auto future = loop.create_future<int>();
    future.add_done_callback(context, [&](const Future<int>&) { append(" done"); });
    future.set_result(1);
    loop.run_forever();
    EXPECT_EQ(context[var], "none soon threadsafe done reader at later");
    EXPECT_EQ(var.get(), "none");
}

TEST_F(TasksTest, AHandleGivesItsContext) {
    const Context context;
    const aio::Handle given = loop.call_soon(context, [] {});
    EXPECT_TRUE(given.get_context().is(context));
    var.set("captured");
    const aio::Handle own = loop.call_soon(note());
    var.set("later");
    EXPECT_EQ(own.get_context()[var], "captured");
    own.get_context().run([&] { var.set("changed"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "changed") << "it is the context itself, no copy";
}

TEST_F(TasksTest, ACallPostedByAThreadRunsInThatThreadsContext) {
    var.set("of the loop's thread");
    std::thread([&] {
        var.set("of the other thread");
        loop.call_soon_threadsafe([&] {
            trace(var.get());
            loop.stop();
        });
    }).join();
    loop.run_forever();
    EXPECT_EQ(trace.text(), "of the other thread");
}

// ── reports ──

TEST_F(TasksTest, TheHandlerOfABrokenCallbackRunsInItsContext) {
    conforms_to({"test_futures2.FutureTests.test_handle_exc_handler_correct_context"});
    loop.set_exception_handler([&](EventLoop&, const aio::ExceptionContext&) { trace(var.get()); });
    loop.call_soon([&] {
        var.set("callback");
        throw std::domain_error("broken");
    });
    auto future = loop.create_future<void>();
    future.add_done_callback([&] {
        var.set("done-callback");
        throw std::domain_error("broken");
    });
    future.set_result();
    loop.turn();
    EXPECT_EQ(trace.text(), "callback, done-callback");
    EXPECT_EQ(var.get(), "none");
}

TEST_F(TasksTest, TheHandlerOfAnErrorNobodySawRunsInTheTasksContext) {
    conforms_to({"test_futures2.FutureTests.test_task_exc_handler_correct_context"});
    loop.set_exception_handler([&](EventLoop&, const aio::ExceptionContext& report) {
        trace(report.message + ": " + var.get());
    });
    loop.create_task([&]() -> Coro<> {
        var.set("task");
        co_await aio::sleep(0s);
        throw std::domain_error("broken");
    });
    var.set("outside");
    loop.turn();
    loop.turn();
    EXPECT_EQ(trace.text(), "Task exception was never retrieved: task");
    EXPECT_EQ(var.get(), "outside");
}

TEST_F(TasksTest, TheHandlerOfATaskDestroyedPendingRunsInItsContext) {
    {
        VirtualLoop closing;
        closing.set_exception_handler([&](EventLoop&, const aio::ExceptionContext& report) {
            trace(report.message + " " + var.get());
        });
        closing.create_task(set_and_note("task", 100));
        closing.turn();
        var.set("outside");
    }
    EXPECT_EQ(trace.text(), "none, Task was destroyed but it is pending! task");
}

TEST_F(TasksTest, TheHandlerOfATaskThatFailsWhileARunnerClosesRunsInItsContext) {
    aio::Runner runner;
    runner.get_loop().set_exception_handler([&](EventLoop&, const aio::ExceptionContext& report) {
        trace(report.message + ": " + var.get());
    });
    runner.run([&]() -> Coro<> {
        aio::create_task([&]() -> Coro<> {
            var.set("task");
            try {
                co_await aio::sleep(1h);
            } catch (const aio::CancelledError&) {
                throw std::domain_error("broken while it was cancelled");
            }
        });
        co_await aio::sleep(0s);
    });
    runner.close();
    EXPECT_EQ(trace.text(), "unhandled exception during asyncio.run() shutdown: task");
}

// ── generators have none of their own ──

TEST_F(TasksTest, AGeneratorRunsInTheContextOfWhoeverAsksIt) {
    const auto steps = [this]() -> aio::Generator<std::string> {
        for (;;) {
            const std::string seen = var.get();
            var.set("generator");
            co_yield seen;
        }
    };
    auto generator = steps();
    var.set("first");
    EXPECT_EQ(generator.next(), "first");
    EXPECT_EQ(var.get(), "generator") << "what it sets leaks to who asked";
    const Context other;
    EXPECT_EQ(other.run([&] { return generator.next(); }), "none") << "and it sees theirs";
    EXPECT_EQ(other[var], "generator");
}

TEST_F(TasksTest, AnAsyncGeneratorRunsInTheContextOfWhoeverAwaitsItsNextStep) {
    const auto steps = [this]() -> aio::AsyncGenerator<std::string> {
        for (;;) {
            co_await aio::sleep(0s);
            const std::string seen = var.get();
            var.set("generator");
            co_yield seen;
        }
    };
    loop.run_until_complete([&]() -> Coro<> {
        auto generator = steps();
        var.set("main");
        trace(*co_await generator.anext());
        trace(var.get());
        const Context other;
        co_await aio::create_task([&]() -> Coro<> { trace(*co_await generator.anext()); },
                                  {.context = other});
        trace(other[var]);
        co_await generator.aclose();
    });
    EXPECT_EQ(trace.text(), "main, generator, none, generator");
}

// ── groups and gather pass contexts on ──

TEST_F(TasksTest, AChildOfAGroupHasACopyOrTheContextThatItIsGiven) {
    const Context context;
    loop.run_until_complete([&]() -> Coro<> {
        var.set("main");
        co_await aio::async_with(aio::TaskGroup(), [&](aio::TaskGroup& group) -> Coro<> {
            group.create_task(set_and_note("copy"));
            group.create_task(set_and_note("given"), {.context = context});
            co_return;
        });
        trace(var.get());
    });
    EXPECT_EQ(trace.text(), "main, none, copy, given, main");
    EXPECT_EQ(context[var], "given");
}

}  // namespace
