// aio.hpp: everything by one include.
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

}  // namespace
