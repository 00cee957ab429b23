#pragma once
// Files that a text shows whole, piece by piece. It says so in a comment, which readers do not see:
//
//     <!-- whole: 06_futures/mini_loop.hpp -->
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/gate/blocks.hpp"
#include "common/gate/findings.hpp"

namespace learn::gate {

/// The lines of code that `blocks` do not show, as "3  int x;". Blank lines, comments, includes and
/// the beginning and end of namespaces need not be shown.
[[nodiscard]] std::vector<std::string> lines_not_shown(std::string_view code,
                                                       const std::vector<std::string>& blocks);

/// Looks for the comments in the text `file`, whose blocks are `blocks`.
void check_whole_files(const Course& course, const std::filesystem::path& file,
                       std::string_view text, const std::vector<Block>& blocks, Findings& findings);

}  // namespace learn::gate
