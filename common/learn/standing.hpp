#pragma once
// Where the reader stands, as far as files can tell: nothing is built or run for it.
#include <string>

#include "common/learn/course.hpp"
#include "common/learn/mine.hpp"
#include "common/learn/progress_file.hpp"

namespace learn {

enum class Standing {
    not_started,  ///< the chapter is not in mine/
    todo,         ///< a stub
    written,      ///< has a body that has not passed its tests
    changed,      ///< passed its tests, but a file of it has changed since
    finished,     ///< its tests passed with the files as they are
};

[[nodiscard]] Standing standing(const Mine& mine, ProgressFile& progress, const Exercise& exercise);

/// One column: "✔" (yellow for `changed`), "✎", "○", "·", in colour on a terminal.
[[nodiscard]] std::string mark(Standing standing);

/// "finished", "to do", ... for a person.
[[nodiscard]] std::string in_words(Standing standing);

}  // namespace learn
