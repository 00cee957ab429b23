#include "common/gate/passed.hpp"

#include <nlohmann/json.hpp>

#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

std::string text_of(const Course& course, const std::vector<fs::path>& files) {
    std::string text;
    for (const fs::path& file : files) {
        if (fs::exists(file)) text += place(course, file) + "\n" + read_text(file) + "\n";
    }
    return text;
}

std::string own_text(const Course& course, const Chapter& chapter) {
    std::vector<fs::path> files = sources_of(course, chapter);
    files.push_back(course.root() / "chapters" / chapter.folder / "exercises.toml");
    return text_of(course, files);
}

/// The text of the chapter's files, and after it that of the earlier chapters it names.
std::string stack_text(const Course& course, const Chapter& chapter) {
    std::string text = own_text(course, chapter);
    const auto& all = course.chapters();
    for (auto one = all.rbegin(); one != all.rend(); ++one) {
        const bool earlier = one->folder < chapter.folder;
        if (earlier && text.find("\"" + one->folder + "/") != std::string::npos) {
            text += own_text(course, *one);
        }
    }
    return text;
}

std::string ground_text(const Course& course) {
    const std::vector<std::string> extensions = {".hpp", ".cpp", ".txt", ".cmake"};
    std::vector<fs::path> files = files_below(course.root() / "common", extensions);
    for (const fs::path& file : files_below(course.root() / "tests/support", extensions)) {
        files.push_back(file);
    }
    for (const char* name : {"CMakeLists.txt", "CMakePresets.json", "tests/CMakeLists.txt"}) {
        files.push_back(course.root() / name);
    }
    return text_of(course, files);
}

}  // namespace

std::string fingerprint(const Course& course, const Chapter& chapter) {
    return content_hash(ground_text(course) + stack_text(course, chapter));
}

Passed::Passed(const Course& course, const std::string& file)
    : course_(course), file_(course.root() / "build/check" / file) {
    if (!fs::exists(file_)) return;
    const auto json = nlohmann::json::parse(read_text(file_), nullptr, false);
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) {
        if (value.is_string()) fingerprints_[name] = value.get<std::string>();
    }
}

bool Passed::contains(const std::string& name, const Chapter& chapter) const {
    const auto known = fingerprints_.find(name);
    return known != fingerprints_.end() && known->second == fingerprint(course_, chapter);
}

void Passed::add(const std::string& name, const Chapter& chapter) {
    fingerprints_[name] = fingerprint(course_, chapter);
}

void Passed::save() const {
    write_text(file_, nlohmann::json(fingerprints_).dump(2) + "\n");
}

}  // namespace learn::gate
