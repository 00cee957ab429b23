#include "common/gate/links.hpp"

#include <regex>
#include <set>

#include <fmt/format.h>

#include "common/gate/blocks.hpp"
#include "common/gate/text.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

/// `text` with its blocks and its `code` blanked: what looks like a link there is not one.
std::string prose_of(const std::string& text) {
    std::string prose = text;
    const auto blank = [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            if (prose[i] != '\n') prose[i] = ' ';
        }
    };
    for (const Block& block : blocks_of(text)) blank(block.content.begin, block.content.end);
    static const std::regex code(R"((`+)[^`\n]*\1)");
    for (std::sregex_iterator match(text.begin(), text.end(), code), end; match != end; ++match) {
        const auto begin = static_cast<std::size_t>(match->position());
        blank(begin, begin + static_cast<std::size_t>(match->length()));
    }
    return prose;
}

struct Link {
    std::string target;
    std::size_t line = 0;
};

/// [text](target), ![text](target), [name]: target, src="target", href="target".
std::vector<Link> links_of(const std::string& text) {
    static const std::regex link(
        R"re(\]\(\s*<?([^)>\s]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)|\b(?:src|href)="([^"]+)")re");
    std::vector<Link> links;
    const std::string prose = prose_of(text);
    std::size_t number = 0;
    for (const std::string_view view : split_lines(prose)) {
        ++number;
        const std::string line(view);
        for (std::sregex_iterator match(line.begin(), line.end(), link), end; match != end;
             ++match) {
            for (std::size_t group = 1; group <= 3; ++group) {
                if ((*match)[group].matched) links.push_back({(*match)[group], number});
            }
        }
    }
    return links;
}

bool is_elsewhere(const std::string& target) {
    static const std::regex scheme(R"(^[a-z][a-z0-9+.-]*:)");
    return std::regex_search(target, scheme) || target.starts_with("//");
}

std::set<std::string> anchors_of(const fs::path& file) {
    std::set<std::string> anchors;
    const std::string text = read_text(file);
    std::string prose = text;
    for (const Block& block : blocks_of(text)) {
        for (std::size_t i = block.content.begin; i < block.content.end; ++i) {
            if (prose[i] == '#') prose[i] = ' ';
        }
    }
    for (const std::string_view line : split_lines(prose)) {
        const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
        if (level == 0 || level > 6 || line.substr(level, 1) != " ") continue;
        std::string anchor = anchor_of(line.substr(level));
        for (int i = 1; anchors.contains(anchor); ++i) {
            anchor = fmt::format("{}-{}", anchor_of(line.substr(level)), i);
        }
        anchors.insert(anchor);
    }
    return anchors;
}

/// Why a link in `text` leads nowhere; empty if it leads somewhere.
std::string dead(const Course& course, const fs::path& text, const std::string& target) {
    const std::size_t hash = std::min(target.find('#'), target.size());
    const std::string name = target.substr(0, hash);
    const fs::path base = name.starts_with('/') ? course.root() : text.parent_path();
    const std::string bare = name.starts_with('/') ? name.substr(1) : name;
    const fs::path file = bare.empty() && name.empty() ? text : base / bare;
    if (!fs::exists(file)) {
        return fmt::format("the link to '{}' leads nowhere: there is no such file", target);
    }
    const bool has_anchors = fs::is_regular_file(file) && file.extension() == ".md";
    if (hash == target.size() || !has_anchors) return "";
    if (anchors_of(file).contains(target.substr(hash + 1))) return "";
    return fmt::format("the link to '{}' leads nowhere: there is no such heading", target);
}

}  // namespace

std::string anchor_of(std::string_view heading) {
    std::string anchor;
    for (const char c : trimmed(heading)) {
        const auto letter = static_cast<unsigned char>(c);
        if (c == ' ') anchor += '-';
        if (std::isalnum(letter) != 0 || c == '-' || c == '_' || letter >= 0x80) {
            anchor += static_cast<char>(std::tolower(letter));
        }
    }
    return anchor;
}

Findings check_links(const Course& course, const Chapters& chapters) {
    Findings findings;
    std::size_t count = 0;
    for (const fs::path& file : texts(course, chapters)) {
        for (const Link& link : links_of(read_text(file))) {
            if (is_elsewhere(link.target)) continue;
            ++count;
            const std::string why = dead(course, file, link.target);
            if (!why.empty()) findings.add(place(course, file, link.line), why);
        }
    }
    findings.counted = count_of(count, "relative link");
    return findings;
}

}  // namespace learn::gate
