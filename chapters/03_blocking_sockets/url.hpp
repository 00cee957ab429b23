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
#include <system_error>

namespace aio {

struct Url {
    std::string host;          ///< a name or digits; an IPv6 address without its brackets
    std::uint16_t port = 80;   ///< 80 if the text has none
    std::string target = "/";  ///< path and query: what the request line asks for
    std::string authority;     ///< host and port as written: what the Host header says
};

namespace detail {

/// Takes one URL apart.
class UrlParser {
  public:
    explicit UrlParser(std::string_view text) : text_(text) {}

    Url parse() {
        constexpr std::string_view kScheme = "http://";
        require(text_.starts_with(kScheme), "it does not begin with http://");
        const auto plain = [](char c) { return c > ' ' && c < 127; };
        require(std::all_of(text_.begin(), text_.end(), plain),
                "a space, line end or other special character must be %-coded");
        const std::string_view rest = text_.substr(kScheme.size());
        const std::string_view sent = rest.substr(0, rest.find('#'));  // a fragment is not sent
        const std::size_t end = std::min(sent.find_first_of("/?"), sent.size());
        parse_authority(sent.substr(0, end));
        if (end < sent.size()) url_.target = sent.substr(end);
        if (url_.target[0] == '?') url_.target.insert(0, "/");
        return url_;
    }

  private:
    void require(bool condition, std::string_view why) const {
        if (condition) return;
        throw std::invalid_argument("'" + std::string(text_) + "' is no URL that we can fetch: " +
                                    std::string(why) + " (expected http://host[:port][/path])");
    }

    /// "example.com:80" or "[::1]:80".
    void parse_authority(std::string_view text) {
        require(text.find('@') == text.npos, "it has a user name");
        const bool bracket = text.starts_with('[');
        const std::size_t end = std::min(text.find(bracket ? ']' : ':'), text.size());
        require(!bracket || end < text.size(), "'[' without ']'");
        url_.authority = text;
        url_.host = bracket ? text.substr(1, end - 1) : text.substr(0, end);
        require(!url_.host.empty(), "it has no host");
        parse_port(text.substr(bracket ? end + 1 : end));
    }

    /// ":80", ":" or nothing.
    void parse_port(std::string_view text) {
        require(text.empty() || text[0] == ':', "only a port can stand after ']'");
        if (text.size() < 2) return;
        unsigned value = 0;
        const auto [end, error] = std::from_chars(text.begin() + 1, text.end(), value);
        const bool whole = error == std::errc() && end == text.end();
        require(whole && value > 0 && value < 65536, "a port is a number from 1 to 65535");
        url_.port = static_cast<std::uint16_t>(value);
    }

    std::string_view text_;
    Url url_;
};

}  // namespace detail

/// Takes `text` apart. Throws std::invalid_argument that says what is wrong with it.
[[nodiscard]] inline Url parse_url(std::string_view text) {
    return detail::UrlParser(text).parse();
}

}  // namespace aio
