#pragma once
// A client that does what a test tells it, even what no decent client would do.
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

/// One connection to a server on 127.0.0.1, with a blocking socket.
class HttpClient {
  public:
    explicit HttpClient(std::uint16_t port) : HttpClient() { connect(port); }

    /// A socket that is not connected yet.
    HttpClient() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        check(socket_, "socket");
    }
    ~HttpClient() { close(); }
    HttpClient(HttpClient&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), read_(std::move(other.read_)) {}
    HttpClient& operator=(HttpClient&&) = delete;

    void connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        check(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
    }

    void send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t size = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            check(static_cast<int>(size), "send");
            text.remove_prefix(static_cast<std::size_t>(size));
        }
    }

    /// The next answer: its head and the body that Content-Length announces.
    std::string answer(bool has_body = true) {
        std::size_t end = 0;
        while ((end = read_.find("\r\n\r\n")) == std::string::npos) more();
        end += 4;
        const std::size_t at = read_.find("Content-Length: ");
        if (has_body && at < end) end += std::stoul(read_.substr(at + 16));
        while (read_.size() < end) more();
        std::string first = read_.substr(0, end);
        read_.erase(0, end);
        return first;
    }

    /// Everything up to the end of the connection.
    std::string rest() {
        while (receive()) continue;
        return std::exchange(read_, {});
    }

    [[nodiscard]] int socket() const noexcept { return socket_; }

    void end_of_requests() const { check(::shutdown(socket_, SHUT_WR), "shutdown"); }

    void close() {
        if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    }

    /// Closes with a reset instead of an orderly end (socket(7), SO_LINGER).
    void reset() {
        const linger now{1, 0};
        check(::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now), "setsockopt");
        close();
    }

  private:
    static void check(int result, const char* what) {
        if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    }

    /// False at the end of the connection.
    bool receive() {
        std::array<char, 65536> buffer;
        const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
        check(static_cast<int>(size), "recv");
        read_.append(buffer.data(), static_cast<std::size_t>(size));
        return size > 0;
    }

    void more() {
        if (!receive()) throw std::runtime_error("the server hung up after: " + read_);
    }

    int socket_ = -1;
    std::string read_;
};
