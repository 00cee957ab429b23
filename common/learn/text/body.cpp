#include "common/learn/text/body.hpp"

#include <vector>

#include <fmt/format.h>

#include "common/learn/text/declaration_head.hpp"

namespace learn {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool matches(std::string_view line, std::string_view signature) {
    line = trimmed(line);
    return line == signature || (signature.ends_with('{') && line.starts_with(signature));
}

/// Where the one line that is the signature begins.
std::size_t find_signature(std::string_view text, std::string_view signature) {
    std::vector<std::size_t> found;
    for (const std::string_view line : split_lines(text)) {
        if (matches(line, signature)) {
            found.push_back(static_cast<std::size_t>(line.data() - text.data()));
        }
    }
    if (found.empty()) throw SourceError(fmt::format("no line reads `{}`", signature));
    if (found.size() > 1) {
        throw SourceError(fmt::format("`{}` is in line {} and in line {}: it must be unique",
                                      signature, line_number(text, found[0]),
                                      line_number(text, found[1])));
    }
    return found[0];
}

}  // namespace

Span find_body(std::string_view text, std::string_view signature_line) {
    const std::string blanked = blank_literals(text);
    const std::size_t from = find_signature(text, trimmed(signature_line));
    const std::size_t brace = end_of_head(blanked, from);
    if (!is_body_brace(blanked, brace)) {
        throw SourceError(fmt::format("line {}: `{}` declares, but no body follows",
                                      line_number(text, from), trimmed(signature_line)));
    }
    return {brace + 1, closing(blanked, brace)};
}

std::string body(std::string_view text, std::string_view signature_line) {
    const Span span = find_body(text, signature_line);
    return std::string(text.substr(span.begin, span.end - span.begin));
}

std::string replace_body(std::string_view text, std::string_view signature_line,
                         std::string_view new_body) {
    const Span span = find_body(text, signature_line);
    const std::size_t line = begin_of_line(text, find_signature(text, trimmed(signature_line)));
    const std::string_view outer = indentation(text.substr(line));
    std::string middle(new_body);
    if (middle.find('\n') == kNone) middle = fmt::format("\n{}    {}", outer, trimmed(middle));
    if (!is_blank(middle.substr(0, middle.find('\n')))) middle.insert(0, "\n");
    // Its last line may end in a comment, so that the brace needs a line of its own.
    if (!is_blank(middle.substr(middle.rfind('\n')))) middle += "\n";
    if (middle.ends_with('\n')) middle += outer;
    return std::string(text.substr(0, span.begin)) + middle + std::string(text.substr(span.end));
}

}  // namespace learn
