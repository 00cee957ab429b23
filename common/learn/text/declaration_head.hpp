#pragma once
// Where the head of a declaration ends: its body begins there, or it has none.
//
// It reads a blanked text (scan.hpp): a declaration ends in `;` or in a body, whichever comes first
// outside all brackets. Finding a function needs no more of C++'s grammar, except for braces that
// are not a body: those of requires-expressions and of a constructor's initialisers.
#include <cstddef>
#include <string_view>

namespace learn {

/// The position of the `{` that opens the body of the declaration at `from`; if it has none, of the
/// `;` that ends it, of the bracket that closes around it, or of the text's end.
[[nodiscard]] std::size_t end_of_head(std::string_view blanked, std::size_t from);

/// Whether a body begins there.
[[nodiscard]] bool is_body_brace(std::string_view blanked, std::size_t at);

}  // namespace learn
