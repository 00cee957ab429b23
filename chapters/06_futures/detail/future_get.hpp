#pragma once
// A GET whose steps are futures: connect, then send, then receive until the end.
//
// Compare with RequestGet of chapter 05: no states and no registering are left: the futures do
// that, and all errors of all steps arrive in one place. But the steps are still callbacks, and an
// object has to remember what local variables would know. Chapter 07 makes a function of it again.
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "03_blocking_sockets/http_get.hpp"
#include "05_selector_callbacks/get_at_once.hpp"
#include "06_futures/event_loop.hpp"

namespace aio {

/// One GET on a loop. Keeps itself alive until it is done. Thread rule: the loop's thread.
class FutureGet : public std::enable_shared_from_this<FutureGet> {
  public:
    /// Sends `request` (get_request()) to `address`; the future gets the answer, or the error.
    [[nodiscard]] static Future<Response> start(EventLoop& loop, const Address& address,
                                                std::string request) {
        const auto get = std::make_shared<FutureGet>(loop, address, std::move(request));
        get->connect(address);
        return get->response_;
    }

    /// For start().
    FutureGet(EventLoop& loop, const Address& address, std::string request)
        : loop_(loop),
          socket_(address.family(), SOCK_STREAM | SOCK_NONBLOCK),
          request_(std::move(request)),
          response_(loop) {}

  private:
    void connect(const Address& address) {
        when_done(loop_.sock_connect(socket_, address), [this](const Future<void>& connected) {
            connected.result();
            send();
        });
    }

    void send() {
        when_done(loop_.sock_sendall(socket_, request_), [this](const Future<void>& sent) {
            sent.result();
            receive();
        });
    }

    void receive() {
        when_done(loop_.sock_recv(socket_, 4096), [this](const Future<std::string>& received) {
            feed(received.result());
            if (!parser_.done()) return receive();
            set_result_unless_cancelled(response_, parser_.take());
        });
    }

    void feed(const std::string& bytes) {
        bytes.empty() ? parser_.feed_eof() : parser_.feed(bytes);
    }

    /// Calls step(future) once it is done. Whatever a step throws is the answer's error.
    template <class T, class Step>
    void when_done(const Future<T>& future, Step step) {
        future.add_done_callback([self = shared_from_this(), step](const Future<T>& done) {
            try {
                step(done);
            } catch (...) {
                if (!self->response_.done())
                    self->response_.set_exception(std::current_exception());
            }
        });
    }

    EventLoop& loop_;
    Socket socket_;
    std::string request_;
    ResponseParser parser_;
    Future<Response> response_;
};

/// Fetches `url` `count` times at once. Throws the error of the first GET that failed.
[[nodiscard]] inline std::vector<Response> get_with_futures(const std::string& url,
                                                            std::size_t count) {
    const Url parts = parse_url(url);
    const Address address = address_of(parts);
    EventLoop loop;
    std::vector<Future<Response>> futures;
    while (futures.size() < count) {
        futures.push_back(FutureGet::start(loop, address, get_request(parts)));
    }
    std::vector<Response> responses;
    for (auto& future : futures) responses.push_back(loop.run_until_complete(std::move(future)));
    return responses;
}

}  // namespace aio
