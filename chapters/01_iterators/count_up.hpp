#pragma once
// The smallest iterator: it counts, and its position is the number it will give next.
//
// It holds no list. A value does not exist until somebody asks for it, so counting to a million
// takes the same eight bytes as counting to three.
#include <optional>

namespace aio {

/// Gives 0, 1, 2, ... up to, but not including, `limit`. It is consumed by whoever takes from it.
class CountUp {
  public:
    explicit CountUp(int limit) : limit_(limit) {}

    /// The next number; empty once `limit` numbers have been given.
    [[nodiscard]] std::optional<int> next() {
        if (count_ >= limit_) return std::nullopt;
        return count_++;
    }

  private:
    int count_ = 0;
    int limit_;
};

}  // namespace aio
