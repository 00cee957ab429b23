#pragma once
// Coro<T>: what a coroutine function returns. It does nothing until it is awaited.
//
// The law: a coroutine that awaits another one does not go through the loop. It jumps into the
// other, and the other, at its end, jumps back: two jumps, like a call and a return, however deep
// (symmetric transfer). Only a future that is not done, at the very bottom, suspends the whole
// chain; then the task resumes the bottom, and not the top.
#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "06_futures/errors.hpp"
#include "06_futures/future.hpp"
#include "06_futures/log.hpp"
#include "06_futures/pool.hpp"
#include "07_coroutine_tasks/origin.hpp"

namespace aio {

/// The first coroutine of the running task has come to its end (task.hpp).
void root_has_returned(std::coroutine_handle<> root) noexcept;

/// What all promises have in common. A promise is the part of a coroutine's frame that the
/// language lets us write: how it starts, how it ends, what it returns.
class PromiseBase {
  public:
    static void* operator new(std::size_t size) { return Pool::allocate(size); }
    static void operator delete(void* frame, std::size_t size) noexcept {
        Pool::deallocate(frame, size);
    }

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

    /// At the end we do not return to whoever resumed us, but jump to whoever awaits us.
    struct FinalAwaiter {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <std::derived_from<PromiseBase> Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            if (auto awaiting = self.promise().origin.awaiting()) return awaiting;
            root_has_returned(self);
            return std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };
    [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }

    void unhandled_exception() noexcept { error = std::current_exception(); }

    Origin origin;
    std::exception_ptr error;

  protected:
    explicit PromiseBase(const SourceLocation& place) noexcept : origin(place) {}
};

template <class T>
class Coro;

template <class T>
class Promise final : public PromiseBase {
  public:
    explicit Promise(const SourceLocation& place = SourceLocation::current()) noexcept
        : PromiseBase(place) {}

    Coro<T> get_return_object() noexcept;

    template <class U = Stored<T>>
    requires std::constructible_from<Stored<T>, U>
    void return_value(U&& value) { result.emplace(std::forward<U>(value)); }

    /// The result, once; or the error.
    T take() {
        if (error != nullptr) [[unlikely]]
            std::rethrow_exception(std::exchange(error, nullptr));
        if constexpr (std::is_reference_v<T>) {
            return result->get();
        } else {
            return std::move(*result);
        }
    }

    std::optional<Stored<T>> result;
};

template <>
class Promise<void> final : public PromiseBase {
  public:
    explicit Promise(const SourceLocation& place = SourceLocation::current()) noexcept
        : PromiseBase(place) {}

    Coro<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() {
        if (error != nullptr) [[unlikely]]
            std::rethrow_exception(std::exchange(error, nullptr));
    }
};

/// A coroutine, owned. Move-only. Await it, or make a task of it; one that is dropped before it
/// has started is reported. Thread rule: one thread.
template <class T = void>
class [[nodiscard("a coroutine does nothing until it is awaited")]] Coro {
  public:
    using promise_type = Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;
    using value_type = T;

    explicit Coro(Handle handle) noexcept : handle_(handle) {}
    Coro(Coro && other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Coro& operator=(Coro&& other) noexcept {
        std::swap(handle_, other.handle_);
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
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
            coroutine_.promise().origin.start_for(awaiting);
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

    /// Starts it without any loop, as Python's coroutine.send(None) does: runs it to its end, and
    /// gives what it returned. RuntimeError if it has to wait for something that is not done:
    /// only a task can wait.
    auto send() {
        ensure_fresh();
        handle_.promise().origin.start_for(std::noop_coroutine());
        handle_.resume();
        if (!handle_.done()) throw RuntimeError("only a task can wait: use create_task");
        return handle_.promise().take();
    }

    /// Where the coroutine was written: "hello (main.cpp:12)".
    [[nodiscard]] std::string describe() const {
        return handle_ ? aio::describe(handle_.promise().origin.place()) : "moved away";
    }

    /// Gives the frame away: to a task. RuntimeError as for co_await.
    [[nodiscard]] Handle release() {
        ensure_fresh();
        return std::exchange(handle_, nullptr);
    }

    /// Destroys the frame without a report, as Python's coroutine.close().
    void close() noexcept {
        if (handle_) std::exchange(handle_, nullptr).destroy();
    }

  private:
    void ensure_fresh() const {
        if (!handle_) throw RuntimeError("this coroutine has been given away");
        if (handle_.promise().origin.is_started()) {
            throw RuntimeError("cannot reuse already awaited coroutine");
        }
    }

    void destroy() noexcept {
        if (!handle_.promise().origin.is_started()) report_never_awaited();
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
