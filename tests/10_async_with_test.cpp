// async_with(): what was entered is left, once, whatever the body did.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/aclosing.hpp"
#include "10_async_context_managers/async_generator.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "10_async_context_managers/immediate.hpp"
#include "10_async_context_managers/nullcontext.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::Task;

/// Reports what it sees, takes its time, and swallows what it is told to.
class Manager {
  public:
    explicit Manager(Trace& trace, bool swallows = false) : trace_(trace), swallows_(swallows) {}

    Coro<int> aenter() {
        co_await aio::sleep(1s);
        trace_("enter");
        co_return 7;
    }
    Coro<bool> aexit(std::exception_ptr error) {
        co_await aio::sleep(1s);
        trace_("exit: " + aio::describe(error));
        co_return swallows_;
    }

  private:
    Trace& trace_;
    bool swallows_;
};

class AsyncWithTest : public ::testing::Test {
  protected:
    template <class Awaitable>
    auto run(Awaitable&& awaitable) {
        return loop.run_until_complete(std::forward<Awaitable>(awaitable));
    }

    const CapturedLog log;
    PatientLoop loop;
    Trace trace;
};

TEST_F(AsyncWithTest, EntersRunsTheBodyAndLeaves) {
    const auto start = loop.time();
    const int result = run(aio::async_with(Manager(trace), [&](int given) -> Coro<int> {
        trace("body");
        co_await aio::sleep(1s);
        co_return given + 1;
    }));
    EXPECT_EQ(result, 8);
    EXPECT_EQ(trace.text(), "enter, body, exit: nothing");
    EXPECT_EQ(loop.time() - start, 3s);
}

TEST_F(AsyncWithTest, TheBodyNeedNotTakeWhatEnteringGives) {
    run(aio::async_with(Manager(trace), [&]() -> Coro<> {
        trace("body");
        co_return;
    }));
    EXPECT_EQ(trace.text(), "enter, body, exit: nothing");
}

TEST_F(AsyncWithTest, AnErrorOfTheBodyIsShownToTheManagerAndComesOut) {
    const auto fails = [](int) -> Coro<> {
        throw std::runtime_error("of the body");
        co_return;
    };
    EXPECT_THROW(run(aio::async_with(Manager(trace), fails)), std::runtime_error);
    EXPECT_EQ(trace.text(), "enter, exit: std::runtime_error: of the body");
}

TEST_F(AsyncWithTest, AManagerMaySwallowTheError) {
    const auto fails = [](int) -> Coro<> {
        throw std::runtime_error("of the body");
        co_return;
    };
    run(aio::async_with(Manager(trace, true), fails));
    EXPECT_EQ(trace.text(), "enter, exit: std::runtime_error: of the body");
}

TEST_F(AsyncWithTest, WhereThereIsNoErrorNoneIsSwallowed) {
    const auto body = [](int given) -> Coro<int> { co_return given; };
    EXPECT_EQ(run(aio::async_with(Manager(trace, true), body)), 7)
        << "the manager swallows errors, not results";
}

TEST_F(AsyncWithTest, LeavesWhateverTheBodyThrows) {
    const auto throwing = [](auto what) {
        return [what](int) -> Coro<int> {
            throw what;
            co_return 1;
        };
    };
    const auto outcome = [&](auto body) -> Coro<std::string> {
        const auto left = co_await aio::outcome_of(aio::async_with(Manager(trace), body));
        co_return aio::describe(left.exception());
    };
    EXPECT_EQ(run(outcome(throwing(aio::GeneratorExit()))), "GeneratorExit");
    EXPECT_EQ(run(outcome(throwing(7))), "int");
    EXPECT_EQ(trace.text(), "enter, exit: GeneratorExit, enter, exit: int");
}

TEST_F(AsyncWithTest, AfterASwallowedErrorAnOptionalResultIsEmpty) {
    const auto fails = [](int) -> Coro<std::optional<int>> {
        throw std::runtime_error("of the body");
        co_return 3;
    };
    EXPECT_EQ(run(aio::async_with(Manager(trace, true), fails)), std::nullopt);
}

TEST_F(AsyncWithTest, AfterASwallowedErrorAResultThatCannotBeEmptyIsAnErrorThatSaysWhatToDo) {
    const auto fails = [](int) -> Coro<int> {
        throw std::runtime_error("of the body");
        co_return 3;
    };
    EXPECT_EQ(error_of([&] { run(aio::async_with(Manager(trace, true), fails)); }),
              "the manager swallowed an error (std::runtime_error: of the body), so the body has "
              "no result: let it return a std::optional");
}

