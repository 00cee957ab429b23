#pragma once
// The same three steps with functions inside functions: how RequestGet would look without a class,
// and why nobody wants to write a large program like this.
//
// It works, and the tests prove it. Read it for what it costs: where does an error go, what became
// of the loop `while (!done) recv`, and what keeps the socket alive between two steps?
#include <array>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "03_blocking_sockets/http_get.hpp"
#include "04_nonblocking_polling/nonblocking.hpp"
#include "05_selector_callbacks/callback_loop.hpp"
#include "05_selector_callbacks/selector.hpp"

namespace aio {

/// Calls functions once, when their descriptors are ready, and owns them until then.
/// Must outlive run_callbacks() of its selector. Thread rule: the loop's thread.
class Callbacks {
  public:
    using Function = std::function<void()>;

    explicit Callbacks(Selector& selector) : selector_(selector) {}
    ~Callbacks() {
        for (const auto& waiting : waiting_) {
            if (waiting) selector_.unregister(waiting->fd);
        }
    }
    Callbacks(const Callbacks&) = delete;  // the selector knows where the functions are
    Callbacks& operator=(const Callbacks&) = delete;

    void when_readable(int fd, Function function) { add(fd, Events::read, std::move(function)); }
    void when_writable(int fd, Function function) { add(fd, Events::write, std::move(function)); }

  private:
    struct Waiting final : EventHandler {
        Waiting(Callbacks& owner, int descriptor, Function callback)
            : callbacks(owner), fd(descriptor), function(std::move(callback)) {}
        void on_event(Events /*events*/) override { callbacks.call(fd); }

        Callbacks& callbacks;
        int fd;
        Function function;
    };

    void add(int fd, Events events, Function function) {
        auto waiting = std::make_unique<Waiting>(*this, fd, std::move(function));
        selector_.register_fd(fd, events, static_cast<EventHandler*>(waiting.get()));
        const auto index = static_cast<std::size_t>(fd);
        if (index >= waiting_.size()) waiting_.resize(index + 1);
        waiting_[index] = std::move(waiting);
    }

    /// Forgets the function before calling it: it may want to wait again.
    void call(int fd) {
        const auto waiting = std::exchange(waiting_[static_cast<std::size_t>(fd)], nullptr);
        selector_.unregister(fd);
        waiting->function();
    }

    Selector& selector_;
    std::vector<std::unique_ptr<Waiting>> waiting_;  // by descriptor
};

/// Told how a GET ended: with an error, or with an answer.
using GetDone = std::function<void(std::exception_ptr, Response)>;

/// The third step. A `while` cannot return to the event loop halfway, so it has become a function
/// that calls itself by way of the event loop.
inline void receive_rest(Callbacks& callbacks, std::shared_ptr<Socket> socket,
                         std::shared_ptr<ResponseParser> parser, GetDone done) {
    callbacks.when_readable(socket->fileno(), [&callbacks, socket, parser, done] {
        try {
            std::array<char, 4096> buffer;
            const auto count = try_recv(*socket, buffer);
            if (count) parser->feed({buffer.data(), *count});
            if (count && *count == 0) parser->feed_eof();
        } catch (...) {
            return done(std::current_exception(), {});
        }
        if (!parser->done()) return receive_rest(callbacks, socket, parser, done);
        done(nullptr, parser->take());
    });
}

/// Fetches what `request` asks for from `address`, and calls `done` once, whatever happens.
inline void nested_get(Callbacks& callbacks, const Address& address, std::string request,
                       GetDone done) {
    auto socket = std::make_shared<Socket>();
    try {
        *socket = Socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK);
        (void)try_connect(*socket, address);
    } catch (...) {
        return done(std::current_exception(), {});
    }
    callbacks.when_writable(socket->fileno(), [&callbacks, socket, address, request, done] {
        try {
            if (!try_connect(*socket, address)) throw HttpError("writable and not connected");
            // A short request fits into an empty socket; a long one would need a receive_rest
            // for sending.
            if (try_send(*socket, request) != request.size()) throw HttpError("request too long");
        } catch (...) {
            return done(std::current_exception(), {});
        }
        receive_rest(callbacks, socket, std::make_shared<ResponseParser>(), done);
    });
}

}  // namespace aio
