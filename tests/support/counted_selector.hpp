#pragma once
// A selector that counts the looks at the descriptors, each of which is a system call.
#include <stdexcept>

#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/selector.hpp"

/// Counts how often the loop asks it. It throws at what would not end: to sleep for ever, or to ask
/// more than 50'000 times.
class CountedSelector final : public aio::Selector {
  public:
    explicit CountedSelector(int& asked) : asked_(asked) {}

  private:
    void add(int fd, aio::Events events) override { inner_.register_fd(fd, events); }
    void change(const aio::SelectorKey& before, aio::Events events) override {
        inner_.modify(before.fd, events);
    }
    void remove(const aio::SelectorKey& key) override { inner_.unregister(key.fd); }
    int wait(aio::SelectTimeout timeout) override {
        if (!timeout) throw std::logic_error("the loop would sleep for ever");
        if (++asked_ > 50'000) throw std::logic_error("the loop turns and turns, and never ends");
        const auto ready = inner_.select(timeout);
        for (const auto& [key, events] : ready) report(key.fd, events);
        return static_cast<int>(ready.size());
    }

    int& asked_;
    aio::EpollSelector inner_;
};
