#include "common/learn/course/course.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/learn/course/manifest.hpp"
#include "common/learn/course/nearest.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

/// The whole number that `text` is; none if it is something else.
std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc() || end != text.end()) return std::nullopt;
    return value;
}

/// Whether a folder is a chapter's: "05_selector_callbacks".
bool is_chapter(std::string_view folder) {
    const bool digits = folder.size() > 3 && number(folder.substr(0, 2)) && folder[0] != '-';
    return digits && folder[2] == '_';
}

std::string in_words(std::string_view folder) {
    std::string words(folder.substr(3));
    std::replace(words.begin(), words.end(), '_', ' ');
    words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    return words;
}

/// "# Chapter 5: Selectors" and "# 05 · Selectors" are both "Selectors".
std::string without_number(std::string_view heading) {
    constexpr std::string_view kChapter = "Chapter ";
    if (heading.starts_with(kChapter)) heading.remove_prefix(kChapter.size());
    const std::size_t digits = heading.find_first_not_of("0123456789");
    if (digits == 0) return std::string(heading);
    const std::size_t start = heading.find_first_not_of(" .:-\xC2\xB7\xE2\x80\x93\x94", digits);
    return start == std::string_view::npos ? "" : std::string(heading.substr(start));
}

std::string title_of(const fs::path& folder) {
    std::ifstream readme(folder / "README.md");
    std::string title;
    for (std::string line; title.empty() && std::getline(readme, line);) {
        if (line.starts_with("# ")) title = without_number(std::string_view(line).substr(2));
    }
    return title.empty() ? in_words(folder.filename().string()) : title;
}

bool names(const Chapter& chapter, std::string_view text) {
    return number(text) == chapter.number || text == chapter.folder ||
           text == std::string_view(chapter.folder).substr(3);
}

std::vector<std::string> exercise_ids(const std::vector<Chapter>& chapters,
                                      std::optional<int> only = {}) {
    std::vector<std::string> ids;
    for (const Chapter& chapter : chapters) {
        if (only && chapter.number != *only) continue;
        for (const Exercise& exercise : chapter.exercises) ids.push_back(exercise.id);
    }
    return ids;
}

}  // namespace

Course Course::load(const fs::path& root) {
    Course course;
    course.root_ = root;
    if (!fs::is_directory(root / "chapters")) {
        throw UserError(fmt::format("there is no folder {}: run ./learn from the repository",
                                    (root / "chapters").string()));
    }
    for (const auto& entry : fs::directory_iterator(root / "chapters")) {
        const std::string folder = entry.path().filename().string();
        if (!entry.is_directory() || !is_chapter(folder)) continue;
        Chapter chapter{*number(folder.substr(0, 2)), folder, title_of(entry.path()), {}};
        chapter.exercises = read_manifest(root, chapter);
        course.chapters_.push_back(std::move(chapter));
    }
    if (course.chapters_.empty()) throw UserError("there is no chapter below chapters/ yet");
    std::sort(course.chapters_.begin(), course.chapters_.end(),
              [](const Chapter& a, const Chapter& b) { return a.folder < b.folder; });
    return course;
}

const Chapter& Course::chapter(std::string_view text) const {
    std::vector<std::string> folders;
    for (const Chapter& chapter : chapters_) {
        if (names(chapter, text)) return chapter;
        folders.push_back(chapter.folder);
        folders.push_back(chapter.folder.substr(3));
    }
    if (const std::string near = nearest(text, folders); !near.empty()) {
        throw UserError(
            fmt::format("there is no chapter '{}': did you mean {}? (./learn list shows "
                        "all)",
                        text, near));
    }
    throw UserError(
        fmt::format("there is no chapter '{}': type a number from {} to {} (./learn "
                    "list shows all)",
                    text, chapters_.front().number, chapters_.back().number));
}

const Exercise& Course::exercise(std::string_view id) const {
    for (const Chapter& chapter : chapters_) {
        for (const Exercise& exercise : chapter.exercises) {
            if (exercise.id == id) return exercise;
        }
    }
    const std::vector<std::string> here =
        exercise_ids(chapters_, number(id.substr(0, id.find('.'))));
    const std::vector<std::string> all = here.empty() ? exercise_ids(chapters_) : here;
    throw UserError(fmt::format("there is no exercise '{}': {} {} (./learn list shows all)", id,
                                here.empty() ? "type one of" : "this chapter has",
                                fmt::join(all, ", ")));
}

const Chapter& Course::chapter_of(const Exercise& exercise) const {
    return chapter(exercise.id.substr(0, exercise.id.find('.')));
}

}  // namespace learn
