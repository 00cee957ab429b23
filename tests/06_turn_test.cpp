// One turn of the loop: what runs, in which order, and what has to wait for the next one.
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "03_blocking_sockets/socket.hpp"
#include "06_futures/event_loop.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/counted_selector.hpp"
#include "tests/support/story.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;

/// A loop that ends with an error if it turns for ever. It watches a descriptor, so that it looks,
/// and its selector counts, also when the loop has work.
class TurnLoop : public VirtualLoop {
  public:
    TurnLoop() : VirtualLoop(std::make_unique<CountedSelector>(looks_)) {
        add_reader(watched_.first.fileno(), [] {});
    }
    ~TurnLoop() { remove_reader(watched_.first.fileno()); }

  private:
    int looks_ = 0;
    std::pair<aio::Socket, aio::Socket> watched_ = aio::socket_pair();
};

TEST(Turn, MayHaveNothingToRun) {
    const auto make_an_empty_turn = [] {
        TurnLoop().turn();
        std::_Exit(0);
    };
    // In a process of its own: to take one out of an empty queue usually crashes.
    ASSERT_EXIT(make_an_empty_turn(), testing::ExitedWithCode(0), "")
        << "nothing is ready, and it takes something out of the queue";
}

TEST(Turn, RunsCallbacksInTheOrderTheyWereScheduled) {
    TurnLoop loop;
    Trace trace;
    for (const char* name : {"a", "b", "c"}) loop.call_soon([&, name] { trace(name); });
    EXPECT_EQ(trace.text(), "") << "call_soon must not call anything by itself";
    loop.turn();
    EXPECT_EQ(trace.text(), "a, b, c");
}

TEST(Turn, WatchesEachCallbackInDebugMode) {
    TurnLoop loop;
    loop.set_debug(true);
    loop.slow_callback_duration = 0ns;
    const CapturedLog log;
    loop.call_soon([] {});
    loop.turn();
    EXPECT_EQ(log.text().substr(0, 9), "Executing")
        << "where watched_ is set, run_watched() must run the callback";
}

