// GeneratorTask: a task driven by hand, over a generator that yields futures.
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "02_generators/generator.hpp"
#include "07_coroutine_tasks/generator_task.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Future;
using aio::GeneratorTask;
using Body = GeneratorTask<int>::Body;

class GeneratorTaskTest : public ::testing::Test {
  public:
    /// A future that has `value` after `delay`.
    Future<int> later(std::chrono::milliseconds delay, int value) {
        auto future = loop.create_future<int>();
        loop.call_later(delay, [=] { future.set_result(value); });
        return future;
    }

    Body add(int a, int b) {
        const int first = co_yield later(2s, a);
        trace("got " + std::to_string(first));
        const int second = co_yield later(1s, b);
        trace("got " + std::to_string(second));
        co_return first + second;
    }

    CapturedLog log;
    PatientLoop loop;
    Trace trace;
};

TEST_F(GeneratorTaskTest, SendsEachFuturesResultBackIn) {
    GeneratorTask<int> task(loop, add(1, 2));
    int sum = 0;
    EXPECT_EQ(error_of([&] { sum = loop.run_until_complete(task.result()); }), "no error")
        << "when the generator has returned, the task must finish() with its result";
    EXPECT_EQ(sum, 3);
    EXPECT_EQ(trace.text(), "got 1, got 2") << "each result must be sent to the co_yield before";
}

TEST_F(GeneratorTaskTest, StartsInTheNextTurn) {
    GeneratorTask<int> task(loop, [](Trace& trace) -> Body {
        trace("started");
        co_return 0;
    }(trace));
    EXPECT_EQ(trace.text(), "");
    loop.run_until_complete(task.result());
    EXPECT_EQ(trace.text(), "started");
}

TEST_F(GeneratorTaskTest, RunsBesideOthers) {
    GeneratorTask<int> one(loop, add(1, 2));
    GeneratorTask<int> two(loop, add(3, 4));
    const auto start = loop.time();
    EXPECT_EQ(loop.run_until_complete(one.result()), 3);
    EXPECT_EQ(loop.run_until_complete(two.result()), 7);
    EXPECT_EQ(loop.time() - start, 3s) << "two tasks of 3 s must take 3 s together";
    EXPECT_EQ(trace.text(), "got 1, got 3, got 2, got 4");
}

TEST_F(GeneratorTaskTest, ThrowsAFuturesErrorIn) {
    const auto failed = loop.create_future<int>();
    loop.call_later(1s, [&] { failed.set_exception(std::runtime_error("no answer")); });
    GeneratorTask<int> task(loop, [](Future<int> future, Trace& trace) -> Body {
        try {
            (void)(co_yield future);
        } catch (const std::runtime_error& error) {
            trace(std::string("caught ") + error.what());
        }
        co_return -1;
    }(failed, trace));
    EXPECT_EQ(loop.run_until_complete(task.result()), -1);
    EXPECT_EQ(trace.text(), "caught no answer")
        << "the error of a future must come out of co_yield";
}

TEST_F(GeneratorTaskTest, HandsOverWhatTheGeneratorThrows) {
    GeneratorTask<int> task(loop, [](Future<int> future) -> Body {
        (void)(co_yield future);
        throw std::runtime_error("my own mistake");
    }(later(1s, 1)));
    EXPECT_EQ(error_of([&] { loop.run_until_complete(task.result()); }), "my own mistake");
}

TEST_F(GeneratorTaskTest, LetsAGeneratorDelegateToAnother) {
    GeneratorTask<int> task(loop, [](GeneratorTaskTest& test) -> Body {
        const int sum = co_yield aio::from(test.add(1, 2));
        co_return 10 * sum;
    }(*this));
    EXPECT_EQ(loop.run_until_complete(task.result()), 30);
}

TEST_F(GeneratorTaskTest, TellsOfACancelledFuture) {
    const auto cancelled = loop.create_future<int>();
    loop.call_later(1s, [&] { cancelled.cancel(); });
    GeneratorTask<int> task(loop, [](Future<int> future, Trace& trace) -> Body {
        try {
            (void)(co_yield future);
        } catch (const aio::CancelledError&) {
            trace("cancelled");
        }
        co_return 5;
    }(cancelled, trace));
    EXPECT_EQ(loop.run_until_complete(task.result()), 5);
    EXPECT_EQ(trace.text(), "cancelled");
}

/// Waits for `future`, says how it is told to stop, and takes its time to clean up.
Body stops(Future<int> future, Future<int> cleaned_up, Trace& trace) {
    bool told = false;
    try {
        (void)(co_yield future);
    } catch (const aio::CancelledError& cancelled) {
        trace(std::string("told: ") + cancelled.what());
        told = true;
    }
    if (told) trace("clean after " + std::to_string(co_yield cleaned_up));
    co_return 5;
}

