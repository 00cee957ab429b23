// The mini loop and the real one: what both can do is judged by the same tests.
#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sys/timerfd.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/mini_loop.hpp"
#include "06_futures/mini_sockets.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/stack_names.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;

struct Mini {
    static constexpr const char* kName = "Mini";
    using Loop = aio::mini::Loop;
    template <class T>
    using Future = aio::mini::Future<T>;

    template <class T>
    static T run(Loop& loop, const Future<T>& future) {
        return aio::mini::run_until_complete(loop, future);
    }
    static void remove_reader(Loop& loop, int fd) { loop.remove(fd); }
};

struct Real {
    static constexpr const char* kName = "Real";
    using Loop = aio::EventLoop;
    template <class T>
    using Future = aio::Future<T>;

    template <class T>
    static T run(Loop& loop, const Future<T>& future) {
        return loop.run_until_complete(future);
    }
    static void remove_reader(Loop& loop, int fd) { loop.remove_reader(fd); }
};

template <class Stack>
class MiniAndReal : public ::testing::Test {
  protected:
    template <class T>
    using Future = typename Stack::template Future<T>;

    /// Runs until a call that is made now has had its turn.
    void turn() {
        loop.call_soon([this] { loop.stop(); });
        loop.run_forever();
    }
    auto say(const std::string& what) {
        return [this, what] { trace(what); };
    }

    typename Stack::Loop loop;
    Trace trace;
};

using Stacks = ::testing::Types<Mini, Real>;
TYPED_TEST_SUITE(MiniAndReal, Stacks, StackNames);

TYPED_TEST(MiniAndReal, CallsInTheOrderInWhichItWasAsked) {
    for (const char* what : {"1", "2", "3"}) this->loop.call_soon(this->say(what));
    this->turn();
    EXPECT_EQ(this->trace.text(), "1, 2, 3");
}

TYPED_TEST(MiniAndReal, WhatACallbackSchedulesWaitsForTheNextTurn) {
    this->loop.call_soon([this] {
        this->trace("first");
        this->loop.call_soon(this->say("scheduled by the first"));
    });
    this->loop.call_soon(this->say("second"));
    this->turn();
    EXPECT_EQ(this->trace.text(), "first, second");
    this->turn();
    EXPECT_EQ(this->trace.text(), "first, second, scheduled by the first");
}

TYPED_TEST(MiniAndReal, CallsTimersInTheOrderOfTheirTimes) {
    this->loop.call_later(2ms, [this] {
        this->trace("last");
        this->loop.stop();
    });
    this->loop.call_later(1ms, this->say("second"));
    this->loop.call_later(0ms, this->say("first"));
    this->loop.run_forever();
    EXPECT_EQ(this->trace.text(), "first, second, last");
}

TYPED_TEST(MiniAndReal, CallsNobodyBeforeItsTime) {
    const auto start = std::chrono::steady_clock::now();
    this->loop.call_later(5ms, [this] { this->loop.stop(); });
    this->loop.run_forever();
    EXPECT_GE(std::chrono::steady_clock::now() - start, 5ms);
}

TYPED_TEST(MiniAndReal, CallsAReaderWheneverThereIsSomethingToRead) {
    auto [ours, peer] = aio::socket_pair();
    this->loop.add_reader(ours.fileno(), [this, &ours = ours] {
        std::string bytes(10, '\0');
        bytes.resize(ours.recv(bytes));
        this->trace(bytes);
        this->loop.stop();
    });
    peer.send_all("one");
    this->loop.run_forever();
    peer.send_all("two");
    this->loop.run_forever();
    TypeParam::remove_reader(this->loop, ours.fileno());
    peer.send_all("three");
    this->turn();
    EXPECT_EQ(this->trace.text(), "one, two") << "the reader was removed before the third";
}

TYPED_TEST(MiniAndReal, AFutureHasNoResultUntilItIsGivenOne) {
    const typename TestFixture::template Future<int> future(this->loop);
    EXPECT_FALSE(future.done());
    EXPECT_EQ(error_of([&] { (void)future.result(); }), "Result is not set.");
    future.set_result(42);
    EXPECT_TRUE(future.done());
    EXPECT_EQ(future.result(), 42);
}

