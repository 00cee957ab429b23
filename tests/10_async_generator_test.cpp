// AsyncGenerator: steps, what goes in and out, and what is refused.
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "01_iterators/stop_iteration.hpp"
#include "02_generators/generator.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_generator.hpp"
#include "10_async_context_managers/async_iterator.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::AsyncGenerator;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::Task;

std::exception_ptr error(const std::string& text) {
    return std::make_exception_ptr(std::runtime_error(text));
}

/// How a step ended: "value 3", "end", or the error.
template <class Step>
Coro<std::string> ending(Step step) {
    const auto outcome = co_await aio::outcome_of(std::move(step));
    if (!outcome) co_return aio::describe(outcome.exception());
    if constexpr (std::is_same_v<std::decay_t<decltype(outcome.value())>, std::monostate>) {
        co_return "closed";
    } else {
        co_return outcome.value() ? fmt::format("value {}", *outcome.value()) : "end";
    }
}

/// Everything that an asynchronous generator yields: "1 2 3".
template <class G>
Coro<std::string> all_of(G generator) {
    std::string all;
    while (const auto value = co_await generator.anext()) {
        all += fmt::format("{}{}", all.empty() ? "" : " ", *value);
    }
    co_return all;
}

class AsyncGeneratorTest : public ::testing::Test {
  protected:
    template <class Awaitable>
    auto run(Awaitable&& awaitable) {
        return loop.run_until_complete(std::forward<Awaitable>(awaitable));
    }

    AsyncGenerator<int> ticks(int count) {
        for (int i = 1; i <= count; ++i) {
            co_await aio::sleep(1s);
            co_yield i;
        }
        trace("over");
    }
    /// Waits for `future` between two values.
    AsyncGenerator<int> waits(Future<int> future) {
        co_yield 1;
        co_yield co_await future;
    }
    AsyncGenerator<std::string, std::string> echo() {
        std::string said = "begin";
        while (said != "stop") said = "heard " + (co_yield said);
        trace("never here");
    }
    /// Yields after an error: the error's text, then "bye".
    AsyncGenerator<std::string> answers_errors() {
        std::string caught;
        try {
            co_yield "first";
        } catch (const std::exception& error) {
            caught = error.what();
        }
        co_yield "caught " + caught;
        co_yield "bye";
    }

    const CapturedLog log;
    PatientLoop loop;
    Trace trace;
};

// ── steps ──

TEST_F(AsyncGeneratorTest, DoesNothingBeforeItsFirstStep) {
    const auto generator = ticks(3);
    loop.one_turn();
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(log.text(), "") << "a generator that was never asked is no mistake";
}

TEST_F(AsyncGeneratorTest, GivesItsValuesInOrderAwaitingInBetween) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_iteration_01"});
    const auto start = loop.time();
    EXPECT_EQ(run(all_of(ticks(3))), "1 2 3");
    EXPECT_EQ(loop.time() - start, 3s);
    EXPECT_EQ(trace.text(), "over");
}

TEST_F(AsyncGeneratorTest, WithSleepsAnEarlyReturnEndsTheIteration) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_01"});
    const auto returns = []() -> AsyncGenerator<int> {
        co_yield 1;
        co_await aio::sleep(10ms);
        co_yield 2;
        co_await aio::sleep(10ms);
        co_return;
        co_yield 3;
    };
    EXPECT_EQ(run(all_of(returns())), "1 2");
}

TEST_F(AsyncGeneratorTest, WithSleepsAnErrorEndsTheIteration) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_02"});
    const auto fails = []() -> AsyncGenerator<int> {
        co_yield 1;
        co_await aio::sleep(10ms);
        throw std::domain_error("division by zero");
    };
    run([&]() -> Coro<> {
        auto generator = fails();
        EXPECT_EQ(co_await ending(generator.anext()), "value 1");
        EXPECT_EQ(co_await ending(generator.anext()), "std::domain_error: division by zero");
        EXPECT_EQ(co_await ending(generator.anext()), "end") << "an error ends it for ever";
    });
}

