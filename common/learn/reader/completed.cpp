#include "common/learn/reader/completed.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "common/learn/reader/mine.hpp"
#include "common/learn/reader/stub.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

/// Two versions of one header. The completed text takes parts of both.
class Completion {
  public:
    Completion(const Course& course, const std::string& file)
        : readers_{course.root() / "mine" / file}, ours_{course.root() / "chapters" / file} {}

    /// Puts our body in place of the reader's; does nothing if a signature is gone.
    void take_ours(const Exercise& exercise) {
        try {
            const Span gap = find_body(readers_.text, exercise.function);
            gaps_.emplace(gap.begin, Gap{gap, find_body(ours_.text, exercise.function)});
        } catch (const SourceError&) {
        }
    }

    [[nodiscard]] bool has_todo(const Exercise& exercise) const {
        return holds_todo(readers_.text, exercise);
    }

    [[nodiscard]] bool is_ours() const {
        const auto part = [](const Version& version, Span span) { return version.part(span); };
        return without_todo_include(put_together(part)) == ours_.text;
    }

    [[nodiscard]] std::string text() const {
        return put_together([](const Version& version, Span span) {
            return fmt::format("#line {} \"{}\"\n{}\n", line_number(version.text, span.begin),
                               version.file.string(), version.part(span));
        });
    }

  private:
    struct Version {
        explicit Version(fs::path path) : file(std::move(path)) {
            if (fs::exists(file)) text = read_text(file);
        }
        [[nodiscard]] std::string part(Span span) const {
            return text.substr(span.begin, span.end - span.begin);
        }
        fs::path file;
        std::string text;
    };
    struct Gap {
        Span readers;
        Span ours;
    };

    template <class Part>
    [[nodiscard]] std::string put_together(Part part) const {
        std::size_t at = 0;
        std::string text;
        for (const auto& [begin, gap] : gaps_) {
            text += part(readers_, {at, gap.readers.begin}) + part(ours_, gap.ours);
            at = gap.readers.end;
        }
        return text + part(readers_, {at, readers_.text.size()});
    }

    Version readers_;
    Version ours_;
    std::map<std::size_t, Gap> gaps_;  // by their place in the reader's text
};

template <class Visit>
void for_each_exercise(const Course& course, const Visit& visit) {
    for (const Chapter& chapter : course.chapters()) {
        for (const Exercise& exercise : chapter.exercises) visit(exercise);
    }
}

/// Whether nothing but bodies of exercises distinguishes mine/`file` from ours.
bool differs_in_bodies_only(const Course& course, const std::string& file) {
    Completion completion(course, file);
    for_each_exercise(course, [&](const Exercise& exercise) {
        if (exercise.file == file) completion.take_ours(exercise);
    });
    return completion.is_ours();
}

void write_if_changed(const fs::path& file, const std::string& text) {
    if (!fs::exists(file) || read_text(file) != text) write_text(file, text);
}

/// What stands in the copy for a header of ours: the fast one of chapter 20 if there is one.
std::string forwarding(const Course& course, const fs::path& folder, const std::string& file) {
    const fs::path fast = folder.parent_path() / "fast" / file;
    const fs::path ours = fs::exists(fast) ? fast : course.root() / "chapters" / file;
    return fmt::format("#pragma once\n#include \"{}\"\n", ours.string());
}

}  // namespace

Completed::Completed(const Course& course, const Exercise* alone) : course_(course) {
    const fs::path mine = Mine(course).folder();
    bool bodies_only = true;
    for_each_exercise(course, [&](const Exercise& exercise) { texts_[exercise.file]; });
    for (const Chapter& chapter : course.chapters()) {
        for (const std::string& file : headers_below(mine / chapter.folder)) {
            bodies_only = bodies_only && differs_in_bodies_only(course, file);
            texts_[file];
        }
    }
    for (auto& [file, text] : texts_) {
        if (!fs::exists(mine / file)) continue;
        Completion completion(course, file);
        for_each_exercise(course, [&, &name = file](const Exercise& exercise) {
            const bool others = alone != nullptr && bodies_only && &exercise != alone;
            const bool takes = others || completion.has_todo(exercise);
            if (exercise.file == name && takes) completion.take_ours(exercise);
        });
        if (!completion.is_ours()) text = completion.text();
    }
}

int Completed::first_chapter() const {
    int first = 100;
    for (const auto& [file, text] : texts_) {
        if (!text.empty()) first = std::min(first, std::stoi(file));
    }
    return first;
}

void Completed::write(const fs::path& folder) const {
    for (const Chapter& chapter : course_.chapters()) {
        for (const std::string& file : headers_below(folder / chapter.folder)) {
            if (!texts_.contains(file)) fs::remove(folder / file);
        }
    }
    for (const auto& [file, text] : texts_) {
        write_if_changed(folder / file, text.empty() ? forwarding(course_, folder, file) : text);
    }
}

}  // namespace learn
