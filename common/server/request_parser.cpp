#include "common/server/request_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "common/program/duration.hpp"

namespace course {
namespace {

constexpr std::size_t kDefaultBody = 1256;

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// RFC 9110, 5.6.2: what names are made of.
constexpr bool is_token_char(char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// RFC 9110, 5.5: visible characters, bytes above ASCII, space and tab.
constexpr bool is_value_char(char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
}

constexpr bool is_target_char(char c) {
    return c > ' ' && c < '\x7f' && c != '#';
}

constexpr bool is_host_char(char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("-._~%!$&'()*+,;=:[]").find(c) != std::string_view::npos;
}

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Splits `text` at the first `separator`; the second part is empty if there is none.
std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {text, {}};
    return {text.substr(0, at), text.substr(at + 1)};
}

/// Goes through one request, line by line, and collects what it asks for.
class Parser {
  public:
    explicit Parser(std::string_view input) : input_(input) {}

    std::optional<Request> parse() {
        auto line = next_line();
        while (line && line->empty()) line = next_line();  // RFC 9112, 2.2: ignore empty lines
        if (!line) return std::nullopt;
        request_line(*line);
        for (line = next_line(); line && !line->empty(); line = next_line()) field(*line);
        if (!line) return std::nullopt;
        finish();
        return request_;
    }

  private:
    [[noreturn]] void refuse(int status, std::string sentence) const {
        throw Refusal{status, std::move(sentence), request_.head};
    }

    /// The next line without its CRLF; nothing if its end has not arrived yet.
    std::optional<std::string_view> next_line() {
        const std::size_t end = input_.substr(0, kLargestHead).find('\n', at_);
        if (end == std::string_view::npos) {
            if (input_.size() >= kLargestHead) refuse_size();
            return std::nullopt;
        }
        if (end == at_ || input_[end - 1] != '\r') refuse(400, "every line ends in CR LF (\\r\\n)");
        const std::string_view line = input_.substr(at_, end - 1 - at_);
        at_ = end + 1;
        return line;
    }

    [[noreturn]] void refuse_size() const {
        if (in_fields_)
            refuse(431, fmt::format("the header takes more than {} bytes", kLargestHead));
        refuse(414, fmt::format("the request line takes more than {} bytes", kLargestHead));
    }

    void request_line(std::string_view line) {
        const auto [method, rest] = split(line, ' ');
        const auto [target, version] = split(rest, ' ');
        if (!is_token(method) || target.empty()) {
            refuse(400, "the request line is a method, a target and a version: GET / HTTP/1.1");
        }
        request_.head = method == "HEAD";
        check_version(version);
        check_method(method);
        read_target(target);
        in_fields_ = true;
    }

    void check_version(std::string_view version) {
        const bool well_formed = version.size() == 8 && version.substr(0, 5) == "HTTP/" &&
                                 is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
        if (!well_formed) refuse(400, "the request line ends in a version, such as HTTP/1.1");
        if (version[5] != '1') refuse(505, "this server speaks HTTP/1.0 and HTTP/1.1");
        request_.http_1_0 = version[7] == '0';
    }

    void check_method(std::string_view method) const {
        static constexpr std::array<std::string_view, 7> kOthers = {
            "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"};
        if (method == "GET" || method == "HEAD") return;
        const bool known = std::find(kOthers.begin(), kOthers.end(), method) != kOthers.end();
        refuse(known ? 405 : 501,
               fmt::format("{} is not for this server: use GET or HEAD", method));
    }

    /// RFC 9112, 3.2: "/path?query", or the same after "http://host".
    void read_target(std::string_view target) {
        if (!std::all_of(target.begin(), target.end(), is_target_char)) {
            refuse(400, "the target has a character that must be percent-encoded");
        }
        if (same_word(target.substr(0, 7), "http://")) {
            target.remove_prefix(std::min(target.find_first_of("/?", 7), target.size()));
        } else if (target[0] != '/') {
            refuse(400, fmt::format("the target starts with '/': not '{}'", target));
        }
        read_query(split(target, '?').second);
    }

    /// Names that mean nothing here are ignored.
    void read_query(std::string_view query) {
        request_.bytes = kDefaultBody;
        while (!query.empty()) {
            const auto [parameter, rest] = split(query, '&');
            const auto [name, value] = split(parameter, '=');
            if (name == "delay") read_delay(value);
            if (name == "bytes") read_bytes(value);
            query = rest;
        }
    }

    void read_delay(std::string_view text) {
        const auto delay = parse_duration(text);
        if (!delay) {
            refuse(400,
                   fmt::format("delay is a time from 0 to {} h, such as 25ms or 0.1s: not '{}'",
                               kLongestDuration.count(), text));
        }
        request_.delay = *delay;
    }

    void read_bytes(std::string_view text) {
        const char* const last = text.data() + text.size();
        const auto [end, error] = std::from_chars(text.data(), last, request_.bytes);
        if (error != std::errc() || end != last || request_.bytes > kLargestBody) {
            refuse(400, fmt::format("bytes is a whole number from 0 to {}: not '{}'", kLargestBody,
                                    text));
        }
    }

    void field(std::string_view line) {
        const auto [name, untrimmed] = split(line, ':');
        const std::string_view value = trim(untrimmed);
        if (!is_token(name) || name.size() == line.size()) {
            refuse(400, "a header line is a name, a colon and a value: Host: localhost");
        }
        if (!std::all_of(value.begin(), value.end(), is_value_char)) {
            refuse(400, fmt::format("the value of {} has a control character", name));
        }
        if (same_word(name, "host")) host(value);
        if (same_word(name, "connection")) connection(value);
        if (same_word(name, "content-length") && value != "0") refuse_body();
        if (same_word(name, "transfer-encoding")) refuse_body();
    }

    [[noreturn]] void refuse_body() const { refuse(400, "a GET or HEAD has no body here"); }

    void host(std::string_view value) {
        if (std::exchange(has_host_, true)) refuse(400, "there is more than one Host line");
        if (!std::all_of(value.begin(), value.end(), is_host_char)) {
            refuse(400, "Host is a host and perhaps a port: Host: localhost:8080");
        }
    }

    /// RFC 9112, 9.3: "close" wins, wherever it stands.
    void connection(std::string_view list) {
        while (!list.empty()) {
            const auto [option, rest] = split(list, ',');
            wants_close_ |= same_word(trim(option), "close");
            wants_keep_alive_ |= same_word(trim(option), "keep-alive");
            list = rest;
        }
    }

    void finish() {
        if (!has_host_ && !request_.http_1_0) {
            refuse(400, "an HTTP/1.1 request needs a Host line: Host: localhost");
        }
        request_.keep_alive = !wants_close_ && (wants_keep_alive_ || !request_.http_1_0);
        request_.size = at_;
    }

    std::string_view input_;
    std::size_t at_ = 0;  ///< where the next line starts
    Request request_;
    bool in_fields_ = false;
    bool has_host_ = false;
    bool wants_close_ = false;
    bool wants_keep_alive_ = false;
};

}  // namespace

std::optional<Request> parse_request(std::string_view input) {
    return Parser(input).parse();
}

}  // namespace course
