// How a loop is started, stopped and closed; and which loop is meant when none is named.
#include <thread>

#include <gtest/gtest.h>

#include "06_futures/detail/current_loop.hpp"
#include "06_futures/event_loop.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;
using aio::RuntimeError;

/// The message of the RuntimeError that `work` throws.
std::string runtime_error_of(const std::function<void()>& work) {
    return error_of<RuntimeError>(work);
}

// ── stop ──

TEST(Stop, LetsThePresentTurnEnd) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_run_once"});
    VirtualLoop loop;
    Trace trace;
    loop.call_soon([&] { trace("before"); });
    loop.call_soon([&] {
        loop.stop();
        loop.call_soon([&] { trace("next run"); });
    });
    loop.call_soon([&] { trace("after"); });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "before, after") << "stop() ends the loop after the present turn";
    loop.turn();
    EXPECT_EQ(trace.text(), "before, after, next run") << "what was left is run by the next run";
}

TEST(Stop, BeforeARunMeansOneTurn) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_run_forever_pre_stopped"});
    VirtualLoop loop;
    Trace trace;
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    loop.add_reader(ours.fileno(), [&] { trace("reader"); });
    loop.call_later(1s, [&] { trace("timer"); });
    loop.stop();
    loop.run_forever();
    EXPECT_EQ(trace.text(), "reader") << "it looks at the descriptors, but does not wait";
    EXPECT_EQ(loop.seconds(), 0);
    loop.remove_reader(ours.fileno());
}

TEST(Stop, DoesNotReachTheNextRun) {
    VirtualLoop loop;
    loop.call_soon([&] { loop.stop(); });
    loop.run_forever();
    loop.call_later(1s, [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_EQ(loop.seconds(), 1) << "the second run must wait for its own stop()";
}

TEST(Stop, AReaderMadeReadyInTheLastTurnRunsOnceInTheNextRun) {
    conforms_to(
        {"test_base_events.BaseEventLoopTests.test_single_selecter_event_callback_after_"
         "stopping"});
    VirtualLoop loop;
    Trace trace;
    auto [ours, peer] = aio::socket_pair();
    loop.add_reader(ours.fileno(), [&, &ours = ours] {
        std::array<char, 8> buffer;
        trace(fmt::format("read {}", ours.recv(buffer)));
    });
    loop.call_soon([&, &peer = peer] {
        peer.send_all("x");
        loop.stop();
    });
    loop.run_forever();
    loop.turn();
    loop.turn();
    EXPECT_EQ(trace.text(), "read 1");
    loop.remove_reader(ours.fileno());
}

// ── run_until_complete ──

TEST(RunUntilComplete, GivesTheResult) {
    conforms_to({"test_events.EventLoopTestsMixin.test_run_until_complete"});
    PatientLoop loop;
    auto future = loop.create_future<std::string>();
    loop.call_later(100ms, [=] { future.set_result("done"); });
    EXPECT_EQ(loop.run_until_complete(future), "done");
    EXPECT_EQ(loop.seconds(), 0.1);
}

TEST(RunUntilComplete, ThrowsTheError) {
    PatientLoop loop;
    auto future = loop.create_future<int>();
    future.set_exception(aio::TimeoutError("too late"));
    EXPECT_EQ(error_of([&] { loop.run_until_complete(future); }), "too late");
    EXPECT_EQ(loop.seconds(), 0) << "the future was done, and the loop slept all the same";
}

TEST(RunUntilComplete, MovesTheResultOutOfTheLastFuture) {
    PatientLoop loop;
    auto future = loop.create_future<std::unique_ptr<int>>();
    future.set_result(std::make_unique<int>(5));
    EXPECT_EQ(*loop.run_until_complete(std::move(future)), 5);
}

TEST(RunUntilComplete, GivesTheResultAlsoIfTheLoopIsStoppedInTheSameTurn) {
    VirtualLoop loop;
    auto future = loop.create_future<int>();
    loop.call_soon([&] { future.set_result(5); });
    loop.call_soon([&] { loop.stop(); });
    int result = 0;
    EXPECT_EQ(runtime_error_of([&] { result = loop.run_until_complete(future); }), "no error")
        << "somebody has stopped the loop, but the future is done";
    EXPECT_EQ(result, 5);
}

TEST(RunUntilComplete, RunsATurnEvenIfTheFutureIsDone) {
    VirtualLoop loop;
    Trace trace;
    auto future = loop.create_future<void>();
    future.set_result();
    loop.call_soon([&] { trace("ran"); });
    loop.run_until_complete(future);
    EXPECT_EQ(trace.text(), "ran");
}

TEST(RunUntilComplete, CallsThoseWhoWaitedForTheFutureBefore) {
    VirtualLoop loop;
    Trace trace;
    auto future = loop.create_future<void>();
    future.add_done_callback([&] { trace("heard of it"); });
    loop.call_soon([&] { future.set_result(); });
    loop.run_until_complete(future);
    EXPECT_EQ(trace.text(), "heard of it") << "the run ends with a callback, behind theirs";
}

TEST(RunUntilComplete, FailsIfTheLoopIsStoppedBefore) {
    conforms_to({"test_events.EventLoopTestsMixin.test_run_until_complete_stopped",
                 "test_tasks.BaseTaskTests.test_stop_while_run_in_complete"});
    VirtualLoop loop;
    auto future = loop.create_future<int>();
    loop.call_soon([&] { loop.stop(); });
    EXPECT_EQ(runtime_error_of([&] { loop.run_until_complete(future); }),
              "Event loop stopped before Future completed.");
    EXPECT_FALSE(future.done()) << "a stopped loop must not finish the future";
    loop.call_soon([=] { future.set_result(7); });
    EXPECT_EQ(loop.run_until_complete(future), 7) << "the future may be run again";
}

TEST(RunUntilComplete, RefusesAFutureOfAnotherLoop) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_run_until_complete_loop"});
    PatientLoop loop;
    VirtualLoop other;
    auto future = other.create_future<void>();
    EXPECT_EQ(error_of<aio::ValueError>([&] { loop.run_until_complete(future); }),
              "The future belongs to a different loop");
}

TEST(RunUntilComplete, AnInterruptLeavesNoStopBehind) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_run_until_complete_baseexception"});
    VirtualLoop loop;
    auto future = loop.create_future<void>();
    loop.call_soon([] { throw aio::KeyboardInterrupt(); });
    EXPECT_THROW(loop.run_until_complete(future), aio::KeyboardInterrupt);
    EXPECT_EQ(future.describe(), "<Future pending>") << "nobody waits for it any more";
    Trace trace;
    loop.call_soon([&] { future.set_result(); });
    loop.call_later(1s, [&] {
        trace("its own stop");
        loop.stop();
    });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "its own stop")
        << "the callback of the run that was interrupted has stopped a later one";
}

