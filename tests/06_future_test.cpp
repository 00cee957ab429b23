// A future: finished once, and whoever waits for it is called later, in order, and never at once.
#include <gtest/gtest.h>

#include "06_futures/detail/current_loop.hpp"
#include "06_futures/event_loop.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using aio::Future;
using aio::InvalidStateError;

/// What `action` throws, with its type: "CancelledError", "InvalidStateError: Result is not set."
std::string thrown_by(const std::function<void()>& action) {
    try {
        action();
    } catch (...) {
        return aio::describe(std::current_exception());
    }
    return "nothing";
}

/// Callbacks that can be told apart, and compared.
struct Say {
    Trace* trace;
    std::string what;
    void operator()(const Future<int>&) const { (*trace)(what); }
    bool operator==(const Say&) const = default;
};

/// A callback that shares something.
struct Counted {
    std::shared_ptr<int> thing;
    void operator()() const {}
    bool operator==(const Counted&) const = default;
};

class FutureTest : public testing::Test {
  protected:
    [[nodiscard]] Say say(const std::string& what) { return {&trace, what}; }

    VirtualLoop loop;
    Trace trace;
    Future<int> future = loop.create_future<int>();
};

using FutureState = FutureTest;
using DoneCallbacks = FutureTest;
using RemoveDoneCallback = FutureTest;

// ── state ──

TEST_F(FutureState, APendingOneHasNeitherResultNorError) {
    EXPECT_FALSE(future.done());
    EXPECT_FALSE(future.cancelled());
    EXPECT_EQ(thrown_by([&] { (void)future.result(); }), "InvalidStateError: Result is not set.");
    EXPECT_EQ(thrown_by([&] { (void)future.exception(); }),
              "InvalidStateError: Exception is not set.");
}

TEST_F(FutureState, GivesItsResultAndNeverChanges) {
    conforms_to({"test_futures.BaseFutureTests.test_result"});
    EXPECT_THROW((void)future.result(), InvalidStateError);
    future.set_result(42);
    ASSERT_TRUE(future.done()) << "a future that has its result is done";
    EXPECT_EQ(future.result(), 42);
    EXPECT_EQ(aio::describe(future.exception()), "nothing");
    const std::string refused = "InvalidStateError: invalid state: <Future finished result=42>";
    EXPECT_EQ(thrown_by([&] { future.set_result(1); }), refused);
    EXPECT_EQ(thrown_by([&] { future.set_exception(std::runtime_error("late")); }), refused);
    EXPECT_FALSE(future.cancel());
    EXPECT_EQ(future.result(), 42);
}

TEST_F(FutureState, GivesItsErrorAndNeverChanges) {
    conforms_to({"test_futures.BaseFutureTests.test_exception"});
    EXPECT_THROW((void)future.exception(), InvalidStateError);
    const auto error = std::make_exception_ptr(aio::ValueError("broken"));
    future.set_exception(error);
    EXPECT_EQ(thrown_by([&] { (void)future.result(); }), "ValueError: broken");
    EXPECT_EQ(future.exception(), error) << "the very same error";
    EXPECT_THROW(future.set_result(1), InvalidStateError);
    EXPECT_THROW(future.set_exception(error), InvalidStateError);
    EXPECT_FALSE(future.cancel());
}

TEST_F(FutureState, CanBeCancelledOnce) {
    conforms_to({"test_futures.BaseFutureTests.test_cancel"});
    EXPECT_TRUE(future.cancel());
    EXPECT_TRUE(future.done());
    EXPECT_TRUE(future.cancelled());
    EXPECT_EQ(thrown_by([&] { (void)future.result(); }), "CancelledError");
    EXPECT_EQ(thrown_by([&] { (void)future.exception(); }), "CancelledError");
    EXPECT_THROW(future.set_result(1), InvalidStateError);
    EXPECT_THROW(future.set_exception(std::runtime_error("late")), InvalidStateError);
    EXPECT_FALSE(future.cancel());
}

TEST_F(FutureState, CancelMayBringAMessage) {
    future.cancel("the user went home");
    EXPECT_EQ(thrown_by([&] { (void)future.result(); }), "CancelledError: the user went home");
}

