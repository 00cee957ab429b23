#pragma once
// The statements of a function's body, as its text shows them.
//
// Enough of C++ to leave one out, to swap two, or to force a condition; not more. It reads blanked
// text (common/learn/text/scan.hpp), so that a brace in a literal opens nothing.
#include <string_view>
#include <vector>

#include "common/learn/text/scan.hpp"

namespace learn::gate {

struct Statement {
    enum class Kind { simple, block, branch, loop, handler };
    Kind kind = Kind::simple;
    Span span;  ///< all of it, from its first word to its semicolon or brace
    Span head;  ///< branch, loop, handler: between the parentheses of `if (...)`, `catch (...)`
    bool braced = true;            ///< whether it stands in braces, and not right after `if (...)`
    std::vector<Statement> inner;  ///< what it controls; of a simple one, the bodies of its lambdas
};

/// The statements of the body `blanked`, in order. Throws SourceError if its brackets do not match.
[[nodiscard]] std::vector<Statement> statements_of(std::string_view blanked);

/// The places at which `blanked` between `span` has `separator` outside all brackets.
[[nodiscard]] std::vector<std::size_t> separators(std::string_view blanked, Span span,
                                                  std::string_view separator);

}  // namespace learn::gate