TYPED_TEST(MiniAndReal, AFutureKeepsAnErrorForWhoeverAsks) {
    const typename TestFixture::template Future<int> future(this->loop);
    future.set_exception(std::make_exception_ptr(std::runtime_error("it failed")));
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(error_of([&] { (void)future.result(); }), "it failed") << "question " << i;
    }
}

TYPED_TEST(MiniAndReal, FinishingAFutureCallsNobodyInline) {
    const typename TestFixture::template Future<int> future(this->loop);
    future.add_done_callback(this->say("first"));
    future.add_done_callback(this->say("second"));
    future.set_result(1);
    this->trace("set");
    this->turn();
    EXPECT_EQ(this->trace.text(), "set, first, second");
}

TYPED_TEST(MiniAndReal, ACallbackOfAFutureThatIsDoneIsCalledSoon) {
    const typename TestFixture::template Future<int> future(this->loop);
    future.set_result(1);
    future.add_done_callback(this->say("called"));
    EXPECT_EQ(this->trace.text(), "");
    this->turn();
    EXPECT_EQ(this->trace.text(), "called");
}

TYPED_TEST(MiniAndReal, RunsUntilAFutureIsDone) {
    const typename TestFixture::template Future<std::string> future(this->loop);
    this->loop.call_later(1ms, [=] { future.set_result("done"); });
    EXPECT_EQ(TypeParam::run(this->loop, future), "done");
}

TYPED_TEST(MiniAndReal, ThrowsTheErrorOfTheFutureItRanFor) {
    const typename TestFixture::template Future<void> future(this->loop);
    this->loop.call_soon(
        [=] { future.set_exception(std::make_exception_ptr(std::runtime_error("it failed"))); });
    EXPECT_EQ(error_of([&] { TypeParam::run(this->loop, future); }), "it failed");
}

// ── one turn of the mini loop ──

/// Says something. Cannot be copied for ever, as by a turn that leaves its timers in the heap.
class Say {
  public:
    Say(Trace& trace, int& copies, std::string what)
        : trace_(trace), copies_(copies), what_(std::move(what)) {}
    Say(const Say& other) : Say(other.trace_, other.copies_, other.what_) {
        if (++copies_ > 1000) throw std::logic_error("'" + what_ + "' is scheduled for ever");
    }
    Say& operator=(const Say&) = delete;
    void operator()() const { trace_(what_); }

  private:
    Trace& trace_;
    int& copies_;
    std::string what_;
};

/// A turn that waits for what never comes would last for ever: after two seconds, it is told.
class MiniTurn : public ::testing::Test {
  protected:
    MiniTurn() {
        itimerspec time{};
        time.it_value.tv_sec = 2;
        aio::check(::timerfd_settime(alarm.number(), 0, &time, nullptr), "timerfd_settime");
        loop.add_reader(alarm.number(), [this] { trace("(for two seconds nobody was called)"); });
    }
    Say say(const std::string& what) { return {trace, copies, what}; }

    aio::Fd alarm{aio::check(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), "timerfd_create")};
    aio::mini::Loop loop;
    Trace trace;
    int copies = 0;  // of what is said
};

TEST_F(MiniTurn, MayFindNoTimer) {
    const auto make_a_turn_without_timers = [this] {
        loop.call_soon([] {});
        loop.run_once();
        std::_Exit(0);
    };
    // In a process of its own: to look at the earliest of none usually crashes.
    ASSERT_EXIT(make_a_turn_without_timers(), testing::ExitedWithCode(0), "")
        << "there is no timer, and it asks when the earliest is due";
}

TEST_F(MiniTurn, CallsAllThatIsReadyInOrder) {
    for (const char* what : {"1", "2", "3"}) loop.call_soon(say(what));
    loop.run_once();
    EXPECT_EQ(trace.text(), "1, 2, 3");
}

TEST_F(MiniTurn, CallsEachOnce) {
    loop.call_soon(say("once"));
    loop.call_later(0ms, say("a timer once"));
    loop.call_later(1h, say("in an hour"));
    for (int turn = 0; turn < 3; ++turn) {
        loop.call_soon([] {});
        loop.run_once();
    }
    EXPECT_EQ(trace.text(), "once, a timer once");
}

