#pragma once
// Where the server listens: an address turned into listening sockets.
//
// The kernel keeps at most net.core.somaxconn connections waiting for each listening socket (often
// 4096, sometimes 128). Ten thousand clients at once may be more than the thread accepts in time,
// and a connection that does not fit costs its client a second. So a TCP port gets several sockets
// (SO_REUSEPORT), and the kernel spreads the connections over their queues.
#include <cstdint>
#include <string>
#include <vector>

#include "common/server/descriptor.hpp"

namespace course {

/// Listens from its constructor to its destructor.
class Listener {
  public:
    /// `host` as HttpServer takes it. Throws std::system_error with the system call and `host`.
    explicit Listener(const std::string& host);
    ~Listener();  ///< also removes the file of a Unix socket
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] const std::vector<Descriptor>& sockets() const noexcept { return sockets_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }  ///< 0: a Unix socket

  private:
    void listen_on_path(const std::string& path);
    void listen_on_ip(const std::string& host);

    std::vector<Descriptor> sockets_;
    std::uint16_t port_ = 0;
    std::string path_;  ///< of a Unix socket
};

}  // namespace course
