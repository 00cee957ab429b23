#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/report.hpp"
#include "common/learn/commands/watcher.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/reader/mine.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

/// The exercises to work on: of one chapter, or of all that are in mine/.
std::vector<const Exercise*> exercises(const Course& course, const std::string& only) {
    const Mine mine(course);
    std::vector<const Exercise*> all;
    for (const Chapter& chapter : course.chapters()) {
        if (!mine.has(chapter) || (!only.empty() && &chapter != &course.chapter(only))) continue;
        for (const Exercise& exercise : chapter.exercises) all.push_back(&exercise);
    }
    return all;
}

/// Leads the reader from one unfinished exercise to the next.
class Lesson {
  public:
    Lesson(const Course& course, std::vector<const Exercise*> exercises, Watcher& watcher)
        : course_(course),
          exercises_(std::move(exercises)),
          watcher_(watcher),
          progress_(course),
          judge_(course, progress_) {
        judge_.set_stop([this] { return interrupted(); });
    }

    int run() {
        bool good = false;
        while (const Exercise* exercise = first_unfinished()) {
            changed_ = false;
            if (!good) clear_screen();  // praise stays
            good = attempt(*exercise);
            if (stop_.arrived()) break;
            if (good || changed_) continue;
            fmt::print("\n{}\n",
                       paint(Colour::grey, "Waiting for you to save a file; Ctrl-C ends."));
            std::fflush(stdout);
            if (!watcher_.wait(stop_.fd())) break;
        }
        fmt::print("\n{}\n", farewell());
        return 0;
    }

  private:
    const Exercise* first_unfinished() {
        for (const Exercise* exercise : exercises_) {
            if (!progress_.is_finished(*exercise)) return exercise;
        }
        return nullptr;
    }

    /// A test that hangs ends when the reader saves a better idea, or gives up.
    bool interrupted() {
        changed_ = changed_ || watcher_.changed();
        return changed_ || stop_.arrived();
    }

    /// Builds and tests one exercise, and returns whether it passes. One that passed before, and
    /// whose file has changed since, is tested again without a word.
    bool attempt(const Exercise& exercise) {
        const bool passed_before = !progress_.of(exercise).passed.empty();
        try {
            const Verdict verdict = judge_.judge(exercise);
            if (interrupted()) return false;
            if (passed_before && passes(verdict.results)) return true;
            fmt::print("{}\n{}{}", summary(verdict), failures(verdict.results, course_.root()),
                       advice(verdict, first_unfinished()));
            return progress_.is_finished(exercise);
        } catch (const BuildError& error) {
            if (!stop_.arrived())
                fmt::print("{} {}\n\n{}\n", exercise.id, exercise.title, error.what());
            return false;
        }
    }

    static void clear_screen() {
        if (isatty(STDOUT_FILENO) == 1) fmt::print("\x1b[2J\x1b[3J\x1b[H");
    }

    std::string farewell() {
        if (first_unfinished() != nullptr)
            return "Until next time. ./learn progress shows where you are.";
        return paint(Colour::green, "All done here.") + " ./learn progress shows what comes next.";
    }

    const Course& course_;
    std::vector<const Exercise*> exercises_;
    Watcher& watcher_;
    StopSignal stop_;
    ProgressFile progress_;
    Judge judge_;
    bool changed_ = false;
};

}  // namespace

int watch_exercises(const Course& course, const std::string& only, bool poll) {
    if (!only.empty() && !Mine(course).has(course.chapter(only))) {
        throw UserError(fmt::format("mine/{} is not there: type ./learn start {}",
                                    course.chapter(only).folder, course.chapter(only).number));
    }
    std::vector<const Exercise*> all = exercises(course, only);
    if (all.empty()) throw UserError("there is nothing in mine/ to watch: type ./learn start 1");
    const auto folder = Mine(course).folder();
    const auto watcher = poll ? watch_by_polling(folder) : watch(folder);
    return Lesson(course, std::move(all), *watcher).run();
}

}  // namespace learn
