#pragma once
// Where a function's body begins and ends, and what a name's definition is, in a source text.
//
// The course needs this for two things: to put a reader's, a stub's or a mutant's body where ours
// was, and to show a definition in a chapter's text. Neither wants markers in the source, and
// neither needs a compiler: it is enough to know what is a comment or a literal, to pair braces,
// and to read a file declaration by declaration (source_declarations.hpp). What the preprocessor
// would hide or unbalance is not understood.
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace learn {

/// A source text does not hold what was asked for, or holds it twice. what() says which.
class SourceError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The bytes [begin, end) of a text.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The body of the function whose signature is `signature_line`: what stands between its braces.
///
/// Exactly one line of `text` must equal `signature_line`, both trimmed, or begin with it if it
/// ends in "{" (so a body on the same line does not matter). A signature that runs over several
/// lines is named by its first one. Throws SourceError.
[[nodiscard]] Span find_body(std::string_view text, std::string_view signature_line);

/// The body itself, as it stands between the braces, line ends included.
[[nodiscard]] std::string body(std::string_view text, std::string_view signature_line);

/// `text` with another body. One line is indented to fit; several are taken as they are.
[[nodiscard]] std::string replace_body(std::string_view text, std::string_view signature_line,
                                       std::string_view new_body);

/// The definition of a function, class, concept or alias: `name` may be qualified by its classes
/// and namespaces ("EpollSelector::select"). Lines that are a `///` comment are left out, and the
/// indentation of the first line is taken from all. Of equal names the least nested one wins;
/// overloads come together. Throws SourceError if there is none, or one in each of two classes.
[[nodiscard]] std::string definition(std::string_view text, std::string_view name);

/// The same for Python: a `def` or `class`, decorators included ("Fruits.__iter__").
[[nodiscard]] std::string python_definition(std::string_view text, std::string_view name);

/// `text` without its first line's indentation in every line that has it, without empty lines
/// before and after it, and with a newline at its end.
[[nodiscard]] std::string dedent(std::string_view text);

/// The number of the line that holds the byte at `position`, from 1.
[[nodiscard]] std::size_t line_number(std::string_view text, std::size_t position);

}  // namespace learn
