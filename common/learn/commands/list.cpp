#include <fmt/format.h>

#include "common/console/bar.hpp"
#include "common/console/console.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/report.hpp"
#include "common/learn/reader/standing.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

/// Counts and marks of a chapter's exercises.
struct Tally {
    int finished = 0;
    int total = 0;
    std::string marks;
};

Tally tally(const Mine& mine, ProgressFile& progress, const Chapter& chapter) {
    Tally result;
    for (const Exercise& exercise : chapter.exercises) {
        const Standing where = standing(mine, progress, exercise);
        ++result.total;
        result.finished += where == Standing::finished ? 1 : 0;
        result.marks += mark(where);
    }
    return result;
}

void list_chapter(const Chapter& chapter, const Mine& mine, ProgressFile& progress) {
    fmt::print("{}\n",
               paint(Colour::bold, fmt::format("{:02}  {}", chapter.number, chapter.title)));
    for (const Exercise& exercise : chapter.exercises) {
        const Standing where = standing(mine, progress, exercise);
        fmt::print("    {} {:<5} {} {}\n", mark(where), exercise.id, column(exercise.title, 56),
                   paint(Colour::grey, in_words(where)));
    }
}

}  // namespace

int list(const Course& course, const std::string& only) {
    const Mine mine(course);
    ProgressFile progress(course);
    if (!only.empty()) {
        list_chapter(course.chapter(only), mine, progress);
        return 0;
    }
    for (const Chapter& chapter : course.chapters()) list_chapter(chapter, mine, progress);
    return 0;
}

int show_progress(const Course& course) {
    const Mine mine(course);
    ProgressFile progress(course);
    Tally all;
    std::string rows;
    for (const Chapter& chapter : course.chapters()) {
        const Tally one = tally(mine, progress, chapter);
        all.finished += one.finished;
        all.total += one.total;
        rows +=
            fmt::format("  {:02}  {} {}\n", chapter.number, column(chapter.title, 44), one.marks);
    }
    fmt::print("{}  {} of {} exercises\n\n{}\n",
               paint(Colour::green, course::gauge(all.finished, all.total, 40)), all.finished,
               all.total, rows);
    fmt::print("  {} finished   {} fails   {} changed since its test   {} not tested yet\n",
               mark(Standing::finished), mark(Standing::failing), mark(Standing::changed),
               mark(Standing::written));
    fmt::print("  {} to do      {} not started\n\n", mark(Standing::todo),
               mark(Standing::not_started));
    fmt::print("{}", next_step(course, progress));
    return 0;
}

}  // namespace learn
