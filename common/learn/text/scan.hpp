#pragma once
// The least a program must know of C++ to find its way in a source text.
//
// Comments and literals are blanked out, with all positions kept: the braces, brackets and names
// that are left mean what they say.
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace learn {

/// A source text does not contain what was asked for, or contains it twice. what() says which.
class SourceError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The bytes [begin, end) of a text.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// `text` with spaces for each comment and literal; newlines and positions are kept.
[[nodiscard]] std::string blank_literals(std::string_view text);

/// Where the bracket that opens at `open` closes in a blanked text. Throws SourceError.
[[nodiscard]] std::size_t closing(std::string_view blanked, std::size_t open);

/// The beginning of the line at `at`.
[[nodiscard]] std::size_t begin_of_line(std::string_view text, std::size_t at) noexcept;

/// The end of the line at `at`; a backslash at its end joins the next line to it.
[[nodiscard]] std::size_t end_of_logical_line(std::string_view text, std::size_t at) noexcept;

/// The first position from `at` on that is not white space.
[[nodiscard]] std::size_t skip_space(std::string_view text, std::size_t at) noexcept;

/// Whether the whole word `word` stands at `at`.
[[nodiscard]] bool is_word_at(std::string_view text, std::size_t at,
                              std::string_view word) noexcept;

/// The word that ends at `end`, skipping white space before `end`; empty if there is none.
[[nodiscard]] std::string_view word_before(std::string_view text, std::size_t end);

[[nodiscard]] bool is_space(char c) noexcept;

/// Whether `c` can stand in a name.
[[nodiscard]] bool is_word(char c) noexcept;

/// `text` without the white space around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Whether `text` is nothing but white space.
[[nodiscard]] bool is_blank(std::string_view text) noexcept;

/// The white space at the beginning of a line.
[[nodiscard]] std::string_view indentation(std::string_view line) noexcept;

/// The lines of a text, without their ends.
[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);

/// `text` without its first line's indentation in every line that has it, without empty lines
/// before and after it, and with a newline at its end.
[[nodiscard]] std::string dedent(std::string_view text);

/// The number of the line that holds the byte at `position`, from 1.
[[nodiscard]] std::size_t line_number(std::string_view text, std::size_t position);

}  // namespace learn