TEST_F(AsyncWithTest, HandsOverAResultThatCanOnlyBeMoved) {
    const auto body = [](int given) -> Coro<std::unique_ptr<int>> {
        co_return std::make_unique<int>(given);
    };
    run([&]() -> Coro<> {
        const std::unique_ptr<int> result = co_await aio::async_with(Manager(trace), body);
        EXPECT_EQ(*result, 7);
    });
}

TEST_F(AsyncWithTest, LeavesAlsoWhenItIsCancelledAndTheLeavingMayWait) {
    const Task<> task = loop.create_task(
        aio::async_with(Manager(trace), [](int) -> Coro<> { co_await aio::sleep(1h); }));
    loop.run_until_complete(aio::sleep(2s));
    task.cancel("enough");
    EXPECT_THROW(run(aio::Future(task)), aio::CancelledError);
    EXPECT_EQ(trace.text(), "enter, exit: CancelledError: enough");
}

TEST_F(AsyncWithTest, WhatCouldNotEnterDoesNotLeave) {
    struct NoEntry {
        explicit NoEntry(Trace& trace) : trace(&trace) {}
        Coro<> aenter() {
            throw std::runtime_error("no entry");
            co_return;
        }
        Coro<bool> aexit(std::exception_ptr) {
            (*trace)("never here");
            co_return false;
        }
        Trace* trace;
    };
    const auto body = [&]() -> Coro<> {
        trace("nor here");
        co_return;
    };
    EXPECT_EQ(error_of([&] { run(aio::async_with(NoEntry(trace), body)); }), "no entry");
    EXPECT_EQ(trace.text(), "");
}

/// Fails when it is left, and reports each time.
struct BadExit {
    explicit BadExit(Trace& trace) noexcept : trace(&trace) {}
    [[nodiscard]] std::suspend_never aenter() const noexcept { return {}; }
    Coro<bool> aexit(std::exception_ptr error) {
        (*trace)("exit: " + aio::describe(error));
        throw std::runtime_error("of the exit");
        co_return false;
    }
    Trace* trace;
};

TEST_F(AsyncWithTest, AnErrorOfTheLeavingReplacesThatOfTheBody) {
    const auto fails = []() -> Coro<> {
        throw std::runtime_error("of the body");
        co_return;
    };
    EXPECT_EQ(error_of([&] { run(aio::async_with(BadExit(trace), fails)); }), "of the exit");
    EXPECT_EQ(trace.text(), "exit: std::runtime_error: of the body");
}

TEST_F(AsyncWithTest, AnErrorOfTheLeavingIsNoReasonToLeaveAgain) {
    const auto body = []() -> Coro<int> { co_return 1; };
    EXPECT_EQ(error_of([&] { run(aio::async_with(BadExit(trace), body)); }), "of the exit");
    EXPECT_EQ(trace.text(), "exit: nothing") << "what was entered is left once";
}

TEST_F(AsyncWithTest, AManagerWhoseExitGivesNothingSwallowsNothing) {
    struct GivesNothing {
        explicit GivesNothing(Trace& trace) noexcept : trace(&trace) {}
        [[nodiscard]] std::suspend_never aenter() const noexcept { return {}; }
        Coro<> aexit(std::exception_ptr error) {
            co_await aio::sleep(1s);
            (*trace)("exit: " + aio::describe(error));
        }
        Trace* trace;
    };
    static_assert(aio::AsyncContextManager<GivesNothing>);
    const auto fails = []() -> Coro<int> {
        throw std::runtime_error("of the body");
        co_return 1;
    };
    EXPECT_EQ(error_of([&] { run(aio::async_with(GivesNothing(trace), fails)); }), "of the body");
    EXPECT_EQ(run(aio::async_with(GivesNothing(trace), []() -> Coro<int> { co_return 5; })), 5);
    EXPECT_EQ(trace.text(), "exit: std::runtime_error: of the body, exit: nothing");
}

TEST_F(AsyncWithTest, AManagerWhoseExitGivesWhatIsNoAnswerIsNone) {
    struct GivesText {
        [[nodiscard]] std::suspend_never aenter() const noexcept { return {}; }
        Coro<std::string> aexit(std::exception_ptr) { co_return "maybe"; }
    };
    static_assert(!aio::AsyncContextManager<GivesText>);
}

