// Deadlines among other requests to stop: whose CancelledError is it?
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/until_done.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "11_task_groups/task_group.hpp"
#include "12_timeouts/timeout.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/timeouts.hpp"

namespace {

using namespace std::chrono_literals;
using aio::async_with;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::Task;
using aio::timeout;
using aio::Timeout;

class NestedTimeoutsTest : public DeadlineTest {
  protected:
    /// Sleeps in `inner`, inside `outer`. Traces how each of them was left.
    Coro<> sleep_in_both(Timeout& outer, Timeout& inner, aio::Duration busy = {}) {
        return async_with(outer, [&, busy]() -> Coro<> {
            const auto body = [this, busy]() -> Coro<> {
                block(busy);
                co_await aio::sleep(10h);
            };
            try {
                co_await async_with(inner, body);
            } catch (...) {
                trace("inner: " + aio::describe(std::current_exception()));
                throw;
            }
        });
    }
};

// ── a deadline and a cancel ──

TEST_F(NestedTimeoutsTest, ACancelAfterTheDeadlineWins) {
    Timeout limit = in(1s);
    const Task<> task = started(async_with(limit, [] { return aio::sleep(1h); }));
    loop.call_later(1s, [&] { task.cancel(); });
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), "cancelled") << "somebody else wants the task to stop";
    EXPECT_TRUE(limit.expired()) << "the deadline struck, too";
    EXPECT_EQ(task.cancelling(), 1) << "the other request stays";
}

TEST_F(NestedTimeoutsTest, ACancelBeforeTheDeadlineWins) {
    Timeout limit{std::nullopt};
    const Task<> task = started(async_with(limit, [] { return aio::sleep(1h); }));
    loop.call_soon([&] { limit.reschedule(loop.time()); });  // strikes in the turn after
    loop.one_turn();
    task.cancel();
    loop.one_turn();
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_TRUE(limit.expired()) << "the deadline struck before the task could run";
    EXPECT_EQ(task.cancelling(), 1);
}

TEST_F(NestedTimeoutsTest, ACancelOfABlockInTimeIsNotTakenBack) {
    const Task<> task =
        started([&] { return async_with(timeout(1h), [] { return aio::sleep(1h); }); });
    task.cancel();
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), "cancelled");
    EXPECT_EQ(task.cancelling(), 1) << "the deadline must not take back somebody else's request";
}

TEST_F(NestedTimeoutsTest, ACancelThatWasSwallowedBeforeDoesNotCount) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_after_cancellation"});
    const Task<> task = started([&]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            trace("swallowed");
        }
        co_await async_with(timeout(1s), [] { return aio::sleep(1h); });
    });
    task.cancel();
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(trace.text(), "swallowed");
    EXPECT_EQ(ending_of(task), kTimeUp) << "only requests since the block began count";
    EXPECT_EQ(task.cancelling(), 1);
}

// ── how a block is left ──

TEST_F(NestedTimeoutsTest, IsLeftOnceAndNotBeforeItIsEntered) {
    const auto leave = [](Timeout& limit) -> Coro<> { (void)co_await limit.aexit(nullptr); };
    Timeout limit = in(1s);
    const auto leave_before = [&] {
        std::fputs(ending(leave(limit)).c_str(), stderr);
        std::_Exit(0);
    };
    // In a process of its own: to ask a task that is not there crashes.
    ASSERT_EXIT(leave_before(), testing::ExitedWithCode(0),
                "^failed: RuntimeError: Timeout has not been entered$")
        << "task_ is null until the block is entered";
    EXPECT_EQ(ending(async_with(limit, [] { return aio::sleep(0s); })), "result");
    EXPECT_EQ(ending(leave(limit)),
              "failed: RuntimeError: Cannot change state of finished Timeout");
}

TEST_F(NestedTimeoutsTest, TheDeadlineOfABlockThatIsOverStrikesNobody) {
    const auto fails = []() -> Coro<> {
        throw std::runtime_error("it failed");
        co_return;
    };
    Timeout well = in(2s);
    Timeout broken = in(2s);
    EXPECT_EQ(ending([&]() -> Coro<> {
                  co_await async_with(well, [] { return aio::sleep(1s); });
                  (void)co_await aio::outcome_of(async_with(broken, fails));
                  co_await aio::sleep(10s);
              }),
              "result")
        << "a block that is left in time stops its timer";
    EXPECT_FALSE(well.expired()) << "it was left after 1 s of 2";
    EXPECT_FALSE(broken.expired()) << "it was left after 1 s of 2, with an error";
}