TEST(Turn, WhatACallbackSchedulesWaitsForTheNextTurn) {
    TurnLoop loop;
    Trace trace;
    loop.call_soon([&] {
        trace("a");
        loop.call_soon([&] { trace("child of a"); });
    });
    loop.call_soon([&] { trace("b"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "a, b") << "a turn runs what was ready when it began, and no more";
    loop.turn();
    EXPECT_EQ(trace.text(), "a, b, child of a");
}

TEST(Turn, EndsAlthoughACallbackSchedulesItselfForEver) {
    TurnLoop loop;
    int calls = 0;
    struct Again {
        TurnLoop* loop;
        int* calls;
        void operator()() const {
            if (++*calls == 100) throw aio::SystemExit();  // a turn without an end
            loop->call_soon(*this);
        }
    };
    loop.call_soon(Again{&loop, &calls});
    try {
        loop.turn();
    } catch (const aio::SystemExit&) {
    }
    EXPECT_EQ(calls, 1) << "the second call belongs to the second turn";
}

TEST(Turn, OfANestedRunMayEndTheOuterTurnToo) {
    TurnLoop loop;
    loop.set_nested_running(true);
    Trace trace;
    loop.call_soon([&] {
        loop.turn();  // takes "last" away, with which the outer turn would have ended
        trace("first");
        loop.call_soon([&] { trace("next turn"); });
    });
    loop.call_soon([&] { trace("last"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "last, first") << "the outer turn has lost its end, and must not go on";
    loop.turn();
    EXPECT_EQ(trace.text(), "last, first, next turn");
}

TEST(Turn, LetsAnExitRequestOutAndKeepsTheRest) {
    TurnLoop loop;
    Trace trace;
    loop.call_soon([] { throw aio::SystemExit(); });
    loop.call_soon([&] { trace("the rest"); });
    EXPECT_THROW(loop.turn(), aio::SystemExit)
        << "what a callback throws is not the turn's to keep";
    loop.turn();
    EXPECT_EQ(trace.text(), "the rest") << "what the turn could not run waits for the next one";
}

TEST(Turn, TellsAnObserverOfEachCallback) {
    TurnLoop loop;
    const auto story = watch(loop);
    loop.call_soon([] {});
    loop.turn();
    EXPECT_EQ(story->text(), "turn 1\n  TestBody\n    queue: -\n")
        << "watched_ is set for debug mode, and for an observer";
}

TEST(Turn, DoesNotSleepWhileSomethingIsReady) {
    TurnLoop loop;
    Trace trace;
    loop.call_later(1s, [&] { loop.stop(); });
    loop.call_soon([&] { trace(fmt::format("ready at {} s", loop.seconds())); });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "ready at 0 s");
}

TEST(Turn, ReadyComesBeforeDescriptorsAndTheseBeforeTimers) {
    TurnLoop loop;
    Trace trace;
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    loop.call_later(0s, [&] { trace("timer"); });
    loop.add_reader(ours.fileno(), [&] { trace("reader"); });
    loop.call_soon([&] { trace("soon"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "soon, reader, timer");
    loop.remove_reader(ours.fileno());
}

TEST(Turn, ACallbackCancelledByAnEarlierOneOfItsTurnIsPassedOver) {
    TurnLoop loop;
    Trace trace;
    std::optional<aio::Handle> second;
    loop.call_soon([&] {
        trace("first");
        second->cancel();
    });
    second = loop.call_soon([&] { trace("second"); });
    loop.call_soon([&] { trace("third"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "first, third");
    EXPECT_TRUE(second->cancelled());
}

TEST(Turn, ATimerCancelledInItsTurnDoesNotFire) {
    TurnLoop loop;
    Trace trace;
    std::optional<aio::TimerHandle> late;
    loop.call_at(loop.time() + 1s, [&] {
        trace("early");
        late->cancel();
    });
    late = loop.call_at(loop.time() + 2s, [&] { trace("late"); });
    loop.clock().advance(5s);
    loop.turn();
    EXPECT_EQ(trace.text(), "early") << "both were due, and the first has cancelled the second";
}

TEST(Turn, CancelLetsGoOfTheFunctionAtOnce) {
    TurnLoop loop;
    auto thing = std::make_shared<int>(1);
    aio::Handle handle = loop.call_soon([thing] {});
    EXPECT_EQ(thing.use_count(), 2);
    handle.cancel();
    EXPECT_EQ(thing.use_count(), 1) << "a cancelled call must not keep what it captured";
}

TEST(Turn, TimersFireInTheOrderOfTheirDeadlines) {
    TurnLoop loop;
    Trace trace;
    for (const int s : {3, 1, 2}) {
        loop.call_later(std::chrono::seconds(s), [&, s] { trace(fmt::format("{}", s)); });
    }
    loop.call_at(loop.time() - 1s, [&] { trace("overdue"); });
    loop.call_later(-5s, [&] { trace("long overdue"); });
    loop.call_later(4s, [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "long overdue, overdue, 1, 2, 3");
    EXPECT_EQ(loop.seconds(), 4);
}

TEST(Turn, ATimerIsKeptApartFromWhatIsReady) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_call_later",
                 "test_base_events.BaseEventLoopTests.test__add_callback_handle"});
    TurnLoop loop;
    Trace trace;
    aio::TimerHandle timer = loop.call_later(1s, [&] { trace("timer"); });
    loop.call_soon([&] { trace("soon"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "soon");
    EXPECT_EQ(loop.seconds(), 0) << "what is ready must not wait for a timer";
    EXPECT_EQ(timer.when(), loop.time() + 1s);
    EXPECT_FALSE(timer.cancelled());
}

TEST(Turn, TimersGetTheirArgumentsAndMayStopTheLoop) {
    conforms_to({"test_events.EventLoopTestsMixin.test_call_later"});
    TurnLoop loop;
    Trace trace;
    const auto callback = [&](const std::string& argument) {
        trace(argument);
        loop.stop();
    };
    loop.call_later(100ms, callback, "hello world!");
    loop.run_forever();
    EXPECT_EQ(trace.text(), "hello world!");
    EXPECT_EQ(loop.seconds(), 0.1);
}

TEST(Turn, ArgumentsAreCopiedMovedOrReferredTo) {
    TurnLoop loop;
    std::string copied = "copied";
    std::string referred = "referred";
    auto moved = std::make_unique<int>(3);
    const auto callback = [](const std::string& copy, std::string& reference,
                             std::unique_ptr<int>& pointer) {
        reference = fmt::format("{} {}", copy, *pointer);
    };
    loop.call_soon(callback, copied, std::ref(referred), std::move(moved));
    copied = "changed";
    loop.turn();
    EXPECT_EQ(referred, "copied 3");
}

/// A clock that stands still, and is moved by hand.
class StillClock final : public aio::Clock {
  public:
    [[nodiscard]] aio::TimePoint now() const override { return now_; }
    void advance(aio::Duration by) { now_ += by; }

  private:
    aio::TimePoint now_{};
};

/// A selector that never sleeps: it notes how long it should have, and stops the loop.
class NotedSelector final : public aio::Selector {
  public:
    explicit NotedSelector(Trace& sleeps) : sleeps_(sleeps) {}
    aio::EventLoop* loop = nullptr;

  private:
    void add(int /*fd*/, aio::Events /*events*/) override {}
    void change(const aio::SelectorKey& /*before*/, aio::Events /*events*/) override {}
    void remove(const aio::SelectorKey& /*key*/) override {}
    int wait(aio::SelectTimeout timeout) override {
        const auto seconds = timeout.value_or(aio::Duration()) / 1.0s;
        sleeps_(timeout ? fmt::format("{} s", seconds) : "for ever");
        loop->stop();
        return 0;
    }

    Trace& sleeps_;
};

/// How long a loop for which `prepare` was done asks the selector to sleep in its first turn.
std::string sleep_of(const std::function<void(aio::EventLoop&, StillClock&)>& prepare) {
    Trace sleeps;
    auto selector = std::make_unique<NotedSelector>(sleeps);
    auto owned = std::make_unique<StillClock>();
    NotedSelector& noted = *selector;
    StillClock& clock = *owned;
    aio::EventLoop loop(std::move(selector), std::move(owned));
    noted.loop = &loop;
    auto [ours, peer] = aio::socket_pair();
    loop.add_reader(ours.fileno(), [] {});  // or the loop would not always ask
    prepare(loop, clock);
    loop.run_forever();
    loop.remove_reader(ours.fileno());
    return sleeps.text();
}

TEST(Turn, SleepsForEverIfThereIsNoTimer) {
    const auto sleep = [] {
        (void)sleep_of([](aio::EventLoop&, StillClock&) {});
        std::_Exit(0);
    };
    // In a process of its own: to ask a heap for what it has not usually crashes.
    ASSERT_EXIT(sleep(), testing::ExitedWithCode(0), "")
        << "there is no timer, and it asks when the earliest is due";
    EXPECT_EQ(sleep_of([](aio::EventLoop&, StillClock&) {}), "for ever")
        << "until a descriptor is ready: to wake up before would be for nothing";
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock&) {
                  aio::TimerHandle first = loop.call_later(10s, [] {});
                  aio::TimerHandle last = loop.call_later(20s, [] {});
                  first.cancel();
                  last.cancel();
              }),
              "for ever")
        << "a timer that is cancelled is none: let go of these, and ask only then";
}

TEST(Turn, SleepsUntilTheNextTimerThatIsNotCancelled) {
    conforms_to({"test_base_events.BaseEventLoopTests.test__run_once"});
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock&) {
                  aio::TimerHandle cancelled = loop.call_later(10s, [] {});
                  loop.call_later(20s, [] {});
                  cancelled.cancel();
              }),
              "20 s")
        << "a cancelled timer must not wake the loop";
}

TEST(Turn, SleepsADayAtMost) {
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock&) { loop.call_later(30h, [] {}); }),
              "86400 s")
        << "24 hours, and in a later turn the rest";
}

