#pragma once
// From a name to addresses, and from addresses to a connection.
//
// A name may stand for several addresses: "localhost" is ::1 and 127.0.0.1. We try them in the
// system's order, and the first that answers wins. If none does, the error tells what each of
// them said.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <netdb.h>

#include "03_blocking_sockets/address.hpp"
#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/socket.hpp"

namespace aio {

/// The EAI_ numbers of getaddrinfo(3), e.g. EAI_NONAME: Name or service not known.
inline const std::error_category& gai_category() noexcept {
    class Category : public std::error_category {
        const char* name() const noexcept override { return "getaddrinfo"; }
        std::string message(int error) const override { return ::gai_strerror(error); }
    };
    static const Category category;
    return category;
}

/// A name that could not be looked up: Python's socket.gaierror.
class GaiError : public std::system_error {
  public:
    /// `error` is an EAI_ number; `what` is what was looked up.
    GaiError(int error, const std::string& what)
        : std::system_error(error, gai_category(), "getaddrinfo(" + what + ")") {}
};

/// The addresses of getaddrinfo's `list`, in its order, each once: for "localhost" it may say
/// 127.0.0.1 twice, because /etc/hosts has a line with ::1 too.
[[nodiscard]] inline std::vector<Address> addresses_of(const addrinfo* list) {
    std::vector<Address> addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        const Address address(entry->ai_addr, entry->ai_addrlen);
        const bool is_new = std::ranges::find(addresses, address) == addresses.end();
        if (is_new) addresses.push_back(address);
    }
    return addresses;
}

/// The addresses of TCP `service` ("http" or "80") at `host` (a name or digits), best first, each
/// once, never none. An empty host means this machine: where to bind(). Blocks for as long as the
/// lookup takes. Throws GaiError, or SystemError if the system failed.
[[nodiscard]] inline std::vector<Address> resolve(const std::string& host,
                                                  const std::string& service,
                                                  int family = AF_UNSPEC) {
    addrinfo wanted{};
    wanted.ai_family = family;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE;  // matters for an empty host only
    addrinfo* list = nullptr;
    const char* name = host.empty() ? nullptr : host.c_str();
    const int error = ::getaddrinfo(name, service.c_str(), &wanted, &list);
    const std::string what = host + ":" + service;
    if (error == EAI_SYSTEM) throw SystemError(errno, "getaddrinfo", what);
    if (error != 0) throw GaiError(error, what);

    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
    return addresses_of(owner.get());
}

/// A connection to the first of `addresses` that answers (Python: socket.create_connection).
/// If the only address fails, throws its error. If all of several fail, throws one
/// SystemError("create_connection") with the number of the last error and, as its subject, what
/// all of them said: "first said; second said". Without any address the number is EDESTADDRREQ.
[[nodiscard]] inline Socket create_connection(const std::vector<Address>& addresses) {
    std::string said;
    int error = EDESTADDRREQ;
    for (const Address& address : addresses) {
        try {
            Socket socket(address.family());
            socket.connect(address);
            return socket;
        } catch (const SystemError& failure) {
            if (addresses.size() == 1) throw;
            error = failure.code().value();
            said += (said.empty() ? "" : "; ") + std::string(failure.what());
        }
    }
    throw SystemError(error, "create_connection", said);
}

/// A socket that listens at `address` (Python: socket.create_server).
[[nodiscard]] inline Socket create_server(const Address& address, int backlog = SOMAXCONN) {
    Socket socket(address.family());
    // A restarted server need not wait until the old connections are forgotten.
    socket.set_option(SOL_SOCKET, SO_REUSEADDR, 1);
    socket.bind(address);
    socket.listen(backlog);
    return socket;
}

}  // namespace aio
