#include "common/learn/mine.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>

#include <system_error>

#include <fmt/format.h>

#include "common/learn/source.hpp"
#include "common/learn/stub.hpp"
#include "common/learn/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

/// Sets the time of the last change to now; a file that is not there stays away.
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

void write_fingerprints(const fs::path& file, const Fingerprints& all) {
    std::string text;
    for (const auto& [name, hash] : all) text += fmt::format("{} {}\n", hash, name);
    write_text(file, text);
}

}  // namespace

fs::path Mine::file(const Exercise& exercise) const {
    return folder() / exercise.file;
}

bool Mine::has(const Chapter& chapter) const {
    return !headers(folder() / chapter.folder).empty();
}

bool Mine::empty() const {
    const auto& all = course_.chapters();
    return std::none_of(all.begin(), all.end(), [&](const Chapter& each) { return has(each); });
}

Written Mine::written(const Exercise& exercise) const {
    if (!fs::exists(file(exercise))) return Written::not_started;
    const bool todo = read_text(file(exercise)).find(todo_call(exercise)) != std::string::npos;
    return todo ? Written::todo : Written::something;
}

/// The headers below `folder`, as paths below its parent: "05_x/y.hpp".
std::vector<std::string> Mine::headers(const fs::path& folder) const {
    std::vector<std::string> all;
    if (!fs::is_directory(folder)) return all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".hpp") continue;
        all.push_back(entry.path().lexically_relative(folder.parent_path()).string());
    }
    std::sort(all.begin(), all.end());
    return all;
}

void Mine::write_stub(const std::string& file) const {
    const Chapter& chapter = course_.chapter(file.substr(0, file.find('/')));
    const fs::path ours = course_.root() / "chapters" / file;
    write_text(folder() / file, stub(read_text(ours), file, chapter.exercises));
    touch(ours);
}

Mine::Started Mine::start(const Chapter& chapter) const {
    Started result;
    for (const std::string& file : headers(course_.root() / "chapters" / chapter.folder)) {
        if (fs::exists(folder() / file)) {
            ++result.kept;
        } else {
            write_stub(file);
            ++result.written;
        }
    }
    return result;
}

fs::path Mine::reset(const Chapter& chapter) const {
    const fs::path backup = new_backup(folder());
    fs::copy(folder() / chapter.folder, backup / chapter.folder, fs::copy_options::recursive);
    for (const std::string& file : headers(course_.root() / "chapters" / chapter.folder)) {
        write_stub(file);
    }
    return backup;
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
            fmt::format("mine/{}: {}; ./learn reset {} starts the whole chapter anew and "
                        "keeps a backup",
                        exercise.file, error.what(), chapter));
    }
    const fs::path backup = new_backup(folder());
    write_text(backup / exercise.file, text);
    write_text(file(exercise), fresh);
    return backup;
}

void Mine::announce_changes(const fs::path& memory) const {
    const Fingerprints before = read_fingerprints(memory);
    Fingerprints now;
    for (const Chapter& chapter : course_.chapters()) {
        for (const std::string& file : headers(folder() / chapter.folder)) {
            const std::string& hash = now[file] = content_hash(read_text(folder() / file));
            const auto known = before.find(file);
            if (known == before.end()) {
                touch(course_.root() / "chapters" / file);
            } else if (known->second != hash &&
                       fs::last_write_time(folder() / file) < fs::last_write_time(memory)) {
                touch(folder() / file);
            }
        }
    }
    if (now != before) write_fingerprints(memory, now);
}

}  // namespace learn
