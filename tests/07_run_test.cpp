// run() and Runner: from the making of a loop to its closing.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::EventLoop;
using aio::Future;
using aio::Runner;
using aio::RunnerOptions;

Coro<int> number(int value) {
    co_return value;
}
Coro<> hang(Trace& trace) {
    try {
        co_await aio::sleep(1h);
        trace("slept its hour");
    } catch (const aio::CancelledError&) {
        trace("told to stop");
        throw;
    }
}
Coro<bool> is_debug() {
    co_return aio::get_running_loop().get_debug();
}
RunnerOptions with_debug(bool on) {
    RunnerOptions options;
    options.debug = on;
    return options;
}
/// Loops whose clock jumps.
RunnerOptions with_virtual_clock() {
    RunnerOptions options;
    options.loop_factory = [] {
        return std::make_unique<EventLoop>(std::make_unique<aio::VirtualClock>());
    };
    return options;
}

TEST(Run, GivesWhatMainReturnsAndClosesTheLoop) {
    conforms_to({"test_runners.RunTests.test_asyncio_run_return"});
    EventLoop* loop = nullptr;
    const auto main = [&]() -> Coro<int> {
        loop = &aio::get_running_loop();
        co_await aio::sleep(0s);
        co_return 42;
    };
    EXPECT_EQ(aio::run(main), 42);
    EXPECT_FALSE(EventLoop::is_alive(loop)) << "run() must close its loop";
    EXPECT_EQ(EventLoop::running(), nullptr);
}

TEST(Run, ThrowsWhatMainThrows) {
    conforms_to({"test_runners.RunTests.test_asyncio_run_raises"});
    const CapturedLog log;
    const auto main = []() -> Coro<> {
        co_await aio::sleep(0s);
        throw std::runtime_error("spam");
    };
    EXPECT_EQ(error_of([&] { aio::run(main); }), "spam");
    EXPECT_EQ(log.text(), "") << "main's error has been taken: no report";
}

TEST(Run, InARunningLoopIsAnError) {
    conforms_to({"test_runners.RunTests.test_asyncio_run_from_running_loop"});
    std::string error;
    aio::run([&]() -> Coro<> {
        auto main = number(1);
        error = error_of([&] { aio::run(std::move(main)); });
        main.close();
        co_return;
    });
    EXPECT_EQ(error, "asyncio.run() cannot be called from a running event loop");
}

TEST(Run, CancelsWhatIsLeftAndWaitsForIt) {
    conforms_to({"test_runners.RunTests.test_asyncio_run_cancels_hanging_tasks"});
    Trace trace;
    aio::run(
        [&]() -> Coro<> {
            (void)aio::create_task(hang(trace));
            co_await aio::sleep(0s);
            trace("main is over");
        },
        with_virtual_clock());
    EXPECT_EQ(trace.text(), "main is over, told to stop");
}

/// Has a cleanup that takes a second.
Coro<> slow_to_stop(Trace& trace) {
    try {
        co_await aio::sleep(1h);
    } catch (const aio::CancelledError&) {
        trace("told to stop");
    }
    co_await aio::sleep(1s);
    trace("stopped");
}

TEST(Run, WaitsForACleanupThatTakesTime) {
    Trace trace;
    aio::run(
        [&]() -> Coro<> {
            (void)aio::create_task(slow_to_stop(trace));
            co_await aio::sleep(0s);
        },
        with_virtual_clock());
    EXPECT_EQ(trace.text(), "told to stop, stopped") << "what is left must be waited for";
}

TEST(Run, CancelsAllThatIsLeftBeforeItWaitsForOne) {
    Trace trace;
    aio::run(
        [&]() -> Coro<> {
            (void)aio::create_task(slow_to_stop(trace));
            (void)aio::create_task(slow_to_stop(trace));
            co_await aio::sleep(0s);
        },
        with_virtual_clock());
    EXPECT_EQ(trace.text(), "told to stop, told to stop, stopped, stopped")
        << "one cleanup after the other takes as long as all of them together";
}

TEST(Run, CancelsWhatIsLeftAlsoWhenMainThrows) {
    Trace trace;
    EXPECT_EQ(error_of([&] {
                  aio::run(
                      [&]() -> Coro<> {
                          (void)aio::create_task(hang(trace));
                          co_await aio::sleep(0s);
                          throw std::runtime_error("spam");
                      },
                      with_virtual_clock());
              }),
              "spam");
    EXPECT_EQ(trace.text(), "told to stop");
}

