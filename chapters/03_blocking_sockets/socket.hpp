#pragma once
// A socket: one end of a connection, read and written like a file.
//
// Each member is one system call, checked (check.hpp): a failure throws a SystemError that names
// the call and the peer. A socket blocks: the thread sleeps in the kernel until the call is done.
// Nothing here allocates except an error's text. The socket remembers its peer's address, because
// after a reset the kernel has forgotten it, just when a message should name it.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "03_blocking_sockets/address.hpp"
#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"

namespace aio {

/// Owns a socket; move-only. A default-constructed or moved-from one owns none, and every call on
/// it fails with EBADF. Thread rule: one thread at a time; shutdown() may come from another.
class Socket {
  public:
    Socket() noexcept = default;

    /// socket(2): not connected yet, blocking, closed on exec.
    explicit Socket(int family, int type = SOCK_STREAM, int protocol = 0)
        : fd_(check(::socket(family, type | SOCK_CLOEXEC, protocol), "socket")) {}

    /// Takes ownership of an open socket whose other end is `peer`.
    explicit Socket(Fd fd, const Address& peer = {}) noexcept : fd_(std::move(fd)), peer_(peer) {}

    /// Connects, and waits until the peer's kernel has accepted. After a signal the next attempt
    /// goes on waiting for the same connection.
    void connect(const Address& address) {
        int error = connect_ex(address);
        while (error == EINTR) error = connect_ex(address);
        if (error != 0) fail("connect", error);
    }

    /// One connect(2); returns 0 or its errno instead of throwing (as Python's connect_ex).
    [[nodiscard]] int connect_ex(const Address& address) noexcept {
        peer_ = address;
        return ::connect(fileno(), address.data(), address.size()) == 0 ? 0 : errno;
    }

    /// Sends as much of `data` as the kernel takes and returns how many bytes that was: at least
    /// one, perhaps not all. They are then on their way, not received.
    std::size_t send(std::string_view data) {
        const auto sent =
            retry_eintr([&] { return ::send(fileno(), data.data(), data.size(), MSG_NOSIGNAL); });
        return static_cast<std::size_t>(checked(sent, "send"));
    }

    /// Sends all of `data`. If it throws, nobody knows how much has been sent.
    void send_all(std::string_view data) {
        while (!data.empty()) data.remove_prefix(send(data));
    }

    /// Waits for bytes, puts as many as there are (and fit) into `buffer` and returns their
    /// number. 0 is the end: the peer has closed and will never send again.
    std::size_t recv(std::span<char> buffer) {
        const auto received =
            retry_eintr([&] { return ::recv(fileno(), buffer.data(), buffer.size(), 0); });
        return static_cast<std::size_t>(checked(received, "recv"));
    }

    /// Closes the descriptor; closing a closed socket is fine.
    void close() { fd_.reset(); }

    /// Ends one direction (SHUT_WR: the peer reads the end) or both; the descriptor stays open.
    void shutdown(int how) { checked(::shutdown(fileno(), how), "shutdown"); }

    /// Takes `address` as its own. Port 0 lets the kernel choose: see local_address().
    void bind(const Address& address) {
        check(::bind(fileno(), address.data(), address.size()), "bind", address);
    }

    /// From now on peers can connect: up to `backlog` wait until accept() takes them.
    void listen(int backlog = SOMAXCONN) { checked(::listen(fileno(), backlog), "listen"); }

    /// Waits for a peer and returns the connection to it; peer_address() says who it is.
    Socket accept() {
        Address peer;
        const int fd = retry_eintr(
            [&] { return ::accept4(fileno(), peer.out(), peer.out_size(), SOCK_CLOEXEC); });
        return Socket(Fd(checked(fd, "accept")), peer);
    }

    /// Whether a call sleeps until it is done. Chapter 4 says what happens if not.
    void set_blocking(bool blocking) {
        const int flags = checked(::fcntl(fileno(), F_GETFL), "fcntl");
        const int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
        if (wanted != flags) checked(::fcntl(fileno(), F_SETFL, wanted), "fcntl");
    }
    [[nodiscard]] bool is_blocking() const {
        return (checked(::fcntl(fileno(), F_GETFL), "fcntl") & O_NONBLOCK) == 0;
    }

    /// connect, send and recv give up after `limit` (ETIMEDOUT); zero: never (socket(7)).
    void set_timeout(std::chrono::microseconds limit) {
        const timeval time{limit.count() / 1'000'000, limit.count() % 1'000'000};
        set_option(SOL_SOCKET, SO_RCVTIMEO, time);
        set_option(SOL_SOCKET, SO_SNDTIMEO, time);
    }

    /// Send small pieces at once instead of waiting to fill a packet (TCP_NODELAY, tcp(7)).
    void set_no_delay(bool on) { set_option(IPPROTO_TCP, TCP_NODELAY, int{on}); }

    /// Any other option, e.g. set_option(SOL_SOCKET, SO_SNDBUF, 4096): see socket(7).
    template <class Value>
    void set_option(int level, int name, const Value& value) {
        checked(::setsockopt(fileno(), level, name, &value, sizeof value), "setsockopt");
    }
    template <class Value>
    [[nodiscard]] Value option(int level, int name) const {
        Value value{};
        socklen_t size = sizeof value;
        checked(::getsockopt(fileno(), level, name, &value, &size), "getsockopt");
        return value;
    }

    /// The error that the kernel keeps for this socket, 0 for none; reading clears it (SO_ERROR).
    [[nodiscard]] int take_error() { return option<int>(SOL_SOCKET, SO_ERROR); }

    /// Our own end (getsockname(2)).
    [[nodiscard]] Address local_address() const {
        Address own;
        checked(::getsockname(fileno(), own.out(), own.out_size()), "getsockname");
        return own;
    }

    /// The other end, as connect() was told or accept() found. Known even after it has gone.
    [[nodiscard]] const Address& peer_address() const noexcept { return peer_; }

    [[nodiscard]] int fileno() const noexcept { return fd_.number(); }  ///< -1 if closed
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(fd_); }

    /// Throws SystemError for `error` (errno if left out) of system call `call`, naming the peer.
    /// On a blocking socket "try again" means that its time limit is over.
    [[noreturn]] void fail(std::string_view call, int error = errno) const {
        const bool not_yet = is_would_block(error) || error == EINPROGRESS;
        if (not_yet && is_blocking()) error = ETIMEDOUT;
        throw SystemError(error, call, subject());
    }

  private:
    /// Like check(), with the peer as the subject.
    template <class Result>
    Result checked(Result result, std::string_view call) const {
        if (result == -1) fail(call);
        return result;
    }

    [[nodiscard]] std::string subject() const {
        if (!*this) return "a closed socket";
        if (peer_.family() != AF_UNSPEC) return peer_.to_string();
        return "fd " + std::to_string(fileno());
    }

    Fd fd_;
    Address peer_;
};

/// Two sockets of this machine, connected to each other (socketpair(2)).
[[nodiscard]] inline std::pair<Socket, Socket> socket_pair() {
    std::array<int, 2> fds{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), "socketpair");
    return {Socket(Fd(fds[0])), Socket(Fd(fds[1]))};
}

/// All that the peer sends until it closes.
[[nodiscard]] inline std::string recv_until_closed(Socket& socket) {
    std::string all;
    std::array<char, 4096> buffer;
    while (const std::size_t count = socket.recv(buffer)) all.append(buffer.data(), count);
    return all;
}

}  // namespace aio
