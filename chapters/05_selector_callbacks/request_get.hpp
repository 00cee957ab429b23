#pragma once
// A GET that is called when it can go on: connect -> on writable: send -> on readable: receive.
//
//     connecting --writable--> sending --writable--> receiving --readable--> done
//
// It is chapter 4's PolledGet with one difference: nobody guesses when to try. Each step ends by
// telling the selector what it waits for next, and the loop calls on_event() when that has come.
#include <array>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "03_blocking_sockets/http_get.hpp"
#include "04_nonblocking_polling/nonblocking.hpp"
#include "05_selector_callbacks/callback_loop.hpp"
#include "05_selector_callbacks/selector.hpp"

namespace aio {

/// One GET over a non-blocking socket, driven by run_callbacks().
/// It must live, at the same place, until it is done. Thread rule: the loop's thread.
class RequestGet final : public EventHandler {
  public:
    /// Called once, when the GET is done or has failed. What it throws leaves the loop.
    using OnDone = std::function<void(RequestGet&)>;

    /// `request` is what to send (get_request()). Nothing happens before start().
    RequestGet(Selector& selector, const Address& address, std::string request,
               OnDone on_done = nullptr)
        : selector_(selector),
          address_(address),
          request_(std::move(request)),
          on_done_(std::move(on_done)) {}
    ~RequestGet() { unwatch(); }
    RequestGet(const RequestGet&) = delete;  // the selector knows where it is
    RequestGet& operator=(const RequestGet&) = delete;

    /// Connects. Does not wait and does not throw: errors are kept for result().
    void start() {
        attempt([this] {
            socket_ = Socket(address_.family(), SOCK_STREAM | SOCK_NONBLOCK);
            (void)try_connect(socket_, address_);
            on_writable();  // on loopback the connection is there already: no need to wait
        });
    }

    /// The same over a connection that is already open: no first step.
    void start(Socket connected) {
        attempt([&] {
            socket_ = std::move(connected);
            state_ = State::sending;
            on_writable();
        });
    }

    /// Called by the loop. Errors of the connection or the answer are kept, not thrown.
    void on_event(Events /*events*/) override {
        attempt([this] { state_ == State::receiving ? on_readable() : on_writable(); });
    }

    [[nodiscard]] bool done() const noexcept { return state_ == State::done; }

    /// The answer, once done(). Throws what went wrong: SystemError or HttpError.
    [[nodiscard]] Response result() {
        if (error_) std::rethrow_exception(error_);
        return parser_.take();
    }

    /// The connection, once done(), for the next GET, if the server keeps it open.
    [[nodiscard]] Socket take_socket() noexcept { return std::move(socket_); }

  private:
    enum class State { connecting, sending, receiving, done };

    /// Connected, or room for more bytes: send what is left.
    void on_writable() {
        if (state_ == State::connecting) {
            if (!try_connect(socket_, address_)) return watch(Events::write);
            state_ = State::sending;
        }
        unsent_.remove_prefix(try_send(socket_, unsent_).value_or(0));
        if (!unsent_.empty()) return watch(Events::write);
        state_ = State::receiving;
        watch(Events::read);
    }

    /// Bytes are here, or the end.
    void on_readable() {
        std::array<char, 4096> buffer;
        const auto count = try_recv(socket_, buffer);
        if (!count) return;
        if (*count == 0) {
            parser_.feed_eof();
        } else {
            parser_.feed({buffer.data(), *count});
        }
        if (parser_.done()) finish(nullptr);
    }

    /// Runs a step. An error ends this GET, and only this one.
    template <class Step>
    void attempt(Step step) {
        try {
            step();
        } catch (...) {
            if (done()) throw;  // it came from on_done_
            finish(std::current_exception());
        }
    }

    void finish(std::exception_ptr error) {
        error_ = std::move(error);
        state_ = State::done;
        unwatch();
        if (error_) socket_.close();
        if (on_done_) on_done_(*this);
    }

    /// What we wait for next.
    void watch(Events events) {
        if (watched_) {
            selector_.modify(socket_.fileno(), events, static_cast<EventHandler*>(this));
        } else {
            selector_.register_fd(socket_.fileno(), events, static_cast<EventHandler*>(this));
        }
        watched_ = true;
    }

    void unwatch() {
        if (std::exchange(watched_, false)) selector_.unregister(socket_.fileno());
    }

    Selector& selector_;
    Address address_;
    Socket socket_;
    std::string request_;
    std::string_view unsent_ = request_;  ///< the rest of request_
    ResponseParser parser_;
    OnDone on_done_;
    std::exception_ptr error_;
    State state_ = State::connecting;
    bool watched_ = false;
};

}  // namespace aio
