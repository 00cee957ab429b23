#pragma once
// One HTTP request, read strictly (RFC 9112), and what it asks of the embedded server.
//
// A library would do this better for a real server. But the course's first chapters must build with
// nothing but fmt, and the server needs very little: a request line, a few header fields, no body.
// So this is small and strict: what the RFC does not allow is refused, with a sentence that says
// what is wrong, because the client is often code that a reader has just written.
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace course {

/// A request line and its header fields may take this many bytes together.
inline constexpr std::size_t kLargestHead = 8192;

/// The largest body to ask for: 1 GiB.
inline constexpr std::size_t kLargestBody = std::size_t{1} << 30;

/// What a valid request asks for.
struct Request {
    bool head = false;                 ///< HEAD: the answer has no body
    bool keep_alive = false;           ///< the connection stays open after the answer
    bool http_1_0 = false;             ///< the client speaks HTTP/1.0
    std::chrono::nanoseconds delay{};  ///< wait this long before answering
    std::size_t bytes = 0;             ///< size of the body
    std::size_t size = 0;              ///< how many bytes the request itself took
};

/// Why a request is refused. The answer closes the connection.
struct Refusal {
    int status = 400;      ///< 4xx or 5xx
    std::string sentence;  ///< the body: what is wrong, and what would be right
    bool head = false;     ///< it was a HEAD: the answer must not have a body
};

/// Reads the request at the front of `input`. Returns nothing while its end is missing.
/// Throws Refusal as soon as it is clear that the request is wrong.
[[nodiscard]] std::optional<Request> parse_request(std::string_view input);

}  // namespace course