TEST(Run, ReportsTheErrorsOfWhatIsLeft) {
    conforms_to({"test_runners.RunTests.test_asyncio_run_reports_hanging_tasks_errors"});
    std::string report;
    const auto fails_at_the_end = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const aio::CancelledError&) {
            throw std::runtime_error("no clean end");
        }
    };
    const int result = aio::run(
        [&]() -> Coro<int> {
            aio::get_running_loop().set_exception_handler(
                [&](EventLoop&, const aio::ExceptionContext& context) {
                    report += context.message + " | " + aio::describe(context.exception) + " | " +
                              context.source.substr(0, 30);
                });
            (void)aio::create_task(fails_at_the_end(), "left");
            co_await aio::sleep(0s);
            co_return 7;
        },
        with_virtual_clock());
    EXPECT_EQ(result, 7);
    EXPECT_EQ(report,
              "unhandled exception during asyncio.run() shutdown | std::runtime_error: no clean "
              "end | <Task finished name='left' exc");
}

TEST(Run, NeitherCancelsNorAwaitsWhatIsBornDuringTheShutdown) {
    const CapturedLog log;
    Trace trace;
    const auto parent = [&]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const aio::CancelledError&) {
            (void)aio::create_task(hang(trace), "born late");
        }
    };
    aio::run(
        [&]() -> Coro<> {
            (void)aio::create_task(parent());
            co_await aio::sleep(0s);
        },
        with_virtual_clock());
    const auto is_logged = [&](const char* text) {
        return log.text().find(text) != std::string::npos;
    };
    EXPECT_TRUE(is_logged("Task was destroyed but it is pending!") && is_logged("born late"))
        << "the task that is born late must go with the loop, which reports it; this was logged:\n"
        << log.text();
}

TEST(Run, LetsAnExitRequestOfWhatIsLeftThrough) {
    const CapturedLog log;
    const auto exits = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const aio::CancelledError&) {
            throw aio::SystemExit(5);
        }
    };
    EXPECT_THROW(aio::run(
                     [&]() -> Coro<> {
                         (void)aio::create_task(exits());
                         co_await aio::sleep(0s);
                     },
                     with_virtual_clock()),
                 aio::SystemExit);
    EXPECT_EQ(aio::run(number(1)), 1) << "the thread must be able to run another loop";
}

TEST(Run, DebugIsWhatTheArgumentSaysOrElseTheEnvironment) {
    conforms_to({"test_runners.RunTests.test_asyncio_run_debug"});
    {
        const Environment none("AIO_DEBUG", std::nullopt);
        EXPECT_FALSE(aio::run(is_debug()));
        EXPECT_TRUE(aio::run(is_debug(), with_debug(true)));
    }
    const Environment on("AIO_DEBUG", "1");
    EXPECT_TRUE(aio::run(is_debug()));
    EXPECT_FALSE(aio::run(is_debug(), with_debug(false)));
}

TEST(Run, RunsOnTheLoopOfTheFactory) {
    conforms_to({"test_runners.RunTests.test_asyncio_run_loop_factory"});
    int asked = 0;
    EventLoop* made = nullptr;
    RunnerOptions options;
    options.loop_factory = [&] {
        ++asked;
        auto loop = std::make_unique<EventLoop>();
        made = loop.get();
        return loop;
    };
    const auto main = []() -> Coro<EventLoop*> { co_return &aio::get_running_loop(); };
    EXPECT_EQ(aio::run(main, options), made);
    EXPECT_EQ(asked, 1);
}

TEST(Run, TakesTheDefaultLoopAsAFactory) {
    conforms_to({"test_runners.RunTests.test_loop_factory_default_event_loop"});
    RunnerOptions options;
    options.loop_factory = aio::new_event_loop;
    EXPECT_EQ(aio::run(number(3), options), 3);
}

// ── Runner ──

TEST(Runner, RunsSeveralOnOneLoop) {
    conforms_to({"test_runners.RunnerTests.test_run"});
    Runner runner;
    const auto loop_of = []() -> Coro<EventLoop*> { co_return &aio::get_running_loop(); };
    EXPECT_EQ(runner.run(number(1)), 1);
    EXPECT_EQ(runner.run(number(2)), 2);
    EXPECT_EQ(runner.run(loop_of), &runner.get_loop());
    EXPECT_EQ(&aio::get_event_loop(), &runner.get_loop());
    runner.close();
    EXPECT_EQ(error_of([&] { (void)runner.get_loop(); }), "Runner is closed");
    auto late = number(3);
    EXPECT_EQ(error_of([&] { runner.run(std::move(late)); }), "Runner is closed");
    late.close();
}

