// LoopObserver: what a loop tells of callbacks and futures, and what an observer cannot do to it.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "03_blocking_sockets/socket.hpp"
#include "06_futures/detail/loop_observer.hpp"
#include "06_futures/detail/readable_name.hpp"
#include "06_futures/detail/trace_printer.hpp"
#include "06_futures/event_loop.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/story.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;

/// Function objects have names that a test can ask for.
struct SetResult {
    aio::Future<int> future;
    void operator()() const { future.set_result(5); }
};
struct Print {
    void operator()() const {}
};
struct CallPrint {
    aio::EventLoop* loop;
    void operator()() const { loop->call_soon(Print()); }
};
struct Fail {
    void operator()() const { throw std::runtime_error("no"); }
};

TEST(LoopObserver, SeesThatAFinishedFutureWakesItsCallback) {
    VirtualLoop loop;
    const auto story = watch(loop);
    const auto future = loop.create_future<int>();
    future.add_done_callback([] {});
    loop.call_soon(SetResult{future});
    loop.turn();
    loop.turn();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  SetResult\n"
              "    wakes TestBody\n"
              "    queue: TestBody\n"
              "turn 2\n"
              "  TestBody\n"
              "    queue: -\n");
}

TEST(LoopObserver, SeesWhatACallbackSchedules) {
    VirtualLoop loop;
    const auto story = watch(loop);
    loop.call_soon(CallPrint{&loop});
    loop.call_soon(Print());
    loop.turn();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  CallPrint\n"
              "    schedules Print\n"
              "    queue: Print, Print\n"
              "  Print\n"
              "    queue: Print\n")
        << "what a step schedules stands behind what was ready, and waits for the next turn";
}

TEST(LoopObserver, IsToldThatTheLoopSleptAndNotHowOftenItLooked) {
    VirtualLoop loop;
    const auto story = watch(loop);
    loop.call_later(1s, Print());
    const auto end = loop.create_future<int>();
    loop.call_later(2s, SetResult{end});
    loop.run_until_complete(end);
    EXPECT_EQ(story->text(),
              "turn 1, after a sleep\n"
              "  timer Print\n"
              "    queue: -\n"
              "turn 2, after a sleep\n"
              "  timer SetResult\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n"
              "turn 3\n"
              "  StopRun\n"
              "    queue: -\n");
}

TEST(LoopObserver, SeesAnOperationOfASocketByItsName) {
    aio::EventLoop loop;
    auto [ours, peer] = aio::socket_pair();
    ours.set_blocking(false);
    const auto story = watch(loop);
    const auto bytes = loop.sock_recv(ours, 10);
    peer.send_all("x");
    loop.run_until_complete(bytes);
    EXPECT_EQ(story->text(),
              "turn 1, after a sleep\n"
              "  sock_recv\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n"
              "turn 2\n"
              "  StopRun\n"
              "    queue: -\n");
}

TEST(LoopObserver, DoesNotTakeWhatAnotherThreadPostsForTheWorkOfAStep) {
    VirtualLoop loop;
    const auto story = watch(loop);
    loop.call_soon([&] {
        std::thread([&] { loop.call_soon_threadsafe(Print()); }).join();
        loop.call_soon(Print());
    });
    loop.turn();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  TestBody\n"
              "    schedules Print\n"
              "    queue: Print, Print\n")
        << "two are in the queue, and the step has scheduled one of them";
}

TEST(LoopObserver, SeesACallThatIsCancelledPassBy) {
    VirtualLoop loop;
    const auto story = watch(loop);
    loop.call_soon(Print()).cancel();
    loop.turn();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  Print, cancelled\n"
              "    queue: -\n");
}

TEST(LoopObserver, SeesTheEndOfAStepThatFails) {
    VirtualLoop loop;
    const CapturedLog log;
    const auto story = watch(loop);
    loop.call_soon(Fail());
    loop.call_soon([] { throw aio::SystemExit(); });
    loop.call_soon(Print());
    EXPECT_THROW(loop.turn(), aio::SystemExit);
    loop.turn();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  Fail\n"
              "    queue: TestBody, Print\n"
              "  TestBody\n"
              "    queue: Print\n"
              "turn 2\n"
              "  Print\n"
              "    queue: -\n")
        << "a request to exit ends the turn, and what was ready runs in the next one";
}

// ── set and removed ─────────────────────────────────────────────────────────────────────────────

TEST(LoopObserver, SetWhileTheLoopRunsSeesTheNextStepAndAllAfterIt) {
    VirtualLoop loop;
    std::shared_ptr<Story> story;
    loop.call_soon([&] {
        loop.call_soon(Print());
        story = watch(loop);
        loop.call_soon(Print());
    });
    loop.call_soon(CallPrint{&loop});
    loop.turn();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  CallPrint\n"
              "    schedules Print\n"
              "    queue: Print, Print, Print\n");
}

