#include "common/gate/whole.hpp"

#include <cstddef>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

bool need_not_be_shown(std::string_view line) {
    return line.empty() || line.starts_with("//") || line.starts_with('#') ||
           line.starts_with("namespace ") || line.starts_with("}  // namespace");
}

}  // namespace

std::vector<std::string> lines_not_shown(std::string_view code,
                                         const std::vector<std::string>& blocks) {
    std::set<std::string_view> shown;
    for (const std::string& block : blocks) {
        for (const std::string_view line : split_lines(block)) shown.insert(trimmed(line));
    }
    std::vector<std::string> missing;
    std::size_t number = 0;
    for (const std::string_view line : split_lines(code)) {
        ++number;
        const std::string_view bare = trimmed(line);
        if (need_not_be_shown(bare) || shown.contains(bare)) continue;
        missing.push_back(fmt::format("{}  {}", number, bare));
    }
    return missing;
}

void check_whole_files(const Course& course, const fs::path& file, std::string_view text,
                       const std::vector<Block>& blocks, Findings& findings) {
    static const std::regex kMark("<!-- whole: (\\S+) -->");
    const std::string copy(text);
    for (std::sregex_iterator at(copy.begin(), copy.end(), kMark), end; at != end; ++at) {
        const std::string name = (*at)[1];
        std::vector<std::string> contents;
        for (const Block& block : blocks) {
            const auto shown = block.info.find("file");
            if (shown != block.info.end() && shown->second == name)
                contents.push_back(content_of(text, block));
        }
        const auto missing =
            lines_not_shown(read_text(course.root() / "chapters" / name), contents);
        if (missing.empty()) continue;
        findings.add(place(course, file, 1),
                     fmt::format("says that it shows {} whole, but not these lines:\n    {}", name,
                                 fmt::join(missing, "\n    ")));
    }
}

}  // namespace learn::gate
