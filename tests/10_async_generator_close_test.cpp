// How an asynchronous generator ends before its time: closed, dropped, or with its loop.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_generator.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::AsyncGenerator;
using aio::Coro;
using aio::Future;
using aio::Task;

/// Yields 1 and 2. It names whatever ends it, cleans up for a second, and lets it pass.
AsyncGenerator<int> cleans_up(Trace& trace, std::string name = "") {
    const AtExit at_exit(trace, name + "destroyed");
    std::exception_ptr ended_by;
    try {
        co_yield 1;
        co_yield 2;
    } catch (...) {
        ended_by = std::current_exception();
    }
    trace(name + aio::describe(ended_by));
    co_await aio::sleep(1s);
    trace(name + "clean");
    if (ended_by != nullptr) std::rethrow_exception(ended_by);
}

/// Yields while it is being closed.
AsyncGenerator<int> ignores_exit() {
    bool closed = false;
    try {
        co_yield 1;
    } catch (const aio::GeneratorExit&) {
        closed = true;
    }
    if (closed) co_yield 2;
    co_yield 3;
}

/// Yields while it is being closed, and has dropped itself before that.
AsyncGenerator<int> drops_itself(std::optional<AsyncGenerator<int>>& self) {
    try {
        co_yield 1;
    } catch (const aio::GeneratorExit&) {
        self.reset();
    }
    co_yield 2;
}

/// Owns another one, and passes on what that gives.
AsyncGenerator<int> hands_on(AsyncGenerator<int> given) {
    auto inner = std::move(given);
    while (const auto value = co_await inner.anext()) co_yield *value;
}

/// Fails when it is closed.
AsyncGenerator<int> fails_in_cleanup() {
    try {
        co_yield 1;
        co_yield 2;
    } catch (...) {
        throw std::domain_error("division by zero");
    }
}

class AsyncGeneratorCloseTest : public ::testing::Test {
  protected:
    template <class Awaitable>
    auto run(Awaitable&& awaitable) {
        return loop.run_until_complete(std::forward<Awaitable>(awaitable));
    }
    /// A generator that stands at its first co_yield.
    AsyncGenerator<int> started(AsyncGenerator<int> generator) {
        run([&]() -> Coro<> { co_await generator.anext(); });
        return generator;
    }

    CapturedLog log;
    Trace trace;
    std::optional<PatientLoop> owned{std::in_place};
    PatientLoop& loop = *owned;
};

// ── aclose ──

TEST_F(AsyncGeneratorCloseTest, AcloseRunsTheCleanupAndNothingAfterIt) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_07"});
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace);
        co_await generator.anext();
        const auto closed = co_await aio::outcome_of(generator.aclose());
        EXPECT_EQ(aio::describe(closed.exception()), "nothing")
            << "GeneratorExit has done its work";
        EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
        const auto next = co_await aio::outcome_of(generator.anext());
        EXPECT_EQ(aio::describe(next.exception()), "nothing") << "GeneratorExit was for aclose()";
        EXPECT_FALSE(next && next.value().has_value()) << "the next step is at the end";
    });
}

TEST_F(AsyncGeneratorCloseTest, AnErrorOfTheCleanupComesOutOfAclose) {
    run([&]() -> Coro<> {
        auto generator = fails_in_cleanup();
        co_await generator.anext();
        const auto outcome = co_await aio::outcome_of(generator.aclose());
        EXPECT_EQ(aio::describe(outcome.exception()), "std::domain_error: division by zero");
        const auto next = co_await aio::outcome_of(generator.anext());
        EXPECT_EQ(aio::describe(next.exception()), "nothing") << "an error comes out once";
    });
}

TEST_F(AsyncGeneratorCloseTest, AcloseTwiceIsFine) {
    conforms_to(
        {"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aclose_twice_with_different_coros"});
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace);
        co_await generator.anext();
        co_await generator.aclose();
        co_await generator.aclose();
        EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
    });
}

TEST_F(AsyncGeneratorCloseTest, AcloseAfterTheEndIsFine) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aclose_after_exhaustion"});
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace);
        while (co_await generator.anext()) continue;
        co_await generator.aclose();
        EXPECT_EQ(trace.text(), "nothing, clean, destroyed");
    });
}

