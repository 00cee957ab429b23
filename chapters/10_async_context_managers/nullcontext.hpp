#pragma once
// nullcontext(): a manager that does nothing, for code that wants one with nothing to manage.
#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>

#include "10_async_context_managers/immediate.hpp"

namespace aio {

/// Gives its value to the body, and lets every error pass. Python's contextlib.nullcontext.
template <class T = void>
class Nullcontext {
  public:
    explicit Nullcontext(T value) : value_(std::forward<T>(value)) {}

    [[nodiscard]] Immediate<T> aenter() { return Immediate<T>(std::forward<T>(value_)); }
    [[nodiscard]] Immediate<bool> aexit(const std::exception_ptr& /*error*/) const noexcept {
        return Immediate<bool>(false);
    }

  private:
    T value_;
};

template <>
class Nullcontext<void> {
  public:
    Nullcontext() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate

    [[nodiscard]] std::suspend_never aenter() const noexcept { return {}; }
    [[nodiscard]] Immediate<bool> aexit(const std::exception_ptr& /*error*/) const noexcept {
        return Immediate<bool>(false);
    }
};

[[nodiscard]] inline Nullcontext<> nullcontext() noexcept {
    return Nullcontext<>();
}
/// `value` is kept; an lvalue is copied (std::ref passes a reference on).
template <class T>
[[nodiscard]] auto nullcontext(T&& value) {
    return Nullcontext<std::unwrap_ref_decay_t<T>>(std::forward<T>(value));
}

}  // namespace aio
