#pragma once
// A list of names that stays short, however many there are: "one, sock_recv ×3, two, four".
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace aio {

/// Keeps the first few names, and counts the others. Equal ones that follow one another are one.
class ShortList {
  public:
    void add(const std::string& name) {
        if (left_out_ > 0) {
            ++left_out_;
        } else if (!groups_.empty() && groups_.back().name == name) {
            ++groups_.back().count;
        } else if (groups_.size() < kMax) {
            groups_.push_back({name, 1});
        } else {
            ++left_out_;
        }
    }

    [[nodiscard]] bool empty() const noexcept { return groups_.empty(); }
    [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

    /// Those that are kept, or the first `most` of them.
    [[nodiscard]] std::string text(std::size_t most = kMax) const {
        std::string text;
        for (std::size_t i = 0; i < std::min(most, groups_.size()); ++i) {
            text += (i > 0 ? ", " : "") + groups_[i].name;
            if (groups_[i].count > 1) text += fmt::format(" ×{}", groups_[i].count);
        }
        return text;
    }

  private:
    static constexpr std::size_t kMax = 4;

    struct Group {
        std::string name;
        std::size_t count;
    };
    std::vector<Group> groups_;
    std::size_t left_out_ = 0;
};

}  // namespace aio