TEST_F(AsyncGeneratorCloseTest, AcloseBeforeTheFirstStepRunsNothing) {
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace);
        co_await generator.aclose();
        EXPECT_FALSE((co_await generator.anext()).has_value());
        EXPECT_EQ(trace.text(), "");
    });
}

TEST_F(AsyncGeneratorCloseTest, AcloseOfOneThatWasMovedAwayDoesNothing) {
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace);
        co_await generator.anext();
        auto moved = std::move(generator);
        co_await generator.aclose();  // NOLINT(bugprone-use-after-move): it has no frame
        EXPECT_EQ(trace.text(), "") << "it is somebody else's now";
        co_await moved.aclose();
    });
}

TEST_F(AsyncGeneratorCloseTest, AYieldDuringAcloseIsAnError) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_06"});
    run([&]() -> Coro<> {
        auto generator = ignores_exit();
        co_await generator.anext();
        const auto outcome = co_await aio::outcome_of(generator.aclose());
        EXPECT_EQ(aio::describe(outcome.exception()),
                  "RuntimeError: async generator ignored GeneratorExit");
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorCloseTest, SoIsAYieldDuringAcloseOfOneThatHasDroppedItself) {
    run([&]() -> Coro<> {
        std::optional<AsyncGenerator<int>> generator;
        generator.emplace(drops_itself(generator));
        co_await generator->anext();
        const auto outcome = co_await aio::outcome_of(generator->aclose());
        EXPECT_EQ(aio::describe(outcome.exception()),
                  "RuntimeError: async generator ignored GeneratorExit");
    });
}

TEST_F(AsyncGeneratorCloseTest, AnotherExitSignalThanOursIsOneToo) {
    const auto throws_its_own = []() -> AsyncGenerator<int> {
        try {
            co_yield 1;
        } catch (const aio::GeneratorExit&) {
            throw aio::GeneratorExit();
        }
    };
    run([&]() -> Coro<> {
        auto generator = throws_its_own();
        co_await generator.anext();
        const auto outcome = co_await aio::outcome_of(generator.aclose());
        EXPECT_EQ(aio::describe(outcome.exception()), "nothing") << "it has ended, as it was told";
    });
}

TEST_F(AsyncGeneratorCloseTest, ACancellationInTheCleanupComesOutOfAclose) {
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace);
        co_await generator.anext();
        const auto closing = aio::create_task(generator.aclose());
        co_await aio::sleep(500ms);
        closing.cancel("enough");
        co_await aio::until_done(closing);
        EXPECT_EQ(ending_of(Future(closing)), "cancelled: enough");
        EXPECT_EQ(trace.text(), "GeneratorExit, destroyed") << "its cleanup was cut short";
    });
}

// ── dropped ──

TEST_F(AsyncGeneratorCloseTest, OneThatIsDroppedHalfWayIsEndedByTheLoop) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_asyncgen_finalization_by_gc"});
    { const auto dropped = started(cleans_up(trace)); }
    EXPECT_EQ(trace.text(), "") << "a destructor cannot wait, so it must not begin";
    run(aio::sleep(2s));
    EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
    EXPECT_EQ(log.text(), "");
}

TEST_F(AsyncGeneratorCloseTest, ItsCleanupBeginsTwoTurnsLaterInATaskOfItsOwn) {
    run([&]() -> Coro<> {
        {
            auto generator = cleans_up(trace);
            co_await generator.anext();
        }
        EXPECT_EQ(aio::all_tasks().size(), 1U) << "nothing happens at once";
        co_await aio::sleep(0s);
        EXPECT_EQ(aio::all_tasks().size(), 2U) << "after one turn there is a task";
        EXPECT_EQ(trace.text(), "");
        co_await aio::sleep(0s);
        EXPECT_EQ(trace.text(), "GeneratorExit") << "after two turns it cleans up";
        co_await aio::sleep(2s);
        EXPECT_EQ(aio::all_tasks().size(), 1U);
        EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
    });
}

