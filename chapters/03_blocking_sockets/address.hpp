#pragma once
// Where a socket is, or what it connects to: an IPv4 or IPv6 host and port, or a local path.
//
// POSIX has a struct for each family and passes them all as sockaddr* and a length. An Address
// holds any of them by value, so that the rest of the stack never sees a cast.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace aio {

/// A socket address of any family; a value type. The default one is of no family (AF_UNSPEC).
class Address {
  public:
    Address() noexcept = default;

    /// A copy of what the kernel or getaddrinfo(3) filled in.
    Address(const sockaddr* address, socklen_t size) : size_(size) {
        if (size > sizeof storage_) throw std::invalid_argument("Address: too long");
        std::memcpy(&storage_, address, size);
    }

    /// `host` in digits ("127.0.0.1"); no name is looked up. Throws std::invalid_argument.
    [[nodiscard]] static Address ipv4(const std::string& host, std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        parse_digits(AF_INET, host, &address.sin_addr);
        return of(address);
    }

    /// `host` in hexadecimal ("::1"), without brackets. Throws std::invalid_argument.
    [[nodiscard]] static Address ipv6(const std::string& host, std::uint16_t port) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        parse_digits(AF_INET6, host, &address.sin6_addr);
        return of(address);
    }

    /// A Unix socket's file. Throws std::invalid_argument if the path is empty or longer than the
    /// 107 bytes that the kernel takes.
    [[nodiscard]] static Address unix_path(std::string_view path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.empty() || path.size() >= sizeof address.sun_path) {
            throw std::invalid_argument("the path of a Unix socket has 1 to 107 bytes, not " +
                                        std::to_string(path.size()) + ": '" + std::string(path) +
                                        "'");
        }
        path.copy(address.sun_path, path.size());
        const std::size_t used = offsetof(sockaddr_un, sun_path) + path.size() + 1;
        return {reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(used)};
    }

    /// AF_INET, AF_INET6, AF_UNIX, or AF_UNSPEC for none.
    [[nodiscard]] int family() const noexcept { return storage_.ss_family; }

    /// In host byte order; 0 for a family that has no ports.
    [[nodiscard]] std::uint16_t port() const noexcept {
        if (family() == AF_INET) return ntohs(as<sockaddr_in>().sin_port);
        if (family() == AF_INET6) return ntohs(as<sockaddr_in6>().sin6_port);
        return 0;
    }

    /// "127.0.0.1", "::1", "fe80::1%eth0"; a Unix socket's path ("@name" if it is an abstract one,
    /// empty if it has none).
    [[nodiscard]] std::string host() const {
        switch (family()) {
            case AF_INET:
                return digits(as<sockaddr_in>().sin_addr);
            case AF_INET6:
                return digits(as<sockaddr_in6>().sin6_addr) + zone();
            case AF_UNIX:
                return path();
            default:
                return "";
        }
    }

    /// "127.0.0.1:80", "[::1]:80", "unix:/run/x"; "no address" for AF_UNSPEC.
    [[nodiscard]] std::string to_string() const {
        switch (family()) {
            case AF_INET:
                return host() + ":" + std::to_string(port());
            case AF_INET6:
                return "[" + host() + "]:" + std::to_string(port());
            case AF_UNIX:
                return "unix:" + host();
            case AF_UNSPEC:
                return "no address";
            default:
                return "address of family " + std::to_string(family());
        }
    }

    /// What the system calls take.
    [[nodiscard]] const sockaddr* data() const noexcept {
        return reinterpret_cast<const sockaddr*>(&storage_);
    }
    [[nodiscard]] socklen_t size() const noexcept { return size_; }

    /// For the calls that fill an address in, such as accept(2): where to, and how much fits.
    [[nodiscard]] sockaddr* out() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }
    [[nodiscard]] socklen_t* out_size() noexcept {
        size_ = sizeof storage_;
        return &size_;
    }

    friend bool operator==(const Address& a, const Address& b) noexcept {
        return a.size_ == b.size_ && std::memcmp(&a.storage_, &b.storage_, a.size_) == 0;
    }

  private:
    template <class Sockaddr>
    [[nodiscard]] static Address of(const Sockaddr& address) {
        return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
    }

    template <class Sockaddr>
    [[nodiscard]] Sockaddr as() const noexcept {
        Sockaddr address;
        std::memcpy(&address, &storage_, sizeof address);
        return address;
    }

    static void parse_digits(int family, const std::string& host, void* into) {
        if (inet_pton(family, host.c_str(), into) == 1) return;
        throw std::invalid_argument("'" + host + "' is no " +
                                    (family == AF_INET ? "IPv4" : "IPv6") +
                                    " address in digits: resolve() looks up names");
    }

    template <class InAddr>
    [[nodiscard]] std::string digits(const InAddr& raw) const {
        std::array<char, INET6_ADDRSTRLEN> text{};
        return inet_ntop(family(), &raw, text.data(), text.size());
    }

    /// "%eth0": a link-local address is unique on one network only, so it names the network.
    [[nodiscard]] std::string zone() const {
        const auto index = as<sockaddr_in6>().sin6_scope_id;
        if (index == 0) return "";
        std::array<char, IF_NAMESIZE> name{};
        const bool known = if_indextoname(index, name.data()) != nullptr;
        return "%" + (known ? std::string(name.data()) : std::to_string(index));
    }

    /// A path ends at its first zero. An abstract name begins with one, and ends where size_ says.
    [[nodiscard]] std::string path() const {
        const auto address = as<sockaddr_un>();
        std::string text(address.sun_path, size_ - offsetof(sockaddr_un, sun_path));
        if (text.empty()) return text;
        if (text.front() == '\0') return "@" + text.substr(1);
        return text.substr(0, text.find('\0'));
    }

    sockaddr_storage storage_{};
    socklen_t size_ = sizeof(sa_family_t);
};

}  // namespace aio
