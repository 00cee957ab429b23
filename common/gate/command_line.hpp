#pragma once
// What the words of ./learn check mean.
#include <filesystem>
#include <string>
#include <vector>

namespace learn::gate {

/// Runs the gate as `arguments` ("check", "5", "--fix") ask, on the course at `root`. Prints a
/// mistake as one sentence on stderr. Returns the exit code: 1 for a mistake or a problem.
int run_command_line(const std::filesystem::path& root, std::vector<std::string> arguments);

}  // namespace learn::gate