TEST(Turn, DoesNotSleepIfTheLoopWasStoppedBeforeTheRun) {
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock&) {
                  loop.call_later(10s, [] {});
                  loop.stop();
              }),
              "0 s")
        << "a loop that is to stop makes one turn, and does not wait";
}

TEST(Turn, SleepsUntilTheTimerIsDueToTheMicrosecond) {
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock&) { loop.call_later(100us, [] {}); }),
              "0.0001 s")
        << "rounded down, it would ask again and again";
}

TEST(Turn, SleepsLessIfTimeHasPassedSinceTheTimerWasMade) {
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock& clock) {
                  loop.call_later(3s, [] {});
                  clock.advance(1s);  // as by a callback that takes long
              }),
              "2 s")
        << "it counts from the last look at the clock, and not from now";
}

TEST(Turn, DoesNotSleepForWantOfATimer) {
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock&) { loop.call_soon([] {}); }), "0 s")
        << "there is no timer, but something is ready";
    EXPECT_EQ(sleep_of([](aio::EventLoop& loop, StillClock&) { loop.stop(); }), "0 s")
        << "there is no timer, but the loop is to stop";
}

TEST(Turn, DoesNotSleepLessThanNothing) {
    EXPECT_EQ(
        sleep_of([](aio::EventLoop& loop, StillClock&) { loop.call_at(loop.time() - 5s, [] {}); }),
        "0 s")
        << "a timer is overdue; less than zero means for ever to many a selector";
}

