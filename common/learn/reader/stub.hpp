#pragma once
// A stub: our header with the bodies of its exercises taken out.
//
// Stubs are made from the solution, on demand, and never stored: so there is one source of truth,
// and when a chapter changes, so do its exercises.
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/course/course.hpp"

namespace learn {

/// `aio::todo("5.2");`: the whole body of an exercise that nobody has written yet.
[[nodiscard]] std::string todo_call(const Exercise& exercise);

/// Whether `text` still calls it, outside comments.
[[nodiscard]] bool holds_todo(std::string_view text, const Exercise& exercise);

/// `text` with the body of one exercise replaced by its todo_call(), and with the include that
/// declares it. Throws SourceError if `text` does not have the signature exactly once.
[[nodiscard]] std::string without_body(std::string_view text, const Exercise& exercise);

/// The same for those of `exercises` that are in `file` ("05_x/y.hpp").
[[nodiscard]] std::string stub(std::string_view text, std::string_view file,
                               const std::vector<Exercise>& exercises);

/// `text` without the line that includes the declaration of todo().
[[nodiscard]] std::string without_todo_include(std::string text);

}  // namespace learn