TEST_F(FutureState, CancelledErrorIsNoStdException) {
    future.cancel();
    bool swallowed = false;
    try {
        try {
            (void)future.result();
        } catch (const std::exception&) {
            swallowed = true;
        }
    } catch (const aio::CancelledError&) {
    }
    EXPECT_FALSE(swallowed) << "\"whatever went wrong\" must not include a request to stop";
}

TEST_F(FutureState, AnErrorGivenByTypeIsMadeOnTheSpot) {
    conforms_to({"test_futures.BaseFutureTests.test_exception_class"});
    future.set_exception<aio::TimeoutError>();
    EXPECT_EQ(thrown_by([&] { (void)future.result(); }), "TimeoutError: timed out");
}

TEST_F(FutureState, ANullErrorIsRefused) {
    EXPECT_EQ(thrown_by([&] { future.set_exception(std::exception_ptr()); }),
              "ValueError: set_exception needs an exception, not null");
    EXPECT_FALSE(future.done());
}

/// What is left of `error` after set_exception(): the RuntimeError's text, and its cause's type.
std::string stored(Future<int> future) {
    try {
        (void)future.result();
    } catch (const aio::RuntimeError& error) {
        try {
            std::rethrow_if_nested(error);
        } catch (...) {
            return std::string(error.what()) + " <- " + aio::describe(std::current_exception());
        }
    }
    return "no RuntimeError";
}

TEST_F(FutureState, AStopIterationBecomesARuntimeError) {
    conforms_to({"test_futures.BaseFutureTests.test_stop_iteration_exception"});
    const std::string expected =
        "StopIteration interacts badly with generators and cannot be raised into a Future"
        " <- StopIteration: StopIteration";
    future.set_exception(aio::StopIteration());
    EXPECT_EQ(stored(future), expected);
    auto other = loop.create_future<int>();
    other.set_exception(std::make_exception_ptr(aio::StopIteration()));
    EXPECT_EQ(stored(other), expected);
}

TEST_F(FutureState, AClassDerivedFromStopIterationDoesToo) {
    conforms_to({"test_futures.BaseFutureTests.test_stop_iteration_subclass_exception"});
    class Exhausted : public aio::StopIteration {};
    future.set_exception(Exhausted());
    EXPECT_THROW((void)future.result(), aio::RuntimeError);
}

TEST_F(FutureState, TheGuardedSetterLeavesACancelledOneAlone) {
    conforms_to({"test_futures.BaseFutureTests.test_set_result_unless_cancelled"});
    future.cancel();
    aio::set_result_unless_cancelled(future, 2);
    EXPECT_TRUE(future.cancelled());
    auto other = loop.create_future<int>();
    aio::set_result_unless_cancelled(other, 2);
    EXPECT_EQ(other.result(), 2);
}

TEST_F(FutureState, TheResultMayBeAnything) {
    auto nothing = loop.create_future();
    nothing.set_result();
    nothing.result();

    int number = 1;
    auto reference = loop.create_future<int&>();
    reference.set_result(number);
    reference.result() = 2;
    EXPECT_EQ(number, 2) << "a reference refers to the same object";

    auto pointer = loop.create_future<std::unique_ptr<int>>();
    pointer.set_result(std::make_unique<int>(3));
    EXPECT_EQ(*pointer.result(), 3);
    const std::unique_ptr<int> taken = std::move(pointer).result();
    EXPECT_EQ(*taken, 3) << "the last who asks may have it";
}

TEST_F(FutureState, ASharedResultIsCopiedAndNotTakenAway) {
    auto text = loop.create_future<std::string>();
    text.set_result("hello");
    auto copy = text;
    EXPECT_EQ(std::move(copy).result(), "hello");
    EXPECT_EQ(text.result(), "hello");
}

TEST_F(FutureState, WithoutALoopItBelongsToTheOneThatIsSet) {
    conforms_to({"test_futures.BaseFutureTests.test_constructor_use_global_loop"});
    aio::set_event_loop(&loop);
    EXPECT_EQ(&Future<int>().get_loop(), &loop);
    aio::set_event_loop(nullptr);
    EXPECT_THROW(Future<int>(), aio::RuntimeError);
}

TEST_F(FutureState, WithoutALoopItBelongsToTheOneThatRuns) {
    conforms_to({"test_futures.BaseFutureTests.test_constructor_use_running_loop"});
    VirtualLoop set;
    aio::set_event_loop(&set);
    loop.call_soon([&] { EXPECT_EQ(&Future<int>().get_loop(), &loop); });
    loop.turn();
    aio::set_event_loop(nullptr);
}

