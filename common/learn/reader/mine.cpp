#include "common/learn/reader/mine.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include "common/learn/reader/stub.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

/// Sets the time of the last change to now; does not make a file that is not there.
void touch(const fs::path& file) {
    std::error_code not_there;
    fs::last_write_time(file, fs::file_time_type::clock::now(), not_there);
}

/// What mine/ was when a build last looked: the fingerprint of each header.
using Fingerprints = std::map<std::string, std::string>;

Fingerprints read_fingerprints(const fs::path& file) {
    Fingerprints all;
    std::ifstream in(file);
    for (std::string hash, name; in >> hash && std::getline(in >> std::ws, name);) all[name] = hash;
    return all;
}

bool has_exercise_in(const Chapter& chapter, const std::string& file) {
    const auto& all = chapter.exercises;
    return std::any_of(all.begin(), all.end(),
                       [&](const Exercise& exercise) { return exercise.file == file; });
}

/// `text` with the body of `exercise` as it is in `source`; unchanged if it is not there.
std::string with_body_from(const std::string& source, std::string text, const Exercise& exercise) {
    if (holds_todo(source, exercise)) return without_body(text, exercise);
    try {
        return replace_body(text, exercise.function, body(source, exercise.function));
    } catch (const SourceError&) {
        return text;
    }
}

void write_fingerprints(const fs::path& file, const Fingerprints& all) {
    std::string text;
    for (const auto& [name, hash] : all) text += fmt::format("{} {}\n", hash, name);
    write_text(file, text);
}

}  // namespace

std::vector<std::string> headers_below(const fs::path& folder) {
    std::vector<std::string> all;
    if (!fs::is_directory(folder)) return all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".hpp") continue;
        all.push_back(entry.path().lexically_relative(folder.parent_path()).string());
    }
    std::sort(all.begin(), all.end());
    return all;
}

fs::path Mine::file(const Exercise& exercise) const {
    return folder() / exercise.file;
}

bool Mine::has(const Chapter& chapter) const {
    const std::vector<std::string> all = headers_below(folder() / chapter.folder);
    return std::any_of(all.begin(), all.end(),
                       [&](const std::string& file) { return !is_borrowed_from(chapter, file); });
}

bool Mine::is_borrowed_from(const Chapter& chapter, const std::string& file) const {
    const auto& all = course_.chapters();
    return std::any_of(all.begin(), all.end(), [&](const Chapter& later) {
        return later.number > chapter.number && has_exercise_in(later, file);
    });
}

bool Mine::empty() const {
    const auto& all = course_.chapters();
    return std::none_of(all.begin(), all.end(), [&](const Chapter& each) { return has(each); });
}

Written Mine::written(const Exercise& exercise) const {
    const bool started = has(course_.chapter_of(exercise)) && fs::exists(file(exercise));
    if (!started) return Written::not_started;
    return holds_todo(read_text(file(exercise)), exercise) ? Written::todo : Written::something;
}

/// What a build made from our header is out of date: it must look changed.
void Mine::write(const std::string& file, std::string_view text) const {
    write_text(folder() / file, text);
    touch(course_.root() / "chapters" / file);
}

std::string Mine::ours(const std::string& file) const {
    return read_text(course_.root() / "chapters" / file);
}

std::vector<std::string> Mine::borrowed(const Chapter& chapter) {
    std::vector<std::string> all;
    for (const Exercise& exercise : chapter.exercises) {
        const bool own = exercise.file.starts_with(chapter.folder + "/");
        const bool known = std::find(all.begin(), all.end(), exercise.file) != all.end();
        if (!own && !known) all.push_back(exercise.file);
    }
    return all;
}

/// What a first reader may skip stays where it is, and so does what chapter 20 has in a faster
/// form: a copy would win over that, and make every program slow.
std::vector<std::string> Mine::files(const Chapter& chapter) const {
    const fs::path fast = course_.root() / "chapters/20_making_it_fast/parts.txt";
    const std::string fast_parts = fs::exists(fast) ? read_text(fast) : "";
    std::vector<std::string> all = headers_below(course_.root() / "chapters" / chapter.folder);
    std::erase_if(all, [&](const std::string& file) {
        const bool stays = file.find("/detail/") != file.npos ||
                           fast_parts.find(" " + file + "\n") != fast_parts.npos;
        return stays && !has_exercise_in(chapter, file);
    });
    for (std::string& file : borrowed(chapter)) all.push_back(std::move(file));
    return all;
}

