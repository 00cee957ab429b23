#pragma once
// The smallest generator that works: ints, next(), and nothing else.
//
// promise_type is what the compiler talks to, the class around it is what the caller holds. The
// real one, in generator.hpp, has the same two parts.
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace aio {

/// A generator of int. It owns the frame of its coroutine.
class MinimalGenerator {
  public:
    struct promise_type {
        int value = 0;

        MinimalGenerator get_return_object() {
            return MinimalGenerator(Handle::from_promise(*this));
        }
        std::suspend_always initial_suspend() { return {}; }
        std::suspend_always yield_value(int yielded) {
            value = yielded;
            return {};
        }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
        std::suspend_always final_suspend() noexcept { return {}; }
    };
    using Handle = std::coroutine_handle<promise_type>;

    MinimalGenerator(MinimalGenerator&& other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)) {}
    MinimalGenerator& operator=(MinimalGenerator&&) = delete;
    ~MinimalGenerator() {
        if (handle_) handle_.destroy();
    }

    /// Runs the body to its next co_yield and gives the value; empty when the body has ended.
    std::optional<int> next() {
        if (!handle_.done()) handle_.resume();
        if (handle_.done()) return std::nullopt;
        return handle_.promise().value;
    }

  private:
    explicit MinimalGenerator(Handle handle) : handle_(handle) {}

    Handle handle_;
};

}  // namespace aio