TEST(RunUntilComplete, ACallbackOnItsWayDoesNotStopALaterRun) {
    conforms_to(
        {"test_base_events.BaseEventLoopTests.test_run_until_complete_loop_orphan_future_"
         "close_loop"});
    VirtualLoop loop;
    auto future = loop.create_future<void>();
    loop.call_soon([&] {
        future.set_result();  // its callback is in the queue now, behind the next one
        throw aio::SystemExit(1);
    });
    EXPECT_THROW(loop.run_until_complete(future), aio::SystemExit);
    Trace trace;
    loop.call_later(1s, [&] {
        trace("its own stop");
        loop.stop();
    });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "its own stop");
}

TEST(RunUntilComplete, TakesItsCallbackAwayFromAFutureThatIsNotDone) {
    VirtualLoop loop;
    auto future = loop.create_future<void>();
    loop.call_soon([&] { loop.stop(); });
    EXPECT_THROW(loop.run_until_complete(future), RuntimeError);
    EXPECT_EQ(future.describe(), "<Future pending>") << "nobody waits for it any more";
}

// ── one loop at a time ──

TEST(Running, IsKnownFromWithin) {
    VirtualLoop loop;
    EXPECT_FALSE(loop.is_running());
    loop.call_soon([&] {
        EXPECT_TRUE(loop.is_running());
        EXPECT_EQ(aio::EventLoop::running(), &loop);
    });
    loop.turn();
    EXPECT_FALSE(loop.is_running());
    EXPECT_EQ(aio::EventLoop::running(), nullptr);
}

TEST(Running, TwiceIsRefused) {
    VirtualLoop loop;
    Trace trace;
    const auto future = loop.create_future<void>();
    loop.call_soon([&] {
        trace(runtime_error_of([&] { loop.run_forever(); }));
        trace(runtime_error_of([&] { loop.run_until_complete(future); }));
    });
    loop.turn();
    EXPECT_EQ(trace.text(),
              "This event loop is already running, This event loop is already running");
}

