#include "common/learn/course/manifest.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

namespace learn {
namespace {

namespace fs = std::filesystem;

/// Reads one exercises.toml. Every complaint names file and line.
class Manifest {
  public:
    Manifest(const fs::path& root, const Chapter& chapter)
        : chapter_(chapter),
          name_("chapters/" + chapter.folder + "/exercises.toml"),
          chapters_(root / "chapters"),
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
        only_these_keys(table, {"id", "title", "file", "function", "test_file", "tests", "hints",
                                "mutant", "equivalent"});
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
        for (const toml::table* entry : tables(table, "equivalent")) {
            only_these_keys(*entry, {"change", "because"});
            result.equivalents.push_back({text(*entry, "change"), text(*entry, "because")});
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

    /// A header of the chapter; or of an earlier one that had to hold this chapter's part.
    std::string file(const toml::table& table) const {
        std::string file = text(table, "file");
        const std::string folder = file.substr(0, file.find('/'));
        const bool not_later = "0" <= folder && folder <= chapter_.folder && folder != file;
        const bool below = file.find("..") == std::string::npos;
        if (!not_later || !below || !fs::is_directory(chapters_ / folder)) {
            complain(table.get("file")->source(),
                     fmt::format("\"{}\" is not a file of this chapter, nor of an earlier one: "
                                 "write \"{}/NAME.hpp\"",
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
    fs::path chapters_;
    fs::path path_;
    std::set<std::string> ids_;
};

}  // namespace

std::vector<Exercise> read_manifest(const fs::path& root, const Chapter& chapter) {
    return Manifest(root, chapter).read();
}

}  // namespace learn
