#pragma once
// The least a program must know of C++ to read it declaration by declaration.
//
// First every comment and literal is blanked out, with all positions kept: what is left has only
// braces, brackets and names that mean what they say. Then a declaration is what ends in `;` or
// in a body, whichever comes first outside of all brackets.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/source.hpp"

namespace learn {

/// `text` with each comment and literal blanked by spaces; newlines and positions are kept.
[[nodiscard]] std::string blank_literals(std::string_view text);

/// Where the bracket that opens at `open` closes in a blanked text. Throws SourceError.
[[nodiscard]] std::size_t closing(std::string_view blanked, std::size_t open);

/// The `{` of the body that belongs to the declaration at `from`, or npos if it has none: it
/// ends in `;`, or its surroundings end first.
[[nodiscard]] std::size_t find_body_brace(std::string_view blanked, std::size_t from);

/// A declaration of a file, a namespace or a class.
struct Declaration {
    Span whole;                      ///< from its first word to its last `}` or `;`
    Span head;                       ///< from its first word to its body, or to its end
    Span body;                       ///< between the braces; empty if it has none
    bool is_scope = false;           ///< a namespace or a class: declarations are inside
    bool is_definition = false;      ///< it has a body, or is a concept or an alias
    std::vector<std::string> scope;  ///< the namespaces and classes around it
    std::vector<std::string> name;   ///< its own, if it is a scope, a concept or an alias
};

/// All declarations of a blanked text, those within classes and namespaces after their scope.
[[nodiscard]] std::vector<Declaration> declarations(std::string_view blanked);

/// "EpollSelector::select" in its parts.
[[nodiscard]] std::vector<std::string> split_name(std::string_view name);

/// Whether `c` can stand in a name.
[[nodiscard]] bool is_word(char c) noexcept;

/// `text` without the white space around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace learn
