#pragma once
// A GET on the mini stack: two hundred lines are enough to fetch ten pages at once.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "03_blocking_sockets/http_get.hpp"
#include "05_selector_callbacks/get_at_once.hpp"
#include "06_futures/mini_sockets.hpp"
#include "07_coroutine_tasks/mini_task.hpp"

namespace aio::mini {

/// Fetches `url` from `address`.
inline Coro<Response> get(Loop& loop, Url url, Address address) {
    Socket socket(address.family());
    socket.set_blocking(false);
    co_await sock_connect(loop, socket, address);
    co_await sock_sendall(loop, socket, get_request(url));
    ResponseParser parser;
    while (!parser.done()) {
        const std::string bytes = co_await sock_recv(loop, socket, 4096);
        bytes.empty() ? parser.feed_eof() : parser.feed(bytes);
    }
    co_return parser.take();
}

/// Fetches `url` `count` times at once, or, if this process may not open so many descriptors, in
/// several rounds. Throws the error of the first GET that failed.
[[nodiscard]] inline std::vector<Response> get_all(const std::string& url, std::size_t count) {
    const Url parts = parse_url(url);
    const Address address = address_of(parts);
    const std::size_t round = connections_at_once(count);
    Loop loop;
    std::vector<Response> responses;
    while (responses.size() < count) {
        std::vector<Future<Response>> tasks;
        while (tasks.size() < std::min(round, count - responses.size())) {
            tasks.push_back(create_task(loop, get(loop, parts, address)));
        }
        for (auto& task : tasks) responses.push_back(run_until_complete(loop, task));
    }
    return responses;
}

}  // namespace aio::mini
