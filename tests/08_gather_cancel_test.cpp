// gather and cancellation: from inside, from outside, and when the loop closes first.
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::gather;
using aio::return_exceptions;
using aio::Task;

Coro<> sleep_for(aio::Duration delay) {
    co_await aio::sleep(delay);
}

class GatherCancelTest : public ::testing::Test {
  protected:
    /// Runs for `delay` of virtual time.
    void run_for(aio::Duration delay) { loop.run_until_complete(sleep_for(delay)); }

    /// Sleeps for ever; cancelled, it cleans up for `cleanup`, and says when it has finished.
    Coro<> sleeper(std::string name, aio::Duration cleanup = 0s) {
        std::exception_ptr cancelled;
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
            cancelled = std::current_exception();
        }
        if (cleanup > 0s) co_await aio::sleep(cleanup);
        trace(name + " is cancelled");
        std::rethrow_exception(cancelled);
    }

    /// Awaits `future` and tells how it ended.
    template <class F>
    Coro<> tell(F future) {
        try {
            co_await future;
            trace("a result");
        } catch (const CancelledError& error) {
            trace(std::string("CancelledError: ") + error.what());
            throw;
        }
    }

    CapturedLog said;  // by the loop, about what is left when it closes
    PatientLoop loop;
    Trace trace;
};

TEST_F(GatherCancelTest, CancellingWhoAwaitsItCancelsEachChild) {
    conforms_to({"test_tasks.CoroutineGatherTests.test_cancellation_broadcast"});
    const auto one = loop.create_task(sleeper("one"));
    const auto two = loop.create_task(sleeper("two"));
    const auto all = gather(one, two);
    const auto outer = loop.create_task(tell(all));
    run_for(1s);
    EXPECT_TRUE(outer.cancel("enough"));
    run_for(1s);
    EXPECT_EQ(trace.text(), "one is cancelled, two is cancelled, CancelledError: enough");
    EXPECT_TRUE(one.cancelled());
    EXPECT_TRUE(two.cancelled());
    EXPECT_TRUE(outer.cancelled());
    EXPECT_FALSE(all.cancel()) << "it is done";
    EXPECT_FALSE(all.cancelled()) << "it has ended with an error, and was not itself cancelled";
}

TEST_F(GatherCancelTest, WithReturnExceptionsACancellationIsNoResult) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_gather_2"});
    const auto outer =
        loop.create_task(tell(gather(return_exceptions, loop.create_task(sleeper("it")))));
    run_for(1s);
    outer.cancel("my message");
    run_for(1s);
    EXPECT_EQ(trace.text(), "it is cancelled, CancelledError: my message")
        << "a waiter that was told to stop must not get an answer instead";
    EXPECT_TRUE(outer.cancelled());
}

TEST_F(GatherCancelTest, ItEndsWithTheFirstChildThatIsThrough) {
    const auto all = gather(loop.create_task(sleeper("slow", 3s)), loop.create_task(sleeper("f")));
    (void)loop.create_task(tell(all));
    run_for(1s);
    all.cancel();
    run_for(5s);
    EXPECT_EQ(trace.text(), "f is cancelled, CancelledError: cancelled, slow is cancelled")
        << "without return_exceptions, the first error ends it, cancellation or not";
}

TEST_F(GatherCancelTest, WithReturnExceptionsItWaitsForAllToCleanUp) {
    const auto all = gather(return_exceptions, loop.create_task(sleeper("slow", 3s)),
                            loop.create_task(sleeper("f")));
    (void)loop.create_task(tell(all));
    run_for(1s);
    all.cancel();
    run_for(5s);
    EXPECT_EQ(trace.text(), "f is cancelled, slow is cancelled, CancelledError: cancelled");
}

TEST_F(GatherCancelTest, AChildThatDoesNotLetItselfBeCancelledDoesNotSaveIt) {
    const auto stubborn = []() -> Coro<int> {
        try {
            co_await aio::sleep(1h);
        } catch (const CancelledError&) {
        }
        co_return 1;
    };
    const auto all = gather(return_exceptions, loop.create_task(stubborn()));
    (void)loop.create_task(tell(all));
    run_for(1s);
    EXPECT_TRUE(all.cancel());
    run_for(1s);
    EXPECT_EQ(trace.text(), "CancelledError: cancelled");
}

TEST_F(GatherCancelTest, ASecondRequestThatFindsNobodyDoesNotTakeBackTheFirst) {
    const Future<int> one(loop);
    const Future<int> two(loop);
    const auto all = gather(return_exceptions, one, two);
    EXPECT_TRUE(all.cancel()) << "both children could be cancelled";
    EXPECT_FALSE(all.cancel()) << "both are done now, and the gathering has not heard of it yet";
    loop.one_turn();
    ASSERT_TRUE(all.done());
    EXPECT_EQ(aio::describe(all.exception()), "CancelledError")
        << "a waiter that was told to stop must not get an answer instead";
}