TEST_F(AsyncGeneratorTest, AStepThatDoesNotWaitDoesNotGoThroughTheLoop) {
    const auto quick = []() -> AsyncGenerator<int> {
        for (int i = 0; i < 100'000; ++i) co_yield i;
    };
    run([&]() -> Coro<> {
        loop.call_soon([&] { trace("another turn"); });
        auto generator = quick();
        int count = 0;
        while (co_await generator.anext()) ++count;
        EXPECT_EQ(count, 100'000);
        EXPECT_EQ(trace.text(), "") << "nobody else may run in between";
    });
}

TEST_F(AsyncGeneratorTest, AStepThatDoesNotWaitNeedsNoLoop) {
    const auto quick = []() -> AsyncGenerator<int> {
        co_yield 1;
        co_yield 2;
    };
    EXPECT_EQ(all_of(quick()).send(), "1 2");
}

TEST_F(AsyncGeneratorTest, AtItsEndGivesNothingEachTime) {
    run([&]() -> Coro<> {
        auto generator = ticks(0);
        EXPECT_EQ(co_await ending(generator.anext()), "end");
        EXPECT_EQ(co_await ending(generator.anext()), "end");
        EXPECT_EQ(trace.text(), "over") << "the body runs once";
    });
}

TEST_F(AsyncGeneratorTest, RunsInTheTaskOfWhoeverMakesTheStep) {
    const auto names = []() -> AsyncGenerator<std::string> {
        for (;;) {
            co_await aio::sleep(0s);
            co_yield aio::current_task()->get_name();
        }
    };
    run([&]() -> Coro<> {
        auto generator = names();
        const auto ask = [&]() -> Coro<std::string> { co_return *co_await generator.anext(); };
        const auto one = aio::create_task(ask(), "one");
        EXPECT_EQ(co_await one, "one");
        const auto two = aio::create_task(ask(), "two");
        EXPECT_EQ(co_await two, "two");
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, AfterAStepThatWaitedTheTaskIsBackInTheConsumer) {
    const auto one_step = [](AsyncGenerator<int>& generator) -> Coro<> {
        co_await generator.anext();
    };
    run([&]() -> Coro<> {
        auto generator = ticks(2);
        const std::string before = aio::current_task()->describe();
        co_await generator.anext();
        const auto other =
            aio::create_task(one_step(generator), aio::TaskOptions{.eager_start = true});
        EXPECT_EQ(aio::current_task()->describe(), before)
            << "another task is in the generator now";
        co_await other;
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, AtItsYieldItIsStillOpen) {
    run([&]() -> Coro<> {
        auto generator = ticks(2);
        co_await generator.anext();
        EXPECT_TRUE(loop.has_open_generators()) << "the loop must end it if nobody else does";
        co_await generator.aclose();
        EXPECT_FALSE(loop.has_open_generators()) << "it is over";
    });
}

TEST_F(AsyncGeneratorTest, CanLoopOverAnotherOne) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_expression_01"});
    const auto doubled = [](AsyncGenerator<int> numbers) -> AsyncGenerator<int> {
        while (const auto number = co_await numbers.anext()) co_yield 2 * *number;
    };
    EXPECT_EQ(run(all_of(doubled(ticks(4)))), "2 4 6 8");
}

TEST_F(AsyncGeneratorTest, CanAwaitForEachDecision) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_expression_02"});
    const auto is_odd = [](int number) -> Coro<bool> {
        co_await aio::sleep(1s);
        co_return number % 2 == 1;
    };
    const auto odd = [&](AsyncGenerator<int> numbers) -> AsyncGenerator<int> {
        while (const auto number = co_await numbers.anext()) {
            if (co_await is_odd(*number)) co_yield *number;
        }
    };
    EXPECT_EQ(run(all_of(odd(ticks(5)))), "1 3 5");
}

TEST_F(AsyncGeneratorTest, IsNestedAsDeepAsOneLikes) {
    struct Deep {
        static AsyncGenerator<int> levels(int depth) {
            if (depth == 0) {
                co_await aio::sleep(1s);
                co_yield 1;
                co_return;
            }
            auto below = levels(depth - 1);
            while (const auto value = co_await below.anext()) co_yield *value + 1;
        }
    };
    EXPECT_EQ(run(all_of(Deep::levels(1000))), "1001");
}

TEST_F(AsyncGeneratorTest, ItsStepsAreAwaitableLikeAnythingElse) {
    run([&]() -> Coro<> {
        auto one = ticks(1);
        auto two = ticks(2);
        const auto [a, b] = co_await aio::gather(one.anext(), two.anext());
        EXPECT_EQ(*a + *b, 2);
        co_await two.aclose();
    });
}

// ── values ──

TEST_F(AsyncGeneratorTest, HandsOverWhatCanOnlyBeMoved) {
    const auto boxes = []() -> AsyncGenerator<std::unique_ptr<int>> {
        co_yield std::make_unique<int>(7);
    };
    run([&]() -> Coro<> {
        auto generator = boxes();
        const auto box = co_await generator.anext();
        EXPECT_EQ(**box, 7);
    });
}

TEST_F(AsyncGeneratorTest, LendsReferences) {
    const auto lends = [](int& number) -> AsyncGenerator<int&> {
        for (;;) co_yield number;
    };
    run([&]() -> Coro<> {
        int number = 1;
        auto generator = lends(number);
        const auto lent = co_await generator.anext();
        lent->get() = 5;
        EXPECT_EQ(number, 5);
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, MayYieldNothingAtAll) {
    const auto marks = []() -> AsyncGenerator<> {
        co_yield {};
        co_yield {};
    };
    run([&]() -> Coro<> {
        auto generator = marks();
        int count = 0;
        while (co_await generator.anext()) ++count;
        EXPECT_EQ(count, 2);
    });
}

TEST_F(AsyncGeneratorTest, YieldsErrorObjectsAsOrdinaryValues) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_anext_stopiteration",
                 "test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_stopiteration"});
    const auto yields = []() -> AsyncGenerator<std::exception_ptr> {
        try {
            co_yield std::make_exception_ptr(aio::StopIteration());
        } catch (const std::runtime_error&) {  // NOLINT: the next value is the answer
        }
        co_yield std::make_exception_ptr(aio::StopIteration());
    };
    run([&]() -> Coro<> {
        auto generator = yields();
        const auto first = co_await generator.anext();
        EXPECT_TRUE(aio::is_exactly<aio::StopIteration>(*first));
        const auto second = co_await generator.athrow(error("go on"));
        EXPECT_TRUE(aio::is_exactly<aio::StopIteration>(*second));
        EXPECT_FALSE((co_await generator.anext()).has_value());
    });
}

TEST_F(AsyncGeneratorTest, YieldsCompositeValuesWhole) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_anext_tuple",
                 "test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_tuple"});
    using Pair = std::tuple<int, std::string>;
    const auto yields = []() -> AsyncGenerator<Pair> {
        try {
            co_yield Pair(1, "one");
        } catch (const std::runtime_error&) {  // NOLINT: the next value is the answer
        }
        co_yield Pair(2, "two");
    };
    run([&]() -> Coro<> {
        auto generator = yields();
        EXPECT_EQ(*co_await generator.anext(), Pair(1, "one"));
        EXPECT_EQ(*co_await generator.athrow(error("go on")), Pair(2, "two"));
        EXPECT_FALSE((co_await generator.anext()).has_value());
    });
}

