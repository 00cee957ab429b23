#pragma once
// Many GETs at once, in one thread: all are started, and then the loop calls whichever can go on.
#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "05_selector_callbacks/descriptor_limit.hpp"
#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/request_get.hpp"

namespace aio {

/// What the program needs besides a descriptor for each connection.
inline constexpr std::size_t kOtherDescriptors = 32;

/// The first address of `url`'s host that answers.
[[nodiscard]] inline Address address_of(const Url& url) {
    return create_connection(resolve(url.host, std::to_string(url.port))).peer_address();
}

/// How many connections this process may have at once, `count` at most.
[[nodiscard]] inline std::size_t connections_at_once(std::size_t count) {
    const std::size_t limit = raise_descriptor_limit(count + kOtherDescriptors);
    return std::min(count, std::max(limit, kOtherDescriptors + 1) - kOtherDescriptors);
}

/// Fetches `url` `count` times, over a connection each, all at once; in several rounds if this
/// process may not open so many descriptors. Throws the error of the first GET that failed.
[[nodiscard]] inline std::vector<Response> get_at_once(const std::string& url, std::size_t count) {
    const Url parts = parse_url(url);
    const Address address = address_of(parts);
    const std::size_t round = connections_at_once(count);
    DefaultSelector selector;
    std::vector<Response> responses;
    while (responses.size() < count) {
        std::deque<RequestGet> gets;
        while (gets.size() < std::min(round, count - responses.size())) {
            gets.emplace_back(selector, address, get_request(parts)).start();
        }
        run_callbacks(selector);
        for (RequestGet& get : gets) responses.push_back(get.result());
    }
    return responses;
}

/// `count` open connections to `url`'s host, non-blocking, for the function below.
[[nodiscard]] inline std::vector<Socket> open_connections(const std::string& url,
                                                          std::size_t count) {
    const Address address = address_of(parse_url(url));
    raise_descriptor_limit(count + kOtherDescriptors);
    std::vector<Socket> connections;
    while (connections.size() < count) {
        Socket& connection = connections.emplace_back(address.family());
        connection.connect(address);
        connection.set_blocking(false);
    }
    return connections;
}

/// Fetches `url` once over each of `connections`, all at once. They must lead to its server, which
/// must keep them open: `connections` holds them again afterwards, for the next time.
/// Throws the error of the first GET that failed; then the connections are closed.
[[nodiscard]] inline std::vector<Response> get_at_once(const std::string& url,
                                                       std::vector<Socket>& connections) {
    const Url parts = parse_url(url);
    const std::string request =
        "GET " + parts.target + " HTTP/1.1\r\nHost: " + parts.authority + "\r\n\r\n";
    DefaultSelector selector;
    std::deque<RequestGet> gets;
    for (Socket& connection : connections) {
        RequestGet& get = gets.emplace_back(selector, connection.peer_address(), request);
        get.start(std::move(connection));
    }
    run_callbacks(selector);
    std::vector<Response> responses;
    responses.reserve(gets.size());
    for (std::size_t i = 0; i < gets.size(); ++i) {
        responses.push_back(gets[i].result());
        connections[i] = gets[i].take_socket();
    }
    return responses;
}

}  // namespace aio