TEST_F(AsyncGeneratorCloseTest, CancelledBeforeItsCleanupBeginsItSeesThatVeryError) {
    run([&]() -> Coro<> {
        {
            auto generator = cleans_up(trace);
            co_await generator.anext();
        }
        co_await aio::sleep(0s);
        for (const aio::AnyTask& task : aio::all_tasks()) {
            if (!(*aio::current_task() == task)) task.cancel("enough");
        }
        co_await aio::sleep(2s);
        EXPECT_EQ(trace.text(), "CancelledError: enough, clean, destroyed");
    });
}

TEST_F(AsyncGeneratorCloseTest, LeavingALoopEarlyDoesNotCloseIt) {
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace);
        while (const auto value = co_await generator.anext()) {
            if (*value == 1) break;
        }
        co_await aio::sleep(1s);
        EXPECT_EQ(trace.text(), "") << "it still has an owner";
        EXPECT_EQ(*co_await generator.anext(), 2);
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorCloseTest, DroppedByAnotherThreadItIsEndedInTheLoopsThread) {
    conforms_to(
        {"test_base_events.BaseEventLoopTests.test_asyncgen_finalization_by_gc_in_other_thread"});
    loop.set_debug(true);
    std::thread::id cleanup_thread;
    const auto body = [&]() -> AsyncGenerator<int> {
        try {
            co_yield 1;
        } catch (const aio::GeneratorExit&) {
            cleanup_thread = std::this_thread::get_id();
            throw;
        }
    };
    auto generator = std::make_unique<AsyncGenerator<int>>(started(body()));
    std::thread([&] { generator.reset(); }).join();
    EXPECT_EQ(cleanup_thread, std::thread::id()) << "not in the other thread";
    run(aio::sleep(1s));
    EXPECT_EQ(cleanup_thread, std::this_thread::get_id());
}

TEST_F(AsyncGeneratorCloseTest, DroppedBeforeItsFirstStepOrAfterItsEndItIsDestroyedAtOnce) {
    const auto held = std::make_shared<int>(1);
    const auto body = [](std::shared_ptr<int> keep) -> AsyncGenerator<int> { co_yield *keep; };
    { const auto unstarted = body(held); }
    EXPECT_EQ(held.use_count(), 1);
    run([&]() -> Coro<> {
        auto finished = body(held);
        while (co_await finished.anext()) continue;
    });
    EXPECT_EQ(held.use_count(), 1);
    loop.one_turn();
    EXPECT_EQ(aio::all_tasks(loop).size(), 0U);
}