// ── asend ──

TEST_F(AsyncGeneratorTest, WhatIsSentArrivesInTheYield) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_anext_05"});
    run([&]() -> Coro<> {
        auto generator = echo();
        EXPECT_EQ(co_await ending(generator.anext()), "value begin");
        EXPECT_EQ(co_await ending(generator.asend("one")), "value heard one");
        EXPECT_EQ(co_await ending(generator.anext()), "value heard ") << "anext() sends S{}";
        EXPECT_EQ(co_await ending(generator.asend("two")), "value heard two");
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, ASendPastTheEndRunsTheRestAndGivesNothing) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_anext_06"});
    const auto body = [&]() -> AsyncGenerator<int, int> {
        const int sent = co_yield 1;
        co_await aio::sleep(1s);
        trace(fmt::format("got {}", sent));
    };
    run([&]() -> Coro<> {
        auto generator = body();
        co_await generator.anext();
        EXPECT_EQ(co_await ending(generator.asend(100)), "end");
        EXPECT_EQ(trace.text(), "got 100");
        EXPECT_EQ(co_await ending(generator.asend(100)), "end");
    });
}

TEST_F(AsyncGeneratorTest, CannotBeSentAValueBeforeItHasStarted) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_10"});
    run([&]() -> Coro<> {
        auto generator = echo();
        EXPECT_EQ(co_await ending(generator.asend("too early")),
                  "TypeError: can't send to an asynchronous generator that has not started: "
                  "await anext()");
        EXPECT_EQ(co_await ending(generator.anext()), "value begin") << "it can still be started";
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, AnAsendThatIsRefusedIsOver) {
    const CapturedLog log;
    run([&]() -> Coro<> {
        auto generator = echo();
        {
            auto step = generator.asend("too early");
            const auto await_step = [&]() -> Coro<std::optional<std::string>> {
                co_return co_await step;
            };
            EXPECT_EQ((co_await ending(await_step())).substr(0, 9), "TypeError");
            EXPECT_EQ(co_await ending(await_step()),
                      "RuntimeError: cannot reuse already awaited asend()");
        }
        EXPECT_EQ(log.text(), "") << "it was awaited";
    });
}

// ── athrow ──

TEST_F(AsyncGeneratorTest, WhatIsThrownInIsCaughtAtTheYield) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_anext_04"});
    run([&]() -> Coro<> {
        auto generator = answers_errors();
        EXPECT_EQ(co_await ending(generator.anext()), "value first");
        EXPECT_EQ(co_await ending(generator.athrow(error("foo"))), "value caught foo");
        EXPECT_EQ(co_await ending(generator.anext()), "value bye");
        EXPECT_EQ(co_await ending(generator.anext()), "end");
    });
}