TEST(Turn, AnHourOfTimersTakesNoTime) {
    const auto start = std::chrono::steady_clock::now();
    TurnLoop loop;
    int fired = 0;
    for (int i = 1; i <= 3600; ++i) loop.call_later(std::chrono::seconds(i), [&] { ++fired; });
    loop.call_later(1h, [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_EQ(fired, 3600);
    EXPECT_EQ(loop.seconds(), 3600);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1min) << "virtual time is not waited for";
}

TEST(Turn, WhatIsStillToComeIsKnownToTheLoop) {
    for (const auto& loop :
         {std::make_unique<aio::EventLoop>(),
          std::make_unique<aio::EventLoop>(std::make_unique<aio::Clock>()),
          std::make_unique<aio::EventLoop>(std::make_unique<aio::VirtualClock>())}) {
        EXPECT_FALSE(loop->is_ahead(loop->time() - 1h)) << "an hour ago is over";
        EXPECT_FALSE(loop->is_ahead(loop->time())) << "now is not to come any more";
        EXPECT_TRUE(loop->is_ahead(loop->time() + 1h)) << "an hour from now is far off";
        EXPECT_TRUE(loop->is_ahead(loop->time() + 5ms)) << "near, but to come";
    }
}

TEST(Turn, AFunctionOfALongDurationWaitsACentury) {
    TurnLoop loop;
    const auto century = loop.call_later(std::chrono::duration<double>(1e300), [] {});
    EXPECT_EQ(century.when() - loop.time(), std::chrono::hours(24 * 36525));
    EXPECT_EQ(
        error_of([&] { loop.call_later(std::chrono::duration<double>(std::nan("")), [] {}); }),
        "Invalid delay: NaN (not a number)");
}

TEST(Turn, VeryShortTimersDoNotMakeTheLoopSpin) {
    conforms_to({"test_events.EventLoopTestsMixin.test_timeout_rounding"});
    int asked = 0;
    aio::EventLoop loop(std::make_unique<CountedSelector>(asked));
    auto [ours, peer] = aio::socket_pair();
    loop.add_reader(ours.fileno(), [] {});  // or the loop would not always ask
    int left = 5;
    std::function<void()> next = [&] {
        if (left-- == 0) return loop.stop();
        loop.call_later(left % 2 == 0 ? 1us : 100us, [&] { next(); });
    };
    next();
    loop.run_forever();
    EXPECT_LE(asked, 20) << "each timer should cost one look at the descriptors or two";
    loop.remove_reader(ours.fileno());
}

TEST(Turn, ABusyLoopStillLooksAtItsDescriptors) {
    aio::EventLoop loop;
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    int turns = 0;
    struct Busy {
        aio::EventLoop* loop;
        int* turns;
        void operator()() const {
            if (++*turns == 100'000) return loop->stop();  // the reader was forgotten
            loop->call_soon(*this);
        }
    };
    bool was_read = false;
    loop.call_soon(Busy{&loop, &turns});
    loop.call_soon([&, fd = ours.fileno()] {
        loop.add_reader(fd, [&] {
            was_read = true;
            loop.stop();
        });
    });
    loop.run_forever();
    EXPECT_TRUE(was_read) << "a loop with work must not forget its sockets";
    EXPECT_LT(turns, 1000);
    loop.remove_reader(ours.fileno());
}

TEST(Turn, ACallbackThatTakesLongMakesTheLoopAskEachTime) {
    int asked = 0;
    auto clock = std::make_unique<aio::VirtualClock>();
    aio::VirtualClock& time = *clock;
    aio::EventLoop loop(std::make_unique<CountedSelector>(asked), std::move(clock));
    auto [ours, peer] = aio::socket_pair();
    loop.add_reader(ours.fileno(), [] {});
    int left = 100;
    struct Slow {
        aio::EventLoop* loop;
        aio::VirtualClock* time;
        int* left;
        void operator()() const {
            time->advance(1ms);
            --*left == 0 ? loop->stop() : (void)loop->call_soon(*this);
        }
    };
    loop.call_soon(Slow{&loop, &time, &left});
    loop.run_forever();
    EXPECT_GE(asked, 99) << "a socket must not wait for several slow callbacks";
    loop.remove_reader(ours.fileno());
}

}  // namespace