TEST_F(NestedTimeoutsTest, TellsThatItsTimeIsUp) {
    Timeout limit = in(1s);
    const auto body = [&]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            trace(limit.describe());
            throw;
        }
    };
    EXPECT_EQ(ending(async_with(limit, body)), kTimeUp);
    EXPECT_EQ(trace.text(), "<Timeout [expiring]>");
    EXPECT_EQ(limit.describe(), "<Timeout [expired]>");
}

TEST_F(NestedTimeoutsTest, ABlockThatEndsWellInSpiteOfItEndsWell) {
    Timeout limit = in(1s);
    const auto swallows = []() -> Coro<> { (void)co_await aio::outcome_of(aio::sleep(1h)); };
    const auto run = [&] {
        std::fputs(ending(async_with(limit, swallows)).c_str(), stderr);
        std::_Exit(0);
    };
    // In a process of its own: to rethrow an exception_ptr that is null crashes.
    ASSERT_EXIT(run(), testing::ExitedWithCode(0), "^result$")
        << "there is no error to turn: `error` is null";
    EXPECT_EQ(ending(async_with(limit, swallows)), "result");
    EXPECT_TRUE(limit.expired()) << "time was up all the same";
}

// ── one inside another ──

TEST_F(NestedTimeoutsTest, TheInnerOneIsUpFirst) {
    Timeout outer = in(2s);
    Timeout inner = in(1s);
    const Task<> task = loop.create_task(sleep_in_both(outer, inner));
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), kTimeUp) << "for the outer one it is an error like any other";
    EXPECT_EQ(trace.text(), "inner: TimeoutError: timed out");
    EXPECT_TRUE(inner.expired()) << "its time was up";
    EXPECT_FALSE(outer.expired()) << "its time was not up";
    EXPECT_EQ(task.cancelling(), 0);
}

TEST_F(NestedTimeoutsTest, TheOuterOneStaysArmedWhenTheInnerOneIsUp) {
    Timeout outer = in(2s);
    const auto body = [&]() -> Coro<> {
        try {
            co_await async_with(timeout(1s), [] { return aio::sleep(1h); });
        } catch (const aio::TimeoutError&) {
            trace("inner");
        }
        co_await aio::sleep(1h);
    };
    EXPECT_EQ(ending([&] { return async_with(outer, body); }), kTimeUp);
    EXPECT_EQ(trace.text(), "inner");
    EXPECT_EQ(loop.seconds(), 2);
    EXPECT_TRUE(outer.expired()) << "its time was up";
}

TEST_F(NestedTimeoutsTest, TheOuterOneIsUpFirst) {
    Timeout outer = in(1s);
    Timeout inner = in(2s);
    EXPECT_EQ(ending(sleep_in_both(outer, inner)), kTimeUp);
    EXPECT_EQ(trace.text(), "inner: CancelledError") << "for the inner one it is a cancel";
    EXPECT_FALSE(inner.expired()) << "its time was not up";
    EXPECT_TRUE(outer.expired()) << "its time was up";
}

TEST_F(NestedTimeoutsTest, OnlyTheOuterOneIsUpAfterABusyTime) {
    conforms_to({"test_timeouts.TimeoutTests.test_nested_timeouts_concurrent"});
    Timeout outer = in(2ms);
    Timeout inner = in(100ms);
    EXPECT_EQ(ending(sleep_in_both(outer, inner, 10ms)), kTimeUp);
    EXPECT_EQ(trace.text(), "inner: CancelledError");
    EXPECT_FALSE(inner.expired()) << "its time was not up";
}

TEST_F(NestedTimeoutsTest, BothAreUpAfterABusyTimeAndTheOuterOneTells) {
    conforms_to({"test_timeouts.TimeoutTests.test_nested_timeouts_loop_busy"});
    Timeout outer = in(100ms);
    Timeout inner = in(10ms);
    const Task<> task = loop.create_task(sleep_in_both(outer, inner, 100ms));
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), kTimeUp);
    EXPECT_EQ(trace.text(), "inner: CancelledError")
        << "the inner one sees one request more than its own, and lets the error pass";
    EXPECT_TRUE(inner.expired()) << "its time was up";
    EXPECT_TRUE(outer.expired()) << "its time was up";
    EXPECT_LT(loop.seconds(), 1);
    EXPECT_EQ(task.cancelling(), 0);
}

TEST_F(NestedTimeoutsTest, OfEqualDeadlinesTheOuterOneTells) {
    Timeout outer = in(1s);
    Timeout inner = in(1s);
    EXPECT_EQ(ending(sleep_in_both(outer, inner)), kTimeUp);
    EXPECT_EQ(trace.text(), "inner: CancelledError");
    EXPECT_TRUE(inner.expired()) << "its time was up";
}

