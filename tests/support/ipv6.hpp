#pragma once
// Whether this machine has IPv6. Many have not: a container of Docker's, for example, unless
// somebody asked for it. What needs IPv6 is skipped there, and says why.
#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

/// Whether a socket can be bound to ::1. It is not the place of any error but that there is no
/// IPv6: those show in the test itself.
[[nodiscard]] inline bool has_ipv6() {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const int socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return errno != EAFNOSUPPORT;
    const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const bool has = bound || errno != EADDRNOTAVAIL;
    ::close(socket);
    return has;
}

/// Skips the rest of a test where there is no IPv6.
#define NEEDS_IPV6() \
    if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here: no socket can be bound to ::1"
