// AsyncExitStack: leaving it does what leaving that many nested async_with() would do.
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/aclosing.hpp"
#include "10_async_context_managers/async_context_manager.hpp"
#include "10_async_context_managers/async_exit_stack.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "10_async_context_managers/nullcontext.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::AsyncExitStack;
using aio::AsyncGenerator;
using aio::Coro;

/// An error and what it was made from: "third <- second <- first".
std::string chain(const std::exception_ptr& error) {
    if (error == nullptr) return "no error";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& outer) {
        const auto* nested = dynamic_cast<const std::nested_exception*>(&outer);
        std::string text = outer.what();
        if (nested != nullptr) text += " <- " + chain(nested->nested_ptr());
        return text;
    } catch (...) {
        return aio::describe(error);
    }
}

/// Reports that it is entered and left. On leaving it may throw an error made from the one it sees.
class Manager {
  public:
    enum class Leaving { lets_pass, swallows, wraps, throws_anew };

    explicit Manager(Trace& trace, std::string name, Leaving leaving = Leaving::lets_pass)
        : trace_(&trace), name_(std::move(name)), leaving_(leaving) {}

    Coro<std::string> aenter() {
        co_await aio::sleep(1s);
        (*trace_)("enter " + name_);
        co_return name_;
    }
    Coro<bool> aexit(std::exception_ptr error) {
        co_await aio::sleep(1s);
        (*trace_)("exit " + name_ + (error ? ": " + chain(error) : ""));
        if (leaving_ == Leaving::throws_anew) throw std::runtime_error(name_);
        if (leaving_ == Leaving::wraps && error != nullptr) wrap(error);
        co_return leaving_ == Leaving::swallows;
    }

  private:
    [[noreturn]] void wrap(const std::exception_ptr& error) const {
        try {
            std::rethrow_exception(error);
        } catch (...) {
            std::throw_with_nested(std::runtime_error(name_));
        }
    }

    Trace* trace_;
    std::string name_;
    Leaving leaving_;
};
using Leaving = Manager::Leaving;

class AsyncExitStackTest : public ::testing::Test {
  protected:
    template <class Awaitable>
    auto run(Awaitable&& awaitable) {
        return loop.run_until_complete(std::forward<Awaitable>(awaitable));
    }
    [[nodiscard]] Manager manager(std::string name, Leaving leaving = Leaving::lets_pass) {
        return Manager(trace, std::move(name), leaving);
    }
    /// An exit that reports the error it sees.
    auto tells(std::string name, bool swallows = false) {
        return [this, name, swallows](const std::exception_ptr& error) {
            trace(name + ": " + chain(error));
            return swallows;
        };
    }
    /// Runs `body(stack)` with a stack as manager, and returns what comes out.
    template <class Body>
    std::string with_stack(Body body) {
        const auto main = [](Body inner) -> Coro<std::string> {
            const auto outcome =
                co_await aio::outcome_of(aio::async_with(AsyncExitStack(), std::move(inner)));
            co_return chain(outcome.exception());
        };
        return run(main(std::move(body)));
    }

    CapturedLog log;
    PatientLoop loop;
    Trace trace;
};

TEST_F(AsyncExitStackTest, AnEmptyOneDoesNothing) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_no_resources"});
    EXPECT_EQ(with_stack([](AsyncExitStack&) -> Coro<> { co_return; }), "no error");
    EXPECT_EQ(with_stack([](AsyncExitStack&) -> Coro<> {
                  throw std::runtime_error("of the body");
                  co_return;
              }),
              "of the body");
}

TEST_F(AsyncExitStackTest, EntersAManagerAndLeavesItAtTheEnd) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_enter_context",
                 "test_contextlib_async.TestAsyncExitStack.test_enter_async_context"});
    with_stack([&](AsyncExitStack& stack) -> Coro<> {
        stack.callback([&] { trace("callback"); });
        const std::string given = co_await stack.enter_async_context(manager("one"));
        trace("body with " + given);
    });
    EXPECT_EQ(trace.text(), "enter one, body with one, exit one, callback");
}

