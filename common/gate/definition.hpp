#pragma once
// A name's definition in a source text, as a chapter's text shows it.
//
// C++ is read declaration by declaration (declarations.hpp): universal-ctags knows no concepts and
// misses functions and template heads. Python is read by Python (definition.py).
#include <filesystem>
#include <string>
#include <string_view>

namespace learn::gate {

/// The definition of a function, class, concept or alias: `name` may be qualified by its classes
/// and namespaces ("EpollSelector::select"). `///` comments are left out, and the indentation of
/// the first line is removed from all. Of equal names the least nested wins; overloads come
/// together. Throws SourceError if there is none, or one in each of two classes.
[[nodiscard]] std::string definition(std::string_view text, std::string_view name);

/// The same for a Python file: a `def` or `class`, decorators included ("Fruits.__iter__").
[[nodiscard]] std::string python_definition(const std::filesystem::path& file,
                                            const std::string& name);

}  // namespace learn::gate