TEST_F(AsyncGeneratorCloseTest, MovedOverAnotherOneItDropsThatOne) {
    run([&]() -> Coro<> {
        auto generator = cleans_up(trace, "first: ");
        co_await generator.anext();
        generator = cleans_up(trace, "second: ");
        co_await aio::sleep(2s);
        EXPECT_EQ(trace.text(), "first: GeneratorExit, first: clean, first: destroyed");
        EXPECT_EQ(*co_await generator.anext(), 1);
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorCloseTest, DroppedWhileAStepIsMadeItLivesUntilTheStepIsOver) {
    run([&]() -> Coro<> {
        auto generator =
            std::make_unique<AsyncGenerator<int>>([](Trace& log) -> AsyncGenerator<int> {
                const AtExit at_exit(log, "destroyed");
                co_await aio::sleep(1s);
                co_yield 7;
            }(trace));
        const auto step = aio::create_task(generator->anext());
        co_await aio::sleep(0s);
        generator.reset();
        EXPECT_EQ(*co_await step, 7) << "the coroutine that awaits the step gets its value";
        EXPECT_EQ(trace.text(), "");
        co_await aio::sleep(1s);
        EXPECT_EQ(trace.text(), "destroyed") << "and then the loop ends it";
    });
}

TEST_F(AsyncGeneratorCloseTest, DroppedWhileAcloseWaitsItsFrameGoesWhenThatIsOver) {
    const auto held = std::make_shared<int>(1);
    const auto slow = [](std::shared_ptr<int> keep) -> AsyncGenerator<int> {
        std::exception_ptr ended_by;
        try {
            co_yield *keep;
        } catch (...) {
            ended_by = std::current_exception();
        }
        co_await aio::sleep(1s);
        std::rethrow_exception(ended_by);
    };
    run([&]() -> Coro<> {
        auto generator = std::make_unique<AsyncGenerator<int>>(slow(held));
        co_await generator->anext();
        const auto closing = aio::create_task(generator->aclose());
        co_await aio::sleep(0s);
        generator.reset();
        EXPECT_EQ(held.use_count(), 2) << "aclose() still needs it";
        co_await closing;
    });
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(AsyncGeneratorCloseTest, AnErrorAfterItWasDroppedIsReportedLikeThatOfAnyTask) {
    { const auto dropped = started(fails_in_cleanup()); }
    run(aio::sleep(1s));
    const std::string report = log.text().substr(0, log.text().find('\n'));
    EXPECT_EQ(report, "Task exception was never retrieved") << "nobody else hears of the error";
    EXPECT_TRUE(log.text().ends_with("std::domain_error: division by zero"))
        << "this is not the error of the cleanup: " << log.text();
}

// ── with its loop ──

TEST_F(AsyncGeneratorCloseTest, IfTheLoopClosesFirstItIsDestroyed) {
    auto half_way = started(cleans_up(trace, "kept: "));
    { const auto dropped = started(cleans_up(trace, "dropped: ")); }
    owned.reset();
    EXPECT_EQ(trace.text(), "dropped: destroyed") << "no cleanup that waits, only destructors";
    { const auto gone = std::move(half_way); }
    EXPECT_EQ(trace.text(), "dropped: destroyed, kept: destroyed");
}

TEST_F(AsyncGeneratorCloseTest, IfTheLoopClosesOverAStepTheBodyIsDestroyed) {
    auto generator = cleans_up(trace);
    const auto hang = [](Trace& trace) -> AsyncGenerator<int> {
        const AtExit at_exit(trace, "destroyed");
        co_await aio::sleep(1h);
        co_yield 1;
    };
    loop.create_task([&]() -> Coro<> {
        auto hanging = hang(trace);
        co_await hanging.anext();
    });
    loop.one_turn();
    owned.reset();
    EXPECT_EQ(trace.text(), "destroyed");
}

TEST_F(AsyncGeneratorCloseTest, AfterItsStepWasDestroyedItIsOver) {
    const auto hang = []() -> AsyncGenerator<int> {
        co_await aio::sleep(1h);
        co_yield 1;
    };
    auto generator = hang();
    loop.create_task([&]() -> Coro<> { co_await generator.anext(); });
    loop.one_turn();
    owned.reset();
    PatientLoop another;
    another.run_until_complete(
        [&]() -> Coro<> { EXPECT_FALSE((co_await generator.anext()).has_value()); });
}

TEST_F(AsyncGeneratorCloseTest, ShutdownEndsAllThatAreOpen) {
    run([&]() -> Coro<> {
        auto one = cleans_up(trace, "one: ");
        auto two = cleans_up(trace, "two: ");
        auto unstarted = cleans_up(trace, "three: ");
        co_await one.anext();
        co_await two.anext();
        const auto start = loop.time();
        co_await loop.shutdown_asyncgens();
        EXPECT_EQ(trace.text(),
                  "two: GeneratorExit, one: GeneratorExit, two: clean, two: destroyed, "
                  "one: clean, one: destroyed");
        EXPECT_EQ(loop.time() - start, 1s) << "all clean up at the same time";
        EXPECT_FALSE((co_await one.anext()).has_value());
    });
}

TEST_F(AsyncGeneratorCloseTest, ShutdownBeginsWithAllBeforeAnybodyCanDropOne) {
    const auto one = started(cleans_up(trace, "one: "));
    const auto two = started(cleans_up(trace, "two: "));
    run([&]() -> Coro<> {
        const auto shutdown = aio::create_task(loop.shutdown_asyncgens(), {.eager_start = true});
        EXPECT_EQ(trace.text(), "two: GeneratorExit, one: GeneratorExit")
            << "before anybody else runs, each must be at its cleanup";
        co_await shutdown;
    });
}

TEST_F(AsyncGeneratorCloseTest, ShutdownWaitsForTheLastOfAll) {
    Trace cleanups;
    const auto slow_to_close = [](Trace& all, aio::Duration time) -> AsyncGenerator<int> {
        bool is_closed = false;
        try {
            co_yield 1;
        } catch (const aio::GeneratorExit&) {
            is_closed = true;
        }
        co_await aio::sleep(time);
        all(is_closed ? "clean" : "not closed");
    };
    const auto one = started(slow_to_close(cleanups, 2s));
    const auto two = started(slow_to_close(cleanups, 3s));
    const auto three = started(slow_to_close(cleanups, 1s));
    run(loop.shutdown_asyncgens());
    EXPECT_EQ(cleanups.text(), "clean, clean, clean");
    EXPECT_EQ(loop.seconds(), 3) << "all of them clean up at once";
}

TEST_F(AsyncGeneratorCloseTest, ShutdownWaitsForTheOthersThoughOneIsCancelled) {
    const auto gives_up = []() -> AsyncGenerator<int> {
        try {
            co_yield 1;
        } catch (const aio::GeneratorExit&) {
            throw aio::CancelledError("not clean");
        }
    };
    const auto other = started(cleans_up(trace, "other: "));
    const auto one = started(gives_up());
    const auto outcome = run(aio::outcome_of(loop.shutdown_asyncgens()));
    EXPECT_EQ(aio::describe(outcome.exception()), "nothing") << "the shutdown was not cancelled";
    EXPECT_EQ(trace.text(), "other: GeneratorExit, other: clean, other: destroyed");
}

TEST_F(AsyncGeneratorCloseTest, OneThatBeginsAfterTheShutdownIsReported) {
    run([&]() -> Coro<> {
        co_await loop.shutdown_asyncgens();
        auto late = cleans_up(trace);
        co_await late.anext();
        co_await late.aclose();
    });
    EXPECT_NE(log.text().find("ResourceWarning: asynchronous generator cleans_up"),
              std::string::npos)
        << log.text();
    EXPECT_NE(log.text().find("was scheduled after loop.shutdown_asyncgens() call"),
              std::string::npos);
}

TEST_F(AsyncGeneratorCloseTest, AnErrorDuringTheShutdownNamesTheGenerator) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_exception_01"});
    std::vector<aio::ExceptionContext> reports;
    loop.set_exception_handler(
        [&](aio::EventLoop&, const aio::ExceptionContext& report) { reports.push_back(report); });
    auto generator = started(fails_in_cleanup());
    run(loop.shutdown_asyncgens());
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_NE(reports[0].message.find(
                  "an error occurred during closing of asynchronous generator fails_in_cleanup"),
              std::string::npos)
        << reports[0].message;
    EXPECT_EQ(aio::describe(reports[0].exception), "std::domain_error: division by zero");
}

TEST_F(AsyncGeneratorCloseTest, CancelledTasksAndTheShutdownFinishAllCleanups) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_01"});
    int finalized = 0;
    const auto waits = [&]() -> AsyncGenerator<int> {
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        co_await aio::sleep(1ms);
        ++finalized;
        (void)outcome.value();
        co_yield 1;
    };
    const auto consume = [&]() -> Coro<> {
        auto generator = waits();
        while (co_await generator.anext()) continue;
    };
    run([&]() -> Coro<> {
        const auto one = aio::create_task(consume());
        const auto two = aio::create_task(consume());
        co_await aio::sleep(10ms);
        one.cancel();
        two.cancel();
        co_await aio::until_done(one);
        co_await aio::until_done(two);
        co_await loop.shutdown_asyncgens();
        EXPECT_TRUE(one.cancelled() && two.cancelled());
    });
    EXPECT_EQ(finalized, 2);
}

// ── run() ──

aio::RunnerOptions with_virtual_clock(aio::ExceptionHandler handler = {}) {
    aio::RunnerOptions options;
    options.loop_factory = [handler] {
        auto loop = std::make_unique<aio::EventLoop>(std::make_unique<aio::VirtualClock>());
        loop->set_exception_handler(handler);
        return loop;
    };
    return options;
}

TEST_F(AsyncGeneratorCloseTest, RunEndsOneThatIsLeftHalfWay) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_02"});
    std::optional<AsyncGenerator<int>> kept;
    aio::run(
        [&]() -> Coro<> {
            kept = cleans_up(trace);
            co_await kept->anext();
        },
        with_virtual_clock());
    EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
    EXPECT_EQ(log.text(), "");
}

