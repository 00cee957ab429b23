// aio.hpp: everything with one include. And the two GETs of the front page, which need most of it.
#include <chrono>
#include <exception>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "aio.hpp"
#include "common/server/http_server.hpp"
#include "tests/course/front_page.hpp"

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

struct FrontPage : testing::Test {
    /// "200, 5000 bytes", or the error's words.
    template <class Get>
    static std::string ending(Get get) {
        try {
            const aio::Response response = get();
            return fmt::format("{}, {} bytes", response.status, response.body.size());
        } catch (const std::exception& error) {
            return error.what();
        }
    }

    [[nodiscard]] std::string with_await(const aio::Address& peer) const {
        return ending([&] { return aio::run(front_page::get(url, peer)); });
    }

    [[nodiscard]] std::string with_callbacks(const aio::Address& peer) const {
        aio::EventLoop loop;
        const aio::Future<aio::Response> future(loop);
        front_page::start_get(loop, url, peer, [&](const auto& error, const auto& response) {
            error ? future.set_exception(error) : future.set_result(response);
        });
        return ending([&] { return loop.run_until_complete(future); });
    }

    course::HttpServer server;
    aio::Url url = aio::parse_url(server.url(1ms, 5000));
};

TEST_F(FrontPage, ShowsTwoGetsThatFetchTheSame) {
    const auto peer = aio::Address::ipv4("127.0.0.1", server.port());
    EXPECT_EQ(with_await(peer), "200, 5000 bytes");
    EXPECT_EQ(with_callbacks(peer), "200, 5000 bytes");
}

TEST_F(FrontPage, ShowsTwoGetsThatFailAlike) {
    aio::Socket taken(AF_INET);
    taken.bind(aio::Address::ipv4("127.0.0.1", 0));  // has a port, but does not listen
    const aio::Address nobody = taken.local_address();
    const std::string refused = fmt::format("connect({}): Connection refused", nobody.to_string());
    EXPECT_EQ(with_await(nobody), refused);
    EXPECT_EQ(with_callbacks(nobody), refused);
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
