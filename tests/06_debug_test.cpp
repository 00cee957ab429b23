// What debug mode says, and what handles and futures say of themselves.
#include <thread>

#include <gtest/gtest.h>

#include "06_futures/event_loop.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;

/// A callback whose name is known.
struct OnReadable {
    void operator()(int /*argument*/ = 0) const {}
};
struct Slow {
    VirtualLoop* loop;
    void operator()() const { loop->clock().advance(250ms); }
};

std::string name(const std::type_info& type) {
    return aio::type_name(type);
}

TEST(DebugMode, NamesSlowCallbacks) {
    conforms_to({"test_base_events.BaseEventLoopWithSelectorTests.test_log_slow_callbacks"});
    VirtualLoop loop;
    loop.set_debug(true);
    const CapturedLog log;
    loop.call_soon(Slow{&loop});
    loop.call_soon(OnReadable());
    loop.turn();
    EXPECT_EQ(log.text(), "Executing <Handle " + name(typeid(Slow)) + "> took 0.250 seconds");
    loop.slow_callback_duration = 300ms;
    loop.call_soon(Slow{&loop});
    loop.turn();
    EXPECT_EQ(log.text().find('\n'), std::string::npos) << "250 ms are not slow any more";
}

TEST(DebugMode, IsSilentWhenItIsOff) {
    VirtualLoop loop;
    loop.set_debug(false);
    const CapturedLog log;
    loop.call_soon(Slow{&loop});
    loop.turn();
    EXPECT_EQ(log.text(), "");
}

TEST(DebugMode, StartsAsTheEnvironmentSays) {
    conforms_to({"test_tasks.GatherTestsBase.test_env_var_debug"});
    {
        const Environment set("AIO_DEBUG", "1");
        EXPECT_TRUE(aio::EventLoop().get_debug());
    }
    {
        const Environment empty("AIO_DEBUG", "");
        EXPECT_FALSE(aio::EventLoop().get_debug());
    }
    const Environment unset("AIO_DEBUG", std::nullopt);
    EXPECT_FALSE(aio::EventLoop().get_debug());
}

TEST(DebugMode, RefusesCallsFromAnotherThread) {
    VirtualLoop loop;
    loop.set_debug(true);
    std::string soon, later, at;
    const auto from_elsewhere = [&](std::string& error, const std::function<void()>& call) {
        std::thread([&] { error = error_of(call); }).join();
    };
    loop.call_soon([&] {
        from_elsewhere(soon, [&] { loop.call_soon([] {}); });
        from_elsewhere(later, [&] { loop.call_later(1s, [] {}); });
        from_elsewhere(at, [&] { loop.call_at(aio::TimePoint(), [] {}); });
    });
    loop.turn();
    const std::string refused =
        "Non-thread-safe operation invoked on an event loop other than the current one: "
        "use call_soon_threadsafe";
    EXPECT_EQ(soon, refused);
    EXPECT_EQ(later, refused);
    EXPECT_EQ(at, refused);
}

TEST(Describe, AHandleNamesItsCallbackOrSaysCancelled) {
    conforms_to({"test_events.HandleTests.test_handle_repr"});
    VirtualLoop loop;
    aio::Handle handle = loop.call_soon(OnReadable());
    EXPECT_EQ(handle.describe(), "<Handle " + name(typeid(OnReadable)) + ">");
    EXPECT_EQ(loop.call_soon(OnReadable(), 3).describe(), handle.describe())
        << "arguments must not hide the name";
    handle.cancel();
    EXPECT_EQ(handle.describe(), "<Handle " + name(typeid(OnReadable)) + " cancelled>");
}

TEST(Describe, ATimerShowsItsDeadline) {
    conforms_to(
        {"test_events.TimerTests.test_timer_repr", "test_events.TimerTests.test_timer_repr_debug"});
    VirtualLoop loop;
    for (const bool debug : {false, true}) {
        loop.set_debug(debug);
        aio::TimerHandle timer = loop.call_at(aio::TimePoint(1500ms), OnReadable());
        EXPECT_EQ(timer.describe(), "<TimerHandle when=1.5 " + name(typeid(OnReadable)) + ">");
        timer.cancel();
        EXPECT_EQ(timer.describe(),
                  "<TimerHandle when=1.5 " + name(typeid(OnReadable)) + " cancelled>");
    }
}

TEST(Describe, AFutureShowsItsStateAndItsResult) {
    conforms_to({"test_futures.BaseFutureTests.test_future_repr"});
    VirtualLoop loop;
    auto number = loop.create_future<int>();
    EXPECT_EQ(number.describe(), "<Future pending>");
    number.set_result(4);
    EXPECT_EQ(number.describe(), "<Future finished result=4>");
    auto text = loop.create_future<std::string>();
    text.set_result("hi");
    EXPECT_EQ(text.describe(), "<Future finished result='hi'>");
    auto nothing = loop.create_future<void>();
    nothing.set_result();
    EXPECT_EQ(nothing.describe(), "<Future finished>");
    auto failed = loop.create_future<void>();
    failed.set_exception(aio::TimeoutError());
    EXPECT_EQ(failed.describe(), "<Future finished exception=TimeoutError: timed out>");
    (void)failed.exception();
    auto cancelled = loop.create_future<void>();
    cancelled.cancel();
    EXPECT_EQ(cancelled.describe(), "<Future cancelled>");

    const std::string callback = "<done callback " + name(typeid(OnReadable)) + ">";
    auto pending = loop.create_future<void>();
    pending.add_done_callback(OnReadable());
    EXPECT_EQ(pending.describe(), "<Future pending cb=[" + callback + "]>");
    pending.add_done_callback(OnReadable());
    EXPECT_EQ(pending.describe(), "<Future pending cb=[" + callback + ", " + callback + "]>");
    for (int i = 0; i < 6; ++i) pending.add_done_callback(OnReadable());
    EXPECT_EQ(pending.describe(),
              "<Future pending cb=[" + callback + ", <6 more>, " + callback + "]>");
}

}  // namespace
