#pragma once
// PromiseBase: the part of a coroutine's frame that the language lets us write.
//
// The compiler calls it at fixed points: before the body, at its end, with what it throws, and at
// each co_await. The law: at its end a coroutine does not return, it jumps to the one that awaits.
#include <concepts>
#include <coroutine>
#include <exception>
#include <utility>

#include "07_coroutine_tasks/detail/continuation.hpp"

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

}  // namespace aio
