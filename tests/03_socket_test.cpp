#include <array>
#include <string>

#include <poll.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/socket.hpp"
#include "tests/support/ipv6.hpp"
#include "tests/support/peer.hpp"

namespace {

using aio::Address;
using aio::Socket;
using aio::SystemError;

/// Sends back what it receives, until the end.
void echo(Socket socket) {
    std::array<char, 1000> buffer;
    while (const std::size_t count = socket.recv(buffer)) {
        socket.send_all({buffer.data(), count});
    }
}

/// Says hello to an echo at `address` and returns what came back.
std::string hello(const Address& address) {
    const Peer peer(echo, address);
    Socket socket = connected_to(peer.address());
    socket.send_all("hello");
    socket.shutdown(SHUT_WR);
    return aio::recv_until_closed(socket);
}

// ── families ──

TEST(Socket, TalksOverIPv4) {
    EXPECT_EQ(hello(Address::ipv4("127.0.0.1", 0)), "hello");
}

TEST(Socket, TalksOverIPv6) {
    NEEDS_IPV6();
    EXPECT_EQ(hello(Address::ipv6("::1", 0)), "hello");
}

TEST(Socket, TalksOverAUnixSocket) {
    const TemporaryFolder folder;
    EXPECT_EQ(hello(Address::unix_path(folder / "socket")), "hello");
}

TEST(Socket, KnowsBothEndsOfAConnection) {
    Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    const Socket client = connected_to(server.local_address());
    const Socket accepted = server.accept();
    EXPECT_EQ(client.peer_address(), server.local_address());
    EXPECT_EQ(accepted.peer_address(), client.local_address());
}

// ── send and receive ──

TEST(Socket, RecvOfNothingIsTheEnd) {
    auto [ours, theirs] = aio::socket_pair();
    theirs.send_all("last words");
    theirs.close();
    std::array<char, 100> buffer;
    EXPECT_EQ(ours.recv(buffer), 10U) << "what was sent before the close still arrives";
    EXPECT_EQ(ours.recv(buffer), 0U) << "then comes the end";
    EXPECT_EQ(ours.recv(buffer), 0U) << "and the end does not go away";
}

TEST(Socket, RecvTakesNoMoreThanFits) {
    auto [ours, theirs] = aio::socket_pair();
    theirs.send_all("abcdef");
    std::array<char, 4> buffer;
    EXPECT_EQ(ours.recv(buffer), 4U);
    EXPECT_EQ(std::string(buffer.data(), 4), "abcd");
    EXPECT_EQ(ours.recv(buffer), 2U) << "the rest waits for the next call";
}

TEST(Socket, SendMayTakeLessThanItIsGiven) {
    auto [ours, theirs] = aio::socket_pair();
    ours.set_option(SOL_SOCKET, SO_SNDBUF, 4096);
    ours.set_timeout(std::chrono::milliseconds(1));  // the peer does not read: do not wait for it
    const std::size_t sent = ours.send(pattern(1'000'000));
    EXPECT_GT(sent, 0U);
    EXPECT_LT(sent, 1'000'000U) << "a peer that does not read cannot be sent a megabyte";
}

/// Reads until `size` bytes have come, or the end, and closes.
std::string read_and_leave(Socket socket, std::size_t size) {
    std::string received;
    std::array<char, 4096> buffer;
    for (std::size_t count = 1; count > 0 && received.size() < size;) {
        count = socket.recv(buffer);
        received.append(buffer.data(), count);
    }
    return received;
}

constexpr const char* kGoesOn = "the peer has all the bytes, and has left: then stop";

TEST(SendAll, SendsEveryByteThroughABufferThatIsTooSmall) {
    auto [ours, theirs] = aio::socket_pair();
    ours.set_option(SOL_SOCKET, SO_SNDBUF, 4096);
    const std::string all = pattern(1'000'000);
    std::string received;
    std::thread reader([&received, &all, socket = std::move(theirs)]() mutable {
        received = read_and_leave(std::move(socket), all.size());
    });
    EXPECT_NO_THROW(ours.send_all(all)) << kGoesOn;
    ours.shutdown(SHUT_WR);
    reader.join();
    EXPECT_EQ(received.size(), all.size()) << "bytes are missing, or came twice";
    EXPECT_TRUE(received == all) << "the bytes are not those that were sent, in that order";
}

/// A thread that reads nothing until the writer has been interrupted in the middle of a send(), and
/// leaves when it has so many bytes.
struct LateReader {
    Interrupter interrupter;
    std::string received;
    std::thread thread;