// ── done-callbacks ──

TEST_F(DoneCallbacks, RunInTheNextTurnInTheirOrder) {
    conforms_to({"test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result"});
    future.add_done_callback(say("first"));
    future.add_done_callback(say("second"));
    loop.turn();
    EXPECT_EQ(trace.text(), "") << "the future is not done";
    future.set_result(1);
    EXPECT_EQ(trace.text(), "") << "set_result must not call anybody: only the loop calls";
    loop.turn();
    EXPECT_EQ(trace.text(), "first, second");
    loop.turn();
    EXPECT_EQ(trace.text(), "first, second") << "each is called once";
}

TEST_F(DoneCallbacks, OnTheirWayKeepTheFutureAlive) {
    const auto result = std::make_shared<int>(7);
    {
        const auto done = loop.create_future<std::shared_ptr<int>>();
        done.add_done_callback([&](const auto& it) { trace(fmt::format("{}", *it.result())); });
        done.set_result(result);
    }
    ASSERT_EQ(result.use_count(), 2)
        << "the future is gone with its result, and a callback is going to ask for it";
    loop.turn();
    EXPECT_EQ(trace.text(), "7");
    EXPECT_EQ(result.use_count(), 1)
        << "nobody refers to the future any more, and it is still there";
}

/// Waits as a task does: without a share in the future.
class Waiter final : public aio::Callback {
  public:
    Waiter(aio::FutureBase& future, Trace& trace) : future_(future), trace_(trace) {
        future_.add_waiter(*this);
    }
    ~Waiter() { (void)future_.remove_waiter(*this); }
    void run() override { trace_("woken"); }
    void drop() noexcept override {}
    [[nodiscard]] std::string describe() const override { return "a waiter"; }

  private:
    aio::FutureBase& future_;
    Trace& trace_;
};

TEST_F(DoneCallbacks, AreNotTheOnlyOnesThatWait) {
    const Waiter task(*future.state(), trace);
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "woken")
        << "waiting_callbacks_ counts no tasks: one that waits must be scheduled all the same";
}

TEST_F(DoneCallbacks, OnTheirWayAreLetGoWithTheLoop) {
    const auto thing = std::make_shared<int>();
    {
        VirtualLoop closing;
        const auto done = closing.create_future<int>();
        done.add_done_callback(Counted{thing});
        done.set_result(1);
    }
    EXPECT_EQ(thing.use_count(), 1)
        << "the loop must have the callbacks themselves, or it cannot let them go when it goes";
}

TEST_F(DoneCallbacks, AreCalledHoweverTheFutureEnds) {
    future.add_done_callback(say("cancelled"));
    future.cancel();
    auto failing = loop.create_future<int>();
    failing.add_done_callback(say("failed"));
    failing.set_exception(std::runtime_error("broken"));
    loop.turn();
    EXPECT_EQ(trace.text(), "cancelled, failed");
    EXPECT_EQ(aio::describe(failing.exception()), "std::runtime_error: broken");
}

TEST_F(DoneCallbacks, OfAFutureThatIsDoneWaitForATurnToo) {
    future.set_result(1);
    future.add_done_callback(say("late"));
    EXPECT_EQ(trace.text(), "");
    loop.turn();
    EXPECT_EQ(trace.text(), "late");
}

