#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>

#include <gtest/gtest.h>

#include "04_nonblocking_polling/nonblocking.hpp"
#include "tests/support/ipv6.hpp"
#include "tests/support/peer.hpp"

namespace {

using aio::Address;
using aio::Socket;
using aio::SystemError;

/// Sleeps until the kernel has something to say about `socket`.
void wait_for(const Socket& socket, short events) {
    pollfd waiting{socket.fileno(), events, 0};
    aio::check(aio::retry_eintr([&] { return ::poll(&waiting, 1, -1); }), "poll");
}

Socket non_blocking(int family) {
    Socket socket(family);
    socket.set_blocking(false);
    return socket;
}

/// A connected pair; the first end does not block.
std::pair<Socket, Socket> half_blocking_pair() {
    auto pair = aio::socket_pair();
    pair.first.set_blocking(false);
    return pair;
}

/// What try_recv() says, in words.
std::string recv_in_words(Socket& socket) {
    std::array<char, 100> buffer;
    const auto count = aio::try_recv(socket, buffer);
    if (!count) return "nothing yet";
    return *count == 0 ? "the end" : std::string(buffer.data(), *count);
}

/// What try_send() says, in words.
const char* send_in_words(Socket& socket, std::string_view data) {
    const auto count = aio::try_send(socket, data);
    if (!count) return "nothing";
    if (*count == 0) return "0 bytes";
    return *count < data.size() ? "a part" : "all";
}

// ── try_recv ──

TEST(TryRecv, SaysNothingYetInsteadOfSleeping) {
    const auto ask_twice = [] {
        never_hang();
        auto [ours, theirs] = half_blocking_pair();
        for (int i = 0; i < 2; ++i) std::fprintf(stderr, "%s. ", recv_in_words(ours).c_str());
        std::_Exit(0);
    };
    EXPECT_EXIT(ask_twice(), testing::ExitedWithCode(0), "^nothing yet. nothing yet. $")
        << "it says so as often as it is asked, throws nothing and waits for nothing";
}

TEST(TryRecv, TakesTheBytesThatAreHere) {
    auto [ours, theirs] = half_blocking_pair();
    theirs.send_all("hello");
    EXPECT_EQ(recv_in_words(ours), "hello");
    EXPECT_EQ(recv_in_words(ours), "nothing yet");
    theirs.send_all(std::string(150, 'x'));
    EXPECT_EQ(recv_in_words(ours), std::string(100, 'x')) << "no more than fit into the buffer";
    EXPECT_EQ(recv_in_words(ours), std::string(50, 'x')) << "the rest is there for the next call";
}

TEST(TryRecv, TellsTheEndFromNothingYet) {
    auto [ours, theirs] = half_blocking_pair();
    EXPECT_EQ(recv_in_words(ours), "nothing yet") << "an open connection without bytes";
    theirs.send_all("last words");
    theirs.close();
    EXPECT_EQ(recv_in_words(ours), "last words") << "what was sent before the end comes first";
    EXPECT_EQ(recv_in_words(ours), "the end")
        << "the peer has closed: 0 bytes, which is not the same as no answer yet";
}

TEST(TryRecv, ThrowsAtATrueError) {
    const Peer peer(slam);
    Socket socket = connected_to(peer.address());
    socket.send_all("x");
    wait_for(socket, POLLIN);
    socket.set_blocking(false);
    EXPECT_EQ(error_of<SystemError>([&] { (void)recv_in_words(socket); }),
              "recv(" + peer.address().to_string() + "): Connection reset by peer")
        << "only would-block is a value; a reset must not look like it";
}

// ── try_send ──

TEST(TrySend, SaysHowManyBytesTheKernelTook) {
    auto [ours, theirs] = half_blocking_pair();
    EXPECT_EQ(aio::try_send(ours, "hello"), 5U);
    EXPECT_EQ(aio::try_send(ours, ""), 0U) << "sending nothing is done at once";
    ours.close();
    EXPECT_EQ(aio::recv_until_closed(theirs), "hello");
}

TEST(TrySend, TakesAPartAndThenNothingWhenThePeerDoesNotRead) {
    const auto fill_the_buffer = [] {
        never_hang();
        auto [ours, theirs] = half_blocking_pair();
        const std::string megabyte = pattern(1'000'000);
        std::fprintf(stderr, "%s, ", send_in_words(ours, megabyte));
        // A buffer that takes a hundred more of these is not being filled.
        for (int i = 0; i < 100 && aio::try_send(ours, megabyte); ++i) continue;
        std::fprintf(stderr, "then %s", send_in_words(ours, megabyte));
        std::_Exit(0);
    };
    EXPECT_EXIT(fill_the_buffer(), testing::ExitedWithCode(0), "^a part, then nothing$")
        << "a full buffer takes nothing for now: that is no error, nor 0 bytes sent, nor a reason "
           "to wait";
}

TEST(TrySend, GoesOnWhenThePeerHasRead) {
    auto [ours, theirs] = half_blocking_pair();
    const std::string all = pattern(1'000'000);
    std::string received;
    std::array<char, 65536> buffer;
    for (std::string_view unsent = all; !unsent.empty();) {
        const std::size_t sent = aio::try_send(ours, unsent).value_or(0);
        unsent.remove_prefix(sent);
        if (sent == 0) received.append(buffer.data(), theirs.recv(buffer));
    }
    ours.close();
    received += read_all(theirs);
    EXPECT_TRUE(received == all) << "got " << received.size() << " bytes";
}

/// While it lives, a SIGPIPE is noted and does not kill us.
class NotedSigpipe {
  public:
    NotedSigpipe() {
        raised_ = 0;
        old_ = std::signal(SIGPIPE, [](int) { raised_ = 1; });
    }
    ~NotedSigpipe() { std::signal(SIGPIPE, old_); }
    NotedSigpipe(const NotedSigpipe&) = delete;
    NotedSigpipe& operator=(const NotedSigpipe&) = delete;

