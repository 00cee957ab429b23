#pragma once
// Many clients at once: all connect, all ask, and each notes how long its answer took.
//
// A client is one socket and one entry in an array, so that ten thousand of them disturb the server
// that they measure as little as possible.
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <sys/epoll.h>

#include "tests/support/http_client.hpp"

class Crowd {
  public:
    using Clock = std::chrono::steady_clock;

    /// Connects `size` clients to the server on `port`.
    Crowd(std::uint16_t port, std::size_t size)
        : epoll_(::epoll_create1(EPOLL_CLOEXEC)), members_(size) {
        for (std::size_t i = 0; i < size; ++i) {
            members_[i].client.connect(port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, members_[i].client.socket(), &event);
        }
    }
    ~Crowd() { ::close(epoll_); }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    /// Client number i sends `request(i)` and waits for an answer of `expected` (all of it).
    /// Returns how long each took; wrong() counts the answers that were not as expected.
    template <typename MakeRequest>
    std::vector<Clock::duration> ask(MakeRequest request, const std::string& expected) {
        missing_ = members_.size();
        for (std::size_t i = 0; i < members_.size(); ++i) {
            const std::string text = request(i);
            members_[i].asked = Clock::now();
            members_[i].client.send(text);
            if (i % 16 == 0) collect(expected, 0);
        }
        while (missing_ > 0) collect(expected, -1);

        std::vector<Clock::duration> took;
        for (const Member& member : members_) took.push_back(member.answered - member.asked);
        return took;
    }

    [[nodiscard]] std::size_t wrong() const noexcept { return wrong_; }

  private:
    struct Member {
        HttpClient client;
        std::string answer;
        Clock::time_point asked;
        Clock::time_point answered;
    };

    void collect(const std::string& expected, int timeout) {
        std::array<epoll_event, 64> events;
        const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout);
        for (int i = 0; i < count; ++i) read(members_[events.at(i).data.u64], expected);
    }

    void read(Member& member, const std::string& expected) {
        std::array<char, 4096> buffer;
        const ssize_t size = ::recv(member.client.socket(), buffer.data(), buffer.size(), 0);
        if (size > 0) member.answer.append(buffer.data(), static_cast<std::size_t>(size));
        if (size > 0 && member.answer.size() < expected.size()) return;
        member.answered = Clock::now();
        wrong_ += member.answer == expected ? 0 : 1;
        member.answer.clear();
        --missing_;
        if (size <= 0) ::epoll_ctl(epoll_, EPOLL_CTL_DEL, member.client.socket(), nullptr);
    }

    int epoll_;
    std::vector<Member> members_;
    std::size_t missing_ = 0;
    std::size_t wrong_ = 0;
};
