#pragma once
// epoll(7), of 2002: the kernel keeps the list, and each descriptor that becomes ready puts itself
// on a second list. Waiting takes that second list: how many are watched does not matter.
//
// The price is a system call for every change of the first list (epoll_ctl).
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <vector>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"
#include "05_selector_callbacks/selector.hpp"

namespace aio {

/// A Selector on epoll(7): Linux only, as fast with ten thousand descriptors as with ten.
/// Ordinary files are refused (EPERM): they are always ready. Python's selectors.EpollSelector.
class EpollSelector final : public Selector {
  public:
    EpollSelector() : epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

    /// The selector's own descriptor: readable when one that it watches is ready. The selector
    /// keeps owning it. Errors: RuntimeError after close().
    [[nodiscard]] int fileno() const {
        if (!epoll_) throw RuntimeError("the selector is closed");
        return epoll_.number();
    }

    void close() noexcept override {
        epoll_.reset();
        Selector::close();
    }

  private:
    void add(int fd, Events events) override { control(EPOLL_CTL_ADD, fd, events); }

    void change(const SelectorKey& before, Events events) override {
        control(EPOLL_CTL_MOD, before.fd, events);
    }

    /// May fail, which does not matter: the kernel forgets a descriptor when it is closed.
    void remove(const SelectorKey& key) override {
        ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, key.fd, nullptr);
    }

    int wait(SelectTimeout timeout) override {
        ready_list_.resize(std::max<std::size_t>(get_map().size(), 1));
        const int count = epoll_wait_for(timeout);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = ready_list_[static_cast<std::size_t>(i)];
            report(event.data.fd, from_epoll(event.events));
        }
        return count;
    }

    void control(int operation, int fd, Events events) {
        epoll_event event{};
        event.events = to_epoll(events);
        event.data.fd = fd;
        if (::epoll_ctl(epoll_.number(), operation, fd, &event) == 0) return;
        const int error = errno;
        throw SystemError(error, "epoll_ctl", fmt::format("descriptor {}", fd));
    }

    /// epoll_wait counts in milliseconds, the younger epoll_pwait2 in nanoseconds.
    int epoll_wait_for(SelectTimeout timeout) {
        const int size = static_cast<int>(ready_list_.size());
        epoll_event* events = ready_list_.data();
        if (!timeout) return ::epoll_wait(epoll_.number(), events, size, -1);
        if (timeout->count() <= 0) return ::epoll_wait(epoll_.number(), events, size, 0);
#ifdef SYS_epoll_pwait2
        if (has_epoll_pwait2_) {
            const KernelTimeout time(timeout);
            const auto count = ::syscall(SYS_epoll_pwait2, epoll_.number(), events, size,
                                         time.get(), nullptr, std::size_t{0});
            if (count >= 0 || errno != ENOSYS) return static_cast<int>(count);
            has_epoll_pwait2_ = false;  // a kernel before 5.11
        }
#endif
        return ::epoll_wait(epoll_.number(), events, size, round_up_to_milliseconds(*timeout));
    }

    /// Rounded down, a wait for the last half of a millisecond would spin until it is over.
    [[nodiscard]] static int round_up_to_milliseconds(std::chrono::nanoseconds time) noexcept {
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
        return static_cast<int>(std::min<std::chrono::milliseconds::rep>(ms, INT_MAX));
    }

    [[nodiscard]] static std::uint32_t to_epoll(Events events) noexcept {
        std::uint32_t bits = 0;
        if (has(events, Events::read)) bits |= EPOLLIN;
        if (has(events, Events::write)) bits |= EPOLLOUT;
        return bits;
    }

    /// EPOLLHUP and EPOLLERR count as both: the next recv or send tells what happened.
    [[nodiscard]] static Events from_epoll(std::uint32_t bits) noexcept {
        Events events = Events::none;
        if ((bits & ~std::uint32_t{EPOLLOUT}) != 0) events |= Events::read;
        if ((bits & ~std::uint32_t{EPOLLIN}) != 0) events |= Events::write;
        return events;
    }

    Fd epoll_;
    std::vector<epoll_event> ready_list_;  // where the kernel puts its answer
    bool has_epoll_pwait2_ = true;
};

/// The best selector on this system. Python's selectors.DefaultSelector.
using DefaultSelector = EpollSelector;

}  // namespace aio
