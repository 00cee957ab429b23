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

    [[nodiscard]] const std::string& readers_text() const noexcept { return readers_.text; }

    [[nodiscard]] std::string text() const {
        std::size_t at = 0;
        std::string text;
        for (const auto& [begin, gap] : gaps_) {
            text += readers_.part({at, gap.readers.begin}) + "\n" + ours_.part(gap.ours) + "\n";
            at = gap.readers.end;
        }
        return text + readers_.part({at, readers_.text.size()});
    }

  private:
    struct Version {
        explicit Version(fs::path path) : file(std::move(path)) {
            if (fs::exists(file)) text = read_text(file);
        }
        /// A part of the text, after a line that says where it comes from.
        [[nodiscard]] std::string part(Span span) const {
            return fmt::format("#line {} \"{}\"\n{}", line_number(text, span.begin), file.string(),
                               std::string_view(text).substr(span.begin, span.end - span.begin));
        }
        fs::path file;
        std::string text;
    };
    struct Gap {
        Span readers;
        Span ours;
    };

    Version readers_;
    Version ours_;
    std::map<std::size_t, Gap> gaps_;  // by their place in the reader's text
};

void write_if_changed(const fs::path& file, const std::string& text) {
    if (!fs::exists(file) || read_text(file) != text) write_text(file, text);
}

}  // namespace

std::string completed(const Course& course, const std::string& file) {
    Completion completion(course, file);
    for (const Chapter& chapter : course.chapters()) {
        for (const Exercise& exercise : chapter.exercises) {
            const bool here = exercise.file == file;
            if (here && holds_todo(completion.readers_text(), exercise)) {
                completion.take_ours(exercise);
            }
        }
    }
    return completion.text();
}

void write_completed(const Course& course, const fs::path& folder) {
    const fs::path mine = Mine(course).folder();
    for (const Chapter& chapter : course.chapters()) {
        const std::vector<std::string> kept = headers_below(mine / chapter.folder);
        for (const std::string& file : headers_below(folder / chapter.folder)) {
            const bool gone = std::find(kept.begin(), kept.end(), file) == kept.end();
            if (gone) fs::remove(folder / file);
        }
        for (const std::string& file : kept) {
            write_if_changed(folder / file, completed(course, file));
        }
    }
}

}  // namespace learn
