#pragma once
// What the parts of the gate have in common: what they look at, and what they find.
//
// A part is a function from the course to problems. It prints nothing and stops at nothing, so
// that one run reports everything there is to mend. It gets the chosen chapters; rules that span
// chapters read the whole course.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/course/course.hpp"

namespace learn::gate {

/// Something to mend.
struct Problem {
    std::string where;  ///< "chapters/05_x/y.hpp:12": below the root, with the line if it is known
    std::string what;   ///< what is wrong, and what to do
};

/// What a part of the gate found.
struct Findings {
    std::vector<Problem> problems;
    std::string counted;  ///< what was looked at: "41 files"
    std::string report;   ///< lines to print before the problems; mostly empty

    void add(std::string where, std::string what) {
        problems.push_back({std::move(where), std::move(what)});
    }
};

using Chapters = std::vector<const Chapter*>;

/// "12 files", "1 file".
[[nodiscard]] std::string count_of(std::size_t count, std::string_view what);

/// `file` as a person knows it: below the root, with `line` unless that is 0.
[[nodiscard]] std::string place(const Course& course, const std::filesystem::path& file,
                                std::size_t line = 0);

/// The files below `folder` with one of the extensions, in order; none if there is no folder.
[[nodiscard]] std::vector<std::filesystem::path> files_below(
    const std::filesystem::path& folder, const std::vector<std::string>& extensions);

/// The C++ files of a chapter: its folder, its tests and its benchmarks.
[[nodiscard]] std::vector<std::filesystem::path> sources_of(const Course& course,
                                                            const Chapter& chapter);

/// The files of tests/ (or bench/) that belong to the chapter: "05_selector_test.cpp".
[[nodiscard]] std::vector<std::filesystem::path> files_of(const Course& course,
                                                          const Chapter& chapter,
                                                          const std::string& folder,
                                                          const std::string& ending);

/// The first line of `text`.
[[nodiscard]] std::string_view first_line(std::string_view text);

/// The number of the first line with `what` in it; 0 if there is none.
[[nodiscard]] std::size_t line_of(std::string_view text, std::string_view what);

}  // namespace learn::gate
