#pragma once
// One GET twice, as the front page shows it side by side: with callbacks and with await.
//
// Both use the same loop and the same calls, and report the same errors. The lines are short
// because they have to fit into two columns.
#include <exception>
#include <memory>
#include <string>

#include "03_blocking_sockets/http_get.hpp"
#include "05_selector_callbacks/nested_get.hpp"
#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"

namespace front_page {

using aio::Address;
using aio::Coro;
using aio::EventLoop;
using aio::get_request;
using aio::get_running_loop;
using aio::GetDone;
using aio::Response;
using aio::Socket;
using aio::Url;
using std::current_exception;
using std::make_shared;

/// A parser that takes no bytes for the end, as recv() gives it.
class Parser : public aio::ResponseParser {
  public:
    void feed(const std::string& bytes) {
        bytes.empty() ? feed_eof() : aio::ResponseParser::feed(bytes);
    }
};

using SharedSocket = std::shared_ptr<Socket>;
using SharedParser = std::shared_ptr<Parser>;

// clang-format off

inline Coro<Response> get(Url url, Address peer) {
    auto& loop = get_running_loop();
    Socket socket(peer.family());
    socket.set_blocking(false);
    co_await loop.sock_connect(socket, peer);
    co_await loop.sock_sendall(
        socket, get_request(url));
    Parser parser;
    while (!parser.done()) {
        parser.feed(
            co_await loop.sock_recv(socket, 4096));
    }
    co_return parser.take();
}

inline void receive(EventLoop& loop,
        SharedSocket socket,
        SharedParser parser, GetDone done) {
    auto received = [=, &loop](auto future) {
        try {
            parser->feed(future.result());
        } catch (...) {
            return done(current_exception(), {});
        }
        if (!parser->done())
            return receive(loop, socket,
                           parser, done);
        done(nullptr, parser->take());
    };
    loop.sock_recv(*socket, 4096)
        .add_done_callback(received);
}

inline void start_get(EventLoop& loop, Url url,
        Address peer, GetDone done) {
    auto socket =
        make_shared<Socket>(peer.family());
    socket->set_blocking(false);
    auto sent = [=, &loop](auto future) {
        try {
            future.result();
        } catch (...) {
            return done(current_exception(), {});
        }
        receive(loop, socket,
                make_shared<Parser>(), done);
    };
    auto connected = [=, &loop](auto future) {
        try {
            future.result();
        } catch (...) {
            return done(current_exception(), {});
        }
        loop.sock_sendall(
                *socket, get_request(url))
            .add_done_callback(sent);
    };
    loop.sock_connect(*socket, peer)
        .add_done_callback(connected);
}

// clang-format on

}  // namespace front_page
