#pragma once
// The one door through which other threads (and signal handlers) reach a loop.
//
// A loop that has nothing to do sleeps in its selector, and a function put into a queue would not
// wake it. So the inbox has a descriptor that the selector watches too (eventfd(2)): to write to it
// wakes the loop. Chapter 14 tells the story; until then it is only the loop's bell.
//
// A descriptor is a number, and a bug elsewhere may close it (a double close is enough). Then the
// bell must not ring for ever, nor the loop sleep through all calls: it gets another one.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"
#include "06_futures/detail/callback_list.hpp"
#include "06_futures/ready_queue.hpp"

namespace aio {

/// Thread rule: post() and ring() from any thread, the rest from the loop's.
class Inbox {
  public:
    Inbox() { renew(make_bell()); }

    /// Puts `callback` in, and wakes the loop.
    void post(Callback& callback) {
        {
            const std::lock_guard lock(mutex_);
            posted_.push_back(callback);
        }
        ring();
    }

    /// Wakes the loop. Safe in a signal handler. That a full eventfd refuses does not matter: it
    /// is full of rings.
    void ring() noexcept {
        if (has_news_.exchange(true, std::memory_order_acq_rel)) return;
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(fileno(), &one, sizeof one);
    }

    /// Whether somebody rang since the last collect(). Costs no system call.
    [[nodiscard]] bool has_news() const noexcept {
        return has_news_.load(std::memory_order_relaxed);
    }

    /// Moves what was posted to the end of `ready`, in order, and silences the bell. Returns 0, or
    /// the error number of a bell that is broken: renew() it, and collect again.
    [[nodiscard]] int collect(ReadyQueue& ready) {
        const int error = silence();
        has_news_.store(false, std::memory_order_release);
        const std::lock_guard lock(mutex_);
        ready.splice(posted_);
        return error;
    }

    /// A bell that nobody has rung. Errors: SystemError.
    [[nodiscard]] static Fd make_bell() {
        return Fd(check(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"));
    }

    /// Takes `bell` in place of one that is broken. That one is not closed: somebody else has
    /// closed it, and its number may be another file's by now.
    void renew(Fd bell) noexcept {
        (void)bell_.release();
        bell_ = std::move(bell);
        number_ = bell_.number();
    }

    /// What the selector watches for reading.
    [[nodiscard]] int fileno() const noexcept { return number_; }

  private:
    /// What is no eventfd gives something else than eight bytes, or an error.
    [[nodiscard]] int silence() noexcept {
        std::uint64_t rings = 0;
        const auto taken = retry_eintr([&] { return ::read(fileno(), &rings, sizeof rings); });
        if (taken >= 0) return taken == sizeof rings ? 0 : EBADF;
        return is_would_block(errno) ? 0 : errno;
    }

    Fd bell_;
    std::atomic<int> number_ = Fd::kNone;  // of bell_, for the other threads
    std::atomic<bool> has_news_ = false;
    std::mutex mutex_;
    CallbackList posted_;
};

}  // namespace aio
