#pragma once
// Where the reader stands, as far as files can tell: nothing is built or run to find out.
#include <string>

#include "common/learn/course/course.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/reader/progress_file.hpp"

namespace learn {

enum class Standing {
    not_started,  ///< the chapter is not in mine/
    todo,         ///< a stub
    written,      ///< has a body that has not been tested yet
    failing,      ///< its tests failed with the files as they are
    mended,       ///< its tests failed, but a file of it has changed since
    changed,      ///< passed its tests, but a file of it has changed since
    finished,     ///< its tests passed with the files as they are
};

[[nodiscard]] Standing standing(const Mine& mine, ProgressFile& progress, const Exercise& exercise);

/// The first exercise of a started chapter that is not finished; those that passed and were only
/// changed since come last. Null if there is none.
[[nodiscard]] const Exercise* next_exercise(const Course& course, const Mine& mine,
                                            ProgressFile& progress);

/// What to type now.
[[nodiscard]] std::string next_step(const Course& course, ProgressFile& progress);

/// One column: "✔", "✘", "↻" (changed since its last test), "✎", "○", "·"; in colour on a terminal.
[[nodiscard]] std::string mark(Standing standing);

/// "finished", "to do", ... for a person.
[[nodiscard]] std::string in_words(Standing standing);

}  // namespace learn