TEST_F(AsyncGeneratorCloseTest, RunEndsOneThatBelongsToAnotherOneOnce) {
    std::optional<AsyncGenerator<int>> kept;
    aio::run(
        [&]() -> Coro<> {
            auto inner = cleans_up(trace);
            co_await inner.anext();
            kept.emplace(hands_on(std::move(inner)));
            co_await kept->anext();
        },
        with_virtual_clock());
    EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
}

TEST_F(AsyncGeneratorCloseTest, RunAlsoEndsOneThatMainHasDropped) {
    aio::run(
        [&]() -> Coro<> {
            auto generator = cleans_up(trace);
            co_await generator.anext();
        },
        with_virtual_clock());
    EXPECT_EQ(trace.text(), "CancelledError, clean, destroyed")
        << "its task is cancelled with all the others, and cleans up all the same";
    EXPECT_EQ(log.text(), "");
}

TEST_F(AsyncGeneratorCloseTest, AnErrorOfOneThatMainHasDroppedIsReportedByRun) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_exception_02"});
    std::vector<aio::ExceptionContext> reports;
    aio::run(
        [&]() -> Coro<> {
            auto generator = fails_in_cleanup();
            while (co_await generator.anext()) break;
        },
        with_virtual_clock([&](aio::EventLoop&, const aio::ExceptionContext& report) {
            reports.push_back(report);
        }));
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].message, "unhandled exception during asyncio.run() shutdown");
    EXPECT_EQ(aio::describe(reports[0].exception), "std::domain_error: division by zero");
}

