#include "common/learn/text/scan.hpp"

#include <algorithm>
#include <cctype>

namespace learn {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_digit(char c) noexcept {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::size_t end_after(std::string_view text, std::size_t from, std::string_view what) {
    const std::size_t at = text.find(what, from);
    return at == kNone ? text.size() : at + what.size();
}

/// The end of a literal in quotes that opens at `at`. An unclosed one ends with its line.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size() && text[at] != '\n'; ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == quote) {
            return at + 1;
        }
    }
    return std::min(at, text.size());
}

/// R"x(...)x": only its own delimiter ends it.
std::size_t end_of_raw_string(std::string_view text, std::size_t quote) {
    const std::size_t open = text.find('(', quote);
    if (open == kNone) return text.size();
    const std::string_view delimiter = text.substr(quote + 1, open - quote - 1);
    return end_after(text, open, ")" + std::string(delimiter) + "\"");
}

bool is_raw_string(std::string_view text, std::size_t quote) {
    const std::string_view prefix = word_before(text.substr(0, quote), quote);
    return quote > 0 && text[quote - 1] == 'R' &&
           (prefix == "R" || prefix == "LR" || prefix == "uR" || prefix == "UR" || prefix == "u8R");
}

/// 1'000'000: the quote stands within a number.
bool is_digit_separator(std::string_view text, std::size_t quote) {
    std::size_t begin = quote;
    while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '\'')) --begin;
    return begin < quote && is_digit(text[begin]);
}

/// The end of the comment or literal that begins at `at`; `at` itself if none does.
std::size_t end_of_blank(std::string_view text, std::size_t at) {
    const std::string_view two = text.substr(at, 2);
    if (two == "//") return end_of_logical_line(text, at);
    if (two == "/*") return end_after(text, at + 2, "*/");
    if (text[at] == '"' && is_raw_string(text, at)) return end_of_raw_string(text, at);
    if (text[at] == '"') return end_of_quoted(text, at);
    if (text[at] == '\'' && !is_digit_separator(text, at)) return end_of_quoted(text, at);
    return at;
}

}  // namespace

bool is_space(char c) noexcept {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_word(char c) noexcept {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t end_of_logical_line(std::string_view text, std::size_t at) noexcept {
    for (;; ++at) {
        at = text.find('\n', at);
        if (at == kNone) return text.size();
        if (text[at - 1] != '\\') return at;
    }
}

std::size_t skip_space(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_space(text[at])) ++at;
    return at;
}

bool is_word_at(std::string_view text, std::size_t at, std::string_view word) noexcept {
    if (text.substr(at, word.size()) != word) return false;
    const std::size_t end = at + word.size();
    return (at == 0 || !is_word(text[at - 1])) && (end >= text.size() || !is_word(text[end]));
}

std::size_t begin_of_line(std::string_view text, std::size_t at) noexcept {
    const std::size_t newline = at == 0 ? kNone : text.rfind('\n', at - 1);
    return newline == kNone ? 0 : newline + 1;
}

std::string_view word_before(std::string_view text, std::size_t end) {
    while (end > 0 && is_space(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && is_word(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool is_blank(std::string_view text) noexcept {
    return trimmed(text).empty();
}

std::string_view indentation(std::string_view line) noexcept {
    return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == kNone ? text.size() : end + 1);
    }
    return lines;
}

std::string blank_literals(std::string_view text) {
    std::string blanked(text);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = end_of_blank(text, at);
        for (std::size_t i = at; i < end; ++i) {
            if (blanked[i] != '\n') blanked[i] = ' ';
        }
        at = std::max(end, at + 1);
    }
    return blanked;
}

std::size_t closing(std::string_view blanked, std::size_t open) {
    const char opens = blanked[open];
    const char closes = opens == '(' ? ')' : opens == '[' ? ']' : '}';
    int depth = 0;
    for (std::size_t at = open; at < blanked.size(); ++at) {
        if (blanked[at] == opens) ++depth;
        if (blanked[at] == closes && --depth == 0) return at;
    }
    throw SourceError("line " + std::to_string(line_number(blanked, open)) + ": the '" + opens +
                      "' is never closed");
}

std::size_t line_number(std::string_view text, std::size_t position) {
    const std::string_view part = text.substr(0, position);
    return 1 + static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
}

std::string dedent(std::string_view text) {
    std::vector<std::string_view> lines = split_lines(text);
    while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
    const auto first = std::find_if_not(lines.begin(), lines.end(), is_blank);
    const std::string_view indent = first == lines.end() ? "" : indentation(*first);
    std::string result;
    for (auto line = first; line != lines.end(); ++line) {
        result.append(line->starts_with(indent) ? line->substr(indent.size()) : *line);
        result.push_back('\n');
    }
    return result;
}

}  // namespace learn
