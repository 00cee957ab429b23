#include "common/server/answer.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include <fmt/format.h>

namespace course {
namespace {

constexpr std::string_view kLine =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.\n";
constexpr std::size_t kPiece = 1024 * kLine.size();  // 64 KiB
constexpr std::size_t kShort = 32 * kLine.size();    // 2 KiB

/// Enough lines for a piece that starts anywhere within a line.
const std::string& lines() {
    static const std::string kLines = [] {
        std::string text;
        while (text.size() < kPiece + kLine.size()) text += kLine;
        return text;
    }();
    return kLines;
}

const char* reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 405:
            return "Method Not Allowed";
        case 414:
            return "URI Too Long";
        case 431:
            return "Request Header Fields Too Large";
        case 501:
            return "Not Implemented";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Bad Request";
    }
}

std::string_view connection_line(bool keep_alive, bool http_1_0) {
    if (!keep_alive) return "Connection: close\r\n";
    return http_1_0 ? "Connection: keep-alive\r\n" : "";  // HTTP/1.1 keeps it without a word
}

}  // namespace

Answer::Answer(const Request& request) : keep_alive_(request.keep_alive) {
    const std::size_t body = request.head ? 0 : request.bytes;
    const std::size_t now = body <= kShort ? body : 0;
    make_start(request.http_1_0, request.bytes, std::string_view(lines()).substr(0, now));
    size_ += body - now;
}

Answer::Answer(Refusal refusal) : status_(refusal.status) {
    const std::string sentence = std::move(refusal.sentence) + '\n';
    make_start(false, sentence.size(), refusal.head ? std::string_view() : sentence);
}

/// Makes the head; `body` goes with it.
void Answer::make_start(bool http_1_0, std::size_t content_length, std::string_view body) {
    start_ = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n{}{}\r\n{}", status_,
        reason(status_), content_length, status_ == 405 ? "Allow: GET, HEAD\r\n" : "",
        connection_line(keep_alive_, http_1_0), body);
    size_ = start_.size();
}

/// As much of it as may be sent at a time.
std::string_view Answer::rest_of_body() const {
    const std::size_t offset = sent_ - start_.size();
    return std::string_view(lines()).substr(offset % kLine.size(), std::min(size_ - sent_, kPiece));
}

Answer::Progress Answer::send(int socket) {
    const bool started = sent_ >= start_.size();
    const std::string_view piece =
        started ? rest_of_body() : std::string_view(start_).substr(sent_);
    const int more = !started && size_ > start_.size() ? MSG_MORE : 0;  // in one packet, if it fits
    const ssize_t taken = ::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL | more);
    if (taken < 0) {
        if (errno == EINTR) return Progress::more;
        return errno == EAGAIN ? Progress::blocked : Progress::failed;
    }
    sent_ += static_cast<std::size_t>(taken);
    return sent_ == size_ ? Progress::done : Progress::more;
}

}  // namespace course