TEST_F(AsyncExitStackTest, LeavesTheLastOneFirst) {
    with_stack([&](AsyncExitStack& stack) -> Coro<> {
        for (const char* name : {"a", "b", "c"}) {
            co_await stack.enter_async_context(manager(name));
        }
    });
    EXPECT_EQ(trace.text(), "enter a, enter b, enter c, exit c, exit b, exit a");
}

TEST_F(AsyncExitStackTest, WhatCouldNotEnterIsNotLeftButThoseBeforeAre) {
    struct NoEntry {
        NoEntry() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate
        Coro<> aenter() {
            throw std::runtime_error("no entry");
            co_return;
        }
        [[nodiscard]] aio::Immediate<bool> aexit(const std::exception_ptr&) const {
            ADD_FAILURE() << "it was never entered";
            return aio::Immediate<bool>(true);
        }
    };
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  co_await stack.enter_async_context(manager("one"));
                  co_await stack.enter_async_context(NoEntry());
              }),
              "no entry");
    EXPECT_EQ(trace.text(), "enter one, exit one: no entry");
}

TEST_F(AsyncExitStackTest, CallbacksRunLastInFirstOutWithTheirArguments) {
    conforms_to({"test_contextlib_async.TestAsyncExitStack.test_async_callback"});
    with_stack([&](AsyncExitStack& stack) -> Coro<> {
        const auto later = [this](std::string text, int number) -> Coro<> {
            co_await aio::sleep(1s);
            trace(fmt::format("{} {}", text, number));
        };
        stack.push_async_callback(later, "first", 1);
        stack.push_async_callback(later, "second", 2);
        stack.callback([this](int number) { trace(fmt::format("third {}", number)); }, 3);
        trace("body");
        co_return;
    });
    EXPECT_EQ(trace.text(), "body, third 3, second 2, first 1");
}

TEST_F(AsyncExitStackTest, ExitsSeeTheErrorUntilOneSwallowsIt) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_push"});
    Manager entered = manager("entered elsewhere");
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  stack.push(tells("first"));
                  stack.push_async_exit(entered);
                  stack.push_async_exit([this](std::exception_ptr error) -> Coro<bool> {
                      co_await aio::sleep(1s);
                      trace("swallows: " + chain(error));
                      co_return true;
                  });
                  stack.push(tells("last"));
                  throw std::runtime_error("oops");
                  co_return;
              }),
              "no error");
    EXPECT_EQ(trace.text(), "last: oops, swallows: oops, exit entered elsewhere, first: no error");
}

TEST_F(AsyncExitStackTest, ABodysErrorCanBeSwallowed) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_body_exception_suppress"});
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  stack.push([](const std::exception_ptr&) { return true; });
                  throw std::runtime_error("oops");
                  co_return;
              }),
              "no error");
}

TEST_F(AsyncExitStackTest, ErrorsOfLaterExitsAreSwallowedByAnEarlierOne) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_exit_exception_chaining_suppress"});
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  stack.push(tells("swallows", true));
                  stack.callback([] { throw std::runtime_error("second"); });
                  stack.callback([] { throw std::runtime_error("first"); });
                  co_return;
              }),
              "no error");
    EXPECT_EQ(trace.text(), "swallows: second");
}

TEST_F(AsyncExitStackTest, AnErrorThatOneSwallowsAndAnotherThrowsAgainComesOut) {
    const auto error = std::make_exception_ptr(std::runtime_error("of the body"));
    run([&]() -> Coro<> {
        AsyncExitStack stack;
        stack.push([&](const std::exception_ptr&) -> bool { std::rethrow_exception(error); });
        stack.push(tells("swallows", true));
        const auto outcome = co_await aio::outcome_of(stack.aexit(error));
        EXPECT_EQ(chain(outcome.exception()), "of the body");
    });
    EXPECT_EQ(trace.text(), "swallows: of the body");
}

