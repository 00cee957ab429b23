#pragma once
// Runs a program and waits for it. Never through a shell: an argument is an argument.
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace learn {

struct RunOptions {
    std::filesystem::path cwd;                             ///< empty: ours
    std::vector<std::pair<std::string, std::string>> env;  ///< set on top of our environment
    bool echo = false;     ///< also write the output to our stdout as it comes
    bool inherit = false;  ///< give the program our stdin, stdout, stderr; `output` stays empty
    std::function<void(std::string_view line)> on_line;  ///< each line as it comes, without '\n'
    std::function<void(pid_t id)> on_start;  ///< called once, with the program's process id
    std::function<bool()> stop;  ///< asked five times a second; true ends the program (SIGTERM)
    /// Runs it in a process group of its own, and `stop` kills the whole group (SIGKILL).
    bool own_group = false;
    std::size_t keep = std::string::npos;  ///< keeps about that many bytes of the output at most
};

struct RunResult {
    int exit_code = 0;   ///< 128 + signal if a signal ended it
    std::string output;  ///< stdout and stderr, in the order they were written
};

/// Where PATH finds the program `name`; empty if nowhere.
[[nodiscard]] std::filesystem::path find_program(const std::string& name);

/// Runs argv[0] (found in PATH) with its arguments; returns when it has ended. stdin is empty
/// unless `inherit`. Throws std::system_error that names the program if it cannot be started; if
/// on_line throws, the program is killed first.
RunResult run(const std::vector<std::string>& argv, const RunOptions& options = {});

/// Runs argv[0] (a path) in place of this program. Throws std::system_error that names it if it
/// cannot be started.
[[noreturn]] void become(std::vector<std::string> argv);

}  // namespace learn