Mine::Started Mine::start(const Chapter& chapter) const {
    Started result;
    const bool first = !has(chapter);
    if (first) result.backup = take_out_bodies(chapter);
    for (const std::string& file : files(chapter)) {
        if (!fs::exists(folder() / file)) {
            write(file, stub(ours(file), file, chapter.exercises));
            ++result.written;
        } else if (!first) {
            ++result.kept;
        }
    }
    return result;
}

/// From the files that another chapter has already brought here.
fs::path Mine::take_out_bodies(const Chapter& chapter) const {
    std::map<std::string, std::string> stubs;
    for (const std::string& file : files(chapter)) {
        if (!fs::exists(folder() / file) || !has_exercise_in(chapter, file)) continue;
        try {
            stubs[file] = stub(read_text(folder() / file), file, chapter.exercises);
        } catch (const SourceError& error) {
            throw UserError(
                fmt::format("mine/{}: {}; give that file another name, then type "
                            "./learn start {}",
                            file, error.what(), chapter.number));
        }
    }
    if (stubs.empty()) return {};
    fs::path backup = new_backup(folder());
    for (const auto& [file, text] : stubs) {
        write_text(backup / file, read_text(folder() / file));
        write(file, text);
    }
    return backup;
}

fs::path Mine::reset(const Chapter& chapter) const {
    fs::path backup = new_backup(folder());
    fs::copy(folder() / chapter.folder, backup / chapter.folder, fs::copy_options::recursive);
    for (const std::string& file : borrowed(chapter)) {
        if (fs::exists(folder() / file)) write_text(backup / file, read_text(folder() / file));
    }
    for (const std::string& file : files(chapter)) write(file, renewed(file, chapter));
    return backup;
}

/// Our text without the bodies of `chapter`, and with those that the reader wrote for others.
std::string Mine::renewed(const std::string& file, const Chapter& chapter) const {
    std::string text = stub(ours(file), file, chapter.exercises);
    if (!fs::exists(folder() / file)) return text;
    const std::string before = read_text(folder() / file);
    for (const Chapter& other : course_.chapters()) {
        if (other.number == chapter.number) continue;
        for (const Exercise& exercise : other.exercises) {
            if (exercise.file == file) text = with_body_from(before, std::move(text), exercise);
        }
    }
    return text;
}

fs::path Mine::reset(const Exercise& exercise) const {
    const std::string chapter = exercise.id.substr(0, exercise.id.find('.'));
    if (!fs::exists(file(exercise))) {
        throw UserError(
            fmt::format("mine/{} is not there: type ./learn start {}", exercise.file, chapter));
    }
    const std::string text = read_text(file(exercise));
    std::string fresh;
    try {
        fresh = without_body(text, exercise);
    } catch (const SourceError& error) {
        throw UserError(
            fmt::format("mine/{}: {}; ./learn reset {} starts the whole chapter over and "
                        "keeps a backup",
                        exercise.file, error.what(), chapter));
    }
    fs::path backup = new_backup(folder());
    write_text(backup / exercise.file, text);
    write_text(file(exercise), fresh);
    return backup;
}

void Mine::announce_changes(const fs::path& memory) const {
    const Fingerprints before = read_fingerprints(memory);
    Fingerprints now;
    for (const Chapter& chapter : course_.chapters()) {
        for (const std::string& file : headers_below(folder() / chapter.folder)) {
            const std::string& hash = now[file] = content_hash(read_text(folder() / file));
            const auto known = before.find(file);
            if (known == before.end()) {
                touch(course_.root() / "chapters" / file);
                touch(memory.parent_path() / "fast" / file);  // or what stood in its place
            } else if (known->second != hash &&
                       fs::last_write_time(folder() / file) < fs::last_write_time(memory)) {
                touch(folder() / file);
            }
        }
    }
    if (now != before) write_fingerprints(memory, now);
}

}  // namespace learn
