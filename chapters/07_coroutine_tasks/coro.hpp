#pragma once
// Coro<T>: what a coroutine function returns. It does nothing until it is awaited.
//
// The law: a coroutine that awaits another one does not go through the loop. It jumps into the
// other, and the other, at its end, jumps back: two jumps, like a call and a return, however deep
// (symmetric transfer). Only a future that is not done, at the very bottom, suspends the whole
// chain; then the task resumes the bottom, and not the top.
#include <coroutine>
#include <string>
#include <utility>

#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/log.hpp"
#include "07_coroutine_tasks/detail/promise_of_result.hpp"
#include "07_coroutine_tasks/detail/without_task.hpp"

namespace aio {

/// A coroutine, owned. Move-only. Await it, or make a task of it; one that is dropped before it
/// has started is reported. Thread rule: one thread.
template <class T = void>
class [[nodiscard]] Coro {
  public:
    using promise_type = Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;
    using value_type = T;

    explicit Coro(Handle handle) noexcept : handle_(handle) {}
    Coro(Coro&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Coro& operator=(Coro&& other) noexcept {
        Coro old(std::exchange(handle_, std::exchange(other.handle_, nullptr)));
        return *this;
    }
    Coro(const Coro&) = delete;
    Coro& operator=(const Coro&) = delete;
    ~Coro() {
        if (handle_) destroy();
    }

    /// Jumps in, and back with the result.
    class Awaiter {
      public:
        explicit Awaiter(Handle coroutine) noexcept : coroutine_(coroutine) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const {
            coroutine_.promise().continuation.start_for(awaiting);
            return coroutine_;
        }
        T await_resume() const { return coroutine_.promise().take(); }

      private:
        Handle coroutine_;
    };
    /// RuntimeError if it has been awaited before, or has been given to a task.
    Awaiter operator co_await() const {
        ensure_fresh();
        return Awaiter(handle_);
    }

    /// Starts it without a task, as Python's coroutine.send(None) does: runs it to its end, and
    /// gives what it returned. RuntimeError if it must wait for something: only a task can wait.
    T send() {
        ensure_fresh();
        handle_.promise().continuation.start_for(std::noop_coroutine());
        const WithoutTask nobody_waits;
        handle_.resume();
        if (!handle_.done()) throw RuntimeError("only a task can wait: use create_task");
        return handle_.promise().take();
    }

    /// Where the coroutine was written: "hello (main.cpp:12)".
    [[nodiscard]] std::string describe() const {
        return handle_ ? aio::describe(handle_.promise().continuation.place()) : "moved away";
    }

    /// The frame, for a task that will take it over. RuntimeError as for co_await.
    [[nodiscard]] Handle handle() const {
        ensure_fresh();
        return handle_;
    }
    /// Gives the frame away: it has a task now.
    Handle release() noexcept { return std::exchange(handle_, nullptr); }

    /// Destroys the frame without a report, as Python's coroutine.close().
    void close() noexcept {
        if (handle_) std::exchange(handle_, nullptr).destroy();
    }

  private:
    void ensure_fresh() const {
        if (!handle_) throw RuntimeError("this coroutine was moved away, or given to a task");
        if (!handle_.promise().continuation.is_started()) [[likely]]
            return;
        throw RuntimeError(handle_.done() ? "cannot reuse already awaited coroutine"
                                          : "coroutine is being awaited already");
    }

    void destroy() noexcept {
        if (!handle_.promise().continuation.is_started()) report_never_awaited();
        handle_.destroy();
    }
    void report_never_awaited() const noexcept {
        log("RuntimeWarning: coroutine was never awaited: " + describe());
    }

    Handle handle_;
};

template <class T>
Coro<T> Promise<T>::get_return_object() noexcept {
    return Coro<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Coro<void> Promise<void>::get_return_object() noexcept {
    return Coro<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace aio

#include "07_coroutine_tasks/detail/foreign_awaiter.hpp"  // IWYU pragma: export