TEST_F(AsyncExitStackTest, TheBodysErrorPassesWithoutBeingThrownByTheStack) {
    run([&]() -> Coro<> {
        AsyncExitStack stack;
        stack.push(tells("sees"));
        const auto left = co_await aio::outcome_of(
            stack.aexit(std::make_exception_ptr(std::runtime_error("oops"))));
        EXPECT_EQ(chain(left.exception()), "no error") << "the error is not its own";
        EXPECT_EQ(left.has_value() && left.value(), false) << "nobody has swallowed it";
    });
    EXPECT_EQ(trace.text(), "sees: oops");
}

TEST_F(AsyncExitStackTest, WithoutAnErrorOfTheBodyNothingOfItIsSwallowed) {
    run([&]() -> Coro<> {
        AsyncExitStack stack;
        stack.push(tells("would swallow", true));
        EXPECT_EQ(co_await stack.aexit(nullptr), false) << "there was nothing to swallow";
        stack.push(tells("swallows", true));
        stack.callback([] { throw std::runtime_error("of an exit"); });
        EXPECT_EQ(co_await stack.aexit(nullptr), false) << "the body came to its end";
    });
    EXPECT_EQ(trace.text(), "would swallow: no error, swallows: of an exit");
}

TEST_F(AsyncExitStackTest, AnExitMayThrowAnything) {
    run([&]() -> Coro<> {
        AsyncExitStack stack;
        stack.push(tells("first"));
        stack.callback([] { throw aio::CancelledError("enough"); });
        stack.push(tells("last"));
        const auto left = co_await aio::outcome_of(stack.aclose());
        EXPECT_EQ(chain(left.exception()), "CancelledError: enough");
    });
    EXPECT_EQ(trace.text(), "last: no error, first: CancelledError: enough")
        << "the rest must be left all the same";
}

TEST_F(AsyncExitStackTest, AnExitMayAddAnother) {
    AsyncExitStack stack;
    bool is_first_call = true;
    stack.push(tells("first"));
    stack.callback([&] {
        trace("adds one");
        if (std::exchange(is_first_call, false)) stack.push(tells("added"));
    });
    run(stack.aclose());
    EXPECT_EQ(trace.text(), "adds one, added: no error, first: no error")
        << "what is added on the way out is left on the way out";
}

TEST_F(AsyncExitStackTest, AnExitThatGivesNothingSwallowsNothing) {
    struct GivesNothing {
        explicit GivesNothing(Trace& trace) noexcept : trace(&trace) {}
        [[nodiscard]] std::suspend_never aenter() const noexcept { return {}; }
        Coro<> aexit(std::exception_ptr error) {
            co_await aio::sleep(1s);
            (*trace)("manager: " + chain(error));
        }
        Trace* trace;
    };
    GivesNothing entered(trace);
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  co_await stack.enter_async_context(GivesNothing(trace));
                  stack.push_async_exit(entered);
                  stack.push_async_exit([this](std::exception_ptr error) -> Coro<> {
                      co_await aio::sleep(1s);
                      trace("coroutine: " + chain(error));
                  });
                  stack.push([this](const std::exception_ptr& error) {
                      trace("function: " + chain(error));
                  });
                  throw std::runtime_error("oops");
              }),
              "oops");
    EXPECT_EQ(trace.text(), "function: oops, coroutine: oops, manager: oops, manager: oops");
}

// ── chains of errors ──

TEST_F(AsyncExitStackTest, ErrorsAreChainedAsByNestedScopes) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_exit_exception_chaining_reference",
                 "test_contextlib.TestBaseExitStack.test_exit_exception_chaining",
                 "test_contextlib_async.TestAsyncExitStack.test_async_exit_exception_chaining"});
    const auto fails = [](auto&&...) -> Coro<> {
        throw std::runtime_error("body");
        co_return;
    };
    const auto nested = [&]() -> Coro<std::string> {
        const auto outcome = co_await aio::outcome_of(
            aio::async_with(manager("outer", Leaving::wraps), [&](const std::string&) -> Coro<> {
                co_await aio::async_with(manager("swallows", Leaving::swallows), [&]() -> Coro<> {
                    co_await aio::async_with(manager("lost", Leaving::wraps), fails);
                });
                co_await aio::async_with(manager("inner", Leaving::wraps), fails);
            }));
        co_return chain(outcome.exception());
    };
    EXPECT_EQ(run(nested()), "outer <- inner <- body") << "the reference";
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  co_await stack.enter_async_context(manager("outer", Leaving::wraps));
                  AsyncExitStack hidden;
                  co_await hidden.enter_async_context(manager("swallows", Leaving::swallows));
                  co_await hidden.enter_async_context(manager("lost", Leaving::wraps));
                  co_await hidden.aexit(std::make_exception_ptr(std::runtime_error("body")));
                  co_await stack.enter_async_context(manager("inner", Leaving::wraps));
                  throw std::runtime_error("body");
              }),
              "outer <- inner <- body");
}

