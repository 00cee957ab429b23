// RequestGet: each step in its time, and what happens to one GET does not happen to the others.
#include <array>
#include <numeric>
#include <string>

#include <sys/resource.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/resolve.hpp"
#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/get_at_once.hpp"
#include "05_selector_callbacks/request_get.hpp"
#include "common/server/http_server.hpp"

namespace {

using aio::Events;
using aio::RequestGet;
using namespace std::chrono_literals;

constexpr const char* kRequest = "GET /page HTTP/1.0\r\nHost: here\r\n\r\n";

/// One round of the loop. Waits for what is on its way, but not for ever: a GET that waits for
/// the wrong thing must fail its test, not hang it.
bool one_round(aio::Selector& selector, std::chrono::seconds patience = 1s) {
    const auto ready = selector.select(patience);
    for (const auto& [key, events] : ready) {
        static_cast<aio::EventHandler*>(key.data)->on_event(events);
    }
    return !ready.empty();
}

std::string message_of(RequestGet& get) {
    try {
        return "answered " + std::to_string(get.result().status);
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::string waits_for(const aio::Selector& selector) {
    if (selector.get_map().empty()) return "nothing";
    const Events events = selector.get_map().begin()->events;
    if (events == (Events::read | Events::write)) return "read and write";
    return events == Events::read ? "read" : "write";
}

/// A GET and, at the other end, a server that we play by hand.
class RequestGetTest : public testing::Test {
  protected:
    void start(std::string request = kRequest) {
        get = std::make_unique<RequestGet>(selector, address, std::move(request));
        get->start();
        accept();
    }

    void accept() {
        peer = server.accept();
        peer.set_timeout(2s);  // for the same reason as in one_round()
    }

    /// Rounds until nobody waits for anything: as run_callbacks(), but sure to end.
    void run() {
        for (int i = 0; i < 1000 && !selector.get_map().empty(); ++i) {
            if (!one_round(selector)) return;
        }
    }

    /// What became of the GET so far.
    std::string state() {
        return get->done() ? message_of(*get) : "waits for " + waits_for(selector);
    }

    void send_the_request() {
        for (int i = 0; i < 1000 && waits_for(selector) == "write"; ++i) {
            if (!one_round(selector)) return;
        }
    }

    std::string receive(std::size_t size) {
        std::string text(size, '\0');
        for (std::size_t have = 0; have < size;) {
            const std::size_t count = peer.recv({text.data() + have, size - have});
            if (count == 0) return text.substr(0, have) + " (and then the end)";
            have += count;
        }
        return text;
    }

    aio::Socket server = aio::create_server(aio::Address::ipv4("127.0.0.1", 0));
    aio::Address address = server.local_address();
    aio::DefaultSelector selector;
    std::unique_ptr<RequestGet> get;
    aio::Socket peer;
};

TEST_F(RequestGetTest, SendsTheRequestAndThenWaitsForBytes) {
    start();
    send_the_request();
    EXPECT_EQ(receive(std::string(kRequest).size()), kRequest);
    EXPECT_EQ(waits_for(selector), "read") << "all is sent: now wait for the answer only";
    EXPECT_FALSE(get->done()) << "no answer has come";
}

TEST_F(RequestGetTest, WaitsForAConnectionThatIsNotThereYet) {
    server.listen(0);
    std::vector<aio::Socket> others;
    do {  // until there is no room for one more
        others.emplace_back(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
        (void)aio::try_connect(others.back(), address);
    } while (others.size() < 100 && aio::try_connect(others.back(), address));
    get = std::make_unique<RequestGet>(selector, address, kRequest);
    get->start();
    for (const char* when : {"after start()", "after a call that came too early"}) {
        EXPECT_EQ(state(), "waits for write") << when;
        get->on_event(Events::write);
    }
}

TEST_F(RequestGetTest, GoesOnWaitingIfItIsCalledTooEarly) {
    start();
    get->on_event(Events::read);
    EXPECT_EQ(state(), "waits for read") << "sometimes nothing has come: no error, and no end";
}

TEST_F(RequestGetTest, TakesTheAnswerAndWaitsForNothingMore) {
    start();
    receive(std::string(kRequest).size());
    peer.send_all("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    run();
    ASSERT_TRUE(get->done()) << "the whole answer has come, and it waits for "
                             << waits_for(selector);
    EXPECT_EQ(waits_for(selector), "nothing") << "a GET that is done must unregister";
    EXPECT_EQ(get->result().body, "hello");
}

TEST_F(RequestGetTest, TakesAnAnswerThatComesInPieces) {
    start();
    receive(std::string(kRequest).size());
    const std::string answer = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    for (const char byte : answer) {
        ASSERT_FALSE(get->done()) << "it thinks it is done before the answer has come in full";
        peer.send_all({&byte, 1});
        one_round(selector);
    }
    ASSERT_TRUE(get->done()) << "all bytes of the answer are here";
    EXPECT_EQ(get->result().body, "hello");
}

TEST_F(RequestGetTest, TakesAnAnswerLargerThanItsBuffer) {
    start();
    receive(std::string(kRequest).size());
    const std::string body(100'000, 'b');
    peer.send_all("HTTP/1.0 200 OK\r\nContent-Length: 100000\r\n\r\n" + body);
    run();
    ASSERT_TRUE(get->done()) << "the whole answer has come, and it waits for "
                             << waits_for(selector);
    EXPECT_EQ(get->result().body.size(), body.size());
}

TEST_F(RequestGetTest, TakesAnAnswerThatEndsWithTheConnection) {
    start();
    receive(std::string(kRequest).size());
    peer.send_all("HTTP/1.0 200 OK\r\n\r\nuntil the end");
    one_round(selector);
    ASSERT_FALSE(get->done())
        << "without a Content-Length, only the end of the stream ends the answer";
    peer.close();
    run();
    ASSERT_TRUE(get->done()) << "the connection has ended, and so has the answer";
    EXPECT_EQ(get->result().body, "until the end");
}

TEST_F(RequestGetTest, SendsALongRequestPieceByPiece) {
    std::string request(20'000'000, '\0');  // more than the kernel takes at once
    std::iota(request.begin(), request.end(), '\0');
    start(request);
    EXPECT_EQ(waits_for(selector), "write") << "not all is sent: wait for room, not for an answer";
    for (int i = 0; i < 100; ++i) get->on_event(Events::write);
    ASSERT_EQ(state(), "waits for write") << "sometimes the kernel takes nothing: no error";
    std::string received;
    while (received.size() < request.size()) {
        if (waits_for(selector) == "write") one_round(selector, 0s);  // there may be no room yet
        std::array<char, 65536> buffer;
        const std::size_t count = peer.recv(buffer);
        ASSERT_GT(count, 0U) << "the connection ended after " << received.size() << " bytes";
        received.append(buffer.data(), count);
    }
    ASSERT_TRUE(received == request) << "every byte once, in its place";
    send_the_request();
    EXPECT_EQ(waits_for(selector), "read") << "the last byte is sent: now wait for the answer";
}

TEST_F(RequestGetTest, WaitsForRoomBeforeItsFirstByte) {
    auto [full, other_end] = aio::socket_pair();
    full.set_blocking(false);
    while (aio::try_send(full, std::string(100'000, 'x'))) continue;
    get = std::make_unique<RequestGet>(selector, address, kRequest);
    get->start(std::move(full));
    EXPECT_EQ(state(), "waits for write") << "it is told when there is room, and not before";
}

TEST_F(RequestGetTest, KeepsARefusalAsItsResult) {
    aio::Socket taken(AF_INET);
    taken.bind(aio::Address::ipv4("127.0.0.1", 0));  // has a port, but does not listen
    RequestGet refused(selector, taken.local_address(), kRequest);
    refused.start();
    run();
    ASSERT_TRUE(refused.done()) << "nobody listens there, and it waits for " << waits_for(selector);
    EXPECT_EQ(message_of(refused),
              fmt::format("connect({}): Connection refused", taken.local_address().to_string()));
    EXPECT_EQ(waits_for(selector), "nothing");
}

TEST_F(RequestGetTest, ReportsAnEndThatComesTooEarly) {
    start();
    receive(std::string(kRequest).size());
    peer.send_all("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhel");
    peer.close();
    run();
    EXPECT_EQ(message_of(*get), "the peer closed after 3 of the body's 5 bytes");
}

TEST_F(RequestGetTest, ReportsAReset) {
    start();
    peer.set_option(SOL_SOCKET, SO_LINGER, linger{1, 0});  // close() sends a reset
    receive(std::string(kRequest).size());
    peer.close();
    run();
    EXPECT_EQ(message_of(*get),
              fmt::format("recv({}): Connection reset by peer", address.to_string()));
}

TEST_F(RequestGetTest, TellsOnceThatItIsDone) {
    int told = 0;
    RequestGet request(selector, address, kRequest, [&](RequestGet& self) {
        ++told;
        EXPECT_TRUE(self.done());
    });
    request.start();
    accept();
    EXPECT_EQ(told, 0) << "no answer has come";
    peer.send_all("no HTTP at all\r\n\r\n");
    run();
    EXPECT_EQ(told, 1) << "an error is an end too";
    EXPECT_EQ(message_of(request), "'no HTTP at all' is no HTTP/1.x status line");
}

TEST_F(RequestGetTest, LetsTheErrorOfItsCallbackOut) {
    RequestGet request(selector, address, kRequest,
                       [](RequestGet&) { throw std::logic_error("the callback's mistake"); });
    request.start();
    accept();
    peer.send_all("HTTP/1.0 204 No Content\r\n\r\n");
    EXPECT_THROW(run(), std::logic_error);
    EXPECT_EQ(message_of(request), "answered 204") << "the GET itself has not failed";
}

TEST_F(RequestGetTest, UnregistersWhenItIsDestroyedOnTheWay) {
    start();
    get.reset();
    EXPECT_EQ(waits_for(selector), "nothing") << "the selector would call what no longer exists";
    std::array<char, 64> buffer;
    receive(std::string(kRequest).size());
    EXPECT_EQ(peer.recv(buffer), 0U) << "its connection must be closed";
}

TEST_F(RequestGetTest, GoesOverAConnectionThatIsOpenAlready) {
    aio::Socket connection(AF_INET);
    connection.connect(address);
    connection.set_blocking(false);
    accept();
    for (int i = 0; i < 2; ++i) {
        RequestGet request(selector, address, kRequest);
        request.start(std::move(connection));
        EXPECT_EQ(receive(std::string(kRequest).size()), kRequest);
        peer.send_all("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        run();
        EXPECT_EQ(message_of(request), "answered 200");
        connection = request.take_socket();
    }
}

TEST_F(RequestGetTest, OneFailureLeavesTheOthersAlone) {
    course::HttpServer good;
    const aio::Url url = aio::parse_url(good.url(2ms));
    const auto good_address = aio::Address::ipv4("127.0.0.1", good.port());
    std::deque<RequestGet> gets;
    for (int i = 0; i < 3; ++i) {
        gets.emplace_back(selector, good_address, aio::get_request(url)).start();
    }
    start();       // a fourth, whose server ...
    peer.close();  // ... hangs up without a word
    run();
    for (RequestGet& each : gets) EXPECT_EQ(message_of(each), "answered 200");
    EXPECT_NE(message_of(*get), "answered 200");
}

TEST(GetAtOnce, AnswersFinishInTheOrderOfTheirDelays) {
    course::HttpServer server;
    const auto address = aio::Address::ipv4("127.0.0.1", server.port());
    aio::DefaultSelector selector;
    std::vector<int> order;
    std::deque<RequestGet> gets;
    for (const int number : {3, 1, 2}) {
        const aio::Url url = aio::parse_url(server.url(std::chrono::milliseconds(100 * number)));
        gets.emplace_back(selector, address, aio::get_request(url),
                          [&order, number](RequestGet&) { order.push_back(number); });
    }
    for (RequestGet& get : gets) get.start();
    aio::run_callbacks(selector);
    EXPECT_EQ(order, (std::vector{1, 2, 3})) << "the first to be answered is the first to be done";
}

TEST(GetAtOnce, FetchesAThousandOverAConnectionEach) {
    course::HttpServer server;
    const auto responses = aio::get_at_once(server.url(5ms, 100), 1'000);
    ASSERT_EQ(responses.size(), 1'000U);
    for (const aio::Response& response : responses) {
        ASSERT_EQ(response.status, 200);
        ASSERT_EQ(response.body.size(), 100U);
    }
    EXPECT_EQ(server.statistics().requests, 1'000U);
}

TEST(GetAtOnce, FetchesOverOpenConnectionsAgainAndAgain) {
    course::HttpServer server;
    auto connections = aio::open_connections(server.url(), 20);
    for (int i = 0; i < 3; ++i) {
        const auto responses = aio::get_at_once(server.url(1ms, 100), connections);
        ASSERT_EQ(responses.size(), 20U);
        for (const aio::Response& response : responses) EXPECT_EQ(response.body.size(), 100U);
    }
    EXPECT_EQ(server.statistics().requests, 60U);
    EXPECT_EQ(server.statistics().connections, 1U + 20U)
        << "one to find the address, and twenty; none is opened again";
}

TEST(GetAtOnce, SaysWhyItFailed) {
    aio::Socket taken(AF_INET);
    taken.bind(aio::Address::ipv4("127.0.0.1", 0));
    const std::string url = "http://" + taken.local_address().to_string() + "/";
    try {
        (void)aio::get_at_once(url, 3);
        ADD_FAILURE() << "nobody listens there, and yet there was no error";
    } catch (const aio::SystemError& error) {
        EXPECT_EQ(error.code(), std::errc::connection_refused) << error.what();
    }
}

/// Runs in a process of its own, which may open 80 descriptors and not one more.
[[noreturn]] void fetch_a_hundred_with_eighty_descriptors(const std::string& url) {
    const rlimit limit{80, 80};
    aio::check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    const auto responses = aio::get_at_once(url, 100);
    std::fprintf(stderr, "%zu answers\n", responses.size());
    std::_Exit(0);
}

TEST(GetAtOnce, MakesSeveralRoundsWhereFewDescriptorsAreAllowed) {
    course::HttpServer server;
    EXPECT_EXIT(fetch_a_hundred_with_eighty_descriptors(server.url(1ms)),
                testing::ExitedWithCode(0), "100 answers");
}

}  // namespace
