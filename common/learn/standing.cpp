#include "common/learn/standing.hpp"

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
    return progress.of(exercise).passed.empty() ? Standing::written : Standing::changed;
}

std::string mark(Standing standing) {
    switch (standing) {
        case Standing::not_started:
            return paint(Colour::grey, "·");
        case Standing::todo:
            return paint(Colour::yellow, "○");
        case Standing::written:
            return paint(Colour::yellow, "✎");
        case Standing::changed:
            return paint(Colour::yellow, "✔");
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
            return "not passed yet";
        case Standing::changed:
            return "passed, changed since";
        case Standing::finished:
            break;
    }
    return "finished";
}

}  // namespace learn
