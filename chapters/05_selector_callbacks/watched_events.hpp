#pragma once
// Many descriptors of which one is ready at a time: what an idle server with many clients sees.
//
// The cost of select() in this state is what tells the selectors apart. The descriptors are
// eventfds: a counter in the kernel, readable when it is not zero, and cheaper than a socket.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"
#include "05_selector_callbacks/selector.hpp"

namespace aio {

/// `count` eventfds, watched by `selector` for reading. Keeps a reference to it.
class WatchedEvents {
  public:
    WatchedEvents(Selector& selector, std::size_t count) : selector_(selector) {
        for (std::size_t i = 0; i < count; ++i) {
            events_.emplace_back(check(::eventfd(0, EFD_CLOEXEC), "eventfd"));
            selector_.register_fd(events_.back().number(), Events::read);
        }
    }
    ~WatchedEvents() {
        for (const Fd& event : events_) selector_.unregister(event.number());
    }
    WatchedEvents(const WatchedEvents&) = delete;
    WatchedEvents& operator=(const WatchedEvents&) = delete;

    /// Makes the next of them ready, waits for it, consumes it: three system calls.
    void one_event() {
        const std::uint64_t one = 1;
        check(::write(next().number(), &one, sizeof one), "write");
        std::uint64_t value = 0;
        for (const auto& [key, events] : selector_.select()) {
            check(::read(key.fd, &value, sizeof value), "read");
        }
    }

  private:
    /// All get their turn, taken from eight parts of the list alternately: poll takes longer for
    /// those at its end.
    const Fd& next() {
        const std::size_t eighth = (events_.size() + 7) / 8;
        const std::size_t place = turn_ % 8 * eighth + turn_ / 8 % eighth;
        ++turn_;
        return events_[place % events_.size()];
    }

    Selector& selector_;
    std::vector<Fd> events_;
    std::size_t turn_ = 0;
};

}  // namespace aio