TEST_F(AsyncExitStackTest, AddsNothingToAChainThatIsRightAlready) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_exit_exception_with_correct_context",
                 "test_contextlib.TestBaseExitStack.test_dont_reraise_RuntimeError"});
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  co_await stack.enter_async_context(manager("four", Leaving::wraps));
                  co_await stack.enter_async_context(manager("three"));
                  co_await stack.enter_async_context(manager("two", Leaving::wraps));
                  throw aio::RuntimeError("one");
              }),
              "four <- two <- one")
        << "each error once, and no circle";
}

TEST_F(AsyncExitStackTest, AnErrorThatNamesNoReasonStaysWithoutOne) {
    conforms_to(
        {"test_contextlib_async.TestAsyncExitStack."
         "test_async_exit_exception_explicit_none_context"});
    EXPECT_EQ(with_stack([&](AsyncExitStack& stack) -> Coro<> {
                  co_await stack.enter_async_context(manager("anew", Leaving::throws_anew));
                  throw std::runtime_error("body");
              }),
              "anew");
}

// ── by hand ──

TEST_F(AsyncExitStackTest, AcloseLeavesAtOnceAndOnlyOnce) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_close"});
    with_stack([&](AsyncExitStack& stack) -> Coro<> {
        co_await stack.enter_async_context(manager("one"));
        co_await stack.aclose();
        trace("body");
        EXPECT_TRUE(stack.empty());
    });
    EXPECT_EQ(trace.text(), "enter one, exit one, body");
}

TEST_F(AsyncExitStackTest, PopAllHandsTheExitsOver) {
    conforms_to({"test_contextlib.TestBaseExitStack.test_pop_all"});
    AsyncExitStack kept;
    with_stack([&](AsyncExitStack& stack) -> Coro<> {
        co_await stack.enter_async_context(manager("one"));
        kept = stack.pop_all();
        EXPECT_TRUE(stack.empty());
    });
    EXPECT_EQ(trace.text(), "enter one") << "the first stack has nothing left to do";
    run(kept.aclose());
    EXPECT_EQ(trace.text(), "enter one, exit one");
}

TEST_F(AsyncExitStackTest, MovedToItselfItKeepsItsExits) {
    AsyncExitStack stack;
    stack.callback([this] { trace("left"); });
    AsyncExitStack& same = stack;
    stack = std::move(same);
    EXPECT_EQ(log.text(), "") << "it has dropped what it should keep";
    run(stack.aclose());
    EXPECT_EQ(trace.text(), "left");
}

TEST_F(AsyncExitStackTest, WhatAMoveReplacesIsReported) {
    AsyncExitStack stack;
    stack.callback([this] { trace("never here"); });
    AsyncExitStack other;
    other.callback([this] { trace("left"); });
    stack = std::move(other);
    EXPECT_NE(log.text().find("1 exits did not run"), std::string::npos) << log.text();
    run(stack.aclose());
    EXPECT_EQ(trace.text(), "left");
}

TEST_F(AsyncExitStackTest, WhatIsNotLeftIsReported) {
    {
        AsyncExitStack stack;
        stack.callback([this] { trace("never here"); });
        stack.callback([this] { trace("nor here"); });
    }
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(log.text(),
              "RuntimeWarning: an AsyncExitStack was destroyed before it was left: 2 exits did not "
              "run (await aclose())");
}

