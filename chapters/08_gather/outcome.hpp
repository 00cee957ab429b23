#pragma once
// Outcome<T>: how something ended, with a value or an error. Nothing is thrown until you ask.
//
// Python's gather(return_exceptions=True) mixes results and exception objects in one list. In C++ a
// list has one type of element, and this is it.
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "06_futures/future.hpp"

namespace aio {

template <class T = void>
class Outcome {
  public:
    using value_type = T;

    explicit Outcome(Stored<T> value) : outcome_(std::in_place_index<0>, std::move(value)) {}
    explicit Outcome(std::exception_ptr error)
        : outcome_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return outcome_.index() == 0; }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws the error if there is none.
    [[nodiscard]] const Stored<T>& value() const {
        if (!has_value()) std::rethrow_exception(std::get<1>(outcome_));
        return std::get<0>(outcome_);
    }
    /// The error; null if there is a value.
    [[nodiscard]] std::exception_ptr exception() const noexcept {
        return has_value() ? nullptr : std::get<1>(outcome_);
    }

  private:
    std::variant<Stored<T>, std::exception_ptr> outcome_;
};

}  // namespace aio