TEST(Running, InsideAnotherLoopIsRefused) {
    conforms_to({"test_base_events.RunningLoopTests.test_running_loop_within_a_loop"});
    VirtualLoop loop;
    VirtualLoop inner;
    Trace trace;
    loop.call_soon([&] { trace(runtime_error_of([&] { inner.run_forever(); })); });
    loop.turn();
    EXPECT_EQ(trace.text(), "Cannot run the event loop while another loop is running");
    EXPECT_FALSE(inner.is_running());
}

// ── nested ──

TEST(NestedRun, GoesOnWithTheOuterCallbacks) {
    VirtualLoop loop;
    loop.set_nested_running(true);
    Trace trace;
    auto inner = loop.create_future<int>();
    loop.call_soon([&] {
        trace("outer begins");
        trace(fmt::format("inner gave {}", loop.run_until_complete(inner)));
        trace(loop.is_running() ? "outer still runs" : "outer is over");
        loop.stop();
    });
    loop.call_soon([&] { trace("beside"); });
    loop.call_later(1s, [&] { inner.set_result(42); });
    loop.call_later(9s, [&] { loop.stop(); });  // if the inner run has failed
    loop.run_forever();
    EXPECT_EQ(trace.text(), "outer begins, beside, inner gave 42, outer still runs");
    EXPECT_FALSE(loop.is_running());
}

TEST(NestedRun, IsNotEndedByTheOuterFuture) {
    VirtualLoop loop;
    loop.set_nested_running(true);
    Trace trace;
    auto outer = loop.create_future<void>();
    auto inner = loop.create_future<void>();
    loop.call_soon([&] {
        loop.run_until_complete(inner);
        trace(fmt::format("inner is done at {} s", loop.seconds()));
    });
    loop.call_later(1s, [&] { outer.set_result(); });
    loop.call_later(2s, [&] { inner.set_result(); });
    loop.call_later(9s, [&] { loop.stop(); });  // if the outer run were forgotten
    loop.run_until_complete(outer);
    EXPECT_EQ(trace.text(), "inner is done at 2 s");
    EXPECT_EQ(loop.seconds(), 2) << "the outer run ends as soon as it can";
}

TEST(NestedRun, StopEndsBoth) {
    VirtualLoop loop;
    loop.set_nested_running(true);
    Trace trace;
    auto never = loop.create_future<void>();
    loop.call_soon([&] { trace(runtime_error_of([&] { loop.run_until_complete(never); })); });
    loop.call_later(1s, [&] { loop.stop(); });
    loop.call_later(2s, [&] {
        trace("too late");
        loop.stop();
    });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "Event loop stopped before Future completed.");
    EXPECT_EQ(loop.seconds(), 1);
}

TEST(NestedRun, MayBeOfAnotherLoop) {
    VirtualLoop outer;
    VirtualLoop inner;
    inner.set_nested_running(true);
    Trace trace;
    outer.call_soon([&] {
        auto future = inner.create_future<void>();
        inner.call_later(1s, [=] { future.set_result(); });
        inner.run_until_complete(future);
        trace(aio::EventLoop::running() == &outer ? "outer runs" : "another loop runs");
    });
    outer.turn();
    EXPECT_EQ(trace.text(), "outer runs");
}

// ── close ──

TEST(Close, MayBeSaidTwiceAndEndsAllScheduling) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_close",
                 "test_selector_events.BaseSelectorEventLoopTests.test_close"});
    VirtualLoop loop;
    auto future = loop.create_future<void>();
    loop.close();
    loop.close();
    EXPECT_TRUE(loop.is_closed());
    auto [ours, peer] = aio::socket_pair();
    const std::string closed = "Event loop is closed";
    EXPECT_EQ(runtime_error_of([&] { loop.run_forever(); }), closed);
    EXPECT_EQ(runtime_error_of([&] { loop.run_until_complete(future); }), closed);
    EXPECT_EQ(runtime_error_of([&] { loop.call_soon([] {}); }), closed);
    EXPECT_EQ(runtime_error_of([&] { loop.call_soon_threadsafe([] {}); }), closed);
    EXPECT_EQ(runtime_error_of([&] { loop.call_later(1s, [] {}); }), closed);
    EXPECT_EQ(runtime_error_of([&] { loop.call_at(loop.time(), [] {}); }), closed);
    EXPECT_EQ(runtime_error_of([&, fd = ours.fileno()] { loop.add_reader(fd, [] {}); }), closed);
    EXPECT_EQ(runtime_error_of([&, fd = ours.fileno()] { loop.add_writer(fd, [] {}); }), closed);
    future.set_result();
    EXPECT_EQ(runtime_error_of([&] { future.add_done_callback([] {}); }), closed);
}