TEST(Runner, CloseMayBeCalledAgain) {
    conforms_to({"test_runners.RunnerTests.test_double_close",
                 "test_runners.RunnerTests.test_explicit_close"});
    Runner runner(with_virtual_clock());
    Trace trace;
    runner.run([&]() -> Coro<> {
        (void)aio::create_task(hang(trace));
        co_await aio::sleep(0s);
    });
    EXPECT_EQ(trace.text(), "") << "between two runs, tasks stay where they are";
    runner.close();
    EXPECT_EQ(trace.text(), "told to stop");
    runner.close();
    EXPECT_EQ(error_of([&] { (void)runner.get_loop(); }), "Runner is closed");
}

TEST(Runner, SetsDebugMode) {
    conforms_to({"test_runners.RunnerTests.test_debug", "test_runners.RunnerTests.test_non_debug"});
    for (const bool on : {true, false}) {
        Runner runner(with_debug(on));
        EXPECT_EQ(runner.get_loop().get_debug(), on);
        EXPECT_EQ(runner.run(is_debug()), on);
    }
}

TEST(Runner, RunInARunningLoopIsAnError) {
    Runner runner;
    std::string error;
    aio::run([&]() -> Coro<> {
        auto main = number(1);
        error = error_of([&] { runner.run(std::move(main)); });
        main.close();
        co_return;
    });
    EXPECT_EQ(error, "Runner.run() cannot be called from a running event loop");
}

TEST(Runner, GivesAResultThatCanOnlyBeMoved) {
    const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(9); };
    EXPECT_EQ(*aio::run(make), 9);
    Runner runner;
    EXPECT_EQ(*runner.run(make), 9);
}

TEST(Runner, AllRunsShareOneContext) {
    struct Context final : aio::ContextData {};
    const aio::ContextSnapshot set(new Context);
    const auto current = [] { return aio::ContextSnapshot::current().get(); };
    Runner runner;
    runner.run([&]() -> Coro<> {
        aio::ContextSnapshot::set_current(set);
        co_return;
    });
    EXPECT_EQ(current(), nullptr) << "nothing may leak into the caller";
    runner.run([&]() -> Coro<> {
        EXPECT_EQ(current(), set.get()) << "the second run must see what the first has set";
        co_return;
    });
}

TEST(Runner, RunUntilCompleteNeverLeaksItsContext) {
    struct Context final : aio::ContextData {};
    EventLoop loop;
    const auto current = [] { return aio::ContextSnapshot::current().get(); };
    loop.run_until_complete([&]() -> Coro<> {
        aio::ContextSnapshot::set_current(aio::ContextSnapshot(new Context));
        co_return;
    });
    EXPECT_EQ(current(), nullptr);
    loop.run_until_complete([&]() -> Coro<> {
        EXPECT_EQ(current(), nullptr);
        co_return;
    });
}

// ── nested running, when asked for ──

TEST(NestedRunning, IsRefusedUnlessAskedFor) {
    conforms_to({"test_events.EventLoopTestsMixin.test_run_until_complete_nesting"});
    std::string error;
    aio::run([&]() -> Coro<> {
        auto& loop = aio::get_running_loop();
        auto inner = number(1);
        error = error_of([&] { loop.run_until_complete(std::move(inner)); });
        inner.close();
        co_return;
    });
    EXPECT_EQ(error, "This event loop is already running");
}

TEST(NestedRunning, RunsTheInnerOneToItsEndWithinAStepOfTheOuterOne) {
    Trace trace;
    aio::run([&]() -> Coro<> {
        auto& loop = aio::get_running_loop();
        loop.set_nested_running(true);
        const auto inner = [&]() -> Coro<int> {
            trace("inner begins");
            co_await aio::sleep(1ms);
            trace("inner ends");
            co_return 5;
        };
        const auto other = aio::create_task([&]() -> Coro<> {
            trace("another task");
            co_return;
        });
        const auto self = aio::current_task();
        trace("outer begins");
        EXPECT_EQ(loop.run_until_complete(inner()), 5);
        EXPECT_TRUE(aio::current_task() == self);
        trace("outer ends");
        co_await other;
    });
    EXPECT_EQ(trace.text(), "outer begins, another task, inner begins, inner ends, outer ends");
}

}  // namespace
