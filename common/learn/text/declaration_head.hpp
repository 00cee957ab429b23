#pragma once
// Where the head of a declaration ends: its body begins there, or it has none.
//
// What is read is a blanked text (scan.hpp): a declaration is what ends in `;` or in a
// body, whichever comes first outside of all brackets. That is all of C++'s grammar that finding
// a function takes, but for the braces that are no body: those of requires-expressions and of a
// constructor's initialisers.
#include <cstddef>
#include <string_view>

namespace learn {

/// The position of the `{` of the body that belongs to the declaration at `from`; or, if it has
/// none, of the `;` that ends it, of the bracket that ends what is around it, or of the text's end.
[[nodiscard]] std::size_t end_of_head(std::string_view blanked, std::size_t from);

/// Whether a body begins there.
[[nodiscard]] bool is_body_brace(std::string_view blanked, std::size_t at);

}  // namespace learn
