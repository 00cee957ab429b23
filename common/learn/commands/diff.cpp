#include <fmt/format.h>

#include "common/learn/commands/commands.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/reader/progress_file.hpp"
#include "common/learn/reader/stub.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

void require_started(const Course& course, const Chapter& chapter) {
    if (Mine(course).has(chapter)) return;
    throw UserError(
        fmt::format("mine/{} is not there: type ./learn start {}", chapter.folder, chapter.number));
}

/// diff(1) from our text to the reader's; its exit code 1 only says that they differ.
int run_diff(const Course& course, const fs::path& ours, const fs::path& readers,
             const std::string& label) {
    RunOptions options;
    options.cwd = course.root();
    options.inherit = true;
    const RunResult result =
        learn::run({"diff", "-u", "--color=auto", "--label", "ours: " + label, "--label",
                    "yours: " + label, ours.string(), readers.string()},
                   options);
    if (result.exit_code > 1) throw UserError("diff failed: is diffutils installed?");
    return result.exit_code;
}

/// Whether the reader may see our body: a difference would show it.
bool may_see(ProgressFile& progress, const Exercise& exercise) {
    return progress.is_finished(exercise) || progress.of(exercise).given_up;
}

/// `text` without what only a stub needs, and without the bodies that the reader may not see yet.
std::string open_part(const Course& course, const std::string& file, std::string text) {
    ProgressFile progress(course);
    for (const Chapter& chapter : course.chapters()) {
        for (const Exercise& exercise : chapter.exercises) {
            const bool shut = exercise.file == file && !may_see(progress, exercise);
            const bool is_here = text.find(exercise.function) != text.npos;
            if (shut && is_here) text = without_body(text, exercise);
        }
    }
    return without_todo_include(text);
}

/// Our file and the reader's.
int diff_file(const Course& course, const std::string& file) {
    const TemporaryFolder folder;
    for (const char* whose : {"chapters", "mine"}) {
        const fs::path path = course.root() / whose / file;
        const std::string text = fs::exists(path) ? read_text(path) : "";
        write_text(folder.path() / whose, open_part(course, file, text));
    }
    return run_diff(course, folder.path() / "chapters", folder.path() / "mine", file);
}

int diff_chapter(const Course& course, const Chapter& chapter) {
    int differing = 0;
    for (const std::string& file : headers_below(course.root() / "mine" / chapter.folder)) {
        differing += diff_file(course, file);
    }
    for (const std::string& file : Mine::borrowed(chapter)) differing += diff_file(course, file);
    return differing;
}

void require_finished(const Course& course, const Exercise& exercise) {
    ProgressFile progress(course);
    if (may_see(progress, exercise)) return;
    throw UserError(fmt::format(
        "your {0} has not passed its tests yet, and the difference would show our "
        "body: ./learn test {0} runs them, ./learn show {0} --give-up shows ours anyway",
        exercise.id));
}

int diff_exercise(const Course& course, const Exercise& exercise) {
    const TemporaryFolder folder;
    for (const char* whose : {"chapters", "mine"}) {
        const std::string text = read_text(course.root() / whose / exercise.file);
        write_text(folder.path() / whose, dedent(body(text, exercise.function)));
    }
    return run_diff(course, folder.path() / "chapters", folder.path() / "mine", exercise.id);
}

}  // namespace

int diff(const Course& course, const std::string& what) {
    int differing = 0;
    if (what.find('.') != std::string::npos) {
        const Exercise& exercise = course.exercise(what);
        require_started(course, course.chapter_of(exercise));
        require_finished(course, exercise);
        differing = diff_exercise(course, exercise);
    } else {
        const Chapter& chapter = course.chapter(what);
        require_started(course, chapter);
        differing = diff_chapter(course, chapter);
    }
    if (differing == 0) fmt::print("Yours and ours are the same, letter by letter.\n");
    return 0;
}

}  // namespace learn
