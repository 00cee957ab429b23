#pragma once
// A box of fruits, iterated in three ways.
//
// The difference is who holds the position, and so who may change it: the caller who reaches into
// the box; an iterator, a new one for every loop; or the box itself, which is then consumed.
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aio {

/// The first way: no protocol at all. The caller must know the member, and depends on its type.
struct OpenFruits {
    std::vector<std::string> fruits;
};

/// The second way: an iterable. It hands out its member's positions and nothing else.
class Fruits {
  public:
    explicit Fruits(std::vector<std::string> fruits) : fruits_(std::move(fruits)) {}

    [[nodiscard]] auto begin() const { return fruits_.begin(); }
    [[nodiscard]] auto end() const { return fruits_.end(); }

  private:
    std::vector<std::string> fruits_;
};

/// The third way: an iterator. What it has given is gone, so a second loop finds nothing.
class ConsumingFruits {
  public:
    explicit ConsumingFruits(const std::vector<std::string>& fruits)
        : fruits_(fruits.begin(), fruits.end()) {}

    /// Takes the first fruit out of the box; empty when there is none.
    [[nodiscard]] std::optional<std::string> next() {
        if (fruits_.empty()) return std::nullopt;
        std::string first = std::move(fruits_.front());
        fruits_.pop_front();
        return first;
    }

  private:
    std::deque<std::string> fruits_;  // a vector would move all others for every one taken
};

}  // namespace aio
