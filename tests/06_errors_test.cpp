// What happens to errors that a callback throws: reported, and the loop goes on; or, if they are
// requests to exit, out of the loop at once.
#include <gtest/gtest.h>

#include "06_futures/event_loop.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;
using aio::ExceptionContext;

/// A callback whose name is known.
struct Failing {
    void operator()() const { throw aio::ValueError("broken"); }
};

std::string name_of_failing() {
    return aio::type_name(typeid(Failing));
}

TEST(CallbackError, IsLoggedAndTheLoopGoesOn) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_default_exc_handler_callback"});
    VirtualLoop loop;
    const CapturedLog log;
    Trace trace;
    loop.call_soon(Failing());
    loop.call_soon([&] { trace("goes on"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "goes on");
    const std::string handle = "<Handle " + name_of_failing() + ">";
    EXPECT_EQ(log.text(),
              "Exception in callback " + handle + "\n  in: " + handle + "\n  ValueError: broken");
    loop.call_later(1s, Failing());
    loop.call_later(2s, [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_NE(log.text().find("Exception in callback <TimerHandle when=1 "), std::string::npos)
        << log.text();
}

TEST(ErrorText, NamesTheTypeAlsoIfAnotherErrorIsInside) {
    const auto text_of = [](auto error) {
        try {
            std::throw_with_nested(std::move(error));
        } catch (...) {
            return aio::describe(std::current_exception());
        }
    };
    EXPECT_EQ(text_of(aio::ValueError("broken")), "ValueError: broken");
    EXPECT_EQ(text_of(std::runtime_error("broken")), "std::runtime_error: broken");
}

TEST(CallbackError, GoesToTheExceptionHandler) {
    conforms_to({"test_events.HandleTests.test_callback_with_exception",
                 "test_base_events.BaseEventLoopTests.test_set_exc_handler_custom"});
    VirtualLoop loop;
    Trace trace;
    loop.set_exception_handler([&](aio::EventLoop& of, const ExceptionContext& context) {
        EXPECT_EQ(&of, &loop);
        trace(context.message);
        trace(aio::describe(context.exception));
        trace(context.source);
    });
    loop.call_soon(Failing());
    loop.turn();
    const std::string handle = "<Handle " + name_of_failing() + ">";
    EXPECT_EQ(trace.text(), "Exception in callback " + handle + ", ValueError: broken, " + handle);
    const CapturedLog log;
    loop.set_exception_handler(nullptr);
    EXPECT_FALSE(loop.get_exception_handler());
    loop.call_soon(Failing());
    loop.turn();
    EXPECT_NE(log.text().find("ValueError: broken"), std::string::npos)
        << "without a handler, the log hears of it";
}

TEST(ExceptionHandler, ThatFailsIsReportedItself) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_set_exc_handler_broken"});
    VirtualLoop loop;
    const CapturedLog log;
    loop.set_exception_handler([](aio::EventLoop&, const ExceptionContext&) {
        throw std::runtime_error("the handler is broken, too");
    });
    loop.call_exception_handler({"something happened", nullptr, ""});
    EXPECT_EQ(log.text(),
              "Unhandled error in exception handler\n"
              "  in: something happened\n"
              "  std::runtime_error: the handler is broken, too");
}

TEST(ExceptionHandler, WithABrokenLogSpeaksToStderr) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_default_exc_handler_broken"});
    VirtualLoop loop;
    auto before = aio::set_log_handler(
        [](const std::string&) { throw std::runtime_error("the disk is full"); });
    testing::internal::CaptureStderr();
    loop.call_exception_handler({"something happened", nullptr, ""});
    const std::string said = testing::internal::GetCapturedStderr();
    aio::set_log_handler(std::move(before));
    EXPECT_EQ(said, "something happened\n(the log handler failed)\n") << "nothing may be lost";
}

TEST(ExceptionHandler, AnEmptyMessageGetsADefault) {
    VirtualLoop loop;
    const CapturedLog log;
    loop.call_exception_handler({"", std::make_exception_ptr(aio::CancelledError("why")), ""});
    EXPECT_EQ(log.text(), "Unhandled exception in event loop\n  CancelledError: why");
}

TEST(ExitRequest, LeavesTheLoopAtOnceAndTheRestStaysReady) {
    VirtualLoop loop;
    const CapturedLog log;
    Trace trace;
    loop.call_soon([&] { trace("before"); });
    loop.call_soon([] { throw aio::SystemExit(3); });
    loop.call_soon([&] { trace("after"); });
    try {
        loop.run_forever();
        ADD_FAILURE() << "SystemExit must come out of the loop";
    } catch (const aio::SystemExit& exit) {
        EXPECT_EQ(exit.code(), 3);
    }
    EXPECT_EQ(trace.text(), "before");
    EXPECT_FALSE(loop.is_running());
    loop.turn();
    EXPECT_EQ(trace.text(), "before, after") << "what was ready is run by the next run";
    EXPECT_EQ(log.text(), "") << "it is no error";
}

TEST(ExitRequest, OfADoneCallbackLeavesTheLoopToo) {
    VirtualLoop loop;
    auto future = loop.create_future<void>();
    future.add_done_callback([] { throw aio::KeyboardInterrupt(); });
    future.set_result();
    EXPECT_THROW(loop.turn(), aio::KeyboardInterrupt);
}

TEST(ExitRequest, OfAnExceptionHandlerGoesThrough) {
    VirtualLoop loop;
    loop.set_exception_handler(
        [](aio::EventLoop&, const ExceptionContext&) { throw aio::SystemExit(1); });
    EXPECT_THROW(loop.call_exception_handler({"x", nullptr, ""}), aio::SystemExit);
}

TEST(ExitRequest, IsNotWhatCatchesOfStdExceptionMean) {
    const auto is_std_exception = [](const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception&) {
            return true;
        } catch (...) {
            return false;
        }
    };
    EXPECT_FALSE(is_std_exception(std::make_exception_ptr(aio::SystemExit())));
    EXPECT_FALSE(is_std_exception(std::make_exception_ptr(aio::KeyboardInterrupt())));
    EXPECT_FALSE(is_std_exception(std::make_exception_ptr(aio::CancelledError())));
    EXPECT_TRUE(is_std_exception(std::make_exception_ptr(aio::TimeoutError())));
}

}  // namespace