TEST_F(DoneCallbacks, StandBehindWhatWasReadyBefore) {
    future.add_done_callback(say("done"));
    loop.call_soon([&] { trace("ready before"); });
    future.set_result(1);
    loop.call_soon([&] { trace("ready after"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "ready before, done, ready after");
}

TEST_F(DoneCallbacks, TheLinesAfterSetResultRunFirst) {
    future.add_done_callback(say("callback"));
    loop.call_soon([&] {
        future.set_result(1);
        trace("after set_result");
    });
    loop.turn();
    EXPECT_EQ(trace.text(), "after set_result");
    loop.turn();
    EXPECT_EQ(trace.text(), "after set_result, callback");
}

TEST_F(DoneCallbacks, GetTheFuture) {
    future.add_done_callback(
        [&](const Future<int>& done) { trace(fmt::format("{}", done.result())); });
    future.set_result(42);
    loop.turn();
    EXPECT_EQ(trace.text(), "42");
}

TEST_F(DoneCallbacks, AnErrorInOneDoesNotReachTheOthers) {
    const CapturedLog log;
    future.add_done_callback([] { throw std::runtime_error("a bad callback"); });
    future.add_done_callback(say("good"));
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "good");
    const bool is_reported = log.text().find("a bad callback") != std::string::npos;
    EXPECT_TRUE(is_reported) << "what a callback throws must be logged, but this was:\n"
                             << log.text();
}

TEST_F(DoneCallbacks, ScheduledOnesKeepTheirFutureAlive) {
    future.add_done_callback(
        [&](const Future<int>& done) { trace(fmt::format("{}", done.result())); });
    future.set_result(5);
    future = loop.create_future<int>();
    loop.turn();
    EXPECT_EQ(trace.text(), "5");
}

TEST_F(DoneCallbacks, WaitingOnesDoNotKeepAFutureThatNobodyCanFinish) {
    auto thing = std::make_shared<int>();
    future.add_done_callback([thing] {});
    EXPECT_EQ(thing.use_count(), 2);
    future = loop.create_future<int>();
    EXPECT_EQ(thing.use_count(), 1) << "the future is gone, and so must be who waited for it";
}

TEST_F(DoneCallbacks, AHundredThousandAreAllCalled) {
    int calls = 0;
    for (int i = 0; i < 100'000; ++i) future.add_done_callback([&calls] { ++calls; });
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(calls, 100'000);
}

TEST_F(DoneCallbacks, AHundredThousandMayBeRemoved) {
    auto thing = std::make_shared<int>();
    for (int i = 0; i < 100'000; ++i) future.add_done_callback(Counted{thing});
    EXPECT_EQ(future.remove_done_callback(Counted{thing}), 100'000U);
    EXPECT_EQ(thing.use_count(), 1);
    future.add_done_callback(say("still works"));
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "still works");
}

// ── removing them ──

TEST_F(RemoveDoneCallback, TakesOutAllEqualOnesAndCounts) {
    conforms_to({"test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback"});
    for (const char* what : {"a", "b", "a", "c", "a"}) future.add_done_callback(say(what));
    EXPECT_EQ(future.remove_done_callback(say("a")), 3U);
    EXPECT_EQ(future.remove_done_callback(say("a")), 0U);
    EXPECT_EQ(future.remove_done_callback(say("b")), 1U);
    EXPECT_EQ(future.remove_done_callback(say("nobody")), 0U);
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "c");
}

TEST_F(RemoveDoneCallback, TheFirst) {
    conforms_to({"test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback"});
    for (const char* what : {"a", "b", "c"}) future.add_done_callback(say(what));
    EXPECT_EQ(future.remove_done_callback(say("a")), 1U);
    EXPECT_EQ(future.remove_done_callback(say("a")), 0U);
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "b, c");
}

TEST_F(RemoveDoneCallback, TheFirstAndTheSecond) {
    conforms_to(
        {"test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_and_second_"
         "callback"});
    for (const char* what : {"a", "b", "c"}) future.add_done_callback(say(what));
    future.remove_done_callback(say("a"));
    future.remove_done_callback(say("b"));
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "c");
}

TEST_F(RemoveDoneCallback, TheThird) {
    conforms_to({"test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_third_callback"});
    for (const char* what : {"a", "b", "c"}) future.add_done_callback(say(what));
    future.remove_done_callback(say("c"));
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "a, b");
}

TEST_F(RemoveDoneCallback, DoesNotReachThoseThatAreScheduled) {
    conforms_to(
        {"test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1"});
    future.add_done_callback(
        [&] { trace(fmt::format("removed {}", future.remove_done_callback(say("second")))); });
    future.add_done_callback(say("second"));
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(trace.text(), "removed 0, second");
}

TEST_F(RemoveDoneCallback, FindsFunctionsAndLambdasWithoutCaptures) {
    static int calls = 0;
    calls = 0;
    const auto count = [] { ++calls; };
    future.add_done_callback(count);
    future.add_done_callback(+count);
    EXPECT_EQ(future.remove_done_callback(+count), 1U);
    EXPECT_EQ(future.remove_done_callback(count), 1U);
    future.set_result(1);
    loop.turn();
    EXPECT_EQ(calls, 0);
}

