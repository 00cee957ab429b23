#include "common/gate/findings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "common/learn/text/scan.hpp"

namespace learn::gate {

namespace fs = std::filesystem;

std::string count_of(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string place(const Course& course, const fs::path& file, std::size_t line) {
    const std::string name = file.lexically_relative(course.root()).string();
    return line == 0 ? name : fmt::format("{}:{}", name, line);
}

std::vector<fs::path> files_below(const fs::path& folder,
                                  const std::vector<std::string>& extensions) {
    std::vector<fs::path> files;
    if (!fs::is_directory(folder)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string extension = entry.path().extension().string();
        const bool wanted =
            std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
        if (wanted && entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<fs::path> sources_of(const Course& course, const Chapter& chapter) {
    std::vector<fs::path> files =
        files_below(course.root() / "chapters" / chapter.folder, {".hpp", ".cpp"});
    for (const char* folder : {"tests", "bench"}) {
        for (const fs::path& file : files_of(course, chapter, folder, ".cpp")) {
            files.push_back(file);
        }
    }
    return files;
}

std::vector<fs::path> files_of(const Course& course, const Chapter& chapter,
                               const std::string& folder, const std::string& ending) {
    std::vector<fs::path> files;
    if (!fs::is_directory(course.root() / folder)) return files;
    const std::string beginning = chapter.folder.substr(0, 3);  // "05_"
    for (const auto& entry : fs::directory_iterator(course.root() / folder)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(beginning) && name.ends_with(ending)) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

std::size_t line_of(std::string_view text, std::string_view what) {
    const std::size_t at = text.find(what);
    return at == std::string_view::npos ? 0 : line_number(text, at);
}

}  // namespace learn::gate
