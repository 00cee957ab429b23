#pragma once
// What the words after ./learn mean.
#include <filesystem>
#include <string>
#include <vector>

namespace learn {

/// Does what `arguments` (without the program's name) ask for, with the course at `root`. Prints a
/// mistake as one sentence on stderr. Returns the exit code: 1 for a mistake.
int run_command_line(const std::filesystem::path& root, std::vector<std::string> arguments);

}  // namespace learn