TEST_F(AsyncGeneratorTest, ABodyThatSwallowsWhatIsThrownInAndEndsGivesNothing) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_03"});
    const auto swallows = [&]() -> AsyncGenerator<int> {
        bool caught = false;
        try {
            co_yield 1;
        } catch (const std::runtime_error&) {
            caught = true;
        }
        co_await aio::sleep(1s);
        trace(caught ? "caught" : "went on");
    };
    run([&]() -> Coro<> {
        auto generator = swallows();
        co_await generator.anext();
        EXPECT_EQ(co_await ending(generator.athrow(error("foo"))), "end");
        EXPECT_EQ(trace.text(), "caught");
    });
}

TEST_F(AsyncGeneratorTest, ThrownIntoBeforeItHasStartedItNeverRuns) {
    run([&]() -> Coro<> {
        auto generator = ticks(1);
        EXPECT_EQ(co_await ending(generator.athrow(error("early"))), "std::runtime_error: early");
        EXPECT_EQ(co_await ending(generator.anext()), "end");
        EXPECT_EQ(trace.text(), "");
    });
}

TEST_F(AsyncGeneratorTest, ThrownIntoAfterItsEndItDoesNothing) {
    run([&]() -> Coro<> {
        auto generator = ticks(0);
        co_await generator.anext();
        EXPECT_EQ(co_await ending(generator.athrow(error("late"))), "end") << "as CPython has it";
        EXPECT_THROW((void)generator.athrow(nullptr), std::invalid_argument);
    });
}