// ── what nobody has seen ──

/// What is said when a future is dropped after `use`.
std::string report_after(const std::function<void(const Future<int>&)>& use) {
    VirtualLoop loop;
    const CapturedLog log;
    { use(loop.create_future<int>()); }
    return log.text();
}

void fail(const Future<int>& future) {
    future.set_exception(aio::ValueError("broken"));
}

TEST(NeverRetrieved, AnErrorThatNobodyReadIsReported) {
    conforms_to({"test_futures.BaseFutureTests.test_tb_logger_exception_unretrieved"});
    EXPECT_EQ(report_after(fail),
              "Future exception was never retrieved\n"
              "  in: <Future finished exception=ValueError: broken>\n"
              "  ValueError: broken");
}

TEST(NeverRetrieved, OnceAndInDebugModeToo) {
    conforms_to({"test_futures.BaseFutureTests.test_future_exception_never_retrieved_debug"});
    VirtualLoop loop;
    loop.set_debug(true);
    Trace trace;
    loop.set_exception_handler([&](aio::EventLoop&, const aio::ExceptionContext& context) {
        trace(context.message + ": " + aio::describe(context.exception));
    });
    {
        auto future = loop.create_future<int>();
        fail(future);
        const auto copy = future;  // NOLINT(performance-unnecessary-copy-initialization)
    }
    EXPECT_EQ(trace.text(), "Future exception was never retrieved: ValueError: broken");
}

TEST(NeverRetrieved, ReadingTheErrorIsEnough) {
    conforms_to({"test_futures.BaseFutureTests.test_tb_logger_exception_retrieved"});
    EXPECT_EQ(report_after([](const Future<int>& future) {
                  fail(future);
                  (void)future.exception();
              }),
              "");
}

TEST(NeverRetrieved, SoIsAskingForTheResult) {
    conforms_to({"test_futures.BaseFutureTests.test_tb_logger_exception_result_retrieved"});
    EXPECT_EQ(report_after([](const Future<int>& future) {
                  fail(future);
                  EXPECT_THROW((void)future.result(), aio::ValueError);
              }),
              "");
}

TEST(NeverRetrieved, AndSoIsCancelAlthoughItComesTooLate) {
    conforms_to({"test_futures.BaseFutureTests.test_tb_logger_not_called_after_cancel"});
    EXPECT_EQ(report_after([](const Future<int>& future) {
                  fail(future);
                  EXPECT_FALSE(future.cancel());
              }),
              "");
}

TEST(NeverRetrieved, APendingFutureIsDroppedInSilence) {
    conforms_to({"test_futures.BaseFutureTests.test_tb_logger_abandoned"});
    EXPECT_EQ(report_after([](const Future<int>&) {}), "");
}

TEST(NeverRetrieved, SoIsAResultThatWasRead) {
    conforms_to({"test_futures.BaseFutureTests.test_tb_logger_result_retrieved"});
    EXPECT_EQ(report_after([](const Future<int>& future) {
                  future.set_result(1);
                  (void)future.result();
              }),
              "");
}

TEST(NeverRetrieved, AndOneThatWasNot) {
    conforms_to({"test_futures.BaseFutureTests.test_tb_logger_result_unretrieved"});
    EXPECT_EQ(report_after([](const Future<int>& future) { future.set_result(1); }), "");
}

TEST(NeverRetrieved, IsReportedEvenIfTheLoopIsGone) {
    const CapturedLog log;
    std::optional<Future<int>> future;
    {
        VirtualLoop loop;
        future = loop.create_future<int>();
        fail(*future);
    }
    future.reset();
    EXPECT_EQ(log.text(), "Future exception was never retrieved\n  ValueError: broken");
}

TEST(NeverRetrieved, AHandlerThatWantsToExitCannotLeaveADestructor) {
    VirtualLoop loop;
    const CapturedLog log;
    loop.set_exception_handler(
        [](aio::EventLoop&, const aio::ExceptionContext&) { throw aio::SystemExit(1); });
    fail(loop.create_future<int>());
    EXPECT_EQ(log.text(), "Future exception was never retrieved\n  ValueError: broken");
}

}  // namespace
