#pragma once
// Builds the course's programs with CMake, and shows the progress.
#include <filesystem>
#include <string>
#include <vector>

#include "common/learn/course/course.hpp"

namespace learn {

/// Whether a chapter has a program (a main.cpp), tests, benchmarks.
[[nodiscard]] bool has_program(const Course& course, const Chapter& chapter);
[[nodiscard]] bool has_tests(const Course& course, const Chapter& chapter);
[[nodiscard]] bool has_benchmarks(const Course& course, const Chapter& chapter);

/// The build failed. what() is the report for the reader: file, line, message.
class BuildError : public UserError {
  public:
    using UserError::UserError;
};

/// The three ways in which the course is built, each in its own folder below build/.
enum class Flavour {
    dev,      ///< Debug: for tests
    release,  ///< -O2: for programs and benchmarks
    ours,     ///< release without mine/: for comparing the reader's code with ours
};

class Build {
  public:
    Build(const Course& course, Flavour flavour) : course_(course), flavour_(flavour) {}

    [[nodiscard]] std::filesystem::path folder() const;
    [[nodiscard]] std::filesystem::path program(const std::string& name) const;

    /// Brings `targets` up to date; configures first if needed. Throws BuildError.
    void make(const std::vector<std::string>& targets) const;

  private:
    void configure() const;
    void compile(const std::vector<std::string>& targets) const;

    const Course& course_;
    Flavour flavour_;
};

}  // namespace learn