TEST_F(GeneratorTaskTest, CancelledItStopsWhatItWaitsForAndTellsTheGenerator) {
    const auto future = loop.create_future<int>();
    GeneratorTask<int> task(loop, stops(future, later(3s, 3), trace));
    loop.call_later(1s, [&] { task.result().cancel("enough"); });
    EXPECT_THROW(loop.run_until_complete(task.result()), aio::CancelledError);
    loop.one_turn();
    EXPECT_TRUE(future.cancelled()) << "nobody wants it any more";
    EXPECT_EQ(trace.text(), "told: enough") << "the co_yield must throw a CancelledError, once";
    loop.run_until_complete(later(3s, 0));
    EXPECT_EQ(trace.text(), "told: enough, clean after 3");
    EXPECT_EQ(log.text(), "") << "the result has been cancelled: there is nothing left to set";
}

TEST_F(GeneratorTaskTest, CancelledWhenWhatItWaitsForIsDoneItIsToldAllTheSame) {
    const auto future = loop.create_future<int>();
    const auto endless = loop.create_future<int>();
    GeneratorTask<int> task(loop, stops(future, endless, trace));
    loop.one_turn();
    task.result().cancel("enough");
    future.set_result(1);
    for (int turn = 0; turn < 3; ++turn) loop.one_turn();
    EXPECT_EQ(trace.text(), "told: enough");
    EXPECT_FALSE(endless.cancelled()) << "one cancel() is told once: let it clean up";
    EXPECT_EQ(log.text(), "");
}

TEST_F(GeneratorTaskTest, CancelledBeforeItHasBegunItDoesNotBegin) {
    GeneratorTask<int> task(loop, add(1, 2));
    task.result().cancel();
    loop.run_until_complete(later(9s, 0));
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(log.text(), "");
}

TEST_F(GeneratorTaskTest, AGeneratorThatLetsACancelledErrorPassCancelsIt) {
    const auto cancelled = loop.create_future<int>();
    loop.call_later(1s, [&] { cancelled.cancel("enough"); });
    GeneratorTask<int> task(
        loop, [](Future<int> future) -> Body { co_return co_yield future; }(cancelled));
    EXPECT_THROW(loop.run_until_complete(task.result()), aio::CancelledError);
    EXPECT_EQ(ending_of(task.result()), "cancelled: enough");
}

TEST_F(GeneratorTaskTest, AnErrorOfTheCleanupIsReportedForNobodyCanAskForIt) {
    GeneratorTask<int> task(loop, [](Future<int> future) -> Body {
        try {
            (void)(co_yield future);
        } catch (const aio::CancelledError&) {
            throw std::runtime_error("cannot clean up");
        }
        co_return 1;
    }(loop.create_future<int>()));
    loop.one_turn();
    task.result().cancel();
    loop.run_until_complete(later(1s, 0));
    const bool is_reported = log.text().find("cannot clean up") != std::string::npos;
    EXPECT_TRUE(is_reported) << "what the generator threw must be logged, but this was:\n"
                             << log.text();
    EXPECT_EQ(ending_of(task.result()), "cancelled");
}

TEST_F(GeneratorTaskTest, GoneBeforeItIsDoneItDropsItsGeneratorAndIsNotCalledAnyMore) {
    const auto make_some_and_drop_them = [&] {
        GeneratorTask<int> unstarted(loop, add(1, 2));
        GeneratorTask<int> waits(loop, [](GeneratorTaskTest& test) -> Body {
            const AtExit at_exit(test.trace, "destroyed");
            co_return co_yield test.later(1s, 1);
        }(*this));
        GeneratorTask<int> cancelled(loop, add(3, 4));
        loop.one_turn();
        GeneratorTask<int> fresh(loop, add(5, 6));
        cancelled.result().cancel();
    };
    const auto go_on_without_them = [&] {
        make_some_and_drop_them();
        loop.run_until_complete(later(9s, 0));
        std::_Exit(0);
    };
    // In a process of its own: to call somebody who is gone usually crashes.
    ASSERT_EXIT(go_on_without_them(), testing::ExitedWithCode(0), "")
        << "a future has called back a task that is gone: if_alive() is there to prevent that";
    make_some_and_drop_them();
    EXPECT_EQ(trace.text(), "destroyed");
    loop.run_until_complete(later(9s, 0));
    EXPECT_EQ(trace.text(), "destroyed") << "somebody who is gone was called";
    EXPECT_EQ(log.text(), "");
}

}  // namespace
