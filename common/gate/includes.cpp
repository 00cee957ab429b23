#include "common/gate/includes.hpp"

#include <algorithm>
#include <regex>

#include <fmt/format.h>

#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

struct Include {
    std::size_t line = 0;
    bool quoted = false;  ///< "x", not <x>
    std::string file;
};

/// The includes of a text, except in comments and literals.
std::vector<Include> includes_of(const std::string& text) {
    static const std::regex directive(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
    std::vector<Include> includes;
    const std::string blanked = blank_literals(text);
    std::size_t line = 0;
    for (const std::string_view one : split_lines(text)) {
        ++line;
        std::match_results<std::string_view::const_iterator> match;
        if (!std::regex_search(one.begin(), one.end(), match, directive)) continue;
        const auto hash = static_cast<std::size_t>(one.data() - text.data()) + one.find('#');
        if (blanked[hash] != '#') continue;
        includes.push_back({line, match[1] == "\"", match[2]});
    }
    return includes;
}

/// The first part of a path: "05_selector_callbacks".
std::string folder_of(const std::string& file) {
    return file.substr(0, file.find('/'));
}

bool looks_like_chapter(const std::string& folder) {
    return folder.size() > 3 && std::isdigit(static_cast<unsigned char>(folder[0])) != 0 &&
           std::isdigit(static_cast<unsigned char>(folder[1])) != 0 && folder[2] == '_';
}

/// Judges includes against one floor of the tower.
class Rule {
  public:
    explicit Rule(const Course& course) : course_(course) {}

    /// What is wrong with `include` in a file of chapter `from`; empty if nothing is. Tests and
    /// benchmarks, which are not `in_stack`, have helpers in their folders.
    [[nodiscard]] std::string in_chapter(const Include& include, const Chapter& from,
                                         bool in_stack) const {
        const std::string folder = folder_of(include.file);
        if (looks_like_chapter(folder)) return of_chapter(include, folder, from);
        if (!include.quoted) return "";
        if (folder == "common") return in_tool(include.file) ? tool() : "";
        if (!in_stack && (folder == "tests" || folder == "bench")) return "";
        return fmt::format(
            "includes \"{}\": write the folder too (\"{}/{}\"), or the reader's file of that name "
            "cannot take its place",
            include.file, from.folder, fs::path(include.file).filename().string());
    }

    /// The same in a file of common/.
    [[nodiscard]] static std::string in_common(const Include& include, bool in_gate) {
        if (looks_like_chapter(folder_of(include.file))) {
            return fmt::format("includes \"{}\": common/ includes no chapter", include.file);
        }
        if (in_gate || !include.file.starts_with("common/gate/")) return "";
        return "includes the gate: no reader compiles it";
    }

  private:
    [[nodiscard]] static bool in_tool(const std::string& file) {
        return file.starts_with("common/learn/") || file.starts_with("common/gate/");
    }

    [[nodiscard]] static std::string tool() {
        return "includes the learner's tool: a chapter does not need it";
    }

    [[nodiscard]] std::string of_chapter(const Include& include, const std::string& folder,
                                         const Chapter& from) const {
        const auto& all = course_.chapters();
        const auto found = std::find_if(all.begin(), all.end(), [&](const Chapter& chapter) {
            return chapter.folder == folder;
        });
        if (found == all.end()) {
            return fmt::format("includes \"{}\": there is no chapter {}", include.file, folder);
        }
        if (found->number > from.number) {
            return fmt::format(
                "includes \"{}\" of a later chapter: a chapter includes itself, earlier chapters "
                "and common/",
                include.file);
        }
        if (!include.quoted) {
            return fmt::format("includes <{0}>: write \"{0}\", as everywhere", include.file);
        }
        return "";
    }

    const Course& course_;
};

}  // namespace

Findings check_includes(const Course& course, const Chapters& chapters) {
    Findings findings;
    std::size_t files = 0;
    const Rule rule(course);
    const auto judge = [&](const fs::path& file, const auto& complaint) {
        ++files;
        for (const Include& include : includes_of(read_text(file))) {
            const std::string what = complaint(include);
            if (!what.empty()) findings.add(place(course, file, include.line), what);
        }
    };
    for (const Chapter* chapter : chapters) {
        for (const fs::path& file : sources_of(course, *chapter)) {
            const bool in_stack = place(course, file).starts_with("chapters/");
            judge(file,
                  [&](const Include& one) { return rule.in_chapter(one, *chapter, in_stack); });
        }
    }
    for (const fs::path& file : files_below(course.root() / "common", {".hpp", ".cpp"})) {
        const bool in_gate = place(course, file).starts_with("common/gate/");
        judge(file, [&](const Include& one) { return Rule::in_common(one, in_gate); });
    }
    findings.counted = count_of(files, "file");
    return findings;
}

}  // namespace learn::gate