TEST(Close, IsRefusedWhileTheLoopRuns) {
    conforms_to({"test_events.EventLoopTestsMixin.test_close_running_event_loop"});
    VirtualLoop loop;
    Trace trace;
    loop.call_soon([&] { trace(runtime_error_of([&] { loop.close(); })); });
    loop.turn();
    EXPECT_EQ(trace.text(), "Cannot close a running event loop");
    EXPECT_FALSE(loop.is_closed());
}

TEST(Close, LetsGoOfWhatIsPendingAndCallsNothing) {
    VirtualLoop loop;
    Trace trace;
    auto thing = std::make_shared<int>();
    auto [ours, peer] = aio::socket_pair();
    auto future = loop.create_future<void>();
    future.set_result();
    future.add_done_callback([&, thing] { trace("done-callback"); });
    loop.call_soon([&, thing] { trace("soon"); });
    loop.call_later(1s, [&, thing] { trace("later"); });
    loop.call_soon_threadsafe([&, thing] { trace("threadsafe"); });
    loop.add_reader(ours.fileno(), [&, thing] { trace("reader"); });
    EXPECT_EQ(thing.use_count(), 6);
    loop.close();
    EXPECT_EQ(thing.use_count(), 1) << "a closed loop must own nothing";
    EXPECT_EQ(trace.text(), "");
}

TEST(Close, WhatAFutureWouldCallOnAClosedLoopIsLetGoWithTheLoop) {
    auto thing = std::make_shared<int>();
    {
        VirtualLoop loop;
        auto future = loop.create_future<void>();
        future.add_done_callback([thing] { FAIL() << "called by a closed loop"; });
        loop.close();
        future.set_result();
    }
    EXPECT_EQ(thing.use_count(), 1);
}

TEST(Close, GivesBackTheDescriptors) {
    conforms_to({"test_events.EventLoopTestsMixin.test_internal_fds"});
    const auto before = open_descriptors();
    {
        aio::EventLoop loop;
        EXPECT_EQ(open_descriptors(), before + 2) << "the selector's, and the bell";
        loop.close();
        // The bell stays until the loop is destroyed: another thread may ring at any time.
        EXPECT_EQ(open_descriptors(), before + 1);
    }
    EXPECT_EQ(open_descriptors(), before);
}

// ── which loop ──

/// Runs `work` in a new thread, in which no loop was ever set.
void in_new_thread(const std::function<void()>& work) {
    std::thread(work).join();
}

TEST(CurrentLoop, GetEventLoopGivesTheSameOneAgain) {
    in_new_thread([] { EXPECT_EQ(&aio::get_event_loop(), &aio::get_event_loop()); });
}

TEST(CurrentLoop, NewEventLoopGivesAnotherOne) {
    in_new_thread([] {
        const auto other = aio::new_event_loop();
        EXPECT_NE(&aio::get_event_loop(), other.get());
        aio::set_event_loop(other.get());
        EXPECT_EQ(&aio::get_event_loop(), other.get());
    });
}

TEST(CurrentLoop, TheRunningOneComesFirst) {
    conforms_to({"test_events.GetEventLoopTestsMixin.test_get_event_loop_returns_running_loop"});
    in_new_thread([] {
        const auto set = aio::new_event_loop();
        aio::set_event_loop(set.get());
        VirtualLoop running;
        running.call_soon([&] {
            EXPECT_EQ(&aio::get_event_loop(), &running);
            EXPECT_EQ(&aio::get_running_loop(), &running);
        });
        running.turn();
        EXPECT_EQ(&aio::get_event_loop(), set.get());
        EXPECT_EQ(runtime_error_of([] { (void)aio::get_running_loop(); }), "no running event loop");
    });
}

TEST(CurrentLoop, NoneIsSetAfterSettingNone) {
    conforms_to({"test_events.GetEventLoopTestsMixin.test_get_event_loop_returns_running_loop2"});
    in_new_thread([] {
        const std::string none = "There is no current event loop in this thread";
        const auto loop = aio::new_event_loop();
        aio::set_event_loop(loop.get());
        EXPECT_EQ(&aio::get_event_loop(), loop.get());
        aio::set_event_loop(nullptr);
        EXPECT_EQ(runtime_error_of([] { (void)aio::get_event_loop(); }), none);
        {
            aio::EventLoop gone;
            aio::set_event_loop(&gone);
        }
        EXPECT_EQ(runtime_error_of([] { (void)aio::get_event_loop(); }), none)
            << "a loop that is gone must not be handed out";
    });
}

}  // namespace
