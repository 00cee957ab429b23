#include <fmt/format.h>

#include "common/learn/commands/commands.hpp"
#include "common/learn/reader/mine.hpp"

namespace learn {

int reset(const Course& course, const std::string& what) {
    const Mine mine(course);
    std::filesystem::path backup;
    if (what.find('.') != std::string::npos) {
        const Exercise& exercise = course.exercise(what);
        backup = mine.reset(exercise);
        fmt::print("Exercise {} in mine/{} is empty again.\n", exercise.id, exercise.file);
    } else {
        const Chapter& chapter = course.chapter(what);
        if (!mine.has(chapter)) {
            throw UserError(fmt::format("mine/{} is not there: type ./learn start {}",
                                        chapter.folder, chapter.number));
        }
        backup = mine.reset(chapter);
        fmt::print("mine/{} is as ./learn start made it.\n", chapter.folder);
    }
    fmt::print("What you had is in {}\n", backup.lexically_relative(course.root()).string());
    return 0;
}

}  // namespace learn