TEST_F(MiniTurn, LeavesWhatIsScheduledMeanwhileToTheNextTurn) {
    loop.call_soon([this] {
        trace("first");
        loop.call_soon(say("next turn"));
    });
    loop.call_soon(say("second"));
    loop.run_once();
    ASSERT_EQ(trace.text(), "first, second") << "a turn must have an end";
    loop.run_once();
    EXPECT_EQ(trace.text(), "first, second, next turn") << "what is scheduled must not get lost";
}

TEST_F(MiniTurn, PutsDescriptorsAndThenTimersBehindWhatWasReady) {
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    loop.call_later(0ms, say("a timer"));
    auto [our_other, other_peer] = aio::socket_pair();
    other_peer.send_all("x");
    loop.add_reader(ours.fileno(), say("a descriptor"));
    loop.add_reader(our_other.fileno(), say("a descriptor"));
    loop.call_soon(say("what was ready"));
    loop.run_once();
    EXPECT_EQ(trace.text(), "what was ready, a descriptor, a descriptor, a timer")
        << "all in one turn";
}

TEST_F(MiniTurn, CallsAllTimersThatAreDueTheEarliestFirst) {
    const auto start = aio::mini::Clock::now();
    loop.call_later(2ms, say("second"));
    loop.call_later(1ms, say("first"));
    loop.call_later(1h, say("in an hour"));
    while (aio::mini::Clock::now() - start < 3ms) continue;  // until both are due
    loop.run_once();
    EXPECT_EQ(trace.text(), "first, second") << "those that are due, and no other";
}

TEST_F(MiniTurn, SleepsUntilTheNextTimer) {
    loop.call_later(20ms, say("a timer"));
    loop.run_once();
    EXPECT_EQ(trace.text(), "a timer")
        << "a turn without anything to do should sleep until then: then it is due in this turn";
}

TEST_F(MiniTurn, DoesNotSleepWhileSomethingIsReady) {
    loop.call_later(2s, say("a timer"));
    loop.call_soon(say("ready"));
    loop.run_once();
    EXPECT_EQ(trace.text(), "ready") << "it slept until the timer was due";
}

TEST_F(MiniTurn, KeepsTheOthersWhenACallbackThrows) {
    loop.call_soon([] { throw std::runtime_error("a mistake"); });
    loop.call_soon(say("the other one"));
    EXPECT_EQ(error_of([&] { loop.run_once(); }), "a mistake");
    loop.call_soon([] {});
    EXPECT_EQ(error_of([&] { loop.run_once(); }), "no error") << "it was called twice";
    EXPECT_EQ(trace.text(), "the other one");
}

TEST_F(MiniTurn, CallsAReaderAtEachTurnAsLongAsThereIsSomethingToRead) {
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    loop.add_reader(ours.fileno(), say("readable"));
    loop.run_once();
    loop.run_once();
    EXPECT_EQ(trace.text(), "readable, readable") << "it is watched until it is removed";
    loop.remove(ours.fileno());
    loop.call_soon(say("removed"));
    loop.run_once();
    EXPECT_EQ(trace.text(), "readable, readable, removed");
}

// ── until a future is done ──

/// A run that is never stopped would last for ever: after a second, this one is.
class MiniRun : public ::testing::Test {
  protected:
    MiniRun() {
        loop.call_later(1s, [this] {
            gave_up = true;
            loop.stop();
        });
    }
    std::string result_or_error(const aio::mini::Future<std::string>& future) {
        std::string result;
        const std::string error = error_of([&] { result = run_until_complete(loop, future); });
        return error == "no error" ? result : error;
    }
    ~MiniRun() override { EXPECT_FALSE(gave_up) << "the run went on after the future was done"; }

    aio::mini::Loop loop;
    bool gave_up = false;
    Trace trace;
};

TEST_F(MiniRun, GivesTheResult) {
    const aio::mini::Future<std::string> future(loop);
    loop.call_later(1ms, [=] { future.set_result("done"); });
    EXPECT_EQ(result_or_error(future), "done");
}

