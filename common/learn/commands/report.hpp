#pragma once
// What tests said, in words for a person.
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/course/course.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/judge/test_run.hpp"

namespace learn {

/// A green "✔" or a red "✘".
[[nodiscard]] std::string pass_mark(bool passed);

/// `text` as a column of `width`: filled up with spaces, or cut with "…".
[[nodiscard]] std::string column(std::string_view text, std::size_t width);

/// "108 of 110 tests pass, 2 skipped".
[[nodiscard]] std::string counts(const std::vector<TestResult>& results);

/// What this machine lacks, one line per reason: "2 tests skipped: no IPv6 here"; mostly empty.
[[nodiscard]] std::string skips(const std::vector<TestResult>& results);

/// One line for an exercise: its mark, id, title and how many of its tests pass.
[[nodiscard]] std::string summary(const Verdict& verdict);

/// One line for the tests of a chapter that judge no exercise.
[[nodiscard]] std::string summary(const std::vector<TestResult>& rest);

/// The tests that failed: the first few with all they said, some others by name; those that wait
/// for an exercise are only counted. `root` is taken off the front of paths.
[[nodiscard]] std::string failures(const std::vector<TestResult>& results,
                                   const std::filesystem::path& root);

/// What to type after an exercise's tests failed or passed; `next` is the exercise to go on with,
/// or null.
[[nodiscard]] std::string advice(const Verdict& verdict, const Exercise* next);

/// `text` with its lines broken at `width` columns, between words. Lines that begin with a space
/// are code and stay as they are.
[[nodiscard]] std::string wrapped(const std::string& text, int width);

}  // namespace learn