    [[nodiscard]] bool raised() const { return raised_ != 0; }

  private:
    static inline volatile std::sig_atomic_t raised_ = 0;
    void (*old_)(int) = nullptr;
};

TEST(TrySend, ThrowsAtATrueErrorAndRaisesNoSignal) {
    const NotedSigpipe sigpipe;
    auto [ours, theirs] = half_blocking_pair();
    theirs.close();
    EXPECT_EQ(error_of<SystemError>([&socket = ours] { (void)aio::try_send(socket, "x"); }),
              "send(fd " + std::to_string(ours.fileno()) + "): Broken pipe")
        << "only would-block is a value; a peer that has gone is an error";
    EXPECT_FALSE(sigpipe.raised()) << "send with MSG_NOSIGNAL: a SIGPIPE kills the program";
}

// ── try_connect ──

/// Connects to an echo at `address`, sleeping in poll() between the tries; says hello.
std::string hello(const Address& address) {
    const Peer peer([](Socket socket) { socket.send_all(aio::recv_until_closed(socket)); },
                    address);
    Socket socket = non_blocking(peer.address().family());
    for (int tries = 1; !aio::try_connect(socket, peer.address()); ++tries) {
        if (tries == 100) return "not connected, though the socket is writable";
        wait_for(socket, POLLOUT);
    }
    socket.set_blocking(true);
    socket.send_all("hello");
    socket.shutdown(SHUT_WR);
    return aio::recv_until_closed(socket);
}

TEST(TryConnect, ConnectsOverEachFamily) {
    const TemporaryFolder folder;
    EXPECT_EQ(hello(Address::ipv4("127.0.0.1", 0)), "hello");
    EXPECT_EQ(hello(Address::unix_path(folder / "socket")), "hello");
    NEEDS_IPV6();
    EXPECT_EQ(hello(Address::ipv6("::1", 0)), "hello");
}

TEST(TryConnect, IsFalseForAsLongAsThePeerHasNotAccepted) {
    const auto ask_three_times = [] {
        never_hang();
        const Crowded crowded(Address::ipv4("127.0.0.1", 0));
        Socket socket = non_blocking(AF_INET);
        for (int i = 0; i < 3; ++i) {
            const bool connected = aio::try_connect(socket, crowded.server.local_address());
            std::fputs(connected ? "connected. " : "not yet. ", stderr);
        }
        std::_Exit(0);
    };
    EXPECT_EXIT(ask_three_times(), testing::ExitedWithCode(0), "^not yet. not yet. not yet. $")
        << "started is not connected (EINPROGRESS), nor is it when asked again (EALREADY), and "
           "that is no reason to wait";
}

TEST(TryConnect, TriesAUnixSocketAgainUntilItsListenerHasRoom) {
    const TemporaryFolder folder;
    Crowded crowded(Address::unix_path(folder / "socket"));
    const Address address = crowded.server.local_address();
    Socket socket = non_blocking(AF_UNIX);
    EXPECT_FALSE(aio::try_connect(socket, address)) << "the listener's queue is full (EAGAIN)";
    for (std::size_t i = 0; i < crowded.waiting.size(); ++i) (void)crowded.server.accept();
    EXPECT_TRUE(aio::try_connect(socket, address)) << "now there is room";
}

TEST(TryConnect, StaysTrueWhenConnected) {
    Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    const Address address = server.local_address();
    Socket socket = non_blocking(AF_INET);
    if (!aio::try_connect(socket, address)) wait_for(socket, POLLOUT);
    EXPECT_TRUE(aio::try_connect(socket, address)) << "the peer has accepted";
    EXPECT_EQ(error_of<SystemError>([&] {
                  EXPECT_TRUE(aio::try_connect(socket, address)) << "asked again (EISCONN)";
              }),
              "no error");
}

TEST(TryConnect, ThrowsWhenThePeerRefuses) {
    const Deaf deaf;
    const Address address = deaf.address();
    Socket socket = non_blocking(AF_INET);
    EXPECT_EQ(error_of<SystemError>([&] {
                  if (!aio::try_connect(socket, address)) wait_for(socket, POLLOUT);
                  (void)aio::try_connect(socket, address);
              }),
              "connect(" + address.to_string() + "): Connection refused")
        << "taking a refusal for 'not yet' means asking for ever";
}

// ── try_accept ──

TEST(TryAccept, SaysThatNobodyIsThere) {
    Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    server.set_blocking(false);
    EXPECT_FALSE(aio::try_accept(server).has_value());
}

TEST(TryAccept, TakesAPeerAndMakesItsSocketNonBlocking) {
    Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    server.set_blocking(false);
    const Socket client = connected_to(server.local_address());
    wait_for(server, POLLIN);
    const auto accepted = aio::try_accept(server);
    ASSERT_TRUE(accepted.has_value()) << "a peer waits";
    EXPECT_EQ(accepted->peer_address(), client.local_address());
    EXPECT_FALSE(accepted->is_blocking());
    EXPECT_NE(::fcntl(accepted->fileno(), F_GETFD) & FD_CLOEXEC, 0) << "closed on exec";
}

TEST(TryAccept, ThrowsAtATrueError) {
    Socket not_listening(AF_INET);
    EXPECT_EQ(error_of<SystemError>([&] { (void)aio::try_accept(not_listening); }),
              "accept(fd " + std::to_string(not_listening.fileno()) + "): Invalid argument");
}

}  // namespace
