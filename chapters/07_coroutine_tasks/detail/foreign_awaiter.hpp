#pragma once
// co_await on an awaiter that knows nothing of tasks: one that you have written, or found.
//
// Every co_await in a coroutine of ours asks await_transform() what to wait with. Our own awaiters
// take the handle of a coroutine of ours, and tell its task what to wait for. A foreign one takes
// any handle, and it gets the handle of a Waker. The laws:
//   - Only the loop resumes a coroutine of ours, in a step of its task.
//   - resume() may come within await_suspend(), later, from another thread, or when the task has
//     been cancelled and waits no longer.
//   - To cancel the task ends the wait at once: the awaiter is destroyed, and await_resume() is not
//     called. An awaiter that can take its handle back does so in its destructor.
#include <concepts>
#include <coroutine>
#include <string>
#include <type_traits>
#include <utility>

#include "06_futures/future_base.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaiter.hpp"
#include "07_coroutine_tasks/detail/waker.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

/// A wait that ends when a Waker is resumed. Thread rule: the loop's thread.
class ForeignWait : public Cancellable, public Wakeable {
  public:
    ForeignWait() = default;
    ForeignWait(const ForeignWait&) = delete;
    ForeignWait& operator=(const ForeignWait&) = delete;

    /// The task is woken to a CancelledError. False if it is being woken already.
    bool cancel(const std::string& message) override {
        TaskBase* const task = std::exchange(task_, nullptr);
        if (task == nullptr) return false;
        task->interrupt(message);
        return true;
    }
    void abandon() noexcept override { task_ = nullptr; }
    [[nodiscard]] std::string describe_wait() const override { return "<foreign awaiter>"; }

    void resumed() noexcept override {
        waker_ = nullptr;
        if (TaskBase* const task = std::exchange(task_, nullptr)) task->wake(task->loop());
    }

    /// The task waits until it is cancelled.
    void given_up() noexcept override { waker_ = nullptr; }

  protected:
    ~ForeignWait() {
        if (waker_) has_waited_ ? waker_.promise().abandon() : waker_.destroy();
    }

    /// What the foreign awaiter may resume.
    [[nodiscard]] std::coroutine_handle<> new_waker() {
        return waker_ = Waker::create(running_task().loop(), *this);
    }

    /// Suspends `leaf` until the waker is resumed. Returns false if it has been already.
    [[nodiscard]] bool wait(std::coroutine_handle<> leaf) {
        if (!waker_) return false;
        has_waited_ = true;
        task_ = &running_task();
        task_->wait_for(*this, leaf);
        return true;
    }

  private:
    Waker::Handle waker_;       // null once it was resumed
    TaskBase* task_ = nullptr;  // null when it does not wait
    bool has_waited_ = false;
};

/// Stands before a foreign awaiter of type A (or A&, A&&): it answers for the task's side.
template <class A>
class ForeignAwaiter final : public ForeignWait {
  public:
    explicit ForeignAwaiter(A&& awaiter) : awaiter_(std::forward<A>(awaiter)) {}

    [[nodiscard]] bool await_ready() { return static_cast<bool>(awaiter_.await_ready()); }

    template <std::derived_from<PromiseBase> Promise>
    auto await_suspend(std::coroutine_handle<Promise> awaiting) {
        const std::coroutine_handle<> waker = new_waker();
        using Answer = decltype(awaiter_.await_suspend(waker));
        if constexpr (std::is_void_v<Answer>) {
            awaiter_.await_suspend(waker);
            return wait(awaiting);
        } else if constexpr (std::is_same_v<Answer, bool>) {
            return awaiter_.await_suspend(waker) && wait(awaiting);
        } else {
            const std::coroutine_handle<> next = awaiter_.await_suspend(waker);
            if (!wait(awaiting)) running_task().yield(awaiting);
            return next;
        }
    }

    decltype(auto) await_resume() {
        throw_if_cancelled();
        return awaiter_.await_resume();
    }

  private:
    A awaiter_;
};

namespace detail {

/// Whether `co_await std::declval<T>()` asks an awaiter that any coroutine may wait with. Those
/// that never wait need no help.
template <class T>
concept ForeignAwaitable = !is_coro<std::remove_cvref_t<T>> &&
                           !std::is_same_v<std::remove_cvref_t<T>, std::suspend_never> &&
                           requires(T && awaitable, std::coroutine_handle<> handle) {
    awaiter_of(std::forward<T>(awaitable)).await_suspend(handle);
};

}  // namespace detail

/// Asks an awaiter of ours that lies elsewhere. (g++ 12 would copy it.)
template <class A>
class AwaiterReference {
  public:
    explicit AwaiterReference(A& awaiter) noexcept : awaiter_(awaiter) {}

    [[nodiscard]] bool await_ready() { return awaiter_.await_ready(); }
    template <std::derived_from<PromiseBase> Promise>
    auto await_suspend(std::coroutine_handle<Promise> awaiting) {
        return awaiter_.await_suspend(awaiting);
    }
    decltype(auto) await_resume() { return awaiter_.await_resume(); }

  private:
    A& awaiter_;
};

template <class T>
auto PromiseBase::await_transform(T&& awaitable) {
    using A = decltype(detail::awaiter_of(std::forward<T>(awaitable)));
    if constexpr (detail::ForeignAwaitable<T>) {
        return ForeignAwaiter<A>(detail::awaiter_of(std::forward<T>(awaitable)));
    } else if constexpr (std::is_reference_v<A>) {
        A&& awaiter = detail::awaiter_of(std::forward<T>(awaitable));
        return AwaiterReference<std::remove_reference_t<A>>(awaiter);
    } else {
        return detail::awaiter_of(std::forward<T>(awaitable));
    }
}

}  // namespace aio
