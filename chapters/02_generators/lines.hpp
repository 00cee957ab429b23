#pragma once
// A file, line by line.
//
// The law: one line is in memory, never the file. Nothing happens before the first step, so that
// is also when a file that cannot be opened is reported.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "02_generators/generator.hpp"

namespace aio {

/// The lines of `path` without their line ends. The line lent is overwritten by the next step.
/// Throws std::system_error, at the step, if the file cannot be opened ("open " and the path) or
/// read ("read " and the path).
/// (Python: `for line in open(path)`)
inline Generator<std::string> lines(std::filesystem::path path) {
    std::ifstream file(path);
    if (!file) throw std::system_error(errno, std::generic_category(), "open " + path.string());
    for (std::string line; std::getline(file, line);) co_yield line;
    if (!file.eof())
        throw std::system_error(errno, std::generic_category(), "read " + path.string());
}

}  // namespace aio
