#pragma once
// Where a function's body begins and ends in a source text.
//
// So a reader's, a stub's or a mutant's body can take the place of ours. That needs no markers in
// the source, and no compiler: it is enough to recognise comments and literals, and to pair braces.
// What the preprocessor would hide or unbalance is not understood.
#include <string>
#include <string_view>

#include "common/learn/text/scan.hpp"

namespace learn {

/// The body of the function whose signature is `signature_line`: what stands between its braces.
///
/// Exactly one line of `text` must equal `signature_line`, both trimmed, or begin with it if it
/// ends in "{" (so a body on the same line does not matter). A signature that runs over several
/// lines is identified by its first one. Throws SourceError.
[[nodiscard]] Span find_body(std::string_view text, std::string_view signature_line);

/// The body itself, as it stands between the braces, line ends included.
[[nodiscard]] std::string body(std::string_view text, std::string_view signature_line);

/// `text` with another body. A single line is indented to fit; several are taken as they are.
[[nodiscard]] std::string replace_body(std::string_view text, std::string_view signature_line,
                                       std::string_view new_body);

}  // namespace learn
