#pragma once
// The oldest way to wait, select(2), of 1983: two sets of bits, one bit per descriptor.
//
// We keep the list. Each call carries it whole into the kernel, which walks over it and writes its
// answer into the same bits; then we walk over them to find it. A set holds the descriptors below
// FD_SETSIZE (1024), and a larger one would be written past its end: we refuse it.
#include <algorithm>

#include <sys/select.h>

#include "05_selector_callbacks/selector.hpp"

namespace aio {

/// A Selector on select(2): available everywhere, slow for many descriptors, none above 1023.
/// Python's selectors.SelectSelector.
class SelectSelector final : public Selector {
    void add(int fd, Events events) override {
        if (fd >= FD_SETSIZE) {
            throw ValueError(
                fmt::format("descriptor {} is too large for select, which holds those "
                            "below {}: use PollSelector or EpollSelector",
                            fd, FD_SETSIZE));
        }
        ensure_is_open(fd);
        set(fd, events);
        end_ = std::max(end_, fd + 1);
    }

    void change(const SelectorKey& before, Events events) override { set(before.fd, events); }

    void remove(const SelectorKey& key) override {
        set(key.fd, Events::none);
        while (end_ > 0 && !is_watched(end_ - 1)) --end_;
    }

    int wait(SelectTimeout timeout) override {
        fd_set read = read_;  // select overwrites what it is given: it gets copies
        fd_set write = write_;
        const KernelTimeout time(timeout);
        const int count = ::pselect(end_, &read, &write, nullptr, time.get(), nullptr);
        for (int fd = 0; count > 0 && fd < end_; ++fd) {
            Events events = Events::none;
            if (FD_ISSET(fd, &read)) events |= Events::read;
            if (FD_ISSET(fd, &write)) events |= Events::write;
            report(fd, events);
        }
        return count;
    }

    void set(int fd, Events events) noexcept {
        FD_CLR(fd, &read_);
        FD_CLR(fd, &write_);
        if (has(events, Events::read)) FD_SET(fd, &read_);
        if (has(events, Events::write)) FD_SET(fd, &write_);
    }

    [[nodiscard]] bool is_watched(int fd) const noexcept {
        return FD_ISSET(fd, &read_) || FD_ISSET(fd, &write_);
    }

    fd_set read_{};   // bit number fd: watched for reading
    fd_set write_{};  // bit number fd: watched for writing
    int end_ = 0;     // one more than the largest descriptor that is watched
};

}  // namespace aio
