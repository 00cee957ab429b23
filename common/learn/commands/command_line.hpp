#pragma once
// What the words after ./learn mean.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace learn {

/// Does what `arguments` (without the program's name) ask for, with the course at `root`. Prints a
/// mistake as one sentence on stderr. Returns the exit code: 1 for a mistake.
int run_command_line(const std::filesystem::path& root, std::vector<std::string> arguments);

/// Parses `arguments`; the first names a subcommand of `app`. Returns false if they asked for its
/// help, and prints that. Throws a UserError that says what to type.
[[nodiscard]] bool parse(CLI::App& app, std::vector<std::string> arguments);

/// Returns what `work` returns; prints what it throws as one sentence on stderr, and returns 1.
int say_mistakes(const std::function<int()>& work);

}  // namespace learn