TEST_F(NestedTimeoutsTest, EachTaskHasItsOwn) {
    Timeout short_limit = in(1s);
    Timeout long_limit = in(2s);
    const auto sleeps = [] { return aio::sleep(1h); };
    const Task<> outer = loop.create_task(async_with(long_limit, [&]() -> Coro<> {
        co_await aio::create_task(async_with(short_limit, sleeps));
    }));
    loop.run_until_complete(aio::until_done(outer));
    EXPECT_EQ(ending_of(outer), kTimeUp) << "the inner task's error, like any other";
    EXPECT_TRUE(short_limit.expired()) << "its time was up";
    EXPECT_FALSE(long_limit.expired()) << "its time was not up";
}

// ── what the error carries ──

TEST_F(NestedTimeoutsTest, ATimeoutErrorCarriesTheCancelledError) {
    conforms_to({"test_timeouts.TimeoutTests.test_timeout_exception_context"});
    const Task<> task =
        loop.create_task([] { return async_with(timeout(1s), [] { return aio::sleep(1h); }); });
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(cause_of(task.exception()), "CancelledError");
}

/// Throws a runtime_error that carries what is being handled.
[[noreturn]] void fail_with_nested(const char* what) {
    std::throw_with_nested(std::runtime_error(what));
}

TEST_F(NestedTimeoutsTest, AnErrorOfTheCleanupCarriesATimeoutError) {
    const auto body = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            fail_with_nested("cleanup failed");
        }
    };
    const Task<> task = loop.create_task([&] { return async_with(timeout(1s), body); });
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), "failed: std::runtime_error: cleanup failed");
    EXPECT_EQ(cause_of(task.exception()), "TimeoutError: timed out");
}

/// What `error` carries inside, and what that carries, and so on.
std::string story_of(std::exception_ptr error) {
    std::string story = aio::describe(error);
    try {
        std::rethrow_exception(error);
    } catch (const std::nested_exception& outer) {
        return story + " <- " + story_of(outer.nested_ptr());
    } catch (...) {
        return story;
    }
}

TEST_F(NestedTimeoutsTest, TheTimeoutErrorStandsWhereTheCancelledErrorWas) {
    conforms_to({"test_timeouts.TimeoutTests.test_foreign_exception_on_timeout_2"});
    const auto body = []() -> Coro<> {
        try {
            try {
                co_await aio::sleep(1h);
            } catch (const CancelledError&) {
                fail_with_nested("first");
            }
        } catch (const std::runtime_error&) {
            fail_with_nested("second");
        }
    };
    const Task<> task = loop.create_task([&] { return async_with(timeout(1s), body); });
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(story_of(task.exception()),
              "std::runtime_error: second <- std::runtime_error: first <- TimeoutError: timed out "
              "<- CancelledError");
}

TEST_F(NestedTimeoutsTest, AnErrorOfTheCleanupCarriesNoTimeoutErrorWhereOthersHaveAsked) {
    const auto body = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            fail_with_nested("cleanup failed");
        }
    };
    for (const auto deadline : {1s, 3600s}) {
        const Task<> task = started([&] { return async_with(timeout(deadline), body); });
        loop.call_later(1s, [&] { task.cancel(); });
        loop.run_until_complete(aio::until_done(task));
        EXPECT_EQ(story_of(task.exception()),
                  "std::runtime_error: cleanup failed <- CancelledError")
            << "a cancel from outside came after 1 s; the deadline was " << deadline.count()
            << " s";
    }
}

TEST_F(NestedTimeoutsTest, TheErrorsOfAGroupCarryATimeoutErrorToo) {
    const auto child = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            fail_with_nested("cleanup failed");
        }
    };
    const auto body = [&]() -> Coro<> {
        co_await async_with(aio::TaskGroup(), [&](aio::TaskGroup& group) -> Coro<> {
            group.create_task(child());
            co_return;
        });
    };
    const Task<> task = loop.create_task([&] { return async_with(timeout(1s), body); });
    loop.run_until_complete(aio::until_done(task));
    const auto* group = aio::exception_ptr_cast<aio::ExceptionGroup>(task.exception());
    ASSERT_NE(group, nullptr) << ending_of(task);
    EXPECT_EQ(story_of(group->exceptions().at(0)),
              "std::runtime_error: cleanup failed <- TimeoutError: timed out <- CancelledError");
}

TEST_F(NestedTimeoutsTest, AnErrorThatCarriesNothingStaysAsItIs) {
    const auto body = []() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            throw std::runtime_error("cleanup failed");
        }
    };
    const Task<> task = loop.create_task([&] { return async_with(timeout(1s), body); });
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(story_of(task.exception()), "std::runtime_error: cleanup failed");
    EXPECT_EQ(task.cancelling(), 0);
}

}  // namespace
