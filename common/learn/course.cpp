#include "common/learn/course.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

namespace learn {
namespace {

namespace fs = std::filesystem;

/// Reads one exercises.toml. Every complaint carries its file and line.
class Manifest {
  public:
    Manifest(const fs::path& root, const Chapter& chapter)
        : chapter_(chapter),
          name_("chapters/" + chapter.folder + "/exercises.toml"),
          path_(root / name_) {}

    [[nodiscard]] std::vector<Exercise> read() {
        if (!fs::exists(path_)) return {};
        const toml::table table = parse();
        only_these_keys(table, {"exercise"});
        std::vector<Exercise> exercises;
        for (const toml::table* entry : tables(table, "exercise")) {
            exercises.push_back(exercise(*entry));
        }
        return exercises;
    }

  private:
    [[noreturn]] void complain(const toml::source_region& where, const std::string& what) const {
        throw UserError(fmt::format("{}:{}: {}", name_, where.begin.line, what));
    }

    [[nodiscard]] toml::table parse() const {
        try {
            return toml::parse_file(path_.string());
        } catch (const toml::parse_error& error) {
            complain(error.source(), std::string(error.description()));
        }
    }

    Exercise exercise(const toml::table& table) {
        only_these_keys(
            table, {"id", "title", "file", "function", "test_file", "tests", "hints", "mutant"});
        Exercise result;
        result.id = id(table);
        result.title = text(table, "title");
        result.file = file(table);
        result.function = text(table, "function");
        result.test_file = text(table, "test_file");
        result.tests = text(table, "tests");
        result.hints = texts(table, "hints");
        for (const toml::table* entry : tables(table, "mutant")) {
            result.mutants.push_back(mutant(*entry));
        }
        return result;
    }

    Mutant mutant(const toml::table& table) const {
        only_these_keys(table, {"name", "body", "caught_by", "hangs"});
        return {text(table, "name"), text(table, "body"), text(table, "caught_by"),
                table["hangs"].value_or(false)};
    }

    std::string id(const toml::table& table) {
        std::string id = text(table, "id");
        const std::string prefix = fmt::format("{}.", chapter_.number);
        const bool good = id.starts_with(prefix) && id.size() > prefix.size() &&
                          id.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
        if (!good) {
            complain(table.get("id")->source(),
                     fmt::format("the id of an exercise of this chapter is \"{}N\", not \"{}\"",
                                 prefix, id));
        }
        if (!ids_.insert(id).second) {
            complain(table.get("id")->source(), fmt::format("exercise {} is here twice", id));
        }
        return id;
    }

    /// `./learn start` writes the chapter's own headers and no others.
    std::string file(const toml::table& table) const {
        std::string file = text(table, "file");
        if (!file.starts_with(chapter_.folder + "/") || file.find("..") != std::string::npos) {
            complain(table.get("file")->source(),
                     fmt::format("\"{}\" is not a file of this chapter: write \"{}/NAME.hpp\"",
                                 file, chapter_.folder));
        }
        return file;
    }

    /// The value of `key`: a string that is not empty.
    std::string text(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) complain(table.source(), fmt::format("'{}' is missing", key));
        return text(*node, fmt::format("'{}'", key));
    }

    std::string text(const toml::node& node, const std::string& what) const {
        const auto value = node.value_exact<std::string>();
        if (!value || value->empty()) {
            complain(node.source(), what + " must be a text in quotes, and not empty");
        }
        return *value;
    }

    std::vector<std::string> texts(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) complain(table.source(), fmt::format("'{}' is missing", key));
        const toml::array* array = node->as_array();
        if (array == nullptr || array->empty()) {
            complain(node->source(), fmt::format("'{}' must be a list of texts: [\"...\"]", key));
        }
        std::vector<std::string> all;
        for (const toml::node& item : *array) {
            all.push_back(text(item, fmt::format("each of '{}'", key)));
        }
        return all;
    }

    std::vector<const toml::table*> tables(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) return {};
        const toml::array* array = node->as_array();
        if (array == nullptr || !array->is_homogeneous<toml::table>()) {
            complain(node->source(), fmt::format("'{0}' is a list of tables: write [[{0}]]", key));
        }
        std::vector<const toml::table*> all;
        for (const toml::node& item : *array) all.push_back(item.as_table());
        return all;
    }

    /// A misspelt key would otherwise be a value that silently does nothing.
    void only_these_keys(const toml::table& table, const std::vector<std::string>& known) const {
        for (const auto& [key, value] : table) {
            if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
            complain(key.source(),
                     fmt::format("unknown key '{}'; known: {}", key.str(), fmt::join(known, ", ")));
        }
    }

    const Chapter& chapter_;
    std::string name_;
    fs::path path_;
    std::set<std::string> ids_;
};

/// The number of a whole number's text; none if it is something else.
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

/// How many letters must be typed, deleted or changed to make one word the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, change});
        }
    }
    return row.back();
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
        chapter.exercises = Manifest(root, chapter).read();
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

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
    std::string best;
    std::size_t least = 1 + word.size() / 3;
    for (const std::string& candidate : words) {
        const std::size_t changes = distance(word, candidate);
        if (changes > least || (changes == least && !best.empty())) continue;
        least = changes;
        best = candidate;
    }
    return best;
}

}  // namespace learn
