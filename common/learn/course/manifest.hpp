#pragma once
// The list of a chapter's exercises: exercises.toml.
#include <filesystem>
#include <vector>

#include "common/learn/course/course.hpp"

namespace learn {

/// The exercises of a chapter whose number and folder are known; none if it has no manifest. Throws
/// UserError with file and line if the manifest is wrong.
[[nodiscard]] std::vector<Exercise> read_manifest(const std::filesystem::path& root,
                                                  const Chapter& chapter);

}  // namespace learn
