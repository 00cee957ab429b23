#include "common/server/listener.hpp"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

namespace course {
namespace {

constexpr int kSocketsForAPort = 4;
constexpr int kBacklog = 65535;  // the kernel lowers it to what it allows
constexpr std::string_view kUnix = "unix:";

/// A socket address of any family, ready for the system calls.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] const sockaddr* get() const noexcept {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

template <typename Family>
SocketAddress wrap(const Family& address) {
    SocketAddress wrapped;
    std::memcpy(&wrapped.storage, &address, sizeof address);
    wrapped.size = sizeof address;
    return wrapped;
}

SocketAddress unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        throw std::system_error(path.empty() ? EINVAL : ENAMETOOLONG, std::generic_category(),
                                fmt::format("bind unix:{} (a path of 1 to {} bytes)", path,
                                            sizeof address.sun_path - 1));
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return wrap(address);
}

SocketAddress ip_address(const std::string& host, std::uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return wrap(v4);

    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return wrap(v6);

    throw std::system_error(
        EINVAL, std::generic_category(),
        fmt::format("inet_pton {} (use an address: 127.0.0.1, ::1 or unix:/some/path)", host));
}

void set_option(int socket, int level, int option, const std::string& what) {
    const int on = 1;
    check(setsockopt(socket, level, option, &on, sizeof on), what);
}

/// Loopback loses nothing, yet some systems' default (BBR) sets a timer for every packet: half a
/// microsecond that would be measured as ours. If reno is not allowed, the default stays.
void use_simple_congestion_control(int socket) {
    constexpr std::string_view kReno = "reno";
    (void)setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, kReno.data(), kReno.size());
}

Descriptor open_socket(int family, const std::string& host) {
    return Descriptor(
        check(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket " + host));
}

std::uint16_t port_of(int socket) {
    SocketAddress address;
    address.size = sizeof address.storage;
    check(getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage), &address.size),
          "getsockname");
    sockaddr_in common{};  // the port is at the same place in sockaddr_in6
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    std::memcpy(&common, &address.storage, sizeof common);
    return ntohs(common.sin_port);
}

}  // namespace

Listener::Listener(const std::string& host) {
    if (host.compare(0, kUnix.size(), kUnix) == 0) {
        listen_on_path(host.substr(kUnix.size()));
    } else {
        listen_on_ip(host);
    }
}

Listener::~Listener() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

void Listener::listen_on_path(const std::string& path) {
    const SocketAddress address = unix_address(path);
    Descriptor socket = open_socket(AF_UNIX, "unix:" + path);
    check(bind(socket.get(), address.get(), address.size), "bind unix:" + path);
    path_ = path;  // from now on the file is ours to remove
    check(listen(socket.get(), kBacklog), "listen unix:" + path);
    sockets_.push_back(std::move(socket));
}

void Listener::listen_on_ip(const std::string& host) {
    for (int i = 0; i < kSocketsForAPort; ++i) {
        const SocketAddress address = ip_address(host, port_);
        Descriptor socket = open_socket(address.storage.ss_family, host);
        set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, "setsockopt SO_REUSEPORT");
        // Accepted sockets inherit this: a small answer must not wait for the client's ACK.
        set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, "setsockopt TCP_NODELAY");
        use_simple_congestion_control(socket.get());
        check(bind(socket.get(), address.get(), address.size), "bind " + host);
        check(listen(socket.get(), kBacklog), "listen " + host);
        port_ = port_of(socket.get());  // the kernel picks one for the first; the others share it
        sockets_.push_back(std::move(socket));
    }
}

}  // namespace course
