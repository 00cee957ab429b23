#include "common/gate/front.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "common/gate/blocks.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

std::ptrdiff_t words_in(std::string_view text) {
    std::istringstream in{std::string(text)};
    return std::distance(std::istream_iterator<std::string>(in), {});
}

std::ptrdiff_t lines_in(std::string_view code) {
    return std::ranges::count_if(split_lines(code), [](auto line) { return !is_blank(line); });
}

/// The number of the table's row that leads to the chapter's text; 0 if there is none.
std::size_t row_of(const std::vector<std::string_view>& lines, const Chapter& chapter) {
    const std::string link = fmt::format("](chapters/{}/README.md)", chapter.folder);
    const auto row = std::ranges::find_if(lines, [&](std::string_view line) {
        return line.starts_with('|') && line.find(link) != std::string_view::npos;
    });
    return row == lines.end() ? 0 : static_cast<std::size_t>(row - lines.begin()) + 1;
}

/// Solutions, and what is meant for a second reading, are folded: a first reader passes them over.
std::string without_folds(std::string_view markdown) {
    constexpr std::string_view kBegin = "<details>";
    constexpr std::string_view kEnd = "</details>";
    std::string result;
    while (true) {
        const auto begin = markdown.find(kBegin);
        const auto end = markdown.find(kEnd, begin);
        result += markdown.substr(0, begin);
        if (begin == markdown.npos || end == markdown.npos) return result;
        markdown.remove_prefix(end + kEnd.size());
    }
}

}  // namespace

int reading_minutes(std::string_view text) {
    const std::string markdown = without_folds(text);
    double minutes = static_cast<double>(words_in(markdown)) / 200;
    for (const Block& block : blocks_of(markdown)) {
        const std::string content = content_of(markdown, block);
        minutes -= static_cast<double>(words_in(content)) / 200;
        const bool code = block.language == "cpp" || block.language == "python";
        if (code) minutes += static_cast<double>(lines_in(content)) / 30;
    }
    return std::max(5, 5 * static_cast<int>(std::lround(minutes / 5)));
}

Findings check_front(const Course& course, const Chapters& chapters) {
    Findings findings;
    const fs::path front = course.root() / "README.md";
    const std::string text = read_text(front);
    const auto lines = split_lines(text);
    for (const Chapter* chapter : chapters) {
        const fs::path readme = course.root() / "chapters" / chapter->folder / "README.md";
        if (!fs::exists(readme)) continue;
        const std::string end = fmt::format("| {} | {} min |", chapter->exercises.size(),
                                            reading_minutes(read_text(readme)));
        const std::size_t row = row_of(lines, *chapter);
        if (row == 0) {
            findings.add(place(course, front),
                         fmt::format("the table has no row for {}", chapter->folder));
        } else if (!trimmed(lines[row - 1]).ends_with(end)) {
            findings.add(place(course, front, row), fmt::format("the row should end in `{}`", end));
        }
    }
    findings.counted = count_of(chapters.size(), "chapter");
    return findings;
}

}  // namespace learn::gate