    LateReader(Socket socket, std::size_t size)
        : thread([this, size, socket = std::move(socket)]() mutable {
              interrupter.interrupt();
              received = read_and_leave(std::move(socket), size);
          }) {}
};

TEST(SendAll, GoesOnWithTheRestAfterAPartialSend) {
    auto [ours, theirs] = aio::socket_pair();
    const std::string all = pattern(4'000'000);
    LateReader reader(std::move(theirs), all.size());
    // The buffer fills; the writer sleeps; a signal ends send() with what it has sent so far.
    EXPECT_NO_THROW(ours.send_all(all)) << kGoesOn;
    ours.shutdown(SHUT_WR);
    reader.thread.join();
    EXPECT_EQ(reader.received.size(), all.size())
        << "a send() that took only part was counted as if it had taken everything";
    EXPECT_TRUE(reader.received == all)
        << "after a partial send(), the next must begin where it ended";
}

TEST(SendAll, SendsAsLittleAsNothingAndOneByte) {
    auto [ours, theirs] = aio::socket_pair();
    ours.send_all("");
    ours.send_all("x");
    ours.shutdown(SHUT_WR);
    EXPECT_EQ(read_all(theirs), "x") << "one byte went, and no more";
}

TEST(SendAll, ReportsAPeerThatHasGone) {
    auto [ours, theirs] = aio::socket_pair();
    theirs.close();
    const std::string name = "fd " + std::to_string(ours.fileno());
    EXPECT_EQ(error_of<SystemError>([&socket = ours] { socket.send_all("hello"); }),
              "send(" + name + "): Broken pipe")
        << "an error must reach the caller (and SIGPIPE must not kill the program)";
}

TEST(RecvUntilClosed, CollectsMoreThanFitsIntoOneBuffer) {
    const std::string all = pattern(3'000'000);
    const Peer peer([&all](Socket socket) { write_all(socket, all); });
    Socket socket = connected_to(peer.address());
    const std::string received = aio::recv_until_closed(socket);
    EXPECT_EQ(received.size(), all.size())
        << "one recv() is one piece, with as many bytes as it returned";
    EXPECT_TRUE(received == all) << "the bytes are not those that were sent, in that order";
}

TEST(RecvUntilClosed, OfNothingIsNothing) {
    auto [ours, theirs] = aio::socket_pair();
    theirs.close();
    EXPECT_EQ(aio::recv_until_closed(ours), "") << "the end may come first";
}

TEST(RecvUntilClosed, WaitsForMoreAfterAShortPieceAndASignal) {
    auto [ours, theirs] = aio::socket_pair();
    Interrupter interrupter;
    write_all(theirs, "short, ");
    const std::jthread other([&interrupter, &socket = theirs] {
        interrupter.interrupt();  // it has read the first piece and wants more
        write_all(socket, "and the rest");
        socket.shutdown(SHUT_WR);
    });
    std::string received;
    EXPECT_NO_THROW(received = aio::recv_until_closed(ours)) << "a signal is no error";
    EXPECT_EQ(received, "short, and the rest")
        << "a piece that does not fill the buffer is not the end: the end is 0 bytes";
}

TEST(RecvUntilClosed, LeavesOurOwnDirectionOpen) {
    auto [ours, theirs] = aio::socket_pair();
    theirs.shutdown(SHUT_WR);
    (void)aio::recv_until_closed(ours);
    EXPECT_EQ(error_of<SystemError>([&socket = ours] { write_all(socket, "an answer"); }),
              "no error")
        << "the peer has ended its direction, and still reads";
}

TEST(RecvUntilClosed, KeepsZeroBytes) {
    auto [ours, theirs] = aio::socket_pair();
    const std::string zeros("a\0b\0\0c", 6);
    write_all(theirs, zeros);
    theirs.shutdown(SHUT_WR);
    EXPECT_EQ(aio::recv_until_closed(ours), zeros) << "bytes are not a C string";
}

TEST(RecvUntilClosed, ThrowsWhatRecvThrows) {
    auto [ours, theirs] = aio::socket_pair();
    ours.set_timeout(std::chrono::milliseconds(1));
    write_all(theirs, "and then silence");
    EXPECT_EQ(error_of<SystemError>([&socket = ours] { (void)aio::recv_until_closed(socket); }),
              "recv(fd " + std::to_string(ours.fileno()) + "): Connection timed out");
}

// ── signals ──

TEST(Socket, RecvGoesOnAfterASignal) {
    auto [ours, theirs] = aio::socket_pair();
    Interrupter interrupter;
    std::thread other([&interrupter, socket = std::move(theirs)]() mutable {
        interrupter.interrupt();
        socket.send_all("after the signal");
    });
    std::array<char, 100> buffer;
    std::size_t count = 0;
    EXPECT_NO_THROW(count = ours.recv(buffer)) << "a signal is no error (PEP 475)";
    other.join();
    EXPECT_EQ(Interrupter::handled(), 1);
    EXPECT_EQ(std::string(buffer.data(), count), "after the signal");
}

TEST(Socket, AcceptGoesOnAfterASignal) {
    Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    Interrupter interrupter;
    std::thread other([&interrupter, address = server.local_address()] {
        interrupter.interrupt();
        (void)connected_to(address);
    });
    EXPECT_NO_THROW((void)server.accept());
    other.join();
    EXPECT_EQ(Interrupter::handled(), 1);
}

void connect_through_a_signal(const Address& address) {
    Crowded crowded(address);
    Interrupter interrupter;
    std::string received;
    std::thread other([&] {
        interrupter.interrupt();
        Socket last = crowded.server.accept();
        for (std::size_t i = 0; i < crowded.waiting.size(); ++i) last = crowded.server.accept();
        received = aio::recv_until_closed(last);
    });
    Socket socket(address.family());
    EXPECT_NO_THROW(socket.connect(crowded.server.local_address()));
    EXPECT_EQ(Interrupter::handled(), 1);
    EXPECT_NO_THROW(socket.send_all("in")) << "connect() said that it was connected";
    socket.close();
    other.join();
    EXPECT_EQ(received, "in");
}

TEST(Socket, ConnectGoesOnAfterASignal) {
    connect_through_a_signal(Address::ipv4("127.0.0.1", 0));
}

TEST(Socket, ConnectToAUnixSocketGoesOnAfterASignal) {
    const TemporaryFolder folder;
    connect_through_a_signal(Address::unix_path(folder / "socket"));
}

// ── errors ──

TEST(Socket, SaysWhoRefused) {
    const Deaf deaf;
    Socket socket(AF_INET);
    EXPECT_EQ(error_of<SystemError>([&] { socket.connect(deaf.address()); }),
              "connect(" + deaf.address().to_string() + "): Connection refused");
}

TEST(Socket, SaysWhichUnixSocketIsNotThere) {
    const TemporaryFolder folder;
    Socket socket(AF_UNIX);
    EXPECT_EQ(error_of<SystemError>([&] { socket.connect(Address::unix_path(folder / "no")); }),
              "connect(unix:" + folder / "no" + "): No such file or directory");
}

TEST(Socket, SaysWhatIsUnreachable) {
    Socket socket(AF_INET);
    EXPECT_EQ(error_of<SystemError>([&] { socket.connect(Address::ipv4("224.0.0.1", 80)); }),
              "connect(224.0.0.1:80): Network is unreachable");
}

TEST(Socket, SaysWhoReset) {
    const Peer peer(slam);
    Socket socket = connected_to(peer.address());
    socket.send_all("x");
    std::array<char, 10> buffer;
    const std::string name = peer.address().to_string();
    EXPECT_EQ(error_of<SystemError>([&] { (void)socket.recv(buffer); }),
              "recv(" + name + "): Connection reset by peer");
    EXPECT_EQ(error_of<SystemError>([&] { (void)socket.send("x"); }),
              "send(" + name + "): Broken pipe")
        << "the program lives: no SIGPIPE";
}

TEST(Socket, GivesUpWhenItsTimeLimitIsOver) {
    const Peer silent([](Socket socket) { (void)aio::recv_until_closed(socket); });
    Socket socket = connected_to(silent.address());
    socket.set_timeout(std::chrono::milliseconds(1));
    std::array<char, 10> buffer;
    EXPECT_EQ(error_of<SystemError>([&] { (void)socket.recv(buffer); }),
              "recv(" + silent.address().to_string() + "): Connection timed out");
}

TEST(Socket, GivesUpToConnectWhenItsTimeLimitIsOver) {
    const TemporaryFolder folder;
    for (const Address& address :
         {Address::ipv4("127.0.0.1", 0), Address::unix_path(folder / "socket")}) {
        const Crowded crowded(address);
        const Address full = crowded.server.local_address();
        Socket socket(full.family());
        socket.set_timeout(std::chrono::milliseconds(1));
        EXPECT_EQ(error_of<SystemError>([&] { socket.connect(full); }),
                  "connect(" + full.to_string() + "): Connection timed out");
    }
}

TEST(Socket, SaysWhichAddressIsTaken) {
    const Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    const Address address = server.local_address();
    EXPECT_EQ(error_of<SystemError>([&] { (void)aio::create_server(address); }),
              "bind(" + address.to_string() + "): Address already in use");
}

TEST(Socket, ThatDoesNotBlockSaysTryAgain) {
    auto [ours, theirs] = aio::socket_pair();
    ours.set_blocking(false);
    std::array<char, 10> buffer;
    EXPECT_EQ(error_of<SystemError>([&buffer, &socket = ours] { (void)socket.recv(buffer); }),
              "recv(fd " + std::to_string(ours.fileno()) + "): Resource temporarily unavailable");
}

// ── ownership ──

TEST(Socket, MovedFromOwnsNothingAndSaysSo) {
    auto [ours, theirs] = aio::socket_pair();
    const Socket owner = std::move(ours);
    EXPECT_TRUE(owner);
    EXPECT_FALSE(ours);  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(ours.fileno(), -1);
    EXPECT_EQ(error_of<SystemError>([&socket = ours] { (void)socket.send("x"); }),
              "send(a closed socket): Bad file descriptor");
}

TEST(Socket, MovedOverClosesWhatWasThere) {
    auto [ours, theirs] = aio::socket_pair();
    ours = Socket();
    EXPECT_EQ(aio::recv_until_closed(theirs), "") << "the peer sees the end";
}

TEST(Socket, ClosedTwiceIsClosedOnce) {
    auto [ours, theirs] = aio::socket_pair();
    const int number = ours.fileno();
    ours.close();
    const Socket stranger(AF_INET);  // takes the lowest free number: the one just closed
    ASSERT_EQ(stranger.fileno(), number);
    ours.close();
    EXPECT_TRUE(is_open(number)) << "the second close() hit another socket";
    EXPECT_EQ(error_of<SystemError>([&socket = ours] { socket.set_blocking(false); }),
              "fcntl(a closed socket): Bad file descriptor");
}

bool closes_on_exec(const Socket& socket) {
    return (::fcntl(socket.fileno(), F_GETFD) & FD_CLOEXEC) != 0;
}

TEST(Socket, IsNotInheritedByAnotherProgram) {
    Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    const Socket client = connected_to(server.local_address());
    const Socket accepted = server.accept();
    const auto [one, other] = aio::socket_pair();
    EXPECT_TRUE(closes_on_exec(server)) << "socket() without SOCK_CLOEXEC";
    EXPECT_TRUE(closes_on_exec(accepted)) << "accept() without SOCK_CLOEXEC";
    EXPECT_TRUE(closes_on_exec(one) && closes_on_exec(other)) << "socketpair()";
}

// ── options ──

TEST(Socket, BlocksUntilToldOtherwise) {
    Socket socket(AF_INET);
    EXPECT_TRUE(socket.is_blocking());
    socket.set_blocking(false);
    EXPECT_FALSE(socket.is_blocking());
    socket.set_blocking(true);
    EXPECT_TRUE(socket.is_blocking());
}

TEST(Socket, SetsAndReadsOptions) {
    Socket socket(AF_INET);
    EXPECT_EQ(socket.option<int>(IPPROTO_TCP, TCP_NODELAY), 0);
    socket.set_no_delay(true);
    EXPECT_NE(socket.option<int>(IPPROTO_TCP, TCP_NODELAY), 0);
    socket.set_timeout(std::chrono::milliseconds(1500));
    const auto limit = socket.option<timeval>(SOL_SOCKET, SO_RCVTIMEO);
    EXPECT_EQ(limit.tv_sec, 1);
    EXPECT_EQ(limit.tv_usec, 500'000);
    Socket local(AF_UNIX);
    EXPECT_EQ(error_of<SystemError>([&] { local.set_no_delay(true); }).substr(0, 14),
              "setsockopt(fd ")
        << "a Unix socket has no TCP options";
}

TEST(Socket, TakeErrorTellsTheErrorOnce) {
    const Peer peer(slam);
    Socket socket = connected_to(peer.address());
    EXPECT_EQ(socket.take_error(), 0);
    socket.send_all("x");
    pollfd waiting{socket.fileno(), POLLIN, 0};
    aio::check(::poll(&waiting, 1, -1), "poll");
    EXPECT_EQ(socket.take_error(), ECONNRESET);
    EXPECT_EQ(socket.take_error(), 0) << "reading clears it";
}

}  // namespace
