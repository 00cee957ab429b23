#pragma once
// A GET as a coroutine: the lines of chapter 03, and the waiting of chapter 05.
//
// Compare with RequestGet and FutureGet: what an object had to remember between two steps, the
// coroutine's frame remembers by itself, in ordinary local variables.
#include <string>

#include "03_blocking_sockets/http_get.hpp"
#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"

namespace aio {

/// Fetches `url` from `address` on the running loop. Errors: as Socket::connect, send and recv;
/// those of the parser for an answer that is no HTTP.
inline Coro<Response> get(Url url, Address address) {
    EventLoop& loop = get_running_loop();
    Socket socket(address.family());
    socket.set_blocking(false);
    co_await loop.sock_connect(socket, address);
    co_await loop.sock_sendall(socket, get_request(url));
    ResponseParser parser;
    while (!parser.done()) {
        const std::string bytes = co_await loop.sock_recv(socket, 4096);
        bytes.empty() ? parser.feed_eof() : parser.feed(bytes);
    }
    co_return parser.take();
}

}  // namespace aio