TEST_F(AsyncGeneratorTest, TheExitSignalFromOutsideCanBeCaughtOrComesOut) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_11"});
    const auto exit = std::make_exception_ptr(aio::GeneratorExit());
    const auto catches = [&]() -> AsyncGenerator<int> {
        bool caught = false;
        try {
            co_yield 10;
        } catch (const aio::GeneratorExit&) {
            caught = true;
        }
        if (caught) co_yield 20;
    };
    run([&]() -> Coro<> {
        auto lets_it_out = ticks(1);
        co_await lets_it_out.anext();
        EXPECT_EQ(co_await ending(lets_it_out.athrow(exit)), "GeneratorExit");
        auto generator = catches();
        co_await generator.anext();
        EXPECT_EQ(co_await ending(generator.athrow(exit)), "value 20");
        co_await generator.aclose();
    });
}

// ── errors ──

TEST_F(AsyncGeneratorTest, AnErrorOfTheBodyComesOutOfTheStepThatRanIt) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_04"});
    const auto fails = []() -> AsyncGenerator<int> {
        co_yield 1;
        throw std::runtime_error("second step");
    };
    run([&]() -> Coro<> {
        auto generator = fails();
        EXPECT_EQ(co_await ending(generator.anext()), "value 1");
        EXPECT_EQ(co_await ending(generator.anext()), "std::runtime_error: second step");
    });
}

TEST_F(AsyncGeneratorTest, AnErrorOfAnInnerAwaitComesOutOfTheIteration) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_03"});
    const auto future = loop.create_future<int>();
    loop.call_later(1s, [&] { future.set_exception(error("from below")); });
    run([&]() -> Coro<> {
        auto generator = waits(future);
        EXPECT_EQ(co_await ending(generator.anext()), "value 1");
        EXPECT_EQ(co_await ending(generator.anext()), "std::runtime_error: from below");
        EXPECT_EQ(co_await ending(generator.anext()), "end");
    });
}

/// A body for a Generator and for an AsyncGenerator: it yields in its cleanup after an error.
template <class G, class Pause>
G yields_in_cleanup(Trace& trace, Pause pause) {
    std::exception_ptr failed;
    try {
        co_yield 1;
        throw std::runtime_error("first");
    } catch (...) {
        failed = std::current_exception();
    }
    trace("cleanup");
    if constexpr (!std::is_null_pointer_v<Pause>) co_await pause();
    co_yield 2;
    std::rethrow_exception(failed);
}

/// Its cleanup fails, too.
template <class G>
G fails_in_cleanup() {
    try {
        co_yield 1;
        throw std::runtime_error("first");
    } catch (...) {
        throw std::domain_error("second");
    }
}

/// The first four steps of a plain generator, as ending() tells them.
template <class G>
std::string steps_of(G generator) {
    std::string all;
    for (int step = 0; step < 4; ++step) {
        try {
            const auto value = generator.next();
            all += value ? fmt::format("value {}, ", *value) : "end, ";
        } catch (...) {
            all += aio::describe(std::current_exception()) + ", ";
        }
    }
    return all;
}
template <class T>
Coro<std::string> steps_of(AsyncGenerator<T> generator) {
    std::string all;
    for (int step = 0; step < 4; ++step) all += co_await ending(generator.anext()) + ", ";
    co_return all;
}

TEST_F(AsyncGeneratorTest, AYieldInCleanupAfterAnErrorIsAsInAPlainGenerator) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_07"});
    const auto plain = steps_of(yields_in_cleanup<aio::Generator<int>>(trace, nullptr));
    EXPECT_EQ(plain, "value 1, value 2, std::runtime_error: first, end, ");
    EXPECT_EQ(run(steps_of(yields_in_cleanup<AsyncGenerator<int>>(trace, nullptr))), plain);
}

