#pragma once
// What a terminal can do, and words in colour.
//
// Colour is a courtesy to a person at a terminal: never in a pipe, never in a file, never if
// NO_COLOR is set (https://no-color.org) or TERM is "dumb".
#include <cstdio>
#include <string>
#include <string_view>

namespace course {

enum class Colour { red, green, yellow, blue, magenta, cyan, grey, bold };

/// Whether `stream` is a terminal that wants colours.
[[nodiscard]] bool has_colour(std::FILE* stream = stdout);

/// Columns of the terminal behind `stream`; 80 if there is none.
[[nodiscard]] int terminal_width(std::FILE* stream = stdout);

/// `text` in `colour` if `stream` has colours, else `text` itself.
[[nodiscard]] std::string paint(Colour colour, std::string_view text, std::FILE* stream = stdout);

/// Columns that `text` takes on a terminal: one per UTF-8 character, none for colour sequences.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// As much of the beginning of `text` as fits into `width` columns; never half a character.
[[nodiscard]] std::string_view cut_to_width(std::string_view text, std::size_t width);

}  // namespace course