TEST_F(AsyncWithTest, AnotherManagerThanATemporaryIsReferredTo) {
    struct Counts {
        Counts() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate
        Counts(const Counts&) = delete;
        Counts& operator=(const Counts&) = delete;
        aio::Immediate<Counts&> aenter() noexcept { return aio::Immediate<Counts&>(*this); }
        aio::Immediate<bool> aexit(const std::exception_ptr&) noexcept {
            ++left;
            return aio::Immediate<bool>(false);
        }
        int left = 0;
    };
    Counts counts;
    const auto body = [&](Counts& given) -> Coro<> {
        EXPECT_EQ(&given, &counts);
        co_return;
    };
    run(aio::async_with(counts, body));
    run(aio::async_with(counts, body));
    EXPECT_EQ(counts.left, 2);
}

TEST_F(AsyncWithTest, KeepsTheBodyAndWhatItHasCaptured) {
    const auto captured = std::make_shared<int>(5);
    auto coroutine = aio::async_with(Manager(trace), [captured]() -> Coro<int> {
        co_await aio::sleep(1s);
        co_return *captured;
    });
    EXPECT_EQ(captured.use_count(), 2);
    EXPECT_EQ(run(std::move(coroutine)), 5);
    EXPECT_EQ(captured.use_count(), 1);
}

// ── nullcontext ──

/// An awaiter that stays where it is made.
template <class T>
struct Unmovable : aio::Immediate<T> {
    using aio::Immediate<T>::Immediate;
    Unmovable(Unmovable&&) = delete;
};

TEST_F(AsyncWithTest, WhatAManagersFunctionsGiveNeedNotBeMovable) {
    struct Swallows {
        static Unmovable<int> aenter() { return Unmovable<int>(1); }
        static Unmovable<bool> aexit(const std::exception_ptr& /*error*/) {
            return Unmovable<bool>(true);
        }
    };
    Swallows manager;
    run(aio::async_with(manager, []() -> Coro<> {
        throw std::runtime_error("of the body");
        co_return;
    }));
}

TEST_F(AsyncWithTest, TheNullContextGivesItsValueAndDoesNothing) {
    conforms_to({"test_contextlib_async.TestAsyncNullcontext.test_async_nullcontext"});
    EXPECT_EQ(
        run(aio::async_with(aio::nullcontext(5), [](int given) -> Coro<int> { co_return given; })),
        5);
    int number = 1;
    run(aio::async_with(aio::nullcontext(std::ref(number)), [](int& given) -> Coro<> {
        ++given;
        co_return;
    }));
    EXPECT_EQ(number, 2);
    run(aio::async_with(aio::nullcontext(), []() -> Coro<> { co_return; }));
    const auto fails = []() -> Coro<> {
        throw std::runtime_error("of the body");
        co_return;
    };
    EXPECT_EQ(error_of([&] { run(aio::async_with(aio::nullcontext(), fails)); }), "of the body");
}

// ── aclosing ──

/// Something that can be closed.
class Closable {
  public:
    explicit Closable(Trace& trace) : trace_(&trace) {}
    Coro<> aclose() {
        co_await aio::sleep(1s);
        (*trace_)("closed");
    }

  private:
    Trace* trace_;
};

TEST_F(AsyncWithTest, AclosingClosesWhenItIsLeft) {
    conforms_to({"test_contextlib_async.AclosingTestCase.test_aclosing"});
    Closable thing(trace);
    run(aio::async_with(aio::aclosing(thing), [&](Closable& given) -> Coro<> {
        EXPECT_EQ(&given, &thing);
        trace("body");
        co_return;
    }));
    EXPECT_EQ(trace.text(), "body, closed");
}

TEST_F(AsyncWithTest, AclosingClosesAlsoWhenTheBodyFails) {
    conforms_to({"test_contextlib_async.AclosingTestCase.test_aclosing_error"});
    const auto fails = [](Closable&) -> Coro<> {
        throw std::runtime_error("of the body");
        co_return;
    };
    EXPECT_EQ(error_of([&] { run(aio::async_with(aio::aclosing(Closable(trace)), fails)); }),
              "of the body");
    EXPECT_EQ(trace.text(), "closed");
}

TEST_F(AsyncWithTest, AclosingEndsAGeneratorThatIsLeftHalfWayBeforeWeGoOn) {
    const auto numbers = [&]() -> aio::AsyncGenerator<int> {
        const AtExit at_exit(trace, "destroyed");
        for (int i = 0;; ++i) co_yield i;
    };
    run([&]() -> Coro<> {
        co_await aio::async_with(aio::aclosing(numbers()), [](auto& generator) -> Coro<> {
            while (const auto value = co_await generator.anext()) {
                if (*value == 3) break;
            }
        });
        EXPECT_EQ(trace.text(), "destroyed");
    });
}

}  // namespace
