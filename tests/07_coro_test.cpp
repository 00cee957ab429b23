// Coro<T>: a coroutine that awaits a coroutine, without any loop below it.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;

Coro<std::string> hello(Trace& trace) {
    trace("hello runs");
    co_return "hello";
}

Coro<int> number(int value) {
    co_return value;
}

Coro<int> failing() {
    throw std::runtime_error("it failed");
    co_return 0;
}

// ── the jump in, and back ──

TEST(CoroAwait, ComesBackToTheOneThatAwaits) {
    Trace trace;
    const auto inner = [&](std::string name) -> Coro<> {
        trace(name + " in");
        co_return;
    };
    const auto outer = [&]() -> Coro<> {
        trace("before");
        co_await inner("first");
        trace("between");
        co_await inner("second");
        trace("after");
    };
    EXPECT_EQ(error_of([&] { outer().send(); }), "no error");
    EXPECT_EQ(trace.text(), "before, first in, between, second in, after")
        << "at its end a coroutine must resume the one that awaits it, and only that one";
}

TEST(CoroAwait, ThrowsWhatTheInnerOneThrows) {
    Trace trace;
    const auto inner = [&]() -> Coro<> {
        throw std::runtime_error("from the inside");
        co_return;
    };
    const auto outer = [&]() -> Coro<> {
        try {
            co_await inner();
        } catch (const std::runtime_error& error) {
            trace(error.what());
        }
    };
    EXPECT_EQ(error_of([&] { outer().send(); }), "no error");
    EXPECT_EQ(trace.text(), "from the inside");
}

Coro<> deep(int levels, std::uintptr_t& lowest) {
    lowest = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (levels > 0) co_await deep(levels - 1, lowest);
}

TEST(CoroAwait, IsAJumpAndNotACall) {
    std::uintptr_t lowest_at_one = 0;
    std::uintptr_t lowest_at_hundred = 0;
    deep(1, lowest_at_one).send();
    deep(100, lowest_at_hundred).send();
    EXPECT_EQ(lowest_at_one - lowest_at_hundred, 0U)
        << "bytes of stack for 99 more levels: return the coroutine, and do not resume() it";
}

// ── a coroutine as an object ──

TEST(Coro, DoesNothingWhenItIsCalled) {
    Trace trace;
    auto coroutine = hello(trace);
    EXPECT_EQ(trace.text(), "") << "the body must wait until somebody awaits it";
    coroutine.close();
}

TEST(Coro, SendRunsItToItsEndAndGivesWhatItReturns) {
    Trace trace;
    EXPECT_EQ(hello(trace).send(), "hello");
    EXPECT_EQ(trace.text(), "hello runs");
}

TEST(Coro, SendThrowsWhatTheBodyThrows) {
    EXPECT_EQ(error_of([] { failing().send(); }), "it failed");
}

TEST(Coro, ARunOfAwaitsTakesASingleSend) {
    Trace trace;
    const auto twice = [&]() -> Coro<std::string> {
        co_return co_await hello(trace) + " " + co_await hello(trace);
    };
    EXPECT_EQ(twice().send(), "hello hello");
    EXPECT_EQ(trace.text(), "hello runs, hello runs");
}

TEST(Coro, AnErrorComesOutOfTheAwait) {
    const auto outer = []() -> Coro<std::string> {
        try {
            co_await failing();
        } catch (const std::runtime_error& error) {
            co_return std::string("caught: ") + error.what();
        }
        co_return "nothing was thrown";
    };
    EXPECT_EQ(outer().send(), "caught: it failed");
}

TEST(Coro, AnErrorThatNobodyCatchesRunsTheDestructorsOnItsWay) {
    Trace trace;
    const auto middle = [&]() -> Coro<int> {
        const AtExit middle_ends(trace, "middle");
        co_return co_await failing();
    };
    const auto outer = [&]() -> Coro<int> {
        const AtExit outer_ends(trace, "outer");
        co_return co_await middle();
    };
    EXPECT_EQ(error_of([&] { outer().send(); }), "it failed");
    EXPECT_EQ(trace.text(), "middle, outer");
}

TEST(Coro, ReturnsWhatCanOnlyBeMoved) {
    const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const auto outer = [&]() -> Coro<std::unique_ptr<int>> { co_return co_await make(); };
    EXPECT_EQ(*outer().send(), 7);
}

TEST(Coro, ReturnsAReference) {
    int value = 1;
    const auto reference = [&]() -> Coro<int&> { co_return value; };
    const auto outer = [&]() -> Coro<> { (co_await reference()) = 2; };
    outer().send();
    EXPECT_EQ(value, 2);
}

TEST(Coro, CanBeNamedAndAwaitedLater) {
    const auto outer = []() -> Coro<int> {
        Coro<int> one = number(1);
        Coro<int> two = number(2);
        const int second = co_await two;
        co_return 10 * second + co_await std::move(one);
    };
    EXPECT_EQ(outer().send(), 21);
}

