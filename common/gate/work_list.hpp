#pragma once
// Hundreds of proofs: each compiles a program and runs it, and knows nothing of the others.
//
// So they are done side by side, in any order, and reported in the order in which they were added.
#include <functional>
#include <string>
#include <vector>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// One proof.
struct Work {
    std::string where;                   ///< the problem's, if there is one
    std::string what;                    ///< "exercise 5.2: mutant 'forgets EINTR'"
    std::function<std::string()> prove;  ///< returns what is wrong, or nothing; on any thread
};

/// Does the work in `jobs` threads, with a progress bar named `verb` ("proving"). What a proof
/// throws becomes a finding, too.
[[nodiscard]] Findings do_work(std::vector<Work> work, int jobs, const std::string& verb);

}  // namespace learn::gate