TEST(LoopObserver, RemovedWhileTheLoopRunsHearsNothingMore) {
    VirtualLoop loop;
    const auto story = watch(loop);
    loop.call_soon([&] {
        loop.set_observer(nullptr);
        loop.call_soon(Print());
    });
    loop.call_soon(Print());
    loop.turn();
    EXPECT_EQ(loop.get_observer(), nullptr);
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  TestBody\n");
}

TEST(LoopObserver, MayRemoveItselfAndLivesUntilItsCallIsOver) {
    struct Once : aio::LoopObserver {
        explicit Once(aio::EventLoop& of, std::string& to) : loop(of), seen(to) {}
        void step(const aio::Callback& callback) override {
            loop.set_observer(nullptr);
            seen += callback.name();
        }
        aio::EventLoop& loop;
        std::string& seen;
    };
    VirtualLoop loop;
    std::string seen;
    loop.set_observer(std::make_shared<Once>(loop, seen));
    loop.call_soon(Print());
    loop.call_soon(Print());
    loop.turn();
    EXPECT_EQ(seen, "Print");
}

TEST(LoopObserver, SeesARunWithinACallbackAndTheCallbackAfterwards) {
    VirtualLoop loop;
    loop.set_nested_running(true);
    const auto story = watch(loop);
    loop.call_soon([&] {
        const auto future = loop.create_future<int>();
        loop.call_soon(SetResult{future});
        loop.run_until_complete(future);
        loop.call_soon(Print());
        loop.stop();
    });
    loop.run_forever();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  TestBody\n"
              "    schedules SetResult\n"
              "turn 2\n"
              "  SetResult\n"
              "    wakes StopRun\n"
              "    queue: StopRun\n"
              "turn 3\n"
              "  StopRun\n"
              "    queue: -\n"
              "    schedules Print\n"
              "    queue: Print\n");
}

TEST(LoopObserver, WorksInDebugModeToo) {
    VirtualLoop loop;
    const CapturedLog log;
    loop.set_debug(true);
    loop.slow_callback_duration = 0s;
    const auto story = watch(loop);
    loop.call_soon(Print());
    loop.turn();
    EXPECT_NE(log.text().find("Executing"), std::string::npos) << log.text();
    loop.set_debug(false);
    loop.call_soon(Print());
    loop.turn();
    EXPECT_EQ(story->text(),
              "turn 1\n"
              "  Print\n"
              "    queue: -\n"
              "turn 2\n"
              "  Print\n"
              "    queue: -\n");
}

// ── errors ──────────────────────────────────────────────────────────────────────────────────────