TEST(Coro, AwaitedTwiceIsAnError) {
    const auto outer = []() -> Coro<int> {
        Coro<int> one = number(1);
        (void)co_await one;
        co_return co_await one;
    };
    EXPECT_EQ(error_of([&] { outer().send(); }), "cannot reuse already awaited coroutine");
}

TEST(Coro, AwaitedWhileAnotherTaskAwaitsItIsAnError) {
    conforms_to({"test_pep492.CoroutineTests.test_double_await"});
    std::string second;
    aio::run([&]() -> Coro<> {
        const auto nap = []() -> Coro<> { co_await aio::sleep(0s); };
        const Coro<> shared = nap();
        const auto first = aio::create_task([&]() -> Coro<> { co_await shared; });
        co_await aio::sleep(0s);
        try {
            co_await shared;
        } catch (const aio::RuntimeError& error) {
            second = error.what();
        }
        co_await first;
    });
    EXPECT_EQ(second, "coroutine is being awaited already");
}

TEST(Coro, MovedAwayItCannotBeAwaited) {
    Coro<int> first = number(1);
    Coro<int> second = std::move(first);
    const auto outer = [&]() -> Coro<int> {
        co_return co_await first;  // NOLINT(bugprone-use-after-move): that is the test
    };
    EXPECT_EQ(error_of([&] { outer().send(); }),
              "this coroutine was moved away, or given to a task");
    EXPECT_EQ(second.send(), 1);
}

TEST(Coro, AssignedToTheOldOneIsReported) {
    const CapturedLog log;
    Coro<int> one = number(1);
    one = number(2);
    const bool is_reported = log.text().find("never awaited: number") != std::string::npos;
    EXPECT_TRUE(is_reported) << "a coroutine that was forgotten must be logged, but this was:\n"
                             << log.text();
    EXPECT_EQ(one.send(), 2);
}

TEST(Coro, ThatMustWaitCannotBeSent) {
    aio::EventLoop loop;
    const auto waits = []() -> Coro<> { co_await aio::sleep(1s); };
    EXPECT_EQ(error_of([&] { waits().send(); }), "only a task can wait: use create_task");
}

TEST(Coro, SentWithinATaskDoesNotWaitInItsPlace) {
    std::string error;
    aio::run([&]() -> Coro<> {
        const auto waits = []() -> Coro<> { co_await aio::sleep(0s); };
        error = error_of([&] { waits().send(); });
        co_await aio::sleep(0s);
    });
    EXPECT_EQ(error, "only a task can wait: use create_task");
}

TEST(Coro, NestedAwaitsGiveTheirValuesInDebugModeToo) {
    conforms_to({"test_pep492.CoroutineTests.test_async_def_coroutines"});
    const auto inner = []() -> Coro<std::string> { co_return "spam"; };
    const auto outer = [&]() -> Coro<std::string> { co_return co_await inner() + " and eggs"; };
    for (const bool debug : {false, true}) {
        aio::RunnerOptions options;
        options.debug = debug;
        EXPECT_EQ(aio::run(outer, options), "spam and eggs");
    }
}

// ── what the compiler must refuse, and what it must accept ──

static_assert(!std::is_copy_constructible_v<Coro<int>>, "a coroutine has one owner");
static_assert(aio::Awaitable<Coro<int>>);
static_assert(std::is_same_v<aio::AwaitResult<Coro<int>>, int>);
static_assert(std::is_same_v<aio::AwaitResult<Coro<int&>>, int&>);
static_assert(aio::Awaitable<aio::Future<int>>);
static_assert(aio::Awaitable<aio::Task<int>&>);
static_assert(aio::Awaitable<aio::AnyTask>);
static_assert(!aio::Awaitable<int>);

// ── where a coroutine was written ──

TEST(Continuation, NamesTheFunctionTheFileAndTheLine) {
    auto coroutine = number(1);
    const std::string text = coroutine.describe();
    coroutine.close();
    EXPECT_EQ(text.substr(0, text.find(':')), "number (07_coro_test.cpp");
    EXPECT_NE(std::stoi(text.substr(text.find(':') + 1)), 0) << text;
}

TEST(Continuation, NamesAFunctionWithoutItsTypesAndNamespaces) {
    EXPECT_EQ(aio::short_name("aio::Coro<int> {anonymous}::hello(int, const char*)"), "hello");
    EXPECT_EQ(aio::short_name("aio::Coro<T> aio::twice(T) [with T = int]"), "twice");
    EXPECT_EQ(aio::short_name("aio::Coro<> Server::accept() const"), "Server::accept");
    EXPECT_EQ(aio::short_name("aio::Coro<> Job::operator()(int)"), "Job::operator()");
    EXPECT_EQ(aio::short_name("main()::<lambda(int)>"), "a lambda in main");
    EXPECT_EQ(aio::short_name("hello"), "hello");
}

}  // namespace
