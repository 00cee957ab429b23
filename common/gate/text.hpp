#pragma once
// Text that cannot rot: what a README shows of code and output is compared with the truth.
//
// CONTRIBUTING.md ("Text") says how a block names what it shows. A wrong block is reported with its
// first wrong line; with `fix` it is rewritten, and nothing else in the text is touched.
#include <optional>
#include <string>
#include <vector>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// Runs a command as the texts mean it: a program of build/release/bin by its name, ./learn and
/// python3 in the root, same.py below the root. Standard output and error in one, no colours.
/// None, with the reason in `why`, if the command cannot be run.
[[nodiscard]] std::optional<std::string> run_for_text(const Course& course,
                                                      const std::vector<std::string>& argv,
                                                      std::string& why);

/// The texts of `chapters`, or, if these are all, every Markdown file of the repository.
[[nodiscard]] std::vector<std::filesystem::path> texts(const Course& course,
                                                       const Chapters& chapters);

/// Compares the blocks of the texts with code and output.
[[nodiscard]] Findings check_text(const Course& course, const Chapters& chapters, bool fix);

}  // namespace learn::gate