TEST(LoopObserver, ThatThrowsIsReportedAndTheLoopGoesOn) {
    struct Thrower : aio::LoopObserver {
        void step(const aio::Callback&) override { throw std::runtime_error("of no use"); }
    };
    VirtualLoop loop;
    const CapturedLog log;
    Trace trace;
    loop.set_observer(std::make_shared<Thrower>());
    loop.call_soon([&] { trace("a"); });
    loop.call_soon([&] { trace("b"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "a, b");
    const std::string report = "Exception in a LoopObserver\n  std::runtime_error: of no use";
    EXPECT_EQ(log.text(), report + "\n" + report);
}

TEST(LoopObserver, MayThrowWhereTheReportOfThatSchedulesSomething) {
    struct Thrower : aio::LoopObserver {
        void wake(const aio::Callback&) override { throw std::runtime_error("of no use"); }
    };
    VirtualLoop loop;
    int reports = 0;
    loop.set_exception_handler([&](aio::EventLoop& of, const aio::ExceptionContext&) {
        if (++reports <= 2) of.call_soon(Print());
    });
    loop.set_observer(std::make_shared<Thrower>());
    loop.call_soon([&] {
        loop.call_soon(Print());
        loop.call_soon(Print());
    });
    loop.turn();
    EXPECT_EQ(reports, 2)
        << "one for each that the step has scheduled, and none for those of the handler";
}

TEST(LoopObserver, CannotEndTheLoop) {
    struct Thrower : aio::LoopObserver {
        void step(const aio::Callback&) override { throw aio::SystemExit(); }
    };
    VirtualLoop loop;
    const CapturedLog log;
    Trace trace;
    loop.set_observer(std::make_shared<Thrower>());
    loop.call_soon([&] { trace("a"); });
    EXPECT_NO_THROW(loop.turn()) << "the callback had left the queue, and would never have run";
    EXPECT_EQ(trace.text(), "a");
    EXPECT_EQ(log.text(), "Exception in a LoopObserver\n  SystemExit");
}

// ── names ───────────────────────────────────────────────────────────────────────────────────────

TEST(ReadableName, IsTheLastPartOfATypesName) {
    EXPECT_EQ(aio::readable_name("aio::EventLoop::StopRun"), "StopRun");
    EXPECT_EQ(aio::readable_name("(anonymous namespace)::Print"), "Print");
    EXPECT_EQ(aio::readable_name("Print"), "Print");
    EXPECT_EQ(aio::readable_name("a::Bound<b::C, void (int)>"), "Bound");
}

TEST(ReadableName, OfALambdaIsTheFunctionThatItWasWrittenInWithAnyCompiler) {
    EXPECT_EQ(aio::readable_name("later(aio::EventLoop&, int)::{lambda()#1}"), "later");
    EXPECT_EQ(aio::readable_name("later(aio::EventLoop&, int)::$_0"), "later");
    EXPECT_EQ(aio::readable_name("(anonymous namespace)::later(int)::'lambda'()"), "later");
    EXPECT_EQ(aio::readable_name("aio::Coro<int> a::later<int>(b::C<int>)::{lambda(int)#2}"),
              "later");
    EXPECT_EQ(aio::readable_name("auto A<int>::later<C>(C) const::{lambda(int)#1}"), "later");
    EXPECT_EQ(aio::readable_name("outer()::{lambda()#1}::operator()() const::{lambda()#1}"),
              "outer");
    EXPECT_EQ(aio::readable_name("run<later()::{lambda()#1}>(int)::{lambda()#2}"), "run");
}

TEST(ReadableName, OfAPointerToAFunctionSaysThatItHasNone) {
    EXPECT_EQ(aio::readable_name("void (*)(int)"), "a function");
    EXPECT_EQ(aio::readable_name("void (*)(aio::EventLoop&)"), "a function");
}

TEST(ReadableName, OfADescriptionInWordsIsThoseWords) {
    EXPECT_EQ(aio::readable_description("<a child of gather>"), "a child of gather");
    EXPECT_EQ(aio::readable_description("<done callback aio::EventLoop::StopRun>"), "StopRun");
}

// ── the printer ─────────────────────────────────────────────────────────────────────────────────

TEST(TracePrinter, PrintsATableOfTheSteps) {
    testing::internal::CaptureStdout();
    VirtualLoop loop;
    loop.set_observer(std::make_shared<aio::TracePrinter>());
    loop.call_soon([&] {
        for (int i = 0; i < 3; ++i) loop.call_soon(Print());
        loop.call_soon(CallPrint{&loop});
    });
    const auto end = loop.create_future<int>();
    loop.call_later(1s, SetResult{end});
    loop.run_until_complete(end);
    EXPECT_EQ(testing::internal::GetCapturedStdout(),
              "turn  runs                    what it does                  the queue after it\n"
              "   1  TestBody                schedules Print ×3,           Print ×3, CallPrint\n"
              "                              CallPrint\n"
              "   2  Print                                                 Print ×2, CallPrint\n"
              "      Print                                                 Print, CallPrint\n"
              "      Print                                                 CallPrint\n"
              "      CallPrint               schedules Print               Print\n"
              "   3  Print                                                 -\n"
              "   …  (the loop sleeps)\n"
              "   4  timer SetResult         wakes StopRun                 StopRun\n"
              "   5  StopRun                                               -\n");
}

TEST(TracePrinter, LeavesOutWhatWouldMakeALongRow) {
    struct Long {
        void operator()() const {}
    };
    testing::internal::CaptureStdout();
    VirtualLoop loop;
    loop.set_observer(std::make_shared<aio::TracePrinter>());
    loop.call_soon([&] {
        for (int i = 0; i < 100; ++i) {
            loop.call_soon(Print());
            loop.call_soon(Long());
        }
    });
    loop.turn();
    EXPECT_EQ(testing::internal::GetCapturedStdout(),
              "turn  runs                    what it does                  the queue after it\n"
              "   1  TestBody                schedules Print, Long,        Print, Long, …\n"
              "                              Print, Long and 196 more\n");
}

TEST(TracePrinter, IsSetWhereTheEnvironmentSaysSo) {
    {
        const Environment set("AIO_TRACE", "1");
        EXPECT_NE(aio::EventLoop().get_observer(), nullptr);
    }
    {
        const Environment empty("AIO_TRACE", "");
        EXPECT_EQ(aio::EventLoop().get_observer(), nullptr);
    }
    const Environment unset("AIO_TRACE", std::nullopt);
    EXPECT_EQ(aio::EventLoop().get_observer(), nullptr);
}

TEST(TracePrinter, KeepsWhatHasNoSpaceWhole) {
    struct ANameThatIsLongerThanItsColumnIsWide {
        void operator()() const {}
    };
    testing::internal::CaptureStdout();
    VirtualLoop loop;
    loop.set_observer(std::make_shared<aio::TracePrinter>());
    loop.call_soon(ANameThatIsLongerThanItsColumnIsWide());
    loop.turn();
    EXPECT_EQ(testing::internal::GetCapturedStdout(),
              "turn  runs                    what it does                  the queue after it\n"
              "   1  ANameThatIsLongerThanItsColumnIsWide                                -\n");
}

}  // namespace
