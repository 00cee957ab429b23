#pragma once
// One GET over one connection, with blocking calls: connect, send, receive until the end.
//
// HTTP/1.0 is the simplest protocol that the whole web still speaks: a request, an answer, close.
#include <array>
#include <string>

#include "03_blocking_sockets/http_response.hpp"
#include "03_blocking_sockets/resolve.hpp"
#include "03_blocking_sockets/socket.hpp"
#include "03_blocking_sockets/url.hpp"

namespace aio {

/// The bytes that ask for `url`.
[[nodiscard]] inline std::string get_request(const Url& url) {
    return "GET " + url.target + " HTTP/1.0\r\nHost: " + url.authority + "\r\n\r\n";
}

/// Receives until the answer is complete. Throws SystemError, or HttpError if it is malformed.
[[nodiscard]] inline Response recv_response(Socket& socket) {
    ResponseParser parser;
    std::array<char, 4096> buffer;
    while (!parser.done()) {
        const std::size_t count = socket.recv(buffer);
        if (count == 0) {
            parser.feed_eof();
        } else {
            parser.feed({buffer.data(), count});
        }
    }
    return parser.take();
}

/// Fetches `url` ("http://host[:port]/path"). Blocks until the answer has arrived.
/// Throws std::invalid_argument (the URL), GaiError (the name), SystemError (the connection) or
/// HttpError (the answer).
[[nodiscard]] inline Response http_get(const std::string& url) {
    const Url parts = parse_url(url);
    Socket socket = create_connection(resolve(parts.host, std::to_string(parts.port)));
    socket.send_all(get_request(parts));
    return recv_response(socket);
}

}  // namespace aio