TEST_F(AsyncGeneratorTest, AnErrorInCleanupIsAsInAPlainGenerator) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_08"});
    const auto plain = steps_of(fails_in_cleanup<aio::Generator<int>>());
    EXPECT_EQ(plain, "value 1, std::domain_error: second, end, end, ");
    EXPECT_EQ(run(steps_of(fails_in_cleanup<AsyncGenerator<int>>())), plain);
}

TEST_F(AsyncGeneratorTest, ACleanupThatAwaitsIsOtherwiseAsInAPlainGenerator) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_09"});
    const auto pause = [] { return aio::sleep(1s); };
    EXPECT_EQ(run(steps_of(yields_in_cleanup<AsyncGenerator<int>>(trace, pause))),
              steps_of(yields_in_cleanup<aio::Generator<int>>(trace, nullptr)));
    EXPECT_EQ(trace.text(), "cleanup, cleanup");
}

// ── cancellation ──

TEST_F(AsyncGeneratorTest, CancelledInAnInnerAwaitItCleansUpAndTheErrorComesOut) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_asend_03"});
    const auto body = [&]() -> AsyncGenerator<int, int> {
        const AtExit at_exit(trace, "destroyed");
        co_yield 1;
        const auto slept = co_await aio::outcome_of(aio::sleep(1h));
        co_await aio::sleep(1s);
        trace("cleaned up");
        (void)slept.value();
    };
    run([&]() -> Coro<> {
        auto generator = body();
        co_await generator.anext();
        const auto task = aio::create_task(generator.asend(5));
        co_await aio::sleep(0s);
        task.cancel("enough");
        co_await aio::until_done(task);
        EXPECT_EQ(trace.text(), "cleaned up, destroyed");
        EXPECT_TRUE(task.cancelled()) << "the CancelledError must come out";
        EXPECT_EQ(co_await ending(generator.anext()), "end");
    });
}

TEST_F(AsyncGeneratorTest, AStepThatIsCancelledBeforeItBeginsLeavesTheGeneratorAsItWas) {
    run([&]() -> Coro<> {
        auto generator = ticks(2);
        const auto task = aio::create_task(generator.anext());
        task.cancel();
        co_await aio::until_done(task);
        EXPECT_EQ(log.text(), "") << "it was given to a task: nobody forgot it";
        EXPECT_EQ(co_await ending(generator.anext()), "value 1");
        co_await generator.aclose();
    });
}

// ── one step at a time ──

