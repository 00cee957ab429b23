#pragma once
// poll(2), of 1986: a list of descriptors instead of bits, so their numbers have no limit.
//
// We still keep the list, and each call still carries it whole into the kernel and back. One thing
// is better than in select: question (events) and answer (revents) have places of their own.
#include <cstddef>
#include <vector>

#include <poll.h>

#include "05_selector_callbacks/selector.hpp"

namespace aio {

/// A Selector on poll(2): any number of descriptors, at a cost that grows with their number.
/// Python's selectors.PollSelector.
class PollSelector final : public Selector {
  public:
    void close() noexcept override {
        list_.clear();
        Selector::close();
    }

  private:
    void add(int fd, Events events) override {
        ensure_is_open(fd);
        const auto index = static_cast<std::size_t>(fd);
        if (index >= place_.size()) place_.resize(index + 1);
        place_[index] = list_.size();
        list_.push_back({fd, to_poll(events), 0});
    }

    void change(const SelectorKey& before, Events events) override {
        list_[place(before.fd)].events = to_poll(events);
    }

    /// The last on the list moves to the place that becomes free.
    void remove(const SelectorKey& key) override {
        const std::size_t free = place(key.fd);
        list_[free] = list_.back();
        place_[static_cast<std::size_t>(list_[free].fd)] = free;
        list_.pop_back();
    }

    int wait(SelectTimeout timeout) override {
        const KernelTimeout time(timeout);
        const int count = ::ppoll(list_.data(), list_.size(), time.get(), nullptr);
        int left = count;
        for (std::size_t i = 0; left > 0; ++i) {
            if (list_[i].revents == 0) continue;
            report(list_[i].fd, from_poll(list_[i].revents));
            --left;
        }
        return count;
    }

    [[nodiscard]] std::size_t place(int fd) const { return place_[static_cast<std::size_t>(fd)]; }

    [[nodiscard]] static short to_poll(Events events) noexcept {
        int bits = 0;
        if (has(events, Events::read)) bits |= POLLIN;
        if (has(events, Events::write)) bits |= POLLOUT;
        return static_cast<short>(bits);
    }

    /// POLLHUP, POLLERR and POLLNVAL count as both: the next recv or send tells what happened.
    [[nodiscard]] static Events from_poll(int bits) noexcept {
        Events events = Events::none;
        if ((bits & ~POLLOUT) != 0) events |= Events::read;
        if ((bits & ~POLLIN) != 0) events |= Events::write;
        return events;
    }

    std::vector<pollfd> list_;        // what the kernel gets
    std::vector<std::size_t> place_;  // by descriptor: its index in list_
};

}  // namespace aio
