#pragma once
// The embedded HTTP server: real sockets on loopback, answers after a chosen delay.
//
// It makes every timing of the course reproducible without a network. One epoll thread serves ten
// thousand connections. It is an instrument, not a subject, so no chapter looks inside.
//
//     GET /?delay=25ms&bytes=1256      answers after 25 ms with a body of 1256 bytes
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <sys/types.h>

namespace course {

/// A server that listens from its constructor to its destructor.
/// Thread rule: all members may be called from any thread.
class HttpServer {
  public:
    /// Where to listen: "127.0.0.1" or "::1" (port 0: the kernel picks one), or "unix:/some/path".
    /// Throws std::system_error that names the system call and the address.
    explicit HttpServer(const std::string& host = "127.0.0.1");
    ~HttpServer();  ///< closes every connection and joins the thread
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] const std::string& host() const noexcept;
    [[nodiscard]] std::uint16_t port() const noexcept;  ///< 0 for a Unix socket

    /// "http://127.0.0.1:PORT/?delay=25ms&bytes=1256"; the host is "localhost" for a Unix socket.
    [[nodiscard]] std::string url(std::chrono::milliseconds delay = {},
                                  std::size_t bytes = 1256) const;

    /// The server's thread, so that its CPU time can be left out of a measurement.
    [[nodiscard]] pid_t thread_id() const noexcept;

    /// What the server has seen so far.
    struct Statistics {
        std::uint64_t connections = 0;   ///< accepted
        std::uint64_t requests = 0;      ///< answered in full
        std::uint64_t bad_requests = 0;  ///< answered with a 4xx or 5xx of its own
        std::uint64_t open = 0;          ///< connections open now
        std::uint64_t most_open = 0;     ///< the largest number open at once
    };
    [[nodiscard]] Statistics statistics() const;

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace course
