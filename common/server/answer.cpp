#include "common/server/answer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

#include <fmt/format.h>

namespace course {
namespace {

constexpr std::string_view kLine =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.\n";
constexpr std::size_t kPiece = 1024 * kLine.size();  // 64 KiB

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

iovec part(std::string_view text) {
    return {const_cast<char*>(text.data()), text.size()};
}

}  // namespace

Answer::Answer(const Request& request)
    : keep_alive_(request.keep_alive),
      http_1_0_(request.http_1_0),
      has_body_(!request.head),
      body_size_(request.bytes) {}

Answer::Answer(Refusal refusal)
    : status_(refusal.status), has_body_(!refusal.head), sentence_(std::move(refusal.sentence)) {
    sentence_ += '\n';
    body_size_ = sentence_.size();
}

std::string_view Answer::connection_line() const {
    if (!keep_alive_) return "Connection: close\r\n";
    return http_1_0_ ? "Connection: keep-alive\r\n" : "";  // HTTP/1.1 keeps it without a word
}

std::string_view Answer::body_from(std::size_t offset) const {
    if (!has_body_) return {};
    if (is_refusal()) return std::string_view(sentence_).substr(offset);
    const std::size_t size = std::min(body_size_ - offset, kPiece);
    return std::string_view(lines()).substr(offset % kLine.size(), size);
}

Answer::Progress Answer::send(int socket) {
    std::array<char, 256> buffer;
    const char* const end = fmt::format_to(
        buffer.data(),
        "HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n{}{}\r\n", status_,
        reason(status_), body_size_, status_ == 405 ? "Allow: GET, HEAD\r\n" : "",
        connection_line());
    const std::string_view head(buffer.data(), static_cast<std::size_t>(end - buffer.data()));

    const std::size_t of_head = std::min(sent_, head.size());
    std::array<iovec, 2> parts = {part(head.substr(of_head)), part(body_from(sent_ - of_head))};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t taken = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (taken < 0) {
        if (errno == EINTR) return Progress::more;
        return errno == EAGAIN ? Progress::blocked : Progress::failed;
    }
    sent_ += static_cast<std::size_t>(taken);
    return sent_ == head.size() + (has_body_ ? body_size_ : 0) ? Progress::done : Progress::more;
}

}  // namespace course
