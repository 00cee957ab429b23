#include "common/learn/reader/standing.hpp"

#include <fmt/format.h>

#include "common/console/console.hpp"

namespace learn {

using course::Colour;
using course::paint;

Standing standing(const Mine& mine, ProgressFile& progress, const Exercise& exercise) {
    if (progress.is_finished(exercise)) return Standing::finished;
    switch (mine.written(exercise)) {
        case Written::not_started:
            return Standing::not_started;
        case Written::todo:
            return Standing::todo;
        case Written::something:
            break;
    }
    const Record& record = progress.of(exercise);
    if (!record.passed.empty()) return Standing::changed;
    if (record.failed.empty()) return Standing::written;
    return progress.has_failed(exercise) ? Standing::failing : Standing::mended;
}

const Exercise* next_exercise(const Course& course, const Mine& mine, ProgressFile& progress) {
    const Exercise* changed = nullptr;
    for (const Chapter& chapter : course.chapters()) {
        for (const Exercise& exercise : chapter.exercises) {
            const Standing where = standing(mine, progress, exercise);
            if (where == Standing::not_started || where == Standing::finished) continue;
            if (where != Standing::changed) return &exercise;
            if (changed == nullptr) changed = &exercise;
        }
    }
    return changed;
}

std::string next_step(const Course& course, ProgressFile& progress) {
    const Mine mine(course);
    if (const Exercise* next = next_exercise(course, mine, progress)) {
        return fmt::format("Next: {} {}\n\n  ./learn watch {}\n", next->id, next->title,
                           course.chapter_of(*next).number);
    }
    for (const Chapter& chapter : course.chapters()) {
        if (chapter.exercises.empty() || mine.has(chapter)) continue;
        return fmt::format("Next: chapter {}, {}\n\n  ./learn start {}\n", chapter.number,
                           chapter.title, chapter.number);
    }
    return "Every exercise is finished: the whole stack is yours.\n";
}

std::string mark(Standing standing) {
    switch (standing) {
        case Standing::not_started:
            return paint(Colour::grey, "·");
        case Standing::todo:
            return paint(Colour::yellow, "○");
        case Standing::written:
            return paint(Colour::yellow, "✎");
        case Standing::failing:
            return paint(Colour::red, "✘");
        case Standing::mended:
        case Standing::changed:
            return paint(Colour::yellow, "↻");
        case Standing::finished:
            break;
    }
    return paint(Colour::green, "✔");
}

std::string in_words(Standing standing) {
    switch (standing) {
        case Standing::not_started:
            return "not started";
        case Standing::todo:
            return "to do";
        case Standing::written:
            return "not tested yet";
        case Standing::failing:
            return "fails its tests";
        case Standing::mended:
            return "failed, changed since";
        case Standing::changed:
            return "passed, changed since";
        case Standing::finished:
            break;
    }
    return "finished";
}

}  // namespace learn
