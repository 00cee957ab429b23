// shield(): the waiter can be cancelled; what it waits for cannot.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "06_futures/detail/current_loop.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "09_cancellation/shield.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::shield;
using aio::Task;

class ShieldTest : public ::testing::Test {
  protected:
    PatientLoop loop;
    Trace trace;
    const Future<int> inner = loop.create_future<int>();
};

// ── nobody cancels ──

TEST_F(ShieldTest, HandsTheResultOn) {
    const Future<int> outer = shield(inner);
    inner.set_result(3);
    loop.one_turn();
    EXPECT_EQ(ending_of(outer), "result 3");
    EXPECT_EQ(ending_of(inner), "result 3");
}

TEST_F(ShieldTest, HandsTheErrorOnAndNobodyIsToldTwice) {
    conforms_to({"test_tasks.BaseTaskTests.test_shield_exception"});
    const CapturedLog log;
    const auto error = std::make_exception_ptr(std::runtime_error("it failed"));
    {
        const auto failing = loop.create_future<int>();
        const Future<int> outer = shield(failing);
        failing.set_exception(error);
        loop.one_turn();
        EXPECT_EQ(ending_of(outer), "failed: std::runtime_error: it failed");
        EXPECT_EQ(outer.exception(), error) << "it must be the very same exception";
    }
    EXPECT_EQ(log.text(), "") << "the outer future's error was seen; the inner one's is the same";
}

TEST_F(ShieldTest, AnErrorThatNobodyTakesIsReportedOnce) {
    const CapturedLog log;
    {
        const auto failing = loop.create_future<int>();
        const Future<int> outer = shield(failing);
        failing.set_exception(std::runtime_error("it failed"));
        loop.one_turn();
    }
    EXPECT_EQ(log.text(),
              "Future exception was never retrieved\n"
              "  in: <Future finished exception=std::runtime_error: it failed>\n"
              "  std::runtime_error: it failed")
        << "of two futures with the same error, one must be reported";
}

TEST_F(ShieldTest, OfWhatIsDoneIsThatItself) {
    conforms_to({"test_tasks.BaseTaskTests.test_shield_shortcut"});
    inner.set_result(42);
    EXPECT_EQ(shield(inner), inner);
    EXPECT_EQ(loop.run_until_complete(shield(inner)), 42);
}

TEST_F(ShieldTest, OfACoroutineStartsATask) {
    conforms_to({"test_tasks.BaseTaskTests.test_shield_coroutine_use_running_loop"});
    const auto number = [&]() -> Coro<int> {
        co_await aio::sleep(1s);
        co_return 42;
    };
    loop.run_until_complete([&]() -> Coro<> {
        const Future<int> outer = shield(number());
        EXPECT_EQ(&outer.get_loop(), &loop);
        EXPECT_EQ(co_await outer, 42);
    });
}

TEST_F(ShieldTest, OfACoroutineNeedsALoop) {
    conforms_to({"test_tasks.BaseTaskTests.test_shield_coroutine_without_loop"});
    auto coroutine = []() -> Coro<int> { co_return 42; }();
    std::string error;
    std::thread([&] {
        aio::set_event_loop(nullptr);
        error = error_of([&] { (void)shield(std::move(coroutine)); });
    }).join();
    EXPECT_EQ(error, "There is no current event loop in this thread");
    EXPECT_EQ(coroutine.send(), 42) << "a coroutine that was not taken must stay usable";
}

TEST_F(ShieldTest, HandsOnWhatCanOnlyBeMoved) {
    loop.run_until_complete([&]() -> Coro<> {
        const auto make = []() -> Coro<std::unique_ptr<int>> {
            co_await aio::sleep(1s);
            co_return std::make_unique<int>(8);
        };
        const auto pointer = co_await shield(make());
        EXPECT_EQ(*pointer, 8);
    });
}

TEST_F(ShieldTest, HandsOnNothing) {
    loop.run_until_complete([&]() -> Coro<> { co_await shield(aio::sleep(1s)); });
    EXPECT_EQ(error_of([&] { loop.run_until_complete(shield(loop.create_task(aio::sleep(1s)))); }),
              "no error");
    const auto fails = []() -> Coro<> {
        throw std::runtime_error("it failed");
        co_return;
    };
    EXPECT_EQ(error_of([&] { loop.run_until_complete(shield(loop.create_task(fails()))); }),
              "it failed");
}

// ── the waiter is cancelled ──

TEST_F(ShieldTest, CancellingTheOuterOneLeavesTheInnerOneAlone) {
    conforms_to({"test_tasks.BaseTaskTests.test_shield_cancel_outer"});
    const Future<int> outer = shield(inner);
    EXPECT_TRUE(outer.cancel("enough"));
    EXPECT_EQ(ending_of(outer), "cancelled: enough");
    EXPECT_EQ(ending_of(inner), "pending") << "this is what a shield is for";
    loop.one_turn();
    EXPECT_EQ(inner.describe(), "<Future pending>") << "nobody waits for the inner one any more";
    EXPECT_EQ(outer.describe(), "<Future cancelled>");
    EXPECT_FALSE(outer.cancel()) << "it is done";
}

