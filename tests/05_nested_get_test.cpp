// Callbacks in callbacks: clumsy, and correct all the same.
#include <string>

#include <gtest/gtest.h>

#include "03_blocking_sockets/resolve.hpp"
#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/nested_get.hpp"
#include "common/server/http_server.hpp"

namespace {

using namespace std::chrono_literals;

/// Notes how a GET ended: "200, 1256 bytes", or the error's words.
aio::GetDone into(std::vector<std::string>& ends) {
    return [&ends](const std::exception_ptr& error, const aio::Response& response) {
        try {
            if (error) std::rethrow_exception(error);
            ends.push_back(fmt::format("{}, {} bytes", response.status, response.body.size()));
        } catch (const std::exception& failure) {
            ends.emplace_back(failure.what());
        }
    };
}

struct Nested : testing::Test {
    aio::DefaultSelector selector;
    aio::Callbacks callbacks{selector};
    std::vector<std::string> ends;
};

TEST_F(Nested, GetsTenAnswersAtOnce) {
    course::HttpServer server;
    const aio::Url url = aio::parse_url(server.url(5ms, 10'000));
    for (int i = 0; i < 10; ++i) {
        aio::nested_get(callbacks, aio::Address::ipv4("127.0.0.1", server.port()),
                        aio::get_request(url), into(ends));
    }
    aio::run_callbacks(selector);
    EXPECT_EQ(ends, std::vector<std::string>(10, "200, 10000 bytes"));
}

TEST_F(Nested, TellsDoneOfARefusalAndThrowsNothing) {
    aio::Socket taken(AF_INET);
    taken.bind(aio::Address::ipv4("127.0.0.1", 0));  // has a port, but does not listen
    aio::nested_get(callbacks, taken.local_address(), "GET / HTTP/1.0\r\n\r\n", into(ends));
    aio::run_callbacks(selector);
    EXPECT_EQ(ends, std::vector{fmt::format("connect({}): Connection refused",
                                            taken.local_address().to_string())});
}

TEST_F(Nested, TellsDoneOfAConnectionThatEndsTooEarly) {
    aio::Socket server = aio::create_server(aio::Address::ipv4("127.0.0.1", 0));
    aio::nested_get(callbacks, server.local_address(), "GET / HTTP/1.0\r\n\r\n", into(ends));
    server.accept().close();
    aio::run_callbacks(selector);
    ASSERT_EQ(ends.size(), 1U) << "done is called once";
    EXPECT_NE(ends[0].find("closed after 0 bytes"), std::string::npos) << ends[0];
}

TEST_F(Nested, LeavesNoRegistrationBehindWhenItIsGivenUp) {
    aio::Socket server = aio::create_server(aio::Address::ipv4("127.0.0.1", 0));
    {
        aio::Callbacks given_up(selector);
        aio::nested_get(given_up, server.local_address(), "GET / HTTP/1.0\r\n\r\n", into(ends));
        EXPECT_EQ(selector.get_map().size(), 1U);
    }
    EXPECT_TRUE(selector.get_map().empty());
    EXPECT_TRUE(ends.empty());
}

}  // namespace
