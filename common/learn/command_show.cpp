#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/commands.hpp"
#include "common/learn/progress_file.hpp"
#include "common/learn/source.hpp"
#include "common/learn/text_file.hpp"

namespace learn {

int show(const Course& course, const std::string& id, bool give_up) {
    const Exercise& exercise = course.exercise(id);
    ProgressFile progress(course);
    const bool finished = progress.is_finished(exercise);
    if (!finished && !give_up && !progress.of(exercise).given_up) {
        throw UserError(
            fmt::format("your {0} has not passed its tests yet: ./learn test {0} runs "
                        "them, ./learn hint {0} helps, ./learn show {0} --give-up "
                        "shows ours all the same",
                        id));
    }
    if (!finished) {
        progress.of(exercise).given_up = true;
        progress.save();
    }
    const std::string text = read_text(course.root() / "chapters" / exercise.file);
    const std::string where = "chapters/" + exercise.file;
    fmt::print("{}\n\n{}{}}}\n", course::paint(course::Colour::grey, "// " + where),
               exercise.function, body(text, exercise.function));
    return 0;
}

}  // namespace learn
