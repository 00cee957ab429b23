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

#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/log.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/future.hpp"
#include "07_coroutine_tasks/detail/continuation.hpp"
#include "07_coroutine_tasks/detail/frame_memory.hpp"

namespace aio {

template <class T>
class Sleep;

/// A coroutine at which the running task has been waiting, or its first one, has come to its end.
/// Returns what to resume (task_step.hpp).
std::coroutine_handle<> leaf_has_returned(std::coroutine_handle<> leaf) noexcept;

/// What all promises have in common. A promise is the part of a coroutine's frame that the
/// language lets us write: how it starts, how it ends, what it returns.
class PromiseBase {
  public:
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

    /// At the end we do not return to the one that resumed us: we jump to the one that awaits us.
    struct FinalAwaiter {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <std::derived_from<PromiseBase> Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            const Continuation& continuation = self.promise().continuation;
            return continuation.is_plain() ? continuation.awaiting() : leaf_has_returned(self);
        }
        void await_resume() const noexcept {}
    };
    [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }

    void unhandled_exception() noexcept { error = std::current_exception(); }

    /// What a co_await in the body waits with: the awaiter of `awaitable`, or, if that knows
    /// nothing of tasks, one that does (foreign_awaiter.hpp).
    template <class T>
    auto await_transform(T&& awaitable);
    /// A sleep is awaited more often than anything else: by value it costs the least.
    template <class T>
    Sleep<T> await_transform(Sleep<T> sleep) {
        return sleep;
    }

    /// Throws what the coroutine threw, if it threw.
    void rethrow_error() {
        if (error != nullptr) [[unlikely]]
            std::rethrow_exception(std::exchange(error, nullptr));
    }

    Continuation continuation;
    std::exception_ptr error;

  protected:
    // Promises of all types must lie at the same offset from the frame: see promise_of().
    static constexpr std::size_t kMaxAlignment = 2 * sizeof(void*);

    explicit PromiseBase(const SourceLocation& place) noexcept : continuation(place) {}
};

/// The promise of any coroutine of ours.
[[nodiscard]] inline PromiseBase& promise_of(std::coroutine_handle<> coroutine) noexcept {
    return std::coroutine_handle<PromiseBase>::from_address(coroutine.address()).promise();
}

template <class T>
class Coro;

namespace detail {

template <class T>
struct IsCoro : std::false_type {};
template <class T>
struct IsCoro<Coro<T>> : std::true_type {};

}  // namespace detail

template <class T>
inline constexpr bool is_coro = detail::IsCoro<T>::value;

/// The promise of a Coro<T>: keeps the result until it is taken.
template <class T>
class Promise final : public PromiseBase, public FrameMemory<T> {
    static_assert(alignof(Stored<T>) <= kMaxAlignment,
                  "a result of so large an alignment: return a std::unique_ptr to it");

  public:
    explicit Promise(const SourceLocation& place = SourceLocation::current()) noexcept
        : PromiseBase(place) {}

    Coro<T> get_return_object() noexcept;

    template <class U = Stored<T>>
    requires std::constructible_from<Stored<T>, U>
    void return_value(U&& value) { result.emplace(std::forward<U>(value)); }

    /// The result, once; or the error.
    T take() {
        rethrow_error();
        if constexpr (std::is_reference_v<T>) {
            return result->get();
        } else {
            return std::move(*result);
        }
    }

    std::optional<Stored<T>> result;
};

template <>
class Promise<void> final : public PromiseBase, public FrameMemory<void> {
  public:
    explicit Promise(const SourceLocation& place = SourceLocation::current()) noexcept
        : PromiseBase(place) {}

    Coro<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() { rethrow_error(); }
};

/// For a scope, no task of the running loop is the current one.
class WithoutTask {
  public:
    WithoutTask() noexcept : loop_(EventLoop::running()) { swap(); }
    ~WithoutTask() { swap(); }
    WithoutTask(const WithoutTask&) = delete;
    WithoutTask& operator=(const WithoutTask&) = delete;

  private:
    void swap() noexcept {
        if (loop_ != nullptr) task_ = loop_->exchange_current_task(task_);
    }

    EventLoop* loop_;
    TaskBase* task_ = nullptr;
};

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
