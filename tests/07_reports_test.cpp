// What is reported that nobody asked about: coroutines that were forgotten, errors that nobody
// took, tasks that were cut off.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::EventLoop;
using aio::Future;

constexpr int kFirstLine = __LINE__ + 1;
Coro<> forgotten() {
    co_return;
}
constexpr int kLastLine = __LINE__ - 1;

Coro<> failing() {
    throw std::runtime_error("it failed");
    co_return;
}

/// A loop, and all that is said while the test runs.
class ReportsTest : public ::testing::Test {
  protected:
    void one_turn() { loop.one_turn(); }
    /// Whether the log says `text`.
    [[nodiscard]] bool says(const std::string& text) const {
        return log.text().find(text) != std::string::npos;
    }

    CapturedLog log;
    PatientLoop loop;
};

// ── a coroutine that was never awaited ──

TEST_F(ReportsTest, ACoroutineThatWasNeverAwaited) {
    { const auto coroutine = forgotten(); }
    const std::string expected =
        "RuntimeWarning: coroutine was never awaited: forgotten (07_reports_test.cpp:";
    ASSERT_EQ(log.text().substr(0, expected.size()), expected);
    const int line = std::stoi(log.text().substr(expected.size()));
    EXPECT_TRUE(kFirstLine <= line && line <= kLastLine)
        << line << " is not in the coroutine: it must say where that was written";
}

TEST_F(ReportsTest, NothingOfACoroutineThatWasAwaitedSentClosedOrGivenAway) {
    forgotten().send();
    forgotten().close();
    loop.run_until_complete([]() -> Coro<> { co_await forgotten(); });
    (void)loop.create_task(forgotten());
    one_turn();
    Coro<> one = forgotten();
    Coro<> other = std::move(one);
    other.close();
    EXPECT_EQ(log.text(), "");
}

TEST_F(ReportsTest, ALambdaByTheFunctionItStandsIn) {
    {
        const auto coroutine = []() -> Coro<> { co_return; }();
    }
    EXPECT_TRUE(says("07_reports_test.cpp:")) << log.text();
}

// ── an error that nobody took ──

TEST_F(ReportsTest, ATaskExceptionThatWasNeverRetrieved) {
    (void)loop.create_task(failing(), "careless");
    one_turn();
    EXPECT_EQ(log.text(),
              "Task exception was never retrieved\n"
              "  in: <Task finished name='careless' exception=std::runtime_error: it failed>\n"
              "  std::runtime_error: it failed");
}

TEST_F(ReportsTest, ItIsReportedWhenTheLastOneLetsGo) {
    {
        const auto task = loop.create_task(failing());
        one_turn();
        EXPECT_EQ(log.text(), "") << "somebody could still ask";
    }
    EXPECT_TRUE(says("Task exception was never retrieved")) << log.text();
}

TEST_F(ReportsTest, NothingIfTheErrorWasAskedForAwaitedOrCancelled) {
    conforms_to({"test_tasks.BaseTaskTests.test_tb_logger_not_called_after_cancel"});
    {
        const auto asked = loop.create_task(failing());
        const auto result = loop.create_task(failing());
        const auto cancelled = loop.create_task(failing());
        const auto awaited = loop.create_task(failing());
        one_turn();
        EXPECT_NE(asked.exception(), nullptr);
        EXPECT_EQ(error_of([&] { result.result(); }), "it failed");
        EXPECT_FALSE(cancelled.cancel()) << "it is done; but who cancels has seen it";
        loop.run_until_complete([&]() -> Coro<> {
            try {
                co_await awaited;
            } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch)
            }
        });
    }
    EXPECT_EQ(log.text(), "");
}

TEST_F(ReportsTest, NothingOfACancelledTask) {
    {
        const auto task = loop.create_task(aio::sleep(1h));
        one_turn();
        task.cancel();
        one_turn();
        one_turn();
        EXPECT_TRUE(task.cancelled());
    }
    EXPECT_EQ(log.text(), "");
}

// ── a task that was cut off ──

TEST_F(ReportsTest, ATaskThatWasDestroyedWhilePending) {
    conforms_to({"test_tasks.BaseTaskTests.test_log_destroyed_pending_task"});
    const auto wait = [](Future<void> future) -> Coro<> { co_await future; };
    (void)loop.create_task(wait(loop.create_future<void>()), "waiting");
    one_turn();
    (void)loop.create_task(forgotten(), "not started");
    loop.close();
    EXPECT_TRUE(aio::all_tasks(loop).empty());
    EXPECT_TRUE(says("Task was destroyed but it is pending!")) << log.text();
    EXPECT_TRUE(says("<Task pending name='waiting' coro=")) << log.text();
    EXPECT_TRUE(says("<Task pending name='not started' coro=forgotten (")) << log.text();
}

TEST_F(ReportsTest, WhatIsCutOffRunsItsDestructorsFromTheInsideOut) {
    Trace trace;
    const auto inner = [&]() -> Coro<> {
        const AtExit end(trace, "inner");
        co_await aio::sleep(1h);
    };
    const auto outer = [&]() -> Coro<> {
        const AtExit end(trace, "outer");
        co_await inner();
    };
    (void)loop.create_task(outer());
    one_turn();
    loop.close();
    EXPECT_EQ(trace.text(), "inner, outer");
}

TEST_F(ReportsTest, TasksThatWaitForEachOtherAreCutOffTogether) {
    const auto sleeps = []() -> Coro<> { co_await aio::sleep(1h); };
    const auto sleeper = loop.create_task(sleeps(), "sleeper");
    const auto waits = [](aio::Task<> task) -> Coro<> { co_await task; };
    for (const char* name : {"first", "second"}) (void)loop.create_task(waits(sleeper), name);
    one_turn();
    loop.close();
    for (const char* name : {"sleeper", "first", "second"}) {
        EXPECT_TRUE(says(fmt::format("<Task pending name='{}'", name))) << log.text();
    }
}

TEST_F(ReportsTest, TheExceptionHandlerHearsThem) {
    std::string heard;
    loop.set_exception_handler(
        [&](EventLoop&, const aio::ExceptionContext& context) { heard += context.message + "; "; });
    (void)loop.create_task(failing());
    one_turn();
    (void)loop.create_task(aio::sleep(1h));
    loop.close();
    EXPECT_EQ(heard, "Task exception was never retrieved; Task was destroyed but it is pending!; ");
    EXPECT_EQ(log.text(), "");
}

}  // namespace
