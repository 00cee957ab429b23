// Definitions in Python: a block is what is indented.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "common/learn/source.hpp"
#include "common/learn/source_scan.hpp"

namespace learn {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Lines of Python, with those marked that begin within a """text""".
struct PythonLine {
    std::string_view text;
    bool in_string = false;
};

std::vector<PythonLine> python_lines(std::string_view text) {
    std::vector<PythonLine> lines;
    std::string_view open;
    for (const std::string_view line : split_lines(text)) {
        lines.push_back({line, !open.empty()});
        for (std::size_t at = 0; at < line.size(); ++at) {
            const std::string_view three = line.substr(at, 3);
            if (three != "\"\"\"" && three != "'''") continue;
            if (open.empty()) {
                open = three;
            } else if (open == three) {
                open = {};
            }
            at += 2;
        }
    }
    return lines;
}

bool defines(std::string_view line, std::string_view name) {
    line = trimmed(line);
    for (const std::string_view keyword : {"def ", "async def ", "class "}) {
        if (!line.starts_with(keyword)) continue;
        const std::string_view rest = line.substr(keyword.size());
        return rest.starts_with(name) && rest.size() > name.size() && !is_word(rest[name.size()]);
    }
    return false;
}

/// One past the last line of the block that line `first` heads. A line that closes the brackets
/// of the head (`) -> int:`) is not indented and belongs to it all the same.
std::size_t end_of_block(const std::vector<PythonLine>& lines, std::size_t first) {
    const std::size_t indent = indentation(lines[first].text).size();
    std::size_t end = first + 1;
    for (std::size_t i = first + 1; i < lines.size(); ++i) {
        const std::string_view line = lines[i].text;
        if (!lines[i].in_string) {
            if (is_blank(line)) continue;
            const bool closes = std::string_view(")]}").find(trimmed(line)[0]) != kNone;
            if (indentation(line).size() <= indent && !closes) break;
        }
        end = i + 1;
    }
    return end;
}

std::size_t with_decorators(const std::vector<PythonLine>& lines, std::size_t first) {
    while (first > 0 && trimmed(lines[first - 1].text).starts_with('@')) --first;
    return first;
}

/// The lines of the definition of `name` among the lines [span).
Span find_python(const std::vector<PythonLine>& lines, Span span, std::string_view name) {
    for (std::size_t i = span.begin; i < span.end; ++i) {
        if (!lines[i].in_string && defines(lines[i].text, name)) {
            return {i, end_of_block(lines, i)};
        }
    }
    throw SourceError(fmt::format("no def or class `{}`", name));
}

}  // namespace

std::string python_definition(std::string_view text, std::string_view name) {
    const std::vector<PythonLine> lines = python_lines(text);
    Span span{0, lines.size()};
    std::string_view rest = name;
    for (bool more = true; more;) {
        const std::size_t dot = rest.find('.');
        span = find_python(lines, span, rest.substr(0, dot));
        more = dot != kNone;
        if (more) {
            rest.remove_prefix(dot + 1);
            ++span.begin;
        }
    }
    std::string result;
    for (std::size_t i = with_decorators(lines, span.begin); i < span.end; ++i) {
        result.append(lines[i].text).push_back('\n');
    }
    return dedent(result);
}

}  // namespace learn
