#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "04_nonblocking_polling/polled_get.hpp"
#include "common/server/http_server.hpp"
#include "tests/support/ipv6.hpp"
#include "tests/support/peer.hpp"

namespace {

using aio::PolledGet;
using aio::Response;
using aio::Socket;

/// Polls `get` to its end, and counts its useful steps. No answer here needs a hundred thousand.
Response polled(PolledGet& get, int& useful) {
    while (!get.done() && useful < 100'000) useful += get.step() ? 1 : 0;
    EXPECT_TRUE(get.done()) << "step() says that it got somewhere, but it never gets to the end";
    return get.take();
}

Response polled(PolledGet& get) {
    int useful = 0;
    return polled(get, useful);
}

Response polled(const std::string& url) {
    PolledGet get(url);
    return polled(get);
}

TEST(PolledGet, IsDoneWithTheLastByteOfTheBody) {
    const auto fetch = [] {
        never_hang();
        const Peer peer([](Socket socket) {
            socket.send_all("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n!");
            (void)aio::recv_until_closed(socket);  // it does not close before we do
        });
        std::fprintf(stderr, "the body is %s", polled(peer.url()).body.c_str());
        std::_Exit(0);
    };
    EXPECT_EXIT(fetch(), testing::ExitedWithCode(0), "^the body is !$")
        << "when the parser is done, so is the GET: no more will come";
}

TEST(PolledGet, FetchesFromTheEmbeddedServer) {
    const course::HttpServer server;
    const Response response = polled(server.url());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.size(), 1256U);
}

TEST(PolledGet, FetchesOverIPv6) {
    NEEDS_IPV6();
    const course::HttpServer server("::1");
    EXPECT_EQ(polled(server.url({}, 10)).body.size(), 10U);
}

TEST(PolledGet, FetchesABodyThatNeedsManyPieces) {
    const course::HttpServer server;
    PolledGet get(server.url({}, 3'000'000));
    int useful = 0;
    EXPECT_EQ(polled(get, useful).body.size(), 3'000'000U);
    EXPECT_GT(useful, 10) << "each piece got the GET further: that is a useful step";
}

TEST(PolledGet, StepComesBackWithFalseWhileThereIsNoAnswer) {
    auto [go, told] = aio::socket_pair();
    const Peer peer([&told = told](Socket socket) {
        (void)read_all(told);  // answers only when it is told to
        std::array<char, 1000> request;
        (void)socket.recv(request);
        socket.send_all("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    Socket tell = std::move(go);  // goes before the peer, so that a failure cannot leave it waiting
    PolledGet get(peer.url());
    // Connecting and sending are a few useful steps; from then on nothing can be done.
    int useful = 0;
    for (int i = 0; i < 100'000; ++i) useful += get.step() ? 1 : 0;
    EXPECT_LT(useful, 10) << "a try that received nothing was counted as useful";
    EXPECT_FALSE(get.done()) << "nothing has been answered yet";
    tell.close();
    EXPECT_EQ(polled(get).body, "ok");
    EXPECT_FALSE(get.step()) << "a GET that is done has nothing to do";
}

TEST(PolledGet, SendsALongRequestInPieces) {
    const std::string path(10'000'000, 'x');
    std::string request;
    {
        const Peer peer([&](Socket socket) {
            std::array<char, 65536> buffer;
            while (!request.ends_with("\r\n\r\n")) {
                const std::size_t count = socket.recv(buffer);
                if (count == 0) return;
                request.append(buffer.data(), count);
            }
            socket.send_all("HTTP/1.0 204 No Content\r\n\r\n");
        });
        EXPECT_EQ(polled(peer.url() + path).status, 204);
    }
    EXPECT_EQ(request.find(path), 5U) << "part of the request was left out, or came twice";
}

TEST(PolledGet, ReadsAnAnswerThatComesByteByByte) {
    const Peer peer([](Socket socket) {
        socket.set_no_delay(true);
        std::array<char, 1000> request;
        (void)socket.recv(request);
        for (const char c : std::string("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello")) {
            socket.send_all({&c, 1});
        }
    });
    EXPECT_EQ(polled(peer.url()).body, "hello");
}

TEST(PolledGet, ReadsUntilTheEndWhereNoLengthIsTold) {
    const Peer peer([](Socket socket) {
        std::array<char, 1000> request;
        (void)socket.recv(request);
        socket.send_all("HTTP/1.0 200 OK\r\n\r\nuntil the end");
    });
    EXPECT_EQ(polled(peer.url()).body, "until the end")
        << "0 bytes received is the end of a body without a length";
}

TEST(PolledGet, SaysThatTheAnswerIsCutOff) {
    const Peer peer([](Socket socket) {
        std::array<char, 1000> request;
        (void)socket.recv(request);
        socket.send_all("HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.");
    });
    EXPECT_EQ(error_of<aio::HttpError>([&] { (void)polled(peer.url()); }),
              "the peer closed after 10 of the body's 100 bytes");
}

TEST(PolledGet, SaysWhoRefused) {
    const Deaf deaf;
    const std::string address = deaf.address().to_string();
    EXPECT_EQ(error_of<aio::SystemError>([&] { (void)polled("http://" + address); }),
              "connect(" + address + "): Connection refused");
}

TEST(PolledGet, SaysWhoReset) {
    const Peer peer(slam);
    EXPECT_EQ(error_of<aio::SystemError>([&] { (void)polled(peer.url()); }),
              "recv(" + peer.address().to_string() + "): Connection reset by peer");
}

TEST(PolledGet, TriesTheHostsNextAddress) {
    const course::HttpServer server;  // 127.0.0.1 only; "localhost" may be ::1 first
    const std::string url = "http://localhost:" + std::to_string(server.port()) + "/?bytes=7";
    EXPECT_EQ(polled(url).body.size(), 7U);
}

TEST(PolledGet, RefusesABadUrl) {
    EXPECT_THROW(PolledGet("gopher://example.com"), std::invalid_argument);
}

TEST(GetPolled, FetchesOneAfterAnotherAndCountsItsUselessTries) {
    const course::HttpServer server;
    const aio::Polled polled = aio::get_polled(server.url(std::chrono::milliseconds(2)), 3);
    ASSERT_EQ(polled.responses.size(), 3U);
    for (const Response& response : polled.responses) EXPECT_EQ(response.body.size(), 1256U);
    EXPECT_GE(polled.useful, 9U) << "each GET connects, sends and receives at least once";
    EXPECT_GT(polled.useless, 0U) << "during 2 ms there was nothing to receive";
}

/// Waits until three are connected, and answers the last one first: with more than sockets hold,
/// the second with one byte, the first with 100 kB.
Peer::Serve answering_backwards() {
    return [sockets = std::make_shared<std::vector<Socket>>()](Socket socket) {
        sockets->push_back(std::move(socket));
        if (sockets->size() < 3) return;
        for (const std::size_t size : {10'000'000, 1, 100'000}) {
            std::array<char, 1000> request;
            (void)sockets->back().recv(request);
            sockets->back().send_all("HTTP/1.0 200 OK\r\n\r\n" + std::string(size, 'x'));
            sockets->pop_back();
        }
    };
}

TEST(GetPolledInTurns, ReturnsEveryAnswerInOrderAndComplete) {
    const auto fetch_three = [] {
        never_hang();
        const Peer peer(answering_backwards(), aio::Address::ipv4("127.0.0.1", 0), 3);
        for (const Response& response : aio::get_polled_in_turns(peer.url(), 3).responses) {
            std::fprintf(stderr, "%zu ", response.body.size());
        }
        std::_Exit(0);
    };
    EXPECT_EXIT(fetch_three(), testing::ExitedWithCode(0), "^100000 1 10000000 $")
        << "one step of each GET in turn, until each is done; the answers in the order of the GETs";
}

TEST(GetPolledInTurns, HasAllUnderWayAtOnce) {
    const course::HttpServer server;
    const auto polled = aio::get_polled_in_turns(server.url(std::chrono::milliseconds(100)), 10);
    EXPECT_EQ(polled.responses.size(), 10U) << "one answer for each GET";
    EXPECT_GT(server.statistics().most_open, 5U)
        << "a GET was polled to its end before the next one had its turn";
}

TEST(GetPolledInTurns, CountsUsefulAndUselessTries) {
    const course::HttpServer server;
    const auto polled = aio::get_polled_in_turns(server.url(std::chrono::milliseconds(2)), 3);
    EXPECT_GE(polled.useful, 9U) << "each GET connects, sends and receives at least once";
    EXPECT_LT(polled.useful, 100U) << "useless tries were counted as useful";
    EXPECT_GT(polled.useless, 0U) << "during 2 ms there was nothing to receive";
}

TEST(GetPolledInTurns, SaysWhoRefused) {
    const Deaf deaf;
    const std::string address = deaf.address().to_string();
    EXPECT_EQ(
        error_of<aio::SystemError>([&] { (void)aio::get_polled_in_turns("http://" + address, 2); }),
        "connect(" + address + "): Connection refused")
        << "the error of a GET is not lost";
}

TEST(GetPolledInTurns, OfNoneIsNone) {
    EXPECT_TRUE(aio::get_polled_in_turns("http://127.0.0.1:1/", 0).responses.empty());
}

}  // namespace
