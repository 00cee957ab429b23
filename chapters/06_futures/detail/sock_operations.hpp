#pragma once
// Sockets with futures: what can be done at once is done at once, the rest when the loop says so.
//
// Each call tries first: the bytes are often there already, and then nothing is registered, and no
// turn is lost. Only when the kernel says "not now" a watcher tries again, whenever the descriptor
// is ready. The future is the operation itself: to cancel it removes the watcher at once, so the
// socket may be closed, or used by the next operation, in the next line.
//
// The socket must be non-blocking, and must stay open until the future is done. A socket has one
// reader and one writer at a time: a second sock_recv takes the first one's place.
#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "03_blocking_sockets/socket.hpp"
#include "04_nonblocking_polling/nonblocking.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/future.hpp"

namespace aio {

/// The state of a future that a socket will finish. `attempt()` tries once: it returns the result,
/// or nothing if it is too early, or throws. Thread rule: the loop's thread.
template <class T, class Attempt>
class SockOperation final : public WithResult<T, FutureBase> {
  public:
    SockOperation(EventLoop& loop, const char* name, int fd, Events event, Attempt attempt)
        : WithResult<T, FutureBase>(loop),
          name_(name),
          fd_(fd),
          event_(event),
          attempt_(std::move(attempt)) {}

    /// Tries, and watches the descriptor if it was too early.
    void start() {
        if (!try_once()) watch();
    }

    bool cancel(const std::string& message) override {
        unwatch();
        return FutureBase::cancel(message);
    }

    [[nodiscard]] const char* kind() const noexcept override { return name_; }

  private:
    ~SockOperation() override = default;

    /// Returns whether it is done, or has failed.
    bool try_once() {
        try {
            auto result = attempt_();
            if (!result) return false;
            this->finish_with(*std::move(result));
        } catch (...) {
            this->finish_with_error(std::current_exception());
        }
        return true;
    }

    /// What the watcher calls.
    struct TryAgain {
        SockOperation* operation;
        Future<T> reference;  // the caller may let its own go: the operation goes on

        void operator()() {
            if (!operation->done() && operation->try_once()) operation->unwatch();
        }
        [[nodiscard]] std::string name() const { return operation->name_; }
    };

    void watch() {
        this->retain();
        TryAgain again{this, Future<T>(this)};
        watcher_ = event_ == Events::read ? this->loop().add_reader(fd_, std::move(again))
                                          : this->loop().add_writer(fd_, std::move(again));
    }

    /// Unless another watcher has taken our place. The handle goes first: it and the watcher's
    /// reference to us would keep each other alive.
    void unwatch() {
        const auto watcher = std::exchange(watcher_, std::nullopt);
        if (!watcher || watcher->cancelled()) return;
        event_ == Events::read ? this->loop().remove_reader(fd_) : this->loop().remove_writer(fd_);
    }

    const char* name_;
    int fd_;
    Events event_;
    Attempt attempt_;
    std::optional<Handle> watcher_;
};

namespace detail {

/// Starts the operation `name` ("sock_recv") on `socket`.
template <class T, class Attempt>
Future<T> start_operation(EventLoop& loop, const char* name, Socket& socket, Events event,
                          Attempt attempt) {
    loop.ensure_usable();
    if (loop.get_debug() && socket.is_blocking()) {
        throw ValueError("the socket must be non-blocking: set_blocking(false)");
    }
    auto* state =
        new SockOperation<T, Attempt>(loop, name, socket.fileno(), event, std::move(attempt));
    Future<T> future(state);
    state->start();
    return future;
}

}  // namespace detail

/// Up to `size` bytes, as soon as there are any; none at the end: the peer has closed.
/// asyncio's loop.sock_recv; recv(2).
inline Future<std::string> EventLoop::sock_recv(Socket& socket, std::size_t size) {
    constexpr std::size_t kMax = std::size_t{256} * 1024;  // what a socket's buffer holds
    const auto attempt = [&socket, size = std::min(size, kMax)]() -> std::optional<std::string> {
        std::string bytes(size, '\0');
        const auto count = try_recv(socket, bytes);
        if (!count) return std::nullopt;
        bytes.resize(*count);
        return bytes;
    };
    return detail::start_operation<std::string>(*this, "sock_recv", socket, Events::read, attempt);
}

/// The same into `buffer`, which must live until the future is done; the result is how many.
inline Future<std::size_t> EventLoop::sock_recv_into(Socket& socket, std::span<char> buffer) {
    const auto attempt = [&socket, buffer] { return try_recv(socket, buffer); };
    return detail::start_operation<std::size_t>(*this, "sock_recv_into", socket, Events::read,
                                                attempt);
}

/// Sends all of `data`. If it fails or is cancelled, nobody knows how much has been sent.
/// asyncio's loop.sock_sendall.
inline Future<void> EventLoop::sock_sendall(Socket& socket, std::string data) {
    auto attempt = [&socket, data = std::move(data),
                    sent = std::size_t{0}]() mutable -> std::optional<std::monostate> {
        while (sent < data.size()) {
            const auto count = try_send(socket, std::string_view(data).substr(sent));
            if (!count) return std::nullopt;
            sent += *count;
        }
        return std::monostate();
    };
    return detail::start_operation<void>(*this, "sock_sendall", socket, Events::write,
                                         std::move(attempt));
}

/// The next peer that connects: a non-blocking socket; its peer_address() says who it is.
inline Future<Socket> EventLoop::sock_accept(Socket& server) {
    const auto attempt = [&server] { return try_accept(server); };
    return detail::start_operation<Socket>(*this, "sock_accept", server, Events::read, attempt);
}

/// Connects. SystemError (ECONNREFUSED, ...) is the future's error.
inline Future<void> EventLoop::sock_connect(Socket& socket, const Address& address) {
    const auto attempt = [&socket, address]() -> std::optional<std::monostate> {
        if (!try_connect(socket, address)) return std::nullopt;
        return std::monostate();
    };
    return detail::start_operation<void>(*this, "sock_connect", socket, Events::write, attempt);
}

}  // namespace aio
