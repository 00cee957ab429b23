#include "common/gate/definition.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/gate/declarations.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/text/scan.hpp"

namespace learn::gate {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

using Names = std::vector<std::string>;

bool ends_with(const Names& path, const Names& end) {
    return path.size() >= end.size() && std::equal(end.rbegin(), end.rend(), path.rbegin());
}

Names joined(Names first, const Names& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// Steps back over a template's arguments that end at `at`: "Generator<Y, S>" -> "Generator".
std::size_t before_arguments(std::string_view head, std::size_t at) {
    if (at == 0 || head[at - 1] != '>') return at;
    for (int depth = 0; at > 0;) {
        --at;
        if (head[at] == '>') ++depth;
        if (head[at] == '<' && --depth == 0) return at;
    }
    return at;
}

/// The qualifiers before a name at `at`: "Generator<Y>::" -> {"Generator"}.
Names qualifiers(std::string_view head, std::size_t at) {
    Names names;
    while (at >= 2 && head.substr(at - 2, 2) == "::") {
        const std::size_t end = before_arguments(head, at - 2);
        std::size_t begin = end;
        while (begin > 0 && is_word(head[begin - 1])) --begin;
        names.insert(names.begin(), std::string(head.substr(begin, end - begin)));
        at = begin;
    }
    return names;
}

bool is_outside_brackets(std::string_view head, std::size_t at) {
    const std::string_view part = head.substr(0, at);
    return std::count(part.begin(), part.end(), '(') == std::count(part.begin(), part.end(), ')');
}

/// Where the head of a function declares `name`: outside brackets, before "(".
std::size_t find_function_name(std::string_view head, const std::string& name) {
    for (std::size_t at = 0; (at = head.find(name, at)) != kNone; ++at) {
        const std::size_t end = at + name.size();
        const bool begins = at == 0 || (!is_word(head[at - 1]) && head[at - 1] != '~');
        const std::size_t next = head.find_first_not_of(" \n", end);
        const bool called = next != kNone && head[next] == '(' && !is_word(head[end]);
        if (begins && called && is_outside_brackets(head, at)) return at;
    }
    return kNone;
}

/// The full name under which `one` defines what `wanted` ends in; empty if it does not.
Names path_of(const Declaration& one, std::string_view blanked, const Names& wanted) {
    if (!one.is_definition) return {};
    if (!one.name.empty()) return joined(one.scope, one.name);
    const std::string_view head = blanked.substr(one.head.begin, one.head.end - one.head.begin);
    const std::size_t at = find_function_name(head, wanted.back());
    if (at == kNone) return {};
    return joined(joined(one.scope, qualifiers(head, at)), {wanted.back()});
}

/// From the beginning of its line, to keep the indentation, and without `///` lines.
std::string without_documentation(std::string_view text, Span whole) {
    const std::size_t line = begin_of_line(text, whole.begin);
    const std::size_t begin = is_blank(text.substr(line, whole.begin - line)) ? line : whole.begin;
    std::string result;
    for (const std::string_view one : split_lines(text.substr(begin, whole.end - begin))) {
        const std::string_view bare = trimmed(one);
        if (bare.starts_with("///") && !bare.starts_with("///<")) continue;
        result.append(one).push_back('\n');
    }
    return dedent(result);
}

}  // namespace

std::string definition(std::string_view text, std::string_view name) {
    const std::string blanked = blank_literals(text);
    const Names wanted = split_name(name);
    if (wanted.empty()) throw SourceError("the name of what to show is empty");
    Names nearest;
    std::string result;
    for (const Declaration& one : declarations(blanked)) {
        const Names path = path_of(one, blanked, wanted);
        if (path.empty() || !ends_with(path, wanted)) continue;
        if (!nearest.empty() && path.size() > nearest.size()) continue;
        if (path.size() == nearest.size() && path != nearest) {
            throw SourceError(fmt::format("`{}` is defined in `{}` and in `{}`: say which", name,
                                          fmt::join(nearest, "::"), fmt::join(path, "::")));
        }
        const bool overload = path == nearest;
        nearest = path;
        if (overload) result += "\n";
        if (!overload) result.clear();
        result += without_documentation(text, one.whole);
    }
    if (result.empty()) throw SourceError(fmt::format("no definition of `{}`", name));
    return result;
}

std::string python_definition(const std::filesystem::path& file, const std::string& name) {
    static const std::string script = LEARN_SOURCE_DIR "/common/gate/definition.py";
    const RunResult result = run({"python3", script, file.string(), name});
    if (result.exit_code != 0) throw SourceError(std::string(trimmed(result.output)));
    return dedent(result.output);
}

}  // namespace learn::gate
