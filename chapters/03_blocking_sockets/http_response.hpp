#pragma once
// A server's answer, read from bytes that arrive in pieces of any size.
//
// A connection is a stream: it keeps the order of bytes and forgets where a send() ended. So the
// parser takes what there is, says whether the answer is complete, and waits for more. It never
// reads a byte itself: the same parser serves blocking, polled and event-driven sockets.
// HTTP/1.0 and 1.1 (RFC 9112) without chunked bodies, which must not be sent to a 1.0 client.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aio {

/// A server's answer that is not HTTP, or that ended too early. what() says what is wrong.
class HttpError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Response {
    int status = 0;                                            ///< 200
    std::string reason;                                        ///< "OK"
    std::vector<std::pair<std::string, std::string>> headers;  ///< in the order they came
    std::string body;

    /// The value of the first header called `name`, in upper or lower case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        const auto lower = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        };
        for (const auto& [key, value] : headers) {
            const bool same = std::equal(key.begin(), key.end(), name.begin(), name.end(),
                                         [&](char a, char b) { return lower(a) == lower(b); });
            if (same) return value;
        }
        return std::nullopt;
    }
};

/// Collects an answer. feed() what arrives, or feed_eof() when the peer closes, until done().
class ResponseParser {
  public:
    /// A head that has not ended after so many bytes is refused.
    static constexpr std::size_t kMaxHead = std::size_t{1} << 20;

    /// Takes the next bytes, however few. What comes after the answer's end is ignored.
    /// Throws HttpError; for too long a head, "the headers are longer than 1 MiB".
    void feed(std::string_view bytes) {
        if (done_) return;
        if (in_body_) return feed_body(bytes);
        // The empty line may have begun in an earlier piece: look back three bytes.
        const std::size_t from = head_.size() < 3 ? 0 : head_.size() - 3;
        head_ += bytes;
        const std::size_t end = head_.find(kEmptyLine, from);
        if (end != head_.npos) return end_head(end);
        if (head_.size() > kMaxHead) throw HttpError("the headers are longer than 1 MiB");
    }

    /// The peer has closed. That ends a body of unknown length; anything else is an HttpError.
    void feed_eof() {
        if (done_) return;
        if (!in_body_) {
            throw HttpError("the peer closed after " + std::to_string(head_.size()) +
                            " bytes, before the end of the headers");
        }
        if (length_) {
            throw HttpError("the peer closed after " + std::to_string(response_.body.size()) +
                            " of the body's " + std::to_string(*length_) + " bytes");
        }
        done_ = true;
    }

    [[nodiscard]] bool done() const noexcept { return done_; }

    /// The answer, once done(); the parser is then used up.
    [[nodiscard]] Response take() { return std::move(response_); }

  private:
    static constexpr std::string_view kEmptyLine = "\r\n\r\n";

    void end_head(std::size_t end) {
        const std::string head = head_.substr(0, end);
        const std::string rest = head_.substr(end + kEmptyLine.size());
        parse_head(head);
        length_ = body_length();
        in_body_ = true;
        feed_body(rest);
    }

    /// Keeps what belongs to the body; the answer is done when nothing is missing.
    void feed_body(std::string_view bytes) {
        if (!length_) {
            response_.body += bytes;
            return;
        }
        response_.body += bytes.substr(0, *length_ - response_.body.size());
        done_ = response_.body.size() == *length_;
    }

    /// "HTTP/1.1 200 OK", then lines "Name: value".
    void parse_head(std::string_view head) {
        parse_status(next_line(head));
        while (!head.empty()) parse_header(next_line(head));
    }

    /// Cuts the first line off `text`.
    static std::string_view next_line(std::string_view& text) {
        const std::size_t end = std::min(text.find("\r\n"), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 2, text.size()));
        return line;
    }

    void parse_status(std::string_view line) {
        const bool http = line.starts_with("HTTP/1.") && line.size() >= 12 && line[8] == ' ';
        const bool ends = line.size() == 12 || (line.size() > 12 && line[12] == ' ');
        const auto status = http && ends ? number(line.substr(9, 3)) : std::nullopt;
        if (!status || *status < 100) {
            throw HttpError("'" + std::string(line.substr(0, 80)) + "' is no HTTP/1.x status line");
        }
        response_.status = static_cast<int>(*status);
        response_.reason = line.size() > 13 ? line.substr(13) : "";
    }

    void parse_header(std::string_view line) {
        const std::size_t colon = line.find(':');
        if (colon == 0 || colon == line.npos || line.find_first_of(" \t") < colon) {
            throw HttpError("'" + std::string(line.substr(0, 80)) + "' is no header line");
        }
        response_.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }

    static std::string_view trimmed(std::string_view text) {
        const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
        const std::size_t end = text.find_last_not_of(" \t") + 1;
        return text.substr(begin, end - std::min(begin, end));
    }

    static std::optional<std::size_t> number(std::string_view digits) {
        std::size_t value = 0;
        const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
        const bool whole = error == std::errc() && end == digits.end();
        return whole ? std::optional(value) : std::nullopt;
    }

    /// Empty: the body goes on until the peer closes.
    [[nodiscard]] std::optional<std::size_t> body_length() const {
        if (response_.status == 204 || response_.status == 304) return 0;  // never have a body
        if (response_.header("Transfer-Encoding")) {
            throw HttpError("a chunked body, which must not be sent to an HTTP/1.0 client");
        }
        const auto text = response_.header("Content-Length");
        if (!text) return std::nullopt;
        const auto length = number(*text);
        if (!length) throw HttpError("Content-Length '" + std::string(*text) + "' is no number");
        return length;
    }

    std::string head_;  ///< what came before the body
    bool in_body_ = false;
    bool done_ = false;
    std::optional<std::size_t> length_;  ///< of the body, if the server said
    Response response_;
};

}  // namespace aio
