#pragma once
// A source file, declaration by declaration.
//
// It reads a blanked text (common/learn/text/scan.hpp). A declaration ends where
// common/learn/text/declaration_head.hpp says; its head says whether it is a scope, and its name.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/text/scan.hpp"

namespace learn::gate {

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

/// All declarations of a blanked text; those inside classes and namespaces come after their scope.
[[nodiscard]] std::vector<Declaration> declarations(std::string_view blanked);

/// The parts of "EpollSelector::select".
[[nodiscard]] std::vector<std::string> split_name(std::string_view name);

}  // namespace learn::gate
