#pragma once
// Calls that never sleep: what cannot be done now is tried again later.
//
// On a non-blocking socket (Socket::set_blocking(false)) the kernel answers "would block" (EAGAIN)
// where it would have put the thread to sleep. That answer comes all the time and is not an error,
// so here it is a value: nothing is thrown, nothing is allocated. Real errors are still thrown.
#include <cerrno>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <sys/socket.h>

#include "03_blocking_sockets/address.hpp"
#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"
#include "03_blocking_sockets/socket.hpp"

namespace aio {

/// Starts to connect, or asks how far it has got: true if connected, false if not yet. Call it with
/// the same address until it is true; with a selector, when the socket is writable.
/// Throws SystemError (ECONNREFUSED, ETIMEDOUT, ...).
[[nodiscard]] inline bool try_connect(Socket& socket, const Address& address) {
    const int error = socket.connect_ex(address);
    switch (error) {
        case 0:
        case EISCONN:  // connected since we last asked
            return true;
        case EINPROGRESS:  // started
        case EALREADY:     // started before, and still not there
        case EAGAIN:       // a Unix socket whose listener has no room yet
        case EINTR:
            return false;
        default:
            socket.fail("connect", error);
    }
}

/// Sends as much of `data` as the kernel takes now and returns how many bytes that was; nothing if
/// it takes none. Throws SystemError (ECONNRESET, EPIPE, ...).
[[nodiscard]] inline std::optional<std::size_t> try_send(Socket& socket, std::string_view data) {
    const auto sent = retry_eintr(
        [&] { return ::send(socket.fileno(), data.data(), data.size(), MSG_NOSIGNAL); });
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (is_would_block(errno)) return std::nullopt;
    socket.fail("send");
}

/// Puts the bytes that have come into `buffer` and returns their number. 0 is the end: the peer
/// has closed. Nothing means that none have come yet. Throws SystemError (ECONNRESET, ...).
[[nodiscard]] inline std::optional<std::size_t> try_recv(Socket& socket, std::span<char> buffer) {
    const auto received =
        retry_eintr([&] { return ::recv(socket.fileno(), buffer.data(), buffer.size(), 0); });
    if (received >= 0) return static_cast<std::size_t>(received);
    if (is_would_block(errno)) return std::nullopt;
    socket.fail("recv");
}

/// Takes a peer that is waiting at the listening socket `server`; nothing if none is. The
/// connection is non-blocking. Throws SystemError (EMFILE: too many open files, ...).
[[nodiscard]] inline std::optional<Socket> try_accept(Socket& server) {
    Address peer;
    const int fd = retry_eintr([&] {
        return ::accept4(server.fileno(), peer.out(), peer.out_size(),
                         SOCK_CLOEXEC | SOCK_NONBLOCK);
    });
    if (fd >= 0) return Socket(Fd(fd), peer);
    // ECONNABORTED: the peer was there, and left before we took it.
    if (is_would_block(errno) || errno == ECONNABORTED) return std::nullopt;
    server.fail("accept");
}

}  // namespace aio
