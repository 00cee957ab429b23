#pragma once
// Exhaustion as an exception: what Python does, and what this course does not.
//
// In Python an exception is about as cheap as a function call, and every for loop ends in one. In
// C++ a throw that is caught costs about as much as a thousand calls of next(). This header exists
// to measure that. The rest of the course uses next() and its std::optional.
#include <exception>
#include <utility>

#include "01_iterators/iterator.hpp"

namespace aio {

/// The iterator has no more values. (Python: StopIteration)
class StopIteration : public std::exception {
  public:
    [[nodiscard]] const char* what() const noexcept override { return "StopIteration"; }
};

/// The next value of `it`, as Python's next() gives it. Throws StopIteration when exhausted.
template <Iterator It>
[[nodiscard]] auto next_or_throw(It& it) {
    auto value = aio::next(it);
    if (!value) throw StopIteration();
    return *std::move(value);
}

}  // namespace aio
