// outcome_of(): how it ended, and then time to clean up.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "02_generators/generator_exit.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "09_cancellation/shield.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::Outcome;
using aio::Task;

class OutcomeTest : public ::testing::Test {
  protected:
    /// How `awaitable` ended: "value 3", or the error.
    template <class Awaitable>
    std::string outcome(Awaitable awaitable) {
        const auto main = [](Awaitable inner) -> Coro<std::string> {
            const auto outcome = co_await aio::outcome_of(std::move(inner));
            if (!outcome) co_return aio::describe(outcome.exception());
            if constexpr (std::is_same_v<decltype(outcome), const Outcome<>>) {
                co_return "value";
            } else {
                co_return fmt::format("value {}", outcome.value());
            }
        };
        try {
            return loop.run_until_complete(main(std::move(awaitable)));
        } catch (...) {
            return "it throws, in place of telling: " + aio::describe(std::current_exception());
        }
    }
    static Coro<int> three() {
        co_await aio::sleep(1s);
        co_return 3;
    }

    PatientLoop loop;
    Trace trace;
};

TEST_F(OutcomeTest, OfWhatReturnsIsItsResult) {
    EXPECT_EQ(outcome(three()), "value 3");
    EXPECT_EQ(outcome([]() -> Coro<> { co_return; }()), "value");
}

TEST_F(OutcomeTest, OfWhatReturnsAfterAFailureIsItsResult) {
    const auto fails_at_first = [](bool fails) -> Coro<> {
        if (fails) throw std::runtime_error("it failed");
        co_return;
    };
    EXPECT_EQ(outcome(fails_at_first(true)), "std::runtime_error: it failed");
    EXPECT_EQ(outcome(fails_at_first(false)), "value") << "the error is of another coroutine";
}

TEST_F(OutcomeTest, OfWhatThrowsIsTheError) {
    const auto failing = []() -> Coro<int> {
        co_await aio::sleep(1s);
        throw std::runtime_error("it failed");
    };
    EXPECT_EQ(outcome(failing()), "std::runtime_error: it failed");
    const auto fails_without_a_result = []() -> Coro<> {
        throw std::domain_error("it failed, too");
        co_return;
    };
    EXPECT_EQ(outcome(fails_without_a_result()), "std::domain_error: it failed, too");
}

TEST_F(OutcomeTest, OfWhatThrowsAnythingIsThat) {
    const auto throwing = [](auto what) -> Coro<int> {
        throw what;
        co_return 1;
    };
    EXPECT_EQ(outcome(throwing(aio::SystemExit(3))), "SystemExit");
    EXPECT_EQ(outcome(throwing(aio::GeneratorExit())), "GeneratorExit");
    EXPECT_EQ(outcome(throwing(7)), "int") << "no std::exception, but thrown it was";
}

TEST_F(OutcomeTest, OfWhatIsCancelledIsTheCancelledError) {
    const auto future = loop.create_future<int>();
    loop.call_later(1s, [&] { future.cancel("enough"); });
    EXPECT_EQ(outcome(future), "CancelledError: enough");
}

TEST_F(OutcomeTest, IsOfAnythingThatCanBeAwaited) {
    EXPECT_EQ(outcome(loop.create_task(three())), "value 3");
    EXPECT_EQ(outcome(aio::sleep(1s, 5)), "value 5");
    const auto captured = std::make_shared<int>(6);
    EXPECT_EQ(outcome([captured]() -> Coro<int> {
                  co_await aio::sleep(1s);
                  co_return *captured;
              }),
              "value 6");
    EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(OutcomeTest, AResultThatCanOnlyBeMovedIsMoved) {
    const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(8); };
    loop.run_until_complete([&]() -> Coro<> {
        const auto outcome = co_await aio::outcome_of(make());
        EXPECT_EQ(*outcome.value(), 8);
    });
}

TEST_F(OutcomeTest, OnlyACancelledErrorIsCancelled) {
    EXPECT_TRUE(aio::was_cancelled(Outcome<int>(std::make_exception_ptr(CancelledError()))))
        << "this is cancellation";
    EXPECT_FALSE(aio::was_cancelled(Outcome<int>(std::make_exception_ptr(std::runtime_error("")))))
        << "an error is not";
    EXPECT_FALSE(aio::was_cancelled(Outcome<int>(1))) << "a result is not";
}

// ── Python's `except CancelledError: await cleanup(); raise` ──

TEST_F(OutcomeTest, LetsTheCleanupAwaitAndTheErrorGoOn) {
    const auto work = [&]() -> Coro<> {
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        if (aio::was_cancelled(outcome)) {
            trace("cleaning up");
            co_await aio::sleep(1s);
            trace("clean");
        }
        (void)outcome.value();
        trace("never here");
    };
    const Task<> task = loop.create_task(work());
    loop.one_turn();
    task.cancel("enough");
    loop.one_turn();
    EXPECT_EQ(trace.text(), "cleaning up");
    EXPECT_EQ(ending_of(task), "pending") << "the cleanup is not over";
    EXPECT_THROW(loop.run_until_complete(Future(task)), CancelledError);
    EXPECT_EQ(trace.text(), "cleaning up, clean");
    EXPECT_EQ(ending_of(task), "cancelled: enough");
}

TEST_F(OutcomeTest, ACleanupCanBeCancelledItself) {
    const auto work = [&]() -> Coro<> {
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        co_await aio::sleep(1s);
        trace("clean");
        (void)outcome.value();
    };
    const Task<> task = loop.create_task(work());
    loop.one_turn();
    task.cancel("first");
    loop.one_turn();
    task.cancel("second");
    loop.one_turn();
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(ending_of(task), "cancelled: second");
}

TEST_F(OutcomeTest, AShieldedCleanupCannot) {
    const auto clean = [&]() -> Coro<> {
        co_await aio::sleep(1s);
        trace("clean");
    };
    const auto work = [&]() -> Coro<> {
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        co_await aio::shield(clean());
        (void)outcome.value();
    };
    const Task<> task = loop.create_task(work());
    loop.one_turn();
    task.cancel();
    loop.one_turn();
    task.cancel();
    loop.run_until_complete(aio::sleep(2s));
    EXPECT_EQ(trace.text(), "clean");
    EXPECT_EQ(ending_of(task), "cancelled");
}

}  // namespace
