#pragma once
// One client: reads its requests, waits as long as each asks, sends the answers, in order.
//
// A connection never blocks and knows nothing of epoll. It goes as far as it can and says what it
// needs to go further; the loop that owns it sees to that. Whatever a client does (nothing, one
// byte at a time, vanishing, not reading) is just another answer to that question.
#include <cstdint>
#include <optional>
#include <string>

#include "common/server/answer.hpp"
#include "common/server/delay_queue.hpp"
#include "common/server/descriptor.hpp"
#include "common/server/http_server.hpp"

namespace course {

/// Owned and used by the server's thread alone.
class Connection : public Delayed {
  public:
    /// `socket` does not block. `seen` counts what is answered; it outlives the connection.
    Connection(Descriptor socket, HttpServer::Statistics& seen) noexcept;

    enum class Needs {
        input,   ///< bytes from the client: call notice(), then advance()
        output,  ///< room in the socket's buffer: the same
        time,    ///< until deadline(): call time_is_up(), then advance()
        turn,    ///< nothing, but the others should go first
        close,   ///< its end
    };

    /// Goes as far as it can. An unnecessary call is harmless.
    [[nodiscard]] Needs advance();

    /// Takes note of what epoll says about the socket.
    void notice(std::uint32_t events);

    /// The deadline has come: the answer is due, or the client has had its time to hang up.
    void time_is_up();

    [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }
    [[nodiscard]] int socket() const noexcept { return socket_.get(); }

    bool watches_output = false;  ///< the loop's note: epoll watches for room, too
    bool awaits_turn = false;     ///< the loop's note: it is in the list of those who need a turn

  private:
    enum class State : std::uint8_t { reading, waiting, sending, lingering, closed };
    using Step = std::optional<Needs>;  ///< nothing: go on

    Step step();
    Step read();
    Step send();
    Step drain();
    void start(const Request& request);
    void refuse(Refusal refusal);
    bool parse();
    void at_end_of_input();
    void linger();
    ssize_t receive(std::string* into);

    Descriptor socket_;
    HttpServer::Statistics& seen_;
    State state_ = State::reading;
    bool readable_ = false;      ///< the kernel may have bytes, or the end, for us
    bool client_ended_ = false;  ///< the client sends no more; what it asked for is still due
    std::string input_;          ///< read and not yet parsed
    Answer answer_;              ///< while waiting and sending
    TimePoint deadline_;         ///< while waiting and lingering
};

}  // namespace course