TEST_F(ShieldTest, TheInnerTaskRunsToItsEnd) {
    conforms_to({"test_tasks.BaseTaskTests.test_shield_effect"});
    const auto work = [&]() -> Coro<> {
        co_await aio::sleep(2s);
        trace("the work is done");
    };
    const auto wait = [&]() -> Coro<> {
        try {
            co_await shield(work());
        } catch (const CancelledError&) {
            trace("nobody waits");
            throw;
        }
    };
    const Task<> task = loop.create_task(wait());
    loop.call_later(1s, [&] { task.cancel(); });
    EXPECT_THROW(loop.run_until_complete(Future(task)), CancelledError);
    loop.run_until_complete(aio::sleep(2s));
    EXPECT_EQ(trace.text(), "nobody waits, the work is done");
}

TEST_F(ShieldTest, AnErrorThatComesLaterIsReported) {
    const CapturedLog log;
    {
        const auto failing = loop.create_future<int>();
        const Future<int> outer = shield(failing);
        outer.cancel();
        failing.set_exception(std::runtime_error("it failed"));
        loop.one_turn();
    }
    EXPECT_EQ(log.text().substr(0, log.text().find('\n')), "Future exception was never retrieved")
        << "nobody waits for it any more, so nobody has seen it";
}

TEST_F(ShieldTest, AnErrorThatCameBeforeTheCancelCountsAsSeen) {
    const CapturedLog log;
    {
        const auto failing = loop.create_future<int>();
        const Future<int> outer = shield(failing);
        failing.set_exception(std::runtime_error("it failed"));
        outer.cancel();
        loop.one_turn();
        EXPECT_EQ(ending_of(outer), "cancelled");
    }
    EXPECT_EQ(log.text(), "");
}

TEST_F(ShieldTest, CancellingTheOuterOneCountsAsHavingSeenItsError) {
    const CapturedLog log;
    {
        const auto failing = loop.create_future<int>();
        const Future<int> outer = shield(failing);
        failing.set_exception(std::runtime_error("it failed"));
        loop.one_turn();
        (void)failing.exception();  // only the outer one's error is to be seen
        EXPECT_FALSE(outer.cancel()) << "it has failed already";
    }
    EXPECT_EQ(log.text(), "")
        << "as with any future: if you cancel it, you need not be told of its error";
}

TEST_F(ShieldTest, GoneBeforeTheInnerOneIsDoneItLooksNoLonger) {
    (void)shield(inner);
    EXPECT_EQ(inner.describe(), "<Future pending>");
    inner.set_result(1);
    loop.one_turn();
    EXPECT_EQ(ending_of(inner), "result 1");
}

TEST_F(ShieldTest, GoneInTheTurnInWhichTheInnerOneIsDone) {
    {
        const Future<int> outer = shield(inner);
        inner.set_result(1);
    }
    loop.one_turn();  // the callback finds nobody
    EXPECT_EQ(ending_of(inner), "result 1");
}

TEST_F(ShieldTest, GoesWithTheLoop) {
    const auto wait = [&]() -> Coro<> { co_await shield(aio::sleep(1h)); };
    const CapturedLog log;
    (void)loop.create_task(wait());
    loop.one_turn();
    loop.one_turn();
    loop.close();  // under ASan, nothing may be left
    EXPECT_NE(log.text().find("Task was destroyed but it is pending!"), std::string::npos);
}

// ── what it waits for is cancelled ──

TEST_F(ShieldTest, CancellingTheInnerOneCancelsTheOuterOne) {
    conforms_to({"test_tasks.BaseTaskTests.test_shield_cancel_inner"});
    const Future<int> outer = shield(inner);
    inner.cancel("enough");
    EXPECT_EQ(ending_of(outer), "pending") << "the shield hears of it in the next turn";
    loop.one_turn();
    EXPECT_EQ(ending_of(outer), "cancelled") << "the message was meant for the inner one alone";
}

TEST_F(ShieldTest, OfWhatFailsInACopyIsAnError) {
    struct NotCopied {
        NotCopied() = default;
        NotCopied(const NotCopied&) { throw std::runtime_error("not copied"); }
        NotCopied(NotCopied&&) = default;
    };
    const auto future = loop.create_future<NotCopied>();
    const auto outer = shield(future);
    future.set_result(NotCopied());
    loop.one_turn();
    ASSERT_TRUE(outer.done());
    EXPECT_EQ(aio::describe(outer.exception()), "std::runtime_error: not copied");
}

// ── many ──

TEST_F(ShieldTest, CancellingAGatherOverShieldsStopsThere) {
    conforms_to({"test_tasks.BaseTaskTests.test_gather_shield"});
    const Future<int> second = loop.create_future<int>();
    const Future<int> first_shield = shield(inner);
    const Future<int> second_shield = shield(second);
    loop.run_until_complete([&]() -> Coro<> {
        const auto both = aio::gather(first_shield, second_shield);
        both.cancel();
        co_await aio::sleep(0s);
        EXPECT_EQ(ending_of(first_shield), "cancelled");
        EXPECT_EQ(ending_of(second_shield), "cancelled");
        EXPECT_EQ(aio::describe(both.exception()), "CancelledError");
    });
    EXPECT_EQ(ending_of(inner), "pending");
    EXPECT_EQ(ending_of(second), "pending");
}

}  // namespace