TEST_F(GatherCancelTest, OneChildThatCanStillBeCancelledIsEnough) {
    for (const std::size_t done : {0U, 1U}) {
        const std::vector both{Future<int>(loop), Future<int>(loop)};
        const auto all = gather(return_exceptions, both);
        both.at(done).set_result(1);
        EXPECT_TRUE(all.cancel()) << "child " << done << " is done, the other is told to stop";
        loop.one_turn();
        ASSERT_TRUE(all.done());
        EXPECT_EQ(aio::describe(all.exception()), "CancelledError")
            << "child " << done << " has a result, but who was told to stop gets none";
    }
}

TEST_F(GatherCancelTest, OfOneThatHasFailedReachesNobody) {
    const Future<int> failing(loop);
    const auto other = loop.create_task(sleeper("other"));
    const auto all = gather(failing, other);
    failing.set_exception(std::runtime_error("it failed"));
    loop.one_turn();
    EXPECT_FALSE(all.cancel()) << "it is over: there is nothing to cancel";
    EXPECT_EQ(other.cancelling(), 0) << "after the first error the others run on";
    EXPECT_EQ(aio::describe(all.exception()), "std::runtime_error: it failed");
}

TEST_F(GatherCancelTest, WhenAllAreDoneItIsTooLate) {
    conforms_to({"test_tasks.BaseTaskTests.test_cancel_gather_1"});
    const Future<int> future(loop);
    const auto child = [&]() -> Coro<int> { co_return co_await future; };
    const auto all = gather(loop.create_task(child()));
    run_for(1s);
    bool could_cancel = true;
    future.add_done_callback([&] { could_cancel = all.cancel(); });
    future.set_result(42);  // the child is done one turn later; then we cancel; then gather hears
    run_for(1s);
    ASSERT_TRUE(all.done());
    ASSERT_EQ(aio::describe(all.exception()), "nothing") << "there was nothing left to cancel";
    EXPECT_FALSE(could_cancel);
    EXPECT_EQ(all.result(), std::tuple(42));
}

TEST_F(GatherCancelTest, ATaskThatAwaitsACancelledChildEndsCancelledThoughNobodyCancelledIt) {
    const auto child = loop.create_task(sleeper("child"));
    const auto outer = loop.create_task(tell(gather(child, loop.create_task(sleep_for(3s)))));
    run_for(1s);
    child.cancel();
    run_for(1s);
    EXPECT_EQ(trace.text(), "child is cancelled, CancelledError: cancelled");
    EXPECT_TRUE(outer.cancelled());
    EXPECT_EQ(outer.cancelling(), 0);
}

TEST_F(GatherCancelTest, CancellingANestedOneReachesTheLeaves) {
    const auto inner = gather(loop.create_task(sleeper("a")), loop.create_task(sleeper("b")));
    const auto all = gather(inner, loop.create_task(sleeper("c")));
    run_for(1s);
    EXPECT_TRUE(all.cancel("all"));
    run_for(1s);
    EXPECT_EQ(trace.text(), "a is cancelled, b is cancelled, c is cancelled");
    EXPECT_EQ(aio::describe(all.exception()), "CancelledError: all");
}

// ── who holds whom: the address sanitizer sees leaks and dangling pointers ──

TEST_F(GatherCancelTest, ALoopClosedOverItLetsAllGo) {
    const CapturedLog log;
    {
        aio::EventLoop short_lived;
        const auto child = short_lived.create_task(sleep_for(1h), "child");
        const auto all = gather(child, short_lived.create_task(sleep_for(1h)));
        (void)short_lived.create_task(tell(all));
        short_lived.stop();
        short_lived.run_forever();
        short_lived.close();
        EXPECT_FALSE(all.done());
    }
    EXPECT_NE(log.text().find("Task was destroyed but it is pending!"), std::string::npos);
    EXPECT_EQ(trace.text(), "");
}

TEST_F(GatherCancelTest, AFutureThatNobodyFinishesDoesNotKeepItAlive) {
    const auto result = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = result;
    {
        const Future<int> never(loop);
        const Future<std::shared_ptr<int>> done(loop);
        const auto both = gather(never, done);
        done.set_result(std::move(result));
        loop.one_turn();
        EXPECT_FALSE(both.done());
        EXPECT_EQ(watched.use_count(), 2);
    }
    EXPECT_EQ(watched.use_count(), 1) << "the gathering and its children hold each other";
}

TEST_F(GatherCancelTest, ItHoldsAFutureThatNobodyElseHolds) {
    const auto all = gather(Future<int>(loop));
    const auto outer = loop.create_task(tell(all));
    run_for(1s);
    outer.cancel();
    run_for(1s);
    EXPECT_EQ(trace.text(), "CancelledError: cancelled")
        << "the future must be there to be cancelled, or its waiter is never woken";
}

TEST_F(GatherCancelTest, MayBeLetGoBetweenAChildsEndAndItsCall) {
    const Future<int> child(loop);
    auto all = std::make_unique<Future<std::tuple<int>>>(gather(child));
    child.set_result(1);
    all.reset();
    loop.one_turn();
    EXPECT_EQ(child.result(), 1);
}

}  // namespace
