#include "common/gate/parts.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "common/learn/judge/test_run.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHints = 3;
constexpr std::size_t kMutants = 3;

/// Looks at one chapter after another.
class Parts {
  public:
    explicit Parts(const Course& course) : course_(course) {}

    void look_at(const Chapter& chapter) {
        const fs::path folder = course_.root() / "chapters" / chapter.folder;
        files(chapter, folder);
        markers(chapter);
        const fs::path manifest = folder / "exercises.toml";
        if (!fs::exists(manifest)) return;
        manifest_ = place(course_, manifest);
        manifest_text_ = read_text(manifest);
        if (chapter.exercises.empty()) findings.add(manifest_, "has no exercise: add one");
        for (const Exercise& one : chapter.exercises) exercise(one);
    }

    Findings findings;
    std::size_t exercises = 0;

  private:
    void files(const Chapter& chapter, const fs::path& folder) {
        // What replaces parts of other chapters has no twin: Python has nothing to replace.
        const bool has_twin = !fs::exists(folder / "parts.txt");
        for (const std::string name : {"README.md", "main.cpp", "same.py", "exercises.toml"}) {
            if (fs::exists(folder / name) || (name == "same.py" && !has_twin)) continue;
            findings.add(place(course_, folder / name), "is missing: every chapter has one");
        }
        const std::string number = chapter.folder.substr(0, 2);
        if (files_of(course_, chapter, "tests", "_test.cpp").empty()) {
            findings.add(fmt::format("tests/{}_*_test.cpp", number), "the chapter has no tests");
        }
        if (files_of(course_, chapter, "bench", "_bench.cpp").empty()) {
            findings.add(fmt::format("bench/{}_*_bench.cpp", number),
                         "the chapter has no benchmark");
        }
    }

    void markers(const Chapter& chapter) {
        std::vector<fs::path> all = sources_of(course_, chapter);
        const fs::path folder = course_.root() / "chapters" / chapter.folder;
        for (const fs::path& file : files_below(folder, {".md", ".py", ".toml"})) {
            all.push_back(file);
        }
        for (const fs::path& file : all) markers(file);
    }

    void markers(const fs::path& file) {
        // In two halves, so that this file does not find itself guilty.
        static constexpr std::array kMarkers = {
            "TO"
            "DO",
            "FIX"
            "ME",
            "XX"
            "X",
            "HA"
            "CK"};
        std::size_t line = 0;
        const std::string text = read_text(file);
        for (const std::string_view one : split_lines(text)) {
            ++line;
            for (const std::string_view marker : kMarkers) {
                if (has_word(one, marker)) forgotten(file, line, marker);
            }
            for (const std::string_view conflict : {"<<<<<<< ", ">>>>>>> "}) {
                if (one.starts_with(conflict)) forgotten(file, line, trimmed(conflict));
            }
            const bool code = file.extension() == ".hpp" || file.extension() == ".cpp";
            if (code && one.find("aio::to"
                                 "do(") != std::string_view::npos) {
                findings.add(place(course_, file, line), "has a stub's body: ours is the solution");
            }
        }
    }

    void forgotten(const fs::path& file, std::size_t line, std::string_view marker) {
        findings.add(place(course_, file, line), fmt::format("{} was forgotten here", marker));
    }

    static bool has_word(std::string_view line, std::string_view word) {
        const std::size_t at = line.find(word);
        if (at == std::string_view::npos) return false;
        const std::size_t end = at + word.size();
        return (at == 0 || !is_word(line[at - 1])) && (end == line.size() || !is_word(line[end]));
    }

    void exercise(const Exercise& one) {
        ++exercises;
        if (one.hints.size() != kHints) {
            complain(one, fmt::format("has {}: write {}, from a question to nearly the code",
                                      count_of(one.hints.size(), "hint"), kHints));
        }
        if (one.mutants.size() < kMutants) {
            complain(one, fmt::format("has {}: write at least {} plausible mistakes",
                                      count_of(one.mutants.size(), "mutant"), kMutants));
        }
        if (!fs::exists(course_.root() / "tests" / one.test_file)) {
            complain(one, fmt::format("there is no test file tests/{}", one.test_file));
        }
        const fs::path header = course_.root() / "chapters" / one.file;
        if (!fs::exists(header)) return complain(one, fmt::format("no chapters/{}", one.file));
        bodies(one, read_text(header));
    }

    void bodies(const Exercise& one, const std::string& header) {
        std::string ours;
        try {
            ours = body(header, one.function);
        } catch (const SourceError& error) {
            return complain(one, fmt::format("chapters/{}: {}", one.file, error.what()));
        }
        for (const Mutant& mutant : one.mutants) {
            if (!matches(mutant.caught_by, one.tests)) {
                complain(one, fmt::format("mutant '{}': {} is not among the tests that judge the "
                                          "exercise ({})",
                                          mutant.name, mutant.caught_by, one.tests));
            }
            if (trimmed(mutant.body) == trimmed(ours)) {
                complain(one, fmt::format("mutant '{}' is our own body", mutant.name));
            }
        }
    }

    void complain(const Exercise& one, const std::string& what) {
        const std::size_t line = line_of(manifest_text_, fmt::format("\"{}\"", one.id));
        findings.add(fmt::format("{}:{}", manifest_, line),
                     fmt::format("exercise {}: {}", one.id, what));
    }

    const Course& course_;
    std::string manifest_;
    std::string manifest_text_;
};

}  // namespace

Findings check_parts(const Course& course, const Chapters& chapters) {
    Parts parts(course);
    for (const Chapter* chapter : chapters) parts.look_at(*chapter);
    parts.findings.counted = count_of(parts.exercises, "exercise");
    return std::move(parts.findings);
}

}  // namespace learn::gate
