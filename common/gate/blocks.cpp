#include "common/gate/blocks.hpp"

#include <algorithm>
#include <regex>

#include "common/gate/findings.hpp"
#include "common/learn/text/scan.hpp"

namespace learn::gate {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// A line that opens or closes a block: how many backticks, and what follows them.
struct Fence {
    std::size_t ticks = 0;  ///< 0: the line is not a fence
    std::string_view indent;
    std::string_view info;
};

Fence fence_of(std::string_view line) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == kNone || line[start] != '`') return {};
    const std::size_t end = std::min(line.find_first_not_of('`', start), line.size());
    const std::string_view info = trimmed(line.substr(end));
    if (end - start < 3 || info.find('`') != kNone) return {};
    return {end - start, line.substr(0, start), info};
}

/// `cpp file=05_x/y.hpp approx` in its parts: a word without "=" is a switch.
void read_info(Block& block, std::string_view info) {
    bool first = true;
    for (const std::string& word : split_words(info)) {
        const std::size_t equals = word.find('=');
        if (first && equals == kNone) {
            block.language = word;
        } else {
            block.info[word.substr(0, equals)] =
                equals == std::string::npos ? "" : word.substr(equals + 1);
        }
        first = false;
    }
}

}  // namespace

std::vector<Block> blocks_of(std::string_view markdown) {
    std::vector<Block> blocks;
    std::size_t open = 0;  // backticks of the open fence
    std::size_t number = 0;
    for (const std::string_view line : split_lines(markdown)) {
        ++number;
        const Fence fence = fence_of(line);
        const auto begin = static_cast<std::size_t>(line.data() - markdown.data());
        if (open == 0 && fence.ticks > 0) {
            Block block;
            block.line = number;
            block.indent = fence.indent;
            block.closed = false;
            block.content.begin = std::min(begin + line.size() + 1, markdown.size());
            block.content.end = markdown.size();
            read_info(block, fence.info);
            blocks.push_back(std::move(block));
            open = fence.ticks;
        } else if (open > 0 && fence.ticks >= open && fence.info.empty()) {
            blocks.back().content.end = begin;
            blocks.back().closed = true;
            open = 0;
        }
    }
    return blocks;
}

std::string content_of(std::string_view markdown, const Block& block) {
    std::string content;
    const Span span = block.content;
    for (std::string_view line : split_lines(markdown.substr(span.begin, span.end - span.begin))) {
        if (line.starts_with(block.indent)) line.remove_prefix(block.indent.size());
        content.append(line).push_back('\n');
    }
    return content;
}

std::vector<std::string> split_words(std::string_view command) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (const char c : command) {
        if (quote == 0 && (c == ' ' || c == '\t')) {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        } else {
            words.back().push_back(c);
        }
    }
    return words;
}

std::string as_if_nothing_lacked(const std::string& output, std::string_view shown) {
    static constexpr std::string_view kLacks = ": not on this machine";
    if (output.find(kLacks) == kNone) return output;
    const auto elsewhere = split_lines(shown);
    std::string result;
    std::size_t number = 0;
    for (std::string_view line : split_lines(output)) {
        const bool lacks = line.find(kLacks) != kNone;
        if (lacks && number < elsewhere.size()) line = elsewhere[number];
        result.append(line).push_back('\n');
        ++number;
    }
    return result;
}

std::string without_numbers(std::string_view text) {
    static const std::regex number(
        R"(-?\b\d+([.,']\d+)*(e[-+]?\d+)?( ?(ns|us|µs|ms|s|B|kB|MB|GB|k|M|G|x|%)(?![A-Za-z]))?)");
    static const std::regex bar(R"((█|▉|▊|▋|▌|▍|▎|▏|░|·|─)+)");
    static const std::regex space(R"( +)");
    std::string result = std::regex_replace(std::string(text), bar, "-");
    result = std::regex_replace(result, number, "#");
    return std::regex_replace(result, space, " ");
}

}  // namespace learn::gate
