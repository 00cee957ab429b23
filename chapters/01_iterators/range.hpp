#pragma once
// Python's range: an iterable that is not an iterator.
//
// A Range holds three numbers and no position. Each begin() makes a new position, so that two
// loops over one Range do not disturb each other. It is a C++ range too: a range-for and the
// standard's algorithms take it as it is, at no cost.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>

namespace aio {

/// The numbers start, start + step, ... up to, but not including, stop. (Python: range)
class Range {
  public:
    /// A position in a Range. Positions are independent of each other and of the Range.
    class Iterator {
      public:
        using value_type = int;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;
        using pointer = void;
        using reference = int;

        Iterator() = default;
        Iterator(std::int64_t value, std::int64_t step) : value_(value), step_(step) {}

        [[nodiscard]] int operator*() const { return static_cast<int>(value_); }

        Iterator& operator++() {
            value_ += step_;
            return *this;
        }
        Iterator operator++(int) {
            const Iterator before = *this;
            ++*this;
            return before;
        }

        [[nodiscard]] bool operator==(const Iterator& other) const {
            return value_ == other.value_;
        }

      private:
        std::int64_t value_ = 0;  // wider than int: the end may lie a step beyond the last int
        std::int64_t step_ = 1;
    };

    /// Throws std::invalid_argument if `step` is zero.
    Range(int start, int stop, int step) : start_(start), step_(step) {
        if (step == 0) throw std::invalid_argument("range: step must not be zero");
        const std::int64_t distance = std::int64_t{stop} - start;
        const std::int64_t rounding = step_ > 0 ? step_ - 1 : step_ + 1;
        const std::int64_t count = (distance + rounding) / step_;
        end_ = start_ + (count > 0 ? count * step_ : 0);
    }

    [[nodiscard]] Iterator begin() const { return {start_, step_}; }
    [[nodiscard]] Iterator end() const { return {end_, step_}; }

  private:
    std::int64_t start_;
    std::int64_t step_;
    std::int64_t end_ = 0;  // the first number after the last one: reached exactly, step by step
};

/// 0, 1, ... up to, but not including, `stop`.
[[nodiscard]] inline Range range(int stop) {
    return {0, stop, 1};
}

/// start, start + step, ... up to, but not including, `stop`; downwards if `step` is negative.
/// Throws std::invalid_argument if `step` is zero.
[[nodiscard]] inline Range range(int start, int stop, int step = 1) {
    return {start, stop, step};
}

}  // namespace aio