TEST_F(MiniRun, ThrowsTheError) {
    const aio::mini::Future<> future(loop);
    loop.call_soon(
        [=] { future.set_exception(std::make_exception_ptr(std::runtime_error("it failed"))); });
    EXPECT_EQ(error_of([&] { run_until_complete(loop, future); }), "it failed");
}

TEST_F(MiniRun, RunsWhatIsReadyEvenIfTheFutureIsDone) {
    const aio::mini::Future<int> future(loop);
    future.set_result(1);
    loop.call_soon([this] { trace("called"); });
    EXPECT_EQ(run_until_complete(loop, future), 1);
    EXPECT_EQ(trace.text(), "called") << "a result that is there must not keep others from theirs";
}

TEST_F(MiniRun, DoesNotSleepIfTheFutureIsDone) {
    const aio::mini::Future<int> future(loop);
    future.set_result(1);
    EXPECT_EQ(run_until_complete(loop, future), 1);
    EXPECT_FALSE(gave_up) << "nothing is ready, so the turn slept until something would be";
    gave_up = false;
}

TEST_F(MiniRun, CallsTheOthersMeanwhile) {
    const aio::mini::Future<int> future(loop);
    for (const int time : {1, 2}) {
        loop.call_later(std::chrono::milliseconds(time),
                        [this, time] { trace(std::to_string(time)); });
    }
    loop.call_later(3ms, [=] { future.set_result(3); });
    EXPECT_EQ(run_until_complete(loop, future), 3);
    EXPECT_EQ(trace.text(), "1, 2");
}

TEST_F(MiniRun, CanBeDoneAgainOnTheSameLoop) {
    for (const int number : {1, 2}) {
        const aio::mini::Future<std::string> future(loop);
        loop.call_soon([=] { future.set_result(std::to_string(number)); });
        EXPECT_EQ(result_or_error(future), std::to_string(number));
        ASSERT_FALSE(gave_up);
    }
}

TEST_F(MiniRun, LeavesNothingThatStopsALaterRun) {
    for (const bool before : {true, false}) {
        const aio::mini::Future<int> future(loop);
        if (before) future.set_result(1);
        loop.call_soon([=] {
            if (!before) future.set_result(1);
        });
        run_until_complete(loop, future);
        ASSERT_FALSE(gave_up);
        loop.call_later(1ms, [&] {
            trace("its own stop");
            loop.stop();
        });
        loop.run_forever();
    }
    EXPECT_EQ(trace.text(), "its own stop, its own stop");
}

// ── the mini loop's sockets ──

TEST(MiniSockets, SendMoreThanTheKernelTakesAtOnceAndReceiveItAll) {
    aio::mini::Loop loop;
    auto [ours, peer] = aio::socket_pair();
    ours.set_blocking(false);
    peer.set_blocking(false);
    const std::string data(3'000'000, 'x');
    const auto sent = aio::mini::sock_sendall(loop, ours, data);
    EXPECT_FALSE(sent.done()) << "three megabytes do not fit into the kernel's buffers";
    std::size_t received = 0;
    while (received < data.size()) {
        received += run_until_complete(loop, aio::mini::sock_recv(loop, peer, 65'536)).size();
    }
    run_until_complete(loop, sent);
    EXPECT_EQ(received, data.size());
}

TEST(MiniSockets, GiveNothingAtTheEnd) {
    aio::mini::Loop loop;
    auto [ours, peer] = aio::socket_pair();
    ours.set_blocking(false);
    peer.close();
    EXPECT_EQ(run_until_complete(loop, aio::mini::sock_recv(loop, ours, 10)), "");
}

TEST(MiniSockets, SayThatNobodyListens) {
    aio::mini::Loop loop;
    const aio::Address free = [] {
        return aio::create_server(aio::Address::ipv4("127.0.0.1", 0)).local_address();
    }();
    aio::Socket socket(free.family());
    socket.set_blocking(false);
    const std::string error =
        error_of([&] { run_until_complete(loop, aio::mini::sock_connect(loop, socket, free)); });
    EXPECT_NE(error.find("Connection refused"), error.npos) << error;
}

}  // namespace
