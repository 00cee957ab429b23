// Sockets with futures: they try first, wait when they must, and let go when they are cancelled.
#include <gtest/gtest.h>

#include "06_futures/event_loop.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Future;
using aio::Socket;

/// Two connected sockets, both non-blocking, and a loop.
class SockOperations : public testing::Test {
  protected:
    SockOperations() : SockOperations(aio::socket_pair()) {}
    explicit SockOperations(std::pair<Socket, Socket> pair)
        : ours(std::move(pair.first)), peer(std::move(pair.second)) {
        ours.set_blocking(false);
        peer.set_blocking(false);
    }

    /// Whether somebody watches the socket. (Asking removes the watcher.)
    bool is_read_from() { return loop.remove_reader(ours.fileno()); }
    bool is_written_to() { return loop.remove_writer(ours.fileno()); }

    /// Fills the kernel's buffer from ours to peer; returns how many bytes that took.
    std::size_t fill() {
        std::size_t filled = 0;
        while (const auto sent = aio::try_send(ours, std::string(4096, '-'))) filled += *sent;
        return filled;
    }

    aio::EventLoop loop;
    Socket ours;
    Socket peer;
};

TEST_F(SockOperations, RecvThatNeedNotWaitIsDoneAtOnce) {
    peer.send_all("hello");
    const Future<std::string> bytes = loop.sock_recv(ours, 100);
    EXPECT_TRUE(bytes.done()) << "the bytes are there: no turn of the loop is needed";
    EXPECT_EQ(bytes.result(), "hello");
    EXPECT_FALSE(is_read_from());
}

TEST_F(SockOperations, RecvWaitsForTheFirstBytes) {
    const Future<std::string> bytes = loop.sock_recv(ours, 3);
    EXPECT_FALSE(bytes.done());
    peer.send_all("hello");
    EXPECT_EQ(loop.run_until_complete(bytes), "hel");
    EXPECT_FALSE(is_read_from()) << "who is done must not watch any longer";
    EXPECT_EQ(loop.run_until_complete(loop.sock_recv(ours, 3)), "lo");
}

TEST_F(SockOperations, RecvGivesNothingAtTheEnd) {
    const Future<std::string> bytes = loop.sock_recv(ours, 3);
    peer.close();
    EXPECT_EQ(loop.run_until_complete(bytes), "");
}

TEST_F(SockOperations, RecvIntoFillsTheBuffer) {
    std::array<char, 4> buffer{};
    const Future<std::size_t> count = loop.sock_recv_into(ours, buffer);
    peer.send_all("abcdef");
    EXPECT_EQ(loop.run_until_complete(count), 4U);
    EXPECT_EQ(std::string(buffer.data(), buffer.size()), "abcd");
}

TEST_F(SockOperations, SendAllOfLittleIsDoneAtOnce) {
    EXPECT_TRUE(loop.sock_sendall(ours, "hello").done());
    EXPECT_TRUE(loop.sock_sendall(ours, "").done());
    EXPECT_EQ(loop.run_until_complete(loop.sock_recv(peer, 100)), "hello");
}

