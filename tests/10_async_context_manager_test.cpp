// async_context_manager(): a manager made of a function that yields once.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "01_iterators/stop_iteration.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_context_manager.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::async_context_manager;
using aio::async_with;
using aio::AsyncGenerator;
using aio::Coro;
using aio::Task;

class AsyncContextManagerTest : public ::testing::Test {
  protected:
    template <class Awaitable>
    auto run(Awaitable&& awaitable) {
        return loop.run_until_complete(std::forward<Awaitable>(awaitable));
    }
    /// Reports errors, and lets them pass.
    AsyncGenerator<int> whatever_happens() {
        co_await aio::sleep(1s);
        trace("enter");
        std::exception_ptr error;
        try {
            co_yield 42;
        } catch (...) {
            error = std::current_exception();
        }
        co_await aio::sleep(1s);
        trace("exit: " + aio::describe(error));
        if (error != nullptr) std::rethrow_exception(error);
    }
    /// A manager of whatever_happens().
    auto manager() {
        return async_context_manager([this] { return whatever_happens(); })();
    }
    /// A body that throws `error`.
    template <class Error>
    static auto throwing(Error error) {
        return [error](auto&&...) -> Coro<> {
            throw error;
            co_return;
        };
    }
    static Coro<> nothing() { co_return; }

    const CapturedLog log;
    PatientLoop loop;
    Trace trace;
};

TEST_F(AsyncContextManagerTest, RunsWhatStandsBeforeTheYieldOnEnteringAndTheRestOnLeaving) {
    conforms_to({"test_contextlib_async.AsyncContextManagerTestCase.test_contextmanager_plain"});
    run(async_with(manager(), [&](int given) -> Coro<> {
        trace(fmt::format("body {}", given));
        co_return;
    }));
    EXPECT_EQ(trace.text(), "enter, body 42, exit: nothing");
}

TEST_F(AsyncContextManagerTest, TheBodysErrorIsRaisedAtTheYieldAndCanBeLetOn) {
    conforms_to(
        {"test_contextlib_async.AsyncContextManagerTestCase.test_contextmanager_no_reraise"});
    EXPECT_EQ(error_of([&] { run(async_with(manager(), throwing(std::runtime_error("oops")))); }),
              "oops");
    EXPECT_EQ(trace.text(), "enter, exit: std::runtime_error: oops");

    run([&]() -> Coro<> {
        auto by_hand = manager();
        co_await by_hand.aenter();
        const bool swallowed =
            co_await by_hand.aexit(std::make_exception_ptr(std::runtime_error("oops")));
        EXPECT_FALSE(swallowed) << "the exit itself throws nothing: the error is not its own";
    });
}

TEST_F(AsyncContextManagerTest, ToCatchTheErrorIsToSwallowIt) {
    conforms_to({"test_contextlib_async.AsyncContextManagerTestCase.test_contextmanager_except"});
    const auto swallows = [&]() -> AsyncGenerator<> {
        try {
            co_yield {};
        } catch (const std::domain_error& error) {
            trace(error.what());
        }
    };
    run(async_with(async_context_manager(swallows)(), throwing(std::domain_error("swallowed"))));
    EXPECT_EQ(trace.text(), "swallowed");
    EXPECT_EQ(error_of([&] {
                  run(async_with(async_context_manager(swallows)(),
                                 throwing(std::range_error("another"))));
              }),
              "another");
}

TEST_F(AsyncContextManagerTest, CancellationIsAnErrorLikeAnyOtherAndTheCleanupMayWait) {
    const Task<> task =
        loop.create_task(async_with(manager(), [](int) -> Coro<> { co_await aio::sleep(1h); }));
    loop.run_until_complete(aio::sleep(2s));
    task.cancel("enough");
    EXPECT_THROW(run(aio::Future(task)), aio::CancelledError);
    EXPECT_EQ(trace.text(), "enter, exit: CancelledError: enough");
}

TEST_F(AsyncContextManagerTest, ExhaustionErrorsOfTheBodyComeOutUnchanged) {
    conforms_to(
        {"test_contextlib_async.AsyncContextManagerTestCase.test_contextmanager_except_stopiter"});
    EXPECT_THROW(run(async_with(manager(), throwing(aio::StopIteration()))), aio::StopIteration);
}

TEST_F(AsyncContextManagerTest, AnErrorThatOnlyLooksLikeTheBodysComesOut) {
    const auto copies = []() -> AsyncGenerator<> {
        try {
            co_yield {};
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(error);
        }
    };
    run([&]() -> Coro<> {
        auto by_hand = async_context_manager(copies)();
        co_await by_hand.aenter();
        const auto left = co_await aio::outcome_of(
            by_hand.aexit(std::make_exception_ptr(std::runtime_error("oops"))));
        EXPECT_EQ(aio::describe(left.exception()), "std::runtime_error: oops")
            << "it is a new one, with the text of the old one";
    });
}

TEST_F(AsyncContextManagerTest, AnErrorThatIsNoStdExceptionComesBackToo) {
    run([&]() -> Coro<> {
        for (const std::exception_ptr& error :
             {std::make_exception_ptr(aio::CancelledError("enough")), std::make_exception_ptr(7)}) {
            auto by_hand = manager();
            co_await by_hand.aenter();
            const auto left = co_await aio::outcome_of(by_hand.aexit(error));
            EXPECT_EQ(aio::describe(left.exception()), "nothing")
                << "the exit itself throws nothing: the error is not its own";
        }
    });
    EXPECT_EQ(trace.text(), "enter, exit: CancelledError: enough, enter, exit: int");
}