// ── what is left of a task when run() ends ──

/// Its cleanup waits for that many turns.
AsyncGenerator<int> waits_in_cleanup(Trace& trace, int turns) {
    bool is_closed = false;
    try {
        co_yield 1;
        co_yield 2;
    } catch (const aio::GeneratorExit&) {
        is_closed = true;
    }
    for (int i = 0; i < turns; ++i) co_await aio::sleep(0s);
    trace(is_closed ? "clean" : "not closed");
}

/// Is cancelled in a loop over a generator, or fails there.
Coro<> leftover(Trace& trace, int turns, bool fails) {
    auto generator = waits_in_cleanup(trace, turns);
    co_await generator.anext();
    try {
        co_await aio::sleep(1h);
    } catch (const aio::CancelledError&) {
        if (!fails) throw;
        throw std::domain_error("on the way out");
    }
}

/// Swallows the cancel, and lives for that many turns.
Coro<> stubborn_leftover(Trace& trace, int turns) {
    auto generator = waits_in_cleanup(trace, 2);
    co_await generator.anext();
    bool cancelled = false;
    try {
        co_await aio::sleep(1h);
    } catch (const aio::CancelledError&) {
        cancelled = true;
    }
    for (int i = 0; cancelled && i < turns; ++i) co_await aio::sleep(0s);
}

/// run() with a main that starts `other` and ends two turns later.
template <class Body>
void run_and_leave(Body other, aio::ExceptionHandler handler = nullptr) {
    aio::run(
        [&]() -> Coro<> {
            aio::create_task(other);
            co_await aio::sleep(0s);
            co_await aio::sleep(0s);
        },
        with_virtual_clock(std::move(handler)));
}

TEST_F(AsyncGeneratorCloseTest, RunWaitsForTheCleanupThatACancelledTaskLeaves) {
    for (const int turns : {0, 1, 2, 5}) {
        Trace cleanup;
        run_and_leave([&] { return leftover(cleanup, turns, false); });
        EXPECT_EQ(cleanup.text(), "clean") << "a cleanup of " << turns << " turns";
        EXPECT_EQ(log.text(), "");
    }
}

