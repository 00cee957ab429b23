#include <algorithm>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/report.hpp"
#include "common/learn/reader/progress_file.hpp"

namespace learn {

int hint(const Course& course, const std::string& id) {
    const Exercise& exercise = course.exercise(id);
    ProgressFile progress(course);
    const auto count = static_cast<int>(exercise.hints.size());
    const int number = std::min(progress.of(exercise).hints + 1, count);
    progress.of(exercise).hints = number;
    progress.save();
    const std::string heading =
        fmt::format("{} {}: hint {} of {}", exercise.id, exercise.title, number, count);
    const int width = std::min(course::terminal_width(), 100);
    fmt::print("{}\n\n{}\n", course::paint(course::Colour::bold, heading),
               wrapped(exercise.hints[static_cast<std::size_t>(number - 1)], width));
    if (number < count) {
        fmt::print("One step further: ./learn hint {}\n", id);
    } else {
        fmt::print("That was the last hint. Our body: ./learn show {} --give-up\n", id);
    }
    return 0;
}

}  // namespace learn