TEST_F(AsyncGeneratorTest, RefusesASecondStepWhileOneIsSuspended) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_asend_throw_concurrent_with_send",
                 "test_asyncgen.AsyncGenTest.test_async_gen_athrow_throw_concurrent_with_send"});
    const auto future = loop.create_future<int>();
    run([&]() -> Coro<> {
        auto generator = waits(future);
        co_await generator.anext();
        const auto first = aio::create_task(generator.anext());
        co_await aio::sleep(0s);
        EXPECT_EQ(co_await ending(generator.anext()),
                  "RuntimeError: anext(): asynchronous generator is already running");
        EXPECT_EQ(co_await ending(generator.athrow(error("second"))),
                  "RuntimeError: athrow(): asynchronous generator is already running");
        EXPECT_EQ(co_await ending(generator.aclose()),
                  "RuntimeError: aclose(): asynchronous generator is already running");
        future.set_result(7);
        co_await aio::until_done(first);
        EXPECT_EQ(*first.result(), 7) << "the first step does not notice";
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, RefusesASecondStepWhileAThrowIsSuspended) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_asend_throw_concurrent_with_throw",
                 "test_asyncgen.AsyncGenTest.test_async_gen_athrow_throw_concurrent_with_throw"});
    const auto body = []() -> AsyncGenerator<int, int> {
        bool caught = false;
        try {
            co_yield 1;
        } catch (const std::runtime_error&) {
            caught = true;
        }
        co_await aio::sleep(1s);
        if (caught) co_yield 2;
    };
    run([&]() -> Coro<> {
        auto generator = body();
        co_await generator.anext();
        const auto first = aio::create_task(generator.athrow(error("first")));
        co_await aio::sleep(0s);
        EXPECT_EQ(co_await ending(generator.asend(1)),
                  "RuntimeError: asend(): asynchronous generator is already running");
        EXPECT_EQ(co_await ending(generator.athrow(error("second"))),
                  "RuntimeError: athrow(): asynchronous generator is already running");
        co_await aio::until_done(first);
        EXPECT_EQ(*first.result(), 2);
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, CannotStepItselfAndARefusedStepIsUsedUp) {
    conforms_to({"test_asyncgen.AsyncGenTest.test_async_gen_exception_12"});
    struct Self {
        AsyncGenerator<std::string>* me = nullptr;
        AsyncGenerator<std::string> body() {
            auto step = me->anext();
            for (int attempt = 0; attempt < 2; ++attempt) {
                std::string what = "no error";
                try {
                    (void)co_await step;
                } catch (const aio::RuntimeError& error) {
                    what = error.what();
                }
                co_yield what;
            }
        }
    };
    run([&]() -> Coro<> {
        Self self;
        auto generator = self.body();
        self.me = &generator;
        EXPECT_EQ(*co_await generator.anext(),
                  "anext(): asynchronous generator is already running");
        EXPECT_EQ(*co_await generator.anext(), "cannot reuse already awaited anext()");
        co_await generator.aclose();
    });
}

TEST_F(AsyncGeneratorTest, AStepIsAwaitedOnce) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_await_same_aclose_coro_twice",
                 "test_asyncgen.AsyncGenAsyncioTest.test_async_gen_throw_same_aclose_coro_twice",
                 "test_asyncgen.AsyncGenAsyncioTest."
                 "test_async_gen_throw_custom_same_athrow_coro_twice"});
    const auto twice = [](auto& step) -> Coro<std::string> {
        std::string second = "no error";
        try {
            (void)co_await step;
        } catch (const std::exception&) {  // NOLINT: only the second one is of interest
        }
        try {
            (void)co_await step;
        } catch (const aio::RuntimeError& error) {
            second = error.what();
        }
        co_return second;
    };
    run([&]() -> Coro<> {
        auto one = ticks(1);
        auto step = one.anext();
        co_await step;
        EXPECT_EQ(co_await twice(step), "cannot reuse already awaited anext()");
        auto thrown = one.athrow(error("once"));
        EXPECT_EQ(co_await twice(thrown), "cannot reuse already awaited athrow()");
        auto two = ticks(1);
        co_await two.anext();
        auto closed = two.aclose();
        EXPECT_EQ(co_await twice(closed), "cannot reuse already awaited aclose()");
    });
}

// ── steps that nobody awaits ──

TEST_F(AsyncGeneratorTest, AStepThatIsNeverAwaitedIsReported) {
    conforms_to({"test_asyncgen.TestUnawaitedWarnings.test_aclose",
                 "test_asyncgen.TestUnawaitedWarnings.test_athrow"});
    auto generator = ticks(1);
    (void)generator.anext();
    (void)generator.athrow(error("unheard"));
    (void)generator.aclose();
    const std::string of_this = "() of " + generator.describe() + " was never awaited";
    EXPECT_EQ(log.text(), "RuntimeWarning: anext" + of_this + "\nRuntimeWarning: athrow" + of_this +
                              "\nRuntimeWarning: aclose" + of_this);
}

TEST_F(AsyncGeneratorTest, AStepThatIsRefusedIsNotReported) {
    conforms_to({"test_asyncgen.TestUnawaitedWarnings.test_asend_send_already_running",
                 "test_asyncgen.TestUnawaitedWarnings.test_athrow_send_already_running"});
    run([&]() -> Coro<> {
        auto generator = ticks(1);
        const auto first = aio::create_task(generator.anext());
        co_await aio::sleep(0s);
        for (int i = 0; i < 2; ++i) {
            try {
                if (i == 0) co_await generator.anext();
                if (i == 1) co_await generator.athrow(error("second"));
                ADD_FAILURE() << "two steps at once";
            } catch (const aio::RuntimeError&) {
                trace("refused");
            }
        }
        co_await first;
        co_await generator.aclose();
    });
    EXPECT_EQ(trace.text(), "refused, refused");
    EXPECT_EQ(log.text(), "");
}

