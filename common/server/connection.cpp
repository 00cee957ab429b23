#include "common/server/connection.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace course {
namespace {

/// How many steps one connection takes before the others have their turn.
constexpr int kStepsInATurn = 32;

/// How long a client may take to hang up after its last answer.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

Connection::Connection(Descriptor socket, HttpServer::Statistics& seen) noexcept
    : socket_(std::move(socket)), seen_(seen) {}

Connection::Needs Connection::advance() {
    for (int i = 0; i < kStepsInATurn; ++i) {
        if (const Step needs = step()) return *needs;
    }
    return Needs::turn;
}

void Connection::notice(std::uint32_t events) {
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) state_ = State::closed;
    if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
    if ((events & EPOLLRDHUP) != 0) client_ended_ = true;
}

void Connection::time_is_up() {
    if (state_ == State::waiting) state_ = State::sending;
    if (state_ == State::lingering) state_ = State::closed;
}

Connection::Step Connection::step() {
    switch (state_) {
        case State::reading:
            return read();
        case State::waiting:
            return Needs::time;
        case State::sending:
            return send();
        case State::lingering:
            return drain();
        case State::closed:
            break;
    }
    return Needs::close;
}

Connection::Step Connection::read() {
    if (parse()) return std::nullopt;
    if (!readable_) return Needs::input;
    if (receive(&input_) == 0) at_end_of_input();
    return std::nullopt;
}

/// Starts on the request at the front of the input, if it is there in full.
bool Connection::parse() {
    if (input_.empty()) return false;
    try {
        const auto request = parse_request(input_);
        if (!request) return false;
        input_.erase(0, request->size);
        start(*request);
    } catch (Refusal& refusal) {
        refuse(std::move(refusal));
    }
    return true;
}

void Connection::start(const Request& request) {
    answer_ = Answer(request);
    state_ = State::sending;
    if (request.delay.count() == 0) return;
    deadline_ = std::chrono::steady_clock::now() + request.delay;
    state_ = State::waiting;
}

void Connection::refuse(Refusal refusal) {
    answer_ = Answer(std::move(refusal));
    state_ = State::sending;
}

void Connection::at_end_of_input() {
    if (input_.empty()) {
        state_ = State::closed;
    } else {
        refuse({400, "the request ends before its empty line", false});
    }
}

Connection::Step Connection::send() {
    switch (answer_.send(socket())) {
        case Answer::Progress::more:
            return std::nullopt;
        case Answer::Progress::blocked:
            return Needs::output;
        case Answer::Progress::failed:
            return Needs::close;
        case Answer::Progress::done:
            break;
    }
    ++(answer_.is_refusal() ? seen_.bad_requests : seen_.requests);
    if (answer_.closes()) {
        linger();
    } else {
        state_ = State::reading;
    }
    return std::nullopt;
}

/// Ends our side only. Closing a socket whose input nobody has read makes the kernel send a
/// reset, which may destroy the answer before the client sees it (RFC 9112, 9.6).
void Connection::linger() {
    ::shutdown(socket(), SHUT_WR);
    deadline_ = std::chrono::steady_clock::now() + kPatience;
    state_ = State::lingering;
}

Connection::Step Connection::drain() {
    if (!readable_) return Needs::time;
    if (receive(nullptr) == 0) return Needs::close;
    return std::nullopt;
}

/// Reads what there is and appends it to `into`, or drops it. Returns 0 only at the end of the
/// input.
ssize_t Connection::receive(std::string* into) {
    std::array<char, 16384> buffer;
    const ssize_t size = ::recv(socket(), buffer.data(), buffer.size(), 0);
    if (size < 0) {
        if (errno == EAGAIN) readable_ = false;
        if (errno != EAGAIN && errno != EINTR) state_ = State::closed;
        return size;
    }
    // A short read has emptied the socket: the next event will announce more. The end of the input
    // is the exception, because it may have been announced together with the last bytes.
    if (static_cast<std::size_t>(size) < buffer.size()) readable_ = client_ended_;
    if (into != nullptr) into->append(buffer.data(), static_cast<std::size_t>(size));
    return size;
}

}  // namespace course
