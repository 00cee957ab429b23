#pragma once
// What tests said, in words for a person.
#include <string>
#include <vector>

#include "common/learn/course.hpp"
#include "common/learn/judge.hpp"
#include "common/learn/test_run.hpp"

namespace learn {

/// A green "✔" or a red "✘".
[[nodiscard]] std::string pass_mark(bool passed);

/// One line for an exercise: its mark, id, title and how many of its tests pass.
[[nodiscard]] std::string summary(const Verdict& verdict);

/// The tests that failed: the first few with all they said, the others by name; those that wait for
/// an exercise are only counted.
/// `root` is taken off the front of paths.
[[nodiscard]] std::string failures(const std::vector<TestResult>& results,
                                   const std::filesystem::path& root);

/// What to type after an exercise's tests failed or passed.
[[nodiscard]] std::string advice(const Verdict& verdict);

/// `text` with its lines broken at `width` columns, between words. Lines that begin with a space
/// are code and stay as they are.
[[nodiscard]] std::string wrapped(const std::string& text, int width);

}  // namespace learn
