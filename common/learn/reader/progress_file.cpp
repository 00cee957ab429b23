#include "common/learn/reader/progress_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/learn/reader/stub.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Record record(const json& entry) {
    return {entry.value("hints", 0), entry.value("passed", ""), entry.value("failed", ""),
            entry.value("given_up", false)};
}

json entry(const Record& record) {
    return {{"hints", record.hints},
            {"passed", record.passed},
            {"failed", record.failed},
            {"given_up", record.given_up}};
}

/// Unchanged where the signature is gone.
std::string without_body_if_any(std::string text, const Exercise& exercise) {
    try {
        return without_body(text, exercise);
    } catch (const SourceError&) {
        return text;
    }
}

/// An empty text for a file that is not there.
std::string text_of(const fs::path& file) {
    return fs::exists(file) ? read_text(file) : "";
}

}  // namespace

ProgressFile::ProgressFile(const Course& course)
    : course_(course), root_(course.root()), file_(root_ / "mine/progress.json") {
    if (fs::exists(file_)) read();
}

void ProgressFile::read() {
    const std::string text = read_text(file_);
    try {
        const json all = json::parse(text);
        for (const auto& [id, value] : all.at("exercises").items()) {
            records_[id] = record(value);
        }
    } catch (const json::exception& error) {
        records_.clear();
        const fs::path copy = new_backup(root_ / "mine") / "progress.json";
        write_text(copy, text);
        fs::remove(file_);
        fmt::print(stderr,
                   "mine/progress.json cannot be read, so progress starts over; the old "
                   "file is {}\n({})\n",
                   copy.lexically_relative(root_).string(), error.what());
    }
}

std::string ProgressFile::readers_text(const Exercise& exercise) const {
    return text_of(root_ / "mine" / exercise.file);
}

/// The reader's file without the bodies of its other exercises.
std::string ProgressFile::own_text(const Exercise& exercise) const {
    std::string text = readers_text(exercise);
    for (const Chapter& chapter : course_.chapters()) {
        for (const Exercise& other : chapter.exercises) {
            if (other.file == exercise.file && other.id != exercise.id) {
                text = without_body_if_any(std::move(text), other);
            }
        }
    }
    return text;
}

std::string ProgressFile::fingerprint(const std::string& text, const Exercise& exercise) const {
    return content_hash(text + '\0' + text_of(root_ / "tests" / exercise.test_file));
}

bool ProgressFile::is_finished(const Exercise& exercise) {
    const Record& record = of(exercise);
    return !record.passed.empty() && fs::exists(root_ / "mine" / exercise.file) &&
           record.passed == fingerprint(own_text(exercise), exercise);
}

bool ProgressFile::has_failed(const Exercise& exercise) {
    return of(exercise).failed == fingerprint(readers_text(exercise), exercise);
}

void ProgressFile::set_finished(const Exercise& exercise, bool finished) {
    Record& record = of(exercise);
    record.passed.clear();
    record.failed.clear();
    if (finished) {
        record.passed = fingerprint(own_text(exercise), exercise);
    } else {
        record.failed = fingerprint(readers_text(exercise), exercise);
    }
    save();
}

void ProgressFile::save() const {
    json exercises = json::object();
    for (const auto& [id, record] : records_) exercises[id] = entry(record);
    write_text(file_, json{{"exercises", exercises}}.dump(2) + "\n");
}

}  // namespace learn
