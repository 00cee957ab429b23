#pragma once
// Wrong bodies, derived from the right one: what the sweep tries (common/gate/sweep.hpp).
//
// Each differs from ours by one slip that a reader could make: a statement left out, a condition
// forced, a bound shifted, neighbours swapped, an error handled too narrowly, a copy moved. Many do
// not compile, and some mean the same: the sweep finds out.
#include <string>
#include <string_view>
#include <vector>

namespace learn::gate {

struct WrongBody {
    std::string change;  ///< "leaves out `++position_;`": unique within the exercise
    std::string body;
};

/// All that our rules make of `body`, the text between a function's braces.
[[nodiscard]] std::vector<WrongBody> wrong_bodies(std::string_view body);

}  // namespace learn::gate