// ── aiter and anext ──

/// Counts to three, each time it is iterated.
struct ToThree {
    AsyncGenerator<int> aiter() const {
        for (int i = 1; i <= last; ++i) {
            co_await aio::sleep(10ms);
            co_yield i;
        }
    }
    int last = 3;
};

/// An iterator that is not a generator: anext() is a coroutine.
struct Countdown {
    Coro<std::optional<int>> anext() {
        co_await aio::sleep(0s);
        co_return left == 0 ? std::nullopt : std::optional<int>(left--);
    }
    int left;
};

/// Its next step cannot even be awaited.
struct Broken {
    struct Step {
        Step() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate
        [[nodiscard]] bool await_ready() const { throw std::runtime_error("cannot start"); }
        void await_suspend(std::coroutine_handle<> /*awaiting*/) const noexcept {}
        [[nodiscard]] std::optional<int> await_resume() const noexcept { return 1; }
    };
    Step anext() { return {}; }
};

TEST_F(AsyncGeneratorTest, AiterOfAnIteratorIsTheIterator) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_aiter_idempotent",
                 "test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aiter"});
    auto generator = ticks(2);
    EXPECT_EQ(&aio::aiter(generator), &generator);
    EXPECT_EQ(&aio::aiter(aio::aiter(generator)), &generator);
    EXPECT_EQ(run(all_of(aio::aiter(std::move(generator)))), "1 2");
}

TEST_F(AsyncGeneratorTest, AiterAsksAClassForItsIterator) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aiter_class",
                 "test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_03"});
    const ToThree numbers;
    EXPECT_EQ(run(all_of(aio::aiter(numbers))), "1 2 3");
    EXPECT_EQ(run(all_of(aio::aiter(numbers))), "1 2 3") << "again from the start";
}

TEST_F(AsyncGeneratorTest, AnextGivesTheNextValueOrAFallback) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_async_generator_anext"});
    run([&]() -> Coro<> {
        auto generator = ticks(2);
        EXPECT_EQ(*co_await aio::anext(generator), 1);
        EXPECT_EQ(co_await aio::anext(generator, 9), 2);
        EXPECT_EQ(co_await aio::anext(generator, 9), 9);
        EXPECT_FALSE((co_await aio::anext(generator)).has_value());
        EXPECT_FALSE((co_await aio::anext(generator)).has_value()) << "and again";
    });
}

TEST_F(AsyncGeneratorTest, AnextTakesAnyIteratorWhoseStepIsACoroutine) {
    conforms_to(
        {"test_asyncgen.AsyncGenAsyncioTest.test_python_async_iterator_types_coroutine_anext"});
    run([&]() -> Coro<> {
        Countdown countdown{1};
        EXPECT_EQ(*co_await aio::anext(countdown), 1);
        EXPECT_EQ(co_await aio::anext(countdown, 9), 9);
        EXPECT_FALSE((co_await aio::anext(countdown)).has_value());
    });
}

TEST_F(AsyncGeneratorTest, AnErrorOnStartingTheAwaitComesOutOfAnext) {
    conforms_to({"test_asyncgen.AsyncGenAsyncioTest.test_anext_await_raises"});
    run([&]() -> Coro<> {
        Broken broken;
        EXPECT_EQ(co_await ending(aio::anext(broken)), "std::runtime_error: cannot start");
        const auto with_fallback = co_await aio::outcome_of(aio::anext(broken, 9));
        EXPECT_EQ(aio::describe(with_fallback.exception()), "std::runtime_error: cannot start");
    });
}

}  // namespace
