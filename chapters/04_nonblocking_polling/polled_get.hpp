#pragma once
// A GET that never sleeps: each step() tries the next thing once and returns at once.
//
//     connecting --connected--> sending --all sent--> receiving --complete--> done
//
// Between two steps the GET is nothing but this object: how far it is (state), what is still to be
// sent, what has come. So one thread can have many of them under way. When to call step() is up
// to the caller, and that is the whole trouble: it has to guess.
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "03_blocking_sockets/http_get.hpp"
#include "04_nonblocking_polling/nonblocking.hpp"

namespace aio {

/// One GET over a non-blocking socket. Thread rule: one thread at a time.
class PolledGet {
  public:
    /// Looks up the host (that still blocks) and makes the socket. Throws as http_get() does.
    explicit PolledGet(const std::string& url) : PolledGet(parse_url(url)) {}
    PolledGet(const PolledGet&) = delete;  // unsent_ points into request_
    PolledGet& operator=(const PolledGet&) = delete;

    /// Tries the next thing once. Returns whether it could be done: false was a useless try.
    /// Throws SystemError or HttpError: the GET has then failed.
    bool step() {
        switch (state_) {
            case State::connecting:
                return connect();
            case State::sending:
                return send();
            case State::receiving:
                return receive();
            case State::done:
                break;
        }
        return false;
    }

    [[nodiscard]] bool done() const noexcept { return state_ == State::done; }

    /// The answer, once done().
    [[nodiscard]] Response take() { return parser_.take(); }

  private:
    enum class State { connecting, sending, receiving, done };

    explicit PolledGet(const Url& url)
        : addresses_(resolve(url.host, std::to_string(url.port))), request_(get_request(url)) {
        open_socket();
    }

    void open_socket() {
        socket_ = Socket(addresses_[address_].family());
        socket_.set_blocking(false);
    }

    bool connect() {
        try {
            if (!try_connect(socket_, addresses_[address_])) return false;
            state_ = State::sending;
        } catch (const SystemError&) {
            if (++address_ == addresses_.size()) throw;
            open_socket();  // the host's next address
        }
        return true;
    }

    bool send() {
        const auto sent = try_send(socket_, unsent_);
        if (!sent) return false;
        unsent_.remove_prefix(*sent);
        if (unsent_.empty()) state_ = State::receiving;
        return true;
    }

    bool receive() {
        std::array<char, 4096> buffer;
        const auto count = try_recv(socket_, buffer);
        if (!count) return false;
        if (*count == 0) {
            parser_.feed_eof();
        } else {
            parser_.feed({buffer.data(), *count});
        }
        if (parser_.done()) state_ = State::done;
        return true;
    }

    std::vector<Address> addresses_;
    std::size_t address_ = 0;  ///< which of them we try
    Socket socket_;
    std::string request_;
    std::string_view unsent_ = request_;  ///< the rest of request_
    ResponseParser parser_;
    State state_ = State::connecting;
};

/// What a polling loop did: how often a try got somewhere, and how often it did not.
struct Polled {
    std::vector<Response> responses;
    std::uint64_t useful = 0;
    std::uint64_t useless = 0;
};

/// Fetches `url` `count` times, one after another, each polled to its end.
[[nodiscard]] inline Polled get_polled(const std::string& url, int count) {
    Polled polled;
    for (int i = 0; i < count; ++i) {
        PolledGet get(url);
        while (!get.done()) ++(get.step() ? polled.useful : polled.useless);
        polled.responses.push_back(get.take());
    }
    return polled;
}

/// Fetches `url` `count` times at once: every GET that is not done is tried in turn, again and
/// again, until all are done.
[[nodiscard]] inline Polled get_polled_in_turns(const std::string& url, int count) {
    Polled polled;
    std::deque<PolledGet> gets;
    for (int i = 0; i < count; ++i) gets.emplace_back(url);
    for (int open = count; open > 0;) {
        for (PolledGet& get : gets) {
            if (get.done()) continue;
            ++(get.step() ? polled.useful : polled.useless);
            if (get.done()) --open;
        }
    }
    for (PolledGet& get : gets) polled.responses.push_back(get.take());
    return polled;
}

}  // namespace aio
