#pragma once
// Where `co_return value;` puts the value, until somebody asks.
//
// The compiler wants either return_value or return_void in a promise, never both: hence two
// versions, one for a generator that returns something and one for a generator that does not.
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace aio {

/// The return value of a body that returns an R.
template <typename R>
class ReturnSlot {
  public:
    static_assert(!std::is_reference_v<R>, "a generator returns a value: use a pointer");

    template <typename T = R>
    void return_value(T&& value) {
        result_.emplace(std::forward<T>(value));
    }

    /// The value; std::logic_error if the body has not returned one.
    [[nodiscard]] R& result() {
        if (!result_) throw std::logic_error("the generator has not returned");
        return *result_;
    }

    /// The value, moved out.
    [[nodiscard]] R take_result() { return std::move(result()); }
    [[nodiscard]] std::optional<R> take_result_if_any() {
        return std::exchange(result_, std::nullopt);
    }

  private:
    std::optional<R> result_;
};

/// Of a body that returns nothing: whether it has returned.
template <>
class ReturnSlot<void> {
  public:
    void return_void() noexcept { returned_ = true; }

    void result() const {
        if (!returned_) throw std::logic_error("the generator has not returned");
    }
    void take_result() const noexcept {}

  private:
    bool returned_ = false;
};

}  // namespace aio