TEST_F(AsyncGeneratorCloseTest, RunWaitsForTheCleanupThatATaskLeavesWhichFailsOnItsWayOut) {
    for (const int turns : {0, 1, 2, 5}) {
        Trace cleanup;
        std::vector<std::string> reports;
        run_and_leave([&] { return leftover(cleanup, turns, true); },
                      [&](aio::EventLoop&, const aio::ExceptionContext& report) {
                          reports.push_back(aio::describe(report.exception));
                      });
        EXPECT_EQ(cleanup.text(), "clean") << "a cleanup of " << turns << " turns";
        EXPECT_EQ(reports, std::vector<std::string>{"std::domain_error: on the way out"});
    }
}

TEST_F(AsyncGeneratorCloseTest, RunWaitsForTheCleanupOfATaskThatSwallowsTheCancel) {
    for (const int turns : {0, 1, 10}) {
        Trace cleanup;
        run_and_leave([&] { return stubborn_leftover(cleanup, turns); });
        EXPECT_EQ(cleanup.text(), "clean") << "the task lives " << turns << " turns longer";
        EXPECT_EQ(log.text(), "");
    }
}

TEST_F(AsyncGeneratorCloseTest, RunWaitsForOneThatIsDroppedInTheCleanupOfAnother) {
    run_and_leave([&]() -> Coro<> {
        auto outer = [](Trace& all) -> AsyncGenerator<int> {
            auto inner = waits_in_cleanup(all, 2);
            co_await inner.anext();
            co_yield 1;
        }(trace);
        co_await outer.anext();
        co_await aio::sleep(1h);
    });
    EXPECT_EQ(trace.text(), "clean");
    EXPECT_EQ(log.text(), "");
}

// ── steps that outlive their generator ──

TEST_F(AsyncGeneratorCloseTest, AStepKeepsItsGeneratorAlive) {
    const auto task = loop.create_task(cleans_up(trace).anext());
    EXPECT_EQ(run(task), 1);
    EXPECT_EQ(trace.text(), "") << "it stands at its co_yield";
    run(aio::sleep(2s));
    EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed")
        << "after the step, nobody refers to it";
}

TEST_F(AsyncGeneratorCloseTest, AStepOfALocalGeneratorCanBeGivenAway) {
    const auto make = [&] {
        auto generator = cleans_up(trace);
        return loop.create_task(generator.anext());
    };
    EXPECT_EQ(run(make()), 1);
    run(aio::sleep(2s));
    EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
}

TEST_F(AsyncGeneratorCloseTest, AStepThatIsAwaitedLateFindsItsGeneratorWhereItStood) {
    auto second = [&] {
        auto generator = started(cleans_up(trace));
        return generator.anext();
    }();
    run(aio::sleep(5s));
    EXPECT_EQ(trace.text(), "") << "a step still refers to it, so the loop must not end it";
    EXPECT_EQ(run([&]() -> Coro<int> { co_return *co_await second; }), 2);
}

TEST_F(AsyncGeneratorCloseTest, AStepThatIsAwaitedAfterTheShutdownIsAtTheEnd) {
    auto generator = started(cleans_up(trace));
    auto second = generator.anext();
    run(loop.shutdown_asyncgens());
    EXPECT_EQ(trace.text(), "GeneratorExit, clean, destroyed");
    EXPECT_EQ(run([&]() -> Coro<bool> { co_return (co_await second).has_value(); }), false);
}

TEST_F(AsyncGeneratorCloseTest, ACancelledStepEndsAGeneratorThatNobodyElseHas) {
    const auto waits = [](Trace& all) -> AsyncGenerator<int> {
        const AtExit at_exit(all, "destroyed");
        co_await aio::sleep(1h);
        co_yield 1;
    };
    const auto task = loop.create_task(waits(trace).anext());
    loop.call_later(1s, [&] { task.cancel(); });
    run(aio::until_done(task));
    EXPECT_EQ(ending_of(Future<void>(aio::AnyTask(task))), "cancelled");
    EXPECT_EQ(trace.text(), "destroyed");
}

}  // namespace
