#pragma once
// A source file, declaration by declaration.
//
// What is read is a blanked text (source_scan.hpp): a declaration is what ends in `;` or in a
// body, whichever comes first outside of all brackets. That is all of C++'s grammar that finding
// a function takes, but for the braces that are no body: those of requires-expressions and of a
// constructor's initialisers.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/source.hpp"

namespace learn {

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

}  // namespace learn
