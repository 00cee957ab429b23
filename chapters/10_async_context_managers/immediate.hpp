#pragma once
// Immediate<T>: an awaitable that is ready at once, for an aenter() or aexit() that need not wait.
#include <coroutine>
#include <utility>

namespace aio {

/// std::suspend_never with a value: `co_await Immediate(3)` gives 3, and costs nothing. A T& is
/// passed on as it is.
template <class T>
class [[nodiscard]] Immediate {
  public:
    explicit Immediate(T value) : value_(std::forward<T>(value)) {}

    [[nodiscard]] bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<> /*awaiting*/) const noexcept {}
    T await_resume() { return std::forward<T>(value_); }

  private:
    T value_;
};

}  // namespace aio
