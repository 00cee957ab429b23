#pragma once
// Many proofs: each compiles a program and runs it, and knows nothing of the others.
//
// So they are done side by side, in any order, and reported in the order in which they were added.
#include <functional>
#include <string>
#include <vector>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// One proof.
struct Work {
    std::string where;                            ///< where the problem is, if the proof throws
    std::string what;                             ///< "exercise 5.2"
    std::function<std::vector<Problem>()> prove;  ///< on any thread
};

/// Does the work in `jobs` threads, with a progress bar named `verb` ("proving"). What a proof
/// throws becomes a finding, too.
[[nodiscard]] Findings do_work(std::vector<Work> work, int jobs, const std::string& verb);

}  // namespace learn::gate