TEST_F(AsyncContextManagerTest, ARuntimeErrorMadeOfTheBodysErrorComesOut) {
    conforms_to(
        {"test_contextlib_async.AsyncContextManagerTestCase."
         "test_contextmanager_wrap_runtimeerror"});
    const auto wraps = []() -> AsyncGenerator<> {
        try {
            co_yield {};
        } catch (const std::exception& error) {
            throw aio::RuntimeError(std::string("caught ") + error.what());
        }
    };
    const auto manager = async_context_manager(wraps);
    EXPECT_EQ(error_of([&] { run(async_with(manager(), throwing(std::domain_error("1/0")))); }),
              "caught 1/0");
    EXPECT_EQ(error_of([&] { run(async_with(manager(), throwing(aio::StopIteration()))); }),
              "caught " + std::string(aio::StopIteration().what()));
}

// ── the wrong number of yields ──

TEST_F(AsyncContextManagerTest, OneThatNeverYieldsCannotBeEntered) {
    conforms_to(
        {"test_contextlib_async.AsyncContextManagerTestCase.test_contextmanager_trap_no_yield"});
    const auto never = []() -> AsyncGenerator<> {
        if (false) co_yield {};
        co_return;
    };
    EXPECT_EQ(error_of([&] { run(async_with(async_context_manager(never)(), nothing)); }),
              "generator didn't yield");
}

TEST_F(AsyncContextManagerTest, ASecondYieldIsAnErrorAndTheGeneratorIsClosed) {
    conforms_to(
        {"test_contextlib_async.AsyncContextManagerTestCase."
         "test_contextmanager_trap_second_yield"});
    const auto twice = [&]() -> AsyncGenerator<> {
        const AtExit at_exit(trace, "closed");
        co_yield {};
        co_yield {};
    };
    EXPECT_EQ(error_of([&] { run(async_with(async_context_manager(twice)(), nothing)); }),
              "generator didn't stop");
    EXPECT_EQ(trace.text(), "closed");
}

TEST_F(AsyncContextManagerTest, AYieldAfterTheErrorIsAnErrorAndTheGeneratorIsClosed) {
    conforms_to(
        {"test_contextlib_async.AsyncContextManagerTestCase."
         "test_contextmanager_trap_yield_after_throw"});
    const auto goes_on = [&]() -> AsyncGenerator<> {
        const AtExit at_exit(trace, "closed");
        try {
            co_yield {};
        } catch (const std::exception&) {
            trace("caught");
        }
        co_yield {};
    };
    EXPECT_EQ(
        error_of([&] {
            run(async_with(async_context_manager(goes_on)(), throwing(std::runtime_error("oops"))));
        }),
        "generator didn't stop after athrow()");
    EXPECT_EQ(trace.text(), "caught, closed");
}

// ── the function and its arguments ──

TEST_F(AsyncContextManagerTest, PassesArgumentsOfAnyKind) {
    conforms_to({"test_contextlib_async.AsyncContextManagerTestCase.test_keywords"});
    const auto manager = async_context_manager([](int& counted, std::unique_ptr<int> owned,
                                                  std::string self) -> AsyncGenerator<std::string> {
        ++counted;
        co_yield fmt::format("{} {}", self, *owned);
    });
    int counted = 0;
    const auto text =
        run(async_with(manager(counted, std::make_unique<int>(7), "self"),
                       [](std::string given) -> Coro<std::string> { co_return given; }));
    EXPECT_EQ(text, "self 7");
    EXPECT_EQ(counted, 1);
}

TEST_F(AsyncContextManagerTest, EachCallMakesANewManager) {
    const auto manager = async_context_manager([this] { return whatever_happens(); });
    const auto body = [](int) -> Coro<> { co_return; };
    run(async_with(manager(), body));
    run(async_with(manager(), body));
    EXPECT_EQ(trace.text(), "enter, exit: nothing, enter, exit: nothing");
}

TEST_F(AsyncContextManagerTest, KeepsALambdaThatCaptures) {
    const auto captured = std::make_shared<int>(5);
    {
        auto manager = async_context_manager([captured]() -> AsyncGenerator<int> {
            co_await aio::sleep(1s);
            co_yield *captured;
        })();
        EXPECT_EQ(captured.use_count(), 2);
        EXPECT_EQ(
            run(async_with(std::move(manager), [](int given) -> Coro<int> { co_return given; })),
            5);
    }
    EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(AsyncContextManagerTest, LendsAReferenceToWhatLivesInTheFunction) {
    const auto lends = [&]() -> AsyncGenerator<std::string&> {
        std::string text = "given";
        co_yield text;
        trace(text);
    };
    run(async_with(async_context_manager(lends)(), [](std::string& text) -> Coro<> {
        text += " and changed";
        co_return;
    }));
    EXPECT_EQ(trace.text(), "given and changed");
}

TEST_F(AsyncContextManagerTest, MayBeMadeOfAMemberFunction) {
    struct Lender {
        AsyncGenerator<int> lend() const { co_yield start; }
        int start = 100;
    };
    const Lender lender;
    const auto member = async_context_manager(&Lender::lend);
    EXPECT_EQ(run(async_with(member(lender), [](int given) -> Coro<int> { co_return given; })),
              100);
}

}  // namespace
