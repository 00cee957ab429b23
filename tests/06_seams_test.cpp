// The seams: where the loop asks for the time, and where a callback remembers its context.
#include <gtest/gtest.h>

#include "06_futures/event_loop.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;
using aio::ContextSnapshot;

// ── clocks ──

TEST(Clock, NeverGoesBack) {
    const aio::Clock clock;
    const auto first = clock.now();
    EXPECT_LE(first, clock.now());
    EXPECT_FALSE(clock.jumps());
}

TEST(VirtualClock, StandsStillUntilTheLoopWouldSleep) {
    VirtualLoop loop;
    Trace trace;
    for (int i = 0; i < 3; ++i) loop.call_soon([&] { trace(fmt::format("{}", loop.seconds())); });
    loop.call_later(1500ms, [&] {
        trace(fmt::format("{}", loop.seconds()));
        loop.stop();
    });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "0, 0, 0, 1.5");
}

TEST(VirtualClock, ACallbackMayTakeTime) {
    VirtualLoop loop;
    Trace trace;
    loop.call_later(1s, [&] {
        loop.clock().advance(5s);
        trace("blocked for five seconds");
    });
    loop.call_later(2s, [&] {
        trace(fmt::format("due at 2, called at {}", loop.seconds()));
        loop.stop();
    });
    loop.run_forever();
    EXPECT_EQ(trace.text(), "blocked for five seconds, due at 2, called at 6");
}

TEST(VirtualClock, NeverJumpsBack) {
    aio::VirtualClock clock;
    clock.jump(aio::TimePoint(5s));
    clock.jump(aio::TimePoint(3s));
    EXPECT_EQ(clock.now(), aio::TimePoint(5s));
}

TEST(VirtualClock, ReadyDescriptorsComeBeforeAJump) {
    VirtualLoop loop;
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    double read_at = -1;
    loop.call_later(1s, [&] { loop.stop(); });
    loop.add_reader(ours.fileno(), [&, fd = ours.fileno()] {
        read_at = loop.seconds();
        loop.remove_reader(fd);
    });
    loop.run_forever();
    EXPECT_EQ(read_at, 0);
    EXPECT_EQ(loop.seconds(), 1);
}

// ── contexts (what they are good for is told in chapter 13) ──

/// A context with a name.
class NamedContext final : public aio::ContextData {
  public:
    NamedContext(std::string name, int& alive) : name(std::move(name)), alive_(alive) { ++alive_; }
    ~NamedContext() override { --alive_; }
    const std::string name;

  private:
    int& alive_;
};

class Contexts : public testing::Test {
  protected:
    ~Contexts() override { ContextSnapshot::set_current(ContextSnapshot()); }

    void enter(const std::string& name) {
        ContextSnapshot::set_current(ContextSnapshot(new NamedContext(name, alive)));
    }
    [[nodiscard]] static std::string current() {
        auto* context = static_cast<NamedContext*>(ContextSnapshot::current().get());
        return context == nullptr ? "none" : context->name;
    }
    /// Notes the context it is called in.
    auto note() {
        return [this] { trace(current()); };
    }

    int alive = 0;
    Trace trace;
    VirtualLoop loop;
};

TEST_F(Contexts, AreThoseOfTheMomentOfScheduling) {
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    auto future = loop.create_future<void>();
    enter("soon");
    loop.call_soon(note());
    enter("reader");
    loop.add_reader(ours.fileno(), note());
    enter("later");
    loop.call_later(0s, note());
    enter("done-callback");
    future.add_done_callback(note());
    enter("set_result");
    future.set_result();
    loop.turn();
    EXPECT_EQ(trace.text(), "soon, done-callback, reader, later");
    EXPECT_EQ(current(), "set_result") << "what callbacks do leaves no trace in the caller";
    loop.remove_reader(ours.fileno());
}

TEST_F(Contexts, WhatACallbackChangesStaysItsOwn) {
    enter("outside");
    loop.call_soon([&] { enter("changed"); });
    loop.call_soon(note());
    loop.turn();
    EXPECT_EQ(trace.text(), "outside");
    EXPECT_EQ(current(), "outside");
}

TEST_F(Contexts, TheExceptionHandlerRunsInThatOfTheCallback) {
    loop.set_exception_handler(
        [&](aio::EventLoop&, const aio::ExceptionContext&) { trace(current()); });
    enter("of the callback");
    loop.call_soon([] { throw std::runtime_error("broken"); });
    enter("outside");
    loop.turn();
    EXPECT_EQ(trace.text(), "of the callback");
}

TEST_F(Contexts, AreGoneWhenNobodyRemembersThem) {
    enter("first");
    loop.call_soon([] {});
    enter("second");
    EXPECT_EQ(alive, 2) << "the scheduled callback remembers the first";
    loop.turn();
    EXPECT_EQ(alive, 1);
    ContextSnapshot::set_current(ContextSnapshot());
    EXPECT_EQ(alive, 0);
}

}  // namespace
