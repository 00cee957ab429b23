#pragma once
// An answer is a recipe: what to send, and how much of it is on its way.
//
// Its text follows from the recipe, so none of it is stored: a client that never reads its
// gigabyte costs as little memory as any other.
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
    [[nodiscard]] std::string_view body_from(std::size_t offset) const;
    [[nodiscard]] std::string_view connection_line() const;

    int status_ = 200;
    bool keep_alive_ = false;
    bool http_1_0_ = false;
    bool has_body_ = true;       ///< false for a HEAD
    std::size_t body_size_ = 0;  ///< as Content-Length says, also for a HEAD
    std::size_t sent_ = 0;       ///< of the head and the body together
    std::string sentence_;       ///< the body of a refusal
};

}  // namespace course
