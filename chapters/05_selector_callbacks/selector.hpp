#pragma once
// Selector: hand over many descriptors, sleep once, and be told which of them are ready.
//
// This class holds what all selectors have in common: the keys, the checks of arguments, and the
// law that a signal does not cut a wait short. How to wait is the business of the three classes
// derived from it: SelectSelector, PollSelector, EpollSelector.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <fcntl.h>
#include <time.h>

#include <fmt/format.h>

#include "03_blocking_sockets/check.hpp"
#include "05_selector_callbacks/errors.hpp"
#include "05_selector_callbacks/selector_key.hpp"

namespace aio {

/// How long select() may wait: std::nullopt for ever, zero or less not at all.
using SelectTimeout = std::optional<std::chrono::nanoseconds>;

/// A SelectTimeout as the kernel takes it: a pointer to a timespec, nullptr for "for ever".
class KernelTimeout {
  public:
    explicit KernelTimeout(SelectTimeout timeout) noexcept : for_ever_(!timeout) {
        const auto time = std::max<std::int64_t>(timeout ? timeout->count() : 0, 0);
        time_.tv_sec = time / 1'000'000'000;
        time_.tv_nsec = time % 1'000'000'000;
    }

    /// Valid as long as this object lives.
    [[nodiscard]] const timespec* get() const noexcept { return for_ever_ ? nullptr : &time_; }

  private:
    timespec time_{};
    bool for_ever_;
};

/// Waits for many descriptors at once. Python's selectors.BaseSelector.
///
/// Readiness is level-triggered: a descriptor is reported again and again for as long as it is
/// ready. Ownership: none; unregister a descriptor before you close it. Thread rule: one thread.
/// Errors: ValueError, KeyError, RuntimeError after close(), std::system_error from the kernel.
class Selector {
  public:
    Selector() = default;
    Selector(const Selector&) = delete;
    Selector& operator=(const Selector&) = delete;
    virtual ~Selector() = default;

    /// Watches `fd` for `events`; select() gives `data` back. Returns the new key.
    /// Errors: ValueError (no such event, no such descriptor), KeyError (registered already),
    /// std::system_error (the kernel refuses); after an error there is no key.
    SelectorKey register_fd(int fd, Events events, void* data = nullptr) {
        ensure_open();
        ensure_valid(fd, events);
        if (map_.contains(fd)) {
            throw KeyError(fmt::format("descriptor {} is already registered: use modify", fd));
        }
        add(fd, events);
        map_.insert({fd, events, data});
        return {fd, events, data};
    }

    /// Changes what `fd` is watched for, and its data. Returns the new key.
    /// Costs a system call only if `events` differ. Errors: as register_fd, and KeyError for
    /// an unknown descriptor; if the kernel refuses, `fd` is no longer registered.
    SelectorKey modify(int fd, Events events, void* data = nullptr) {
        ensure_valid(fd, events);
        const SelectorKey before = get_key(fd);
        if (before.events != events) change_or_forget(before, events);
        map_.replace({fd, events, data});
        return {fd, events, data};
    }

    /// Stops watching `fd`. Returns the key it had. Also works after `fd` was closed.
    /// Errors: KeyError for an unknown descriptor.
    SelectorKey unregister(int fd) {
        const SelectorKey key = get_key(fd);
        map_.erase(fd);
        remove(key);
        return key;
    }

    /// Waits until a descriptor is ready, or `timeout` is over, and says which are ready for what.
    /// A hang-up or an error makes a descriptor readable or writable, whichever it is watched
    /// for: the next recv or send tells what happened. A signal does not end the wait.
    /// The answer is valid until the next call.
    [[nodiscard]] std::span<const Ready> select(SelectTimeout timeout = std::nullopt) {
        using Clock = std::chrono::steady_clock;
        ensure_open();
        ready_.clear();
        if (timeout > kForEver) timeout = std::nullopt;
        const bool timed = timeout > std::chrono::nanoseconds(0);
        const auto deadline = timed ? Clock::now() + *timeout : Clock::time_point();
        while (wait(timeout) < 0) {
            if (errno != EINTR) throw SystemError(errno, "select");
            if (timed) timeout = deadline - Clock::now();
        }
        return ready_;
    }

    /// The key of `fd`. Errors: KeyError for an unknown descriptor, RuntimeError after close().
    [[nodiscard]] SelectorKey get_key(int fd) const {
        ensure_open();
        return map_.at(fd);
    }

    /// All keys: a live view, valid as long as the selector lives. Empty after close().
    [[nodiscard]] const SelectorMap& get_map() const noexcept { return map_; }

    /// Forgets all descriptors and frees what the selector holds. May be called again.
    virtual void close() noexcept {
        map_.clear();
        closed_ = true;
    }

  protected:
    /// Tell the kernel, or our own list, what is to be watched from now on.
    virtual void add(int fd, Events events) = 0;
    virtual void change(const SelectorKey& before, Events events) = 0;
    virtual void remove(const SelectorKey& key) = 0;  // must not fail

    /// Waits once and calls report() for every descriptor that is ready. Returns -1 if the system
    /// call failed, with errno as it left it.
    virtual int wait(SelectTimeout timeout) = 0;

    /// Adds `fd` to the answer of select(), with those of `events` that it is watched for.
    void report(int fd, Events events) {
        const SelectorKey* key = map_.find(fd);
        if (key == nullptr) return;  // closed, but not unregistered in the kernel: not ours
        if (has(events, key->events)) ready_.push_back({*key, events & key->events});
    }

    /// For selectors whose kernel side sees a descriptor only during a wait: refuses it now, where
    /// the mistake is.
    static void ensure_is_open(int fd) {
        if (::fcntl(fd, F_GETFD) >= 0) return;
        const int error = errno;
        throw SystemError(error, "register_fd", fmt::format("descriptor {}", fd));
    }

  private:
    static constexpr std::chrono::hours kForEver{24 * 365};  // a year: the sums stay in range

    void ensure_open() const {
        if (closed_) throw RuntimeError("the selector is closed");
    }

    static void ensure_valid(int fd, Events events) {
        if (fd < 0) throw ValueError(fmt::format("{} is not a file descriptor", fd));
        if (events == Events::none || events != ~~events) {
            throw ValueError(
                fmt::format("events must be Events::read, Events::write or both, not {}",
                            static_cast<unsigned>(events)));
        }
    }

    void change_or_forget(const SelectorKey& before, Events events) {
        try {
            change(before, events);
        } catch (...) {
            map_.erase(before.fd);
            throw;
        }
    }

    SelectorMap map_;
    std::vector<Ready> ready_;  // the answer; kept, so that a call allocates only to grow
    bool closed_ = false;
};

}  // namespace aio
