#pragma once
// The whole idea of a coroutine that waits, and of a task, in eighty lines.
//
// A coroutine that awaits another one tells it whom to resume at its end, and jumps into it. One
// that awaits a future leaves its handle with the future, and goes back to the loop. A task is a
// coroutine that nobody awaits: the loop resumes it in its next turn, and at its end what comes out
// of it goes into a future. Thread rule: the loop's thread.
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "06_futures/mini_loop.hpp"

namespace aio::mini {

/// The part of a coroutine's frame that keeps what it returns.
template <class T>
struct Returned {
    void return_value(T value) { result = std::move(value); }
    std::optional<T> result;
};
template <>
struct Returned<void> {
    void return_void() { result.emplace(); }
    std::optional<std::monostate> result;
};

/// A coroutine that gives a T. It does nothing until it is awaited.
template <class T = void>
struct [[nodiscard]] Coro {
    struct promise_type : Returned<T> {
        /// At the end: goes on with the one that awaits it. If it is a task, nobody does.
        struct JumpBack : std::suspend_always {
            std::coroutine_handle<> await_suspend(auto self) const noexcept {
                promise_type& promise = self.promise();
                if (promise.awaiting) return promise.awaiting;
                promise.error ? promise.task->set_exception(promise.error)
                              : promise.task->set_result(*std::move(promise.result));
                self.destroy();
                return std::noop_coroutine();
            }
        };
        Coro get_return_object() { return Coro(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        JumpBack final_suspend() const noexcept { return {}; }
        void unhandled_exception() noexcept { error = std::current_exception(); }

        std::coroutine_handle<> awaiting;  // who awaits it
        std::optional<Future<T>> task;     // or else the future of the task that it is
        std::exception_ptr error;
    };
    using Handle = std::coroutine_handle<promise_type>;

    explicit Coro(Handle owned) noexcept : handle(owned) {}
    Coro(Coro&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    ~Coro() {
        if (handle) handle.destroy();
    }

    bool await_ready() const noexcept { return false; }
    Handle await_suspend(std::coroutine_handle<> awaiting) const;
    T await_resume() const {
        if (handle.promise().error) std::rethrow_exception(handle.promise().error);
        return static_cast<T>(*std::move(handle.promise().result));
    }

    Handle handle;  // owned: the frame
};

/// What the one that awaits does when it suspends: it notes that it awaits, and jumps in.
template <class T>
auto Coro<T>::await_suspend(std::coroutine_handle<> awaiting) const -> Handle {
    handle.promise().awaiting = awaiting;
    return handle;
}

/// What co_await asks of a future. To call a handle is to resume it.
template <class T>
auto operator co_await(const Future<T>& future) {
    struct Awaiter {
        bool await_ready() const { return future.done(); }
        void await_suspend(std::coroutine_handle<> self) const { future.add_done_callback(self); }
        T await_resume() const { return future.result(); }
        const Future<T>& future;
    };
    return Awaiter{future};
}

/// Runs `coroutine` from the next turn on. From then on its frame belongs to nobody but itself.
template <class T>
Future<T> create_task(Loop& loop, Coro<T> coroutine) {
    const Future<T> future(loop);
    coroutine.handle.promise().task = future;
    loop.call_soon(std::exchange(coroutine.handle, nullptr));
    return future;
}

/// A future that is done when `delay` has passed.
inline Future<> sleep(Loop& loop, Clock::duration delay) {
    const Future<> over(loop);
    loop.call_later(delay, [over] { over.set_result(); });
    return over;
}

}  // namespace aio::mini
