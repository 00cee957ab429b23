#pragma once
// An answer: its head, what follows it, and how much of both is on its way.
//
// The head, and a short body with it, is made when the request comes, while the delay runs: when
// the answer is due, one call sends it. A long body follows from its size and is never stored: a
// client that never reads its gigabyte costs as little memory as any other.
#include <cstddef>
#include <string>
#include <string_view>

#include "common/server/request_parser.hpp"

namespace course {

/// One HTTP answer on its way to the client.
class Answer {
  public:
    Answer() = default;
    explicit Answer(const Request& request);  ///< 200, with a body of the size asked for
    explicit Answer(Refusal refusal);         ///< the refusal's status, and its sentence as body

    enum class Progress {
        done,     ///< the kernel has taken all of it
        more,     ///< there is more to send, now
        blocked,  ///< there is more to send, once the socket is writable again
        failed,   ///< the client is gone
    };

    /// Sends one piece to `socket`, which does not block. The size of a piece is limited, so that
    /// one large answer cannot make the others late.
    [[nodiscard]] Progress send(int socket);

    [[nodiscard]] bool is_refusal() const noexcept { return status_ != 200; }
    [[nodiscard]] bool closes() const noexcept { return !keep_alive_; }

  private:
    void make_start(bool http_1_0, std::size_t content_length, std::string_view body);
    [[nodiscard]] std::string_view rest_of_body() const;

    int status_ = 200;
    bool keep_alive_ = false;
    std::string start_;     ///< the head, and the body if that is short
    std::size_t size_ = 0;  ///< of the whole answer
    std::size_t sent_ = 0;  ///< of it
};

}  // namespace course
