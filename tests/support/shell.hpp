#pragma once
// What a shell command printed, and how it ended, for tests whose peer is a real program.
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <sys/wait.h>

struct ShellResult {
    int exit_code = -1;  ///< 127: the shell found no such program; -1: a signal ended it
    std::string output;  ///< what it wrote to standard output
};

/// Runs `command` with /bin/sh and waits for its end.
inline ShellResult shell(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "re");
    if (pipe == nullptr) throw std::runtime_error("popen failed for: " + command);
    ShellResult result;
    std::array<char, 4096> buffer;
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        result.output.append(buffer.data(), size);
    }
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    return result;
}