TEST_F(AsyncExitStackTest, KeepsAManagerThatWasGivenAsATemporaryUntilItIsLeft) {
    struct Kept {
        explicit Kept(std::shared_ptr<int> held) : held(std::move(held)) {}
        [[nodiscard]] std::suspend_never aenter() const noexcept { return {}; }
        [[nodiscard]] aio::Immediate<bool> aexit(const std::exception_ptr&) const {
            return aio::Immediate<bool>(false);
        }
        std::shared_ptr<int> held;
    };
    const auto held = std::make_shared<int>(1);
    with_stack([&](AsyncExitStack& stack) -> Coro<> {
        co_await stack.enter_async_context(Kept(held));
        EXPECT_EQ(held.use_count(), 2);
        co_await stack.aclose();
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST_F(AsyncExitStackTest, ManyExitsDoNotNeedADeepStack) {
    int count = 0;
    with_stack([&](AsyncExitStack& stack) -> Coro<> {
        for (int i = 0; i < 100'000; ++i) stack.callback([&] { ++count; });
        co_return;
    });
    EXPECT_EQ(count, 100'000);
    {
        AsyncExitStack stack;
        for (int i = 0; i < 100'000; ++i) stack.callback([] {});
    }
    EXPECT_NE(log.text().find("100000 exits"), std::string::npos);
}

TEST_F(AsyncExitStackTest, LeavesWhenItsTaskIsCancelled) {
    const auto task =
        loop.create_task(aio::async_with(AsyncExitStack(), [this](AsyncExitStack& stack) -> Coro<> {
            co_await stack.enter_async_context(manager("one"));
            co_await aio::sleep(1h);
        }));
    loop.run_until_complete(aio::sleep(2s));
    task.cancel();
    run([task]() -> Coro<> { co_await aio::until_done(task); });
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(trace.text(), "enter one, exit one: CancelledError");
}

// ── a scope inside an asynchronous generator ──

/// Python's `async with` around a yield: a body cannot yield for the function it stands in, so the
/// scope is entered and left by hand.
AsyncGenerator<int> yields_inside_of_a_scope(Trace& trace) {
    AsyncExitStack scope;
    co_await scope.enter_async_context(Manager(trace, "scope"));
    std::exception_ptr error;
    try {
        co_yield 1;
        co_yield 2;
    } catch (...) {
        error = std::current_exception();
    }
    const bool swallowed = co_await scope.aexit(error);
    if (error != nullptr && !swallowed) std::rethrow_exception(error);
}

TEST_F(AsyncExitStackTest, InAGeneratorThatRunsToItsEndTheScopeIsLeft) {
    run([&]() -> Coro<> {
        auto generator = yields_inside_of_a_scope(trace);
        while (co_await generator.anext()) continue;
    });
    EXPECT_EQ(trace.text(), "enter scope, exit scope");
}

TEST_F(AsyncExitStackTest, InAGeneratorThatIsClosedTheScopeIsLeftByTheExitSignal) {
    conforms_to(
        {"test_contextlib_async.TestAbstractAsyncContextManager."
         "test_async_gen_propagates_generator_exit"});
    run([&]() -> Coro<> {
        auto generator = yields_inside_of_a_scope(trace);
        EXPECT_EQ(*co_await generator.anext(), 1);
        co_await generator.aclose();
    });
    EXPECT_EQ(trace.text(), "enter scope, exit scope: GeneratorExit");
}

TEST_F(AsyncExitStackTest, AclosingAGeneratorLeavesTheScopeInsideIt) {
    conforms_to({"test_contextlib_async.AclosingTestCase.test_aclosing_bpo41229"});
    run([&]() -> Coro<> {
        co_await aio::async_with(aio::aclosing(yields_inside_of_a_scope(trace)),
                                 [&](auto& generator) -> Coro<> {
                                     EXPECT_EQ(*co_await generator.anext(), 1);
                                     trace("body");
                                 });
        EXPECT_EQ(trace.text(), "enter scope, body, exit scope: GeneratorExit");
    });
}

}  // namespace
