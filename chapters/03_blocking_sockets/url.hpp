#pragma once
// What an address bar takes: http://host[:port][/path]
//
// Just enough of RFC 3986 to fetch a page. What we cannot fetch is an error that says why, and
// never a guess.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace aio {

struct Url {
    std::string host;          ///< a name or digits; an IPv6 address without its brackets
    std::uint16_t port = 80;   ///< 80 if the text has none
    std::string target = "/";  ///< path and query: what the request line asks for
    std::string authority;     ///< host and port as written: what the Host header says
};

namespace detail {

[[noreturn]] inline void bad_url(std::string_view text, std::string_view why) {
    throw std::invalid_argument("'" + std::string(text) + "' is no URL that we can fetch: " +
                                std::string(why) + " (expected http://host[:port][/path])");
}

inline std::uint16_t parse_port(std::string_view digits, std::string_view url) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
    const bool number = error == std::errc() && end == digits.end();
    if (!number || value == 0 || value > 65535) bad_url(url, "a port is a number from 1 to 65535");
    return static_cast<std::uint16_t>(value);
}

}  // namespace detail

/// Takes `text` apart. Throws std::invalid_argument that says what is wrong with it.
[[nodiscard]] inline Url parse_url(std::string_view text) {
    constexpr std::string_view kScheme = "http://";
    if (!text.starts_with(kScheme)) detail::bad_url(text, "it does not begin with http://");
    const bool plain =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
    if (!plain)
        detail::bad_url(text, "a space, line end or other special character must be %-coded");

    std::string_view rest = text.substr(kScheme.size());
    rest = rest.substr(0, rest.find('#'));  // a fragment is for the reader, not for the server
    const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, path);
    if (authority.find('@') != authority.npos) detail::bad_url(text, "it has a user name");

    Url url;
    url.authority = authority;
    if (path < rest.size())
        url.target = (rest[path] == '?' ? "/" : "") + std::string(rest.substr(path));
    const bool bracket = authority.starts_with('[');
    const std::size_t end = bracket ? authority.find(']') : authority.find(':');
    if (bracket && end == authority.npos) detail::bad_url(text, "'[' without ']'");
    url.host = bracket ? authority.substr(1, end - 1) : authority.substr(0, end);
    if (url.host.empty()) detail::bad_url(text, "it has no host");
    const std::string_view after =
        end == authority.npos ? "" : authority.substr(end + (bracket ? 1 : 0));
    if (after.empty()) return url;
    if (after[0] != ':') detail::bad_url(text, "only a port can stand after ']'");
    if (after.size() > 1) url.port = detail::parse_port(after.substr(1), text);
    return url;
}

}  // namespace aio
