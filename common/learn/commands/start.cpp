#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/report.hpp"
#include "common/learn/reader/mine.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

void print_exercises(const Chapter& chapter) {
    fmt::print("\nYou write {} of its functions:\n\n", chapter.exercises.size());
    for (const Exercise& exercise : chapter.exercises) {
        fmt::print("  {}  {}  {}\n", paint(Colour::bold, exercise.id), column(exercise.title, 56),
                   paint(Colour::grey, "mine/" + exercise.file));
    }
}

/// Files of earlier chapters that the reader had, and in which this one has exercises.
void print_backup(const Course& course, const std::filesystem::path& backup) {
    fmt::print("Bodies were taken out of files that you had. The files as they were are in {}.\n",
               backup.lexically_relative(course.root()).string());
}

void print_next_step(const Chapter& chapter) {
    fmt::print("\nRead chapters/{}/README.md, then type:\n\n  ./learn watch {}\n", chapter.folder,
               chapter.number);
}

int start_again(const Course& course, const Chapter& chapter) {
    const auto backup = Mine(course).reset(chapter);
    fmt::print("mine/{} is new. What was there is in {}.\n", chapter.folder,
               backup.lexically_relative(course.root()).string());
    return 0;
}

/// A chapter that is still being written cannot be started.
void require_ready(const Course& course, const Chapter& chapter) {
    const char* missing = nullptr;
    if (chapter.exercises.empty()) missing = "exercises";
    if (!std::filesystem::exists(course.root() / "chapters" / chapter.folder / "README.md"))
        missing = "README.md";
    if (missing == nullptr) return;
    throw UserError(fmt::format(
        "chapter {} cannot be started: it has no {} yet (./learn list shows all chapters)",
        chapter.number, missing));
}

}  // namespace

int start(const Course& course, const std::string& name, bool again) {
    const Chapter& chapter = course.chapter(name);
    require_ready(course, chapter);
    const Mine mine(course);
    if (again && mine.has(chapter)) return start_again(course, chapter);
    const Mine::Started started = mine.start(chapter);
    if (started.written == 0 && started.kept == 0) {
        throw UserError(fmt::format("chapter {} has no headers to write", chapter.number));
    }
    if (started.kept == 0) {
        fmt::print("mine/{} is yours now. Every program uses it in place of chapters/{}.\n",
                   chapter.folder, chapter.folder);
    } else {
        fmt::print("mine/{} is there already: nothing in it was changed.\n", chapter.folder);
        if (started.written > 0) fmt::print("{} new files were added.\n", started.written);
        fmt::print("To start over (with a backup): ./learn start {} --again\n", chapter.number);
    }
    if (!started.backup.empty()) print_backup(course, started.backup);
    print_exercises(chapter);
    print_next_step(chapter);
    return 0;
}

}  // namespace learn
