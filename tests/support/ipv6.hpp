#pragma once
// Whether this machine has IPv6. Many do not: a Docker container, for example, unless somebody
// asked for it. Tests that need IPv6 are skipped there, and say why.
#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

/// Whether a socket can be bound to ::1. Any error but a lack of IPv6 shows in the test itself.
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

/// Skips the rest of a test if there is no IPv6.
#define NEEDS_IPV6() \
    if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here: no socket can be bound to ::1"
