// aio.hpp: everything with one include.
#include <chrono>
#include <tuple>

#include <gtest/gtest.h>

#include "aio.hpp"

namespace {

using namespace std::chrono_literals;

aio::Coro<int> answer_within(std::chrono::seconds limit) {
    const auto work = [](aio::TaskGroup& group) -> aio::Coro<aio::Task<int>> {
        co_return group.create_task(aio::wait_for(aio::sleep(0s, 42), 1s));
    };
    const auto in_time = [&work]() -> aio::Coro<aio::Task<int>> {
        co_return co_await aio::async_with(aio::TaskGroup(), work);
    };
    const aio::Task<int> task = co_await aio::async_with(aio::timeout(limit), in_time);
    const auto [first, second] = co_await aio::gather(task, aio::shield(task));
    co_return first == second ? first : 0;
}

TEST(Umbrella, GivesTheWholeStackByOneInclude) {
    EXPECT_EQ(aio::run(answer_within(10s)), 42);
}

TEST(Umbrella, ShowsItsTypesInWordsWhereATestFails) {
    using testing::PrintToString;
    EXPECT_EQ(PrintToString(aio::Address::ipv4("127.0.0.1", 80)), "127.0.0.1:80");
    EXPECT_EQ(PrintToString(aio::Events::read | aio::Events::write), "read | write");
    EXPECT_EQ(PrintToString(aio::FutureStatus::cancelled), "cancelled");
    EXPECT_EQ(PrintToString(aio::TimePoint(1500ms)), "at 1.5 s");
    EXPECT_EQ(PrintToString(std::make_exception_ptr(aio::ValueError("why"))),
              "aio::ValueError: why");
    const auto group =
        aio::make_exception_group("eg", {std::make_exception_ptr(aio::ValueError("why"))});
    EXPECT_EQ(PrintToString(aio::ExceptionGroupPtr(group)),
              "aio::ExceptionGroup: eg (1 sub-exception)");

    aio::EventLoop loop;
    const aio::Future<int> future(loop);
    EXPECT_EQ(PrintToString(future), future.describe());
    const aio::ContextVar<int> var("var");
    EXPECT_EQ(PrintToString(var), var.describe());
    EXPECT_EQ(PrintToString(aio::AnyContextVar(var)), var.describe());
    EXPECT_EQ(PrintToString(aio::Context()), "<Context of 0 variables>");
}

}  // namespace
