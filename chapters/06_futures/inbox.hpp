#pragma once
// The one door through which other threads (and signal handlers) reach a loop.
//
// A loop that has nothing to do sleeps in its selector, and a function put into a queue would not
// wake it. So the inbox has a descriptor that the selector watches too (eventfd(2)): to write to it
// wakes the loop. Chapter 14 tells the story; until then it is only the loop's bell.
#include <atomic>
#include <cstdint>
#include <mutex>

#include <sys/eventfd.h>
#include <unistd.h>

#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"
#include "06_futures/ready_queue.hpp"

namespace aio {

/// Thread rule: post() and ring() from any thread, the rest from the loop's.
class Inbox {
  public:
    Inbox() : bell_(check(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {}

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
        [[maybe_unused]] const auto written = ::write(bell_.number(), &one, sizeof one);
    }

    /// Whether somebody rang since the last collect(). Costs no system call.
    [[nodiscard]] bool has_news() const noexcept {
        return has_news_.load(std::memory_order_relaxed);
    }

    /// Moves what was posted to the end of `ready`, in order, and silences the bell.
    void collect(ReadyQueue& ready) {
        std::uint64_t rings = 0;
        [[maybe_unused]] const auto taken = ::read(bell_.number(), &rings, sizeof rings);
        has_news_.store(false, std::memory_order_release);
        const std::lock_guard lock(mutex_);
        ready.splice(posted_);
    }

    /// What the selector watches for reading.
    [[nodiscard]] int fileno() const noexcept { return bell_.number(); }

  private:
    Fd bell_;
    std::atomic<bool> has_news_ = false;
    std::mutex mutex_;
    CallbackList posted_;
};

}  // namespace aio