TEST_F(SockOperations, SendAllWaitsForRoom) {
    const std::size_t filled = fill();
    const Future<void> sent = loop.sock_sendall(ours, "the last bytes");
    EXPECT_FALSE(sent.done()) << "the buffer is full";
    std::string got;
    while (got.size() < filled + 14) {
        got += loop.run_until_complete(loop.sock_recv(peer, 100'000));
    }
    loop.run_until_complete(sent);
    EXPECT_EQ(got.substr(filled), "the last bytes");
    EXPECT_FALSE(is_written_to());
}

/// Sends `data` from one to the other, both at the same time.
template <class Receive>
std::string send_while_receiving(aio::EventLoop& loop, Socket& from, const std::string& data,
                                 Receive receive) {
    const Future<void> sent = loop.sock_sendall(from, data);
    EXPECT_FALSE(sent.done()) << "a megabyte must not fit at once";
    std::string got;
    while (got.size() < data.size()) receive(got);
    loop.run_until_complete(sent);
    return got;
}

TEST_F(SockOperations, AMegabyteArrivesUnchanged) {
    conforms_to({"test_sock_lowlevel.BaseSockTestsMixin.test_huge_content"});
    const std::string data = pattern(1 << 20);
    const std::string got = send_while_receiving(loop, ours, data, [&](std::string& all) {
        all += loop.run_until_complete(loop.sock_recv(peer, 10'000));
    });
    EXPECT_TRUE(got == data);
}

TEST_F(SockOperations, AMegabyteArrivesInABufferToo) {
    conforms_to({"test_sock_lowlevel.BaseSockTestsMixin.test_huge_content_recvinto"});
    const std::string data = pattern(1 << 20);
    std::array<char, 10'000> buffer;
    const std::string got = send_while_receiving(loop, ours, data, [&](std::string& all) {
        all.append(buffer.data(), loop.run_until_complete(loop.sock_recv_into(peer, buffer)));
    });
    EXPECT_TRUE(got == data);
}

TEST_F(SockOperations, AConnectionCarriesBytesBothWays) {
    conforms_to({"test_sock_lowlevel.BaseSockTestsMixin.test_sock_client_ops"});
    Socket server = aio::create_server(aio::Address::ipv4("127.0.0.1", 0));
    server.set_blocking(false);
    Socket client(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    const Future<Socket> accepted = loop.sock_accept(server);
    EXPECT_FALSE(accepted.done());
    loop.run_until_complete(loop.sock_connect(client, server.local_address()));
    Socket connection = loop.run_until_complete(accepted);
    EXPECT_EQ(connection.peer_address().to_string(), client.local_address().to_string());
    loop.run_until_complete(loop.sock_sendall(client, "ping"));
    EXPECT_EQ(loop.run_until_complete(loop.sock_recv(connection, 100)), "ping");
    std::array<char, 8> buffer{};
    loop.run_until_complete(loop.sock_sendall(connection, "pong"));
    EXPECT_EQ(loop.run_until_complete(loop.sock_recv_into(client, buffer)), 4U);

    loop.set_debug(true);
    client.set_blocking(true);
    const std::string refused = "the socket must be non-blocking: set_blocking(false)";
    using aio::ValueError;
    EXPECT_EQ(error_of<ValueError>([&] { (void)loop.sock_recv(client, 1); }), refused);
    EXPECT_EQ(error_of<ValueError>([&] { (void)loop.sock_recv_into(client, buffer); }), refused);
    EXPECT_EQ(error_of<ValueError>([&] { (void)loop.sock_sendall(client, "x"); }), refused);
    EXPECT_EQ(error_of<ValueError>([&] { (void)loop.sock_accept(client); }), refused);
    EXPECT_EQ(error_of<ValueError>([&] { (void)loop.sock_connect(client, {}); }), refused);
}

TEST_F(SockOperations, ARefusedConnectionIsTheFuturesError) {
    conforms_to({"test_sock_lowlevel.BaseSockTestsMixin.test_sock_client_fail"});
    const Deaf nobody;
    Socket client(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    const Future<void> connected = loop.sock_connect(client, nobody.address());
    try {
        loop.run_until_complete(connected);
        ADD_FAILURE() << "nobody listens there";
    } catch (const aio::SystemError& error) {
        EXPECT_EQ(error.code(), std::errc::connection_refused) << error.what();
    }
    EXPECT_FALSE(loop.remove_writer(client.fileno()));
}

TEST_F(SockOperations, ACancelledOneIsForgottenAndTheNextMayStartAtOnce) {
    conforms_to({"test_sock_lowlevel.BaseSockTestsMixin.test_sock_client_racing"});
    const Future<std::string> first = loop.sock_recv(ours, 100);
    first.cancel();
    EXPECT_FALSE(is_read_from()) << "cancel() must remove the watcher, not leave it for later";
    std::array<char, 8> buffer{};
    const Future<std::size_t> second = loop.sock_recv_into(ours, buffer);
    second.cancel();
    const Future<std::string> third = loop.sock_recv(ours, 100);
    peer.send_all("for the third");
    EXPECT_EQ(loop.run_until_complete(third), "for the third");
    EXPECT_TRUE(first.cancelled() && second.cancelled());

    const std::size_t filled = fill();
    const Future<void> sending = loop.sock_sendall(ours, "never sent");
    sending.cancel();
    const Future<void> next = loop.sock_sendall(ours, "sent");
    std::string got;
    while (got.size() < filled + 4) got += loop.run_until_complete(loop.sock_recv(peer, 100'000));
    EXPECT_EQ(got.substr(filled), "sent");
    loop.run_until_complete(next);
}

TEST_F(SockOperations, ACancelledAcceptLeavesNothingRegistered) {
    conforms_to({"test_sock_lowlevel.BaseSockTestsMixin.test_cancel_sock_accept"});
    Socket server = aio::create_server(aio::Address::ipv4("127.0.0.1", 0));
    server.set_blocking(false);
    const aio::Address address = server.local_address();
    const Future<Socket> accepted = loop.sock_accept(server);
    EXPECT_TRUE(accepted.cancel());
    EXPECT_FALSE(loop.remove_reader(server.fileno()));
    server.close();
    Socket client(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    EXPECT_THROW(loop.run_until_complete(loop.sock_connect(client, address)), aio::SystemError);
}

TEST_F(SockOperations, TheSocketMayBeClosedRightAfterTheCancel) {
    const Future<std::string> bytes = loop.sock_recv(ours, 1);
    bytes.cancel();
    const int number = ours.fileno();
    ours.close();
    auto [next, other] = aio::socket_pair();  // takes the number that has become free
    ASSERT_EQ(next.fileno(), number);
    next.set_blocking(false);
    const Future<std::string> again = loop.sock_recv(next, 1);
    other.send_all("x");
    EXPECT_EQ(loop.run_until_complete(again), "x");
}

TEST_F(SockOperations, NobodyButTheSocketMayFinishIt) {
    const Future<std::string> bytes = loop.sock_recv(ours, 1);
    EXPECT_EQ(error_of([&] { bytes.set_result("from outside"); }),
              "sock_recv does not support set_result and set_exception");
    EXPECT_EQ(bytes.describe(), "<sock_recv pending>");
    bytes.cancel();
}

TEST_F(SockOperations, AnErrorNobodySeesIsReportedUnderItsName) {
    const CapturedLog log;
    Socket closed;
    (void)loop.sock_recv(closed, 1);
    EXPECT_NE(log.text().find("sock_recv exception was never retrieved"), std::string::npos)
        << log.text();
}

TEST_F(SockOperations, ClosingTheLoopLetsGoOfThem) {
    const CapturedLog log;
    (void)loop.sock_recv(ours, 1);  // the watcher alone keeps it
    loop.close();
    EXPECT_EQ(log.text(), "");
    EXPECT_THROW((void)loop.sock_recv(ours, 1), aio::RuntimeError);
}

}  // namespace
