#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/reader/progress_file.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

/// Our function, from its signature line to its closing brace.
std::string solution(const Course& course, const Exercise& exercise) {
    const std::string text = read_text(course.root() / "chapters" / exercise.file);
    const Span body = find_body(text, exercise.function);
    const std::size_t start = text.rfind('\n', text.rfind(exercise.function, body.begin)) + 1;
    return dedent(std::string_view(text).substr(start, body.end + 1 - start));
}

}  // namespace

int show(const Course& course, const std::string& id, bool give_up) {
    const Exercise& exercise = course.exercise(id);
    ProgressFile progress(course);
    const bool finished = progress.is_finished(exercise);
    if (!finished && !give_up && !progress.of(exercise).given_up) {
        throw UserError(
            fmt::format("your {0} has not passed its tests yet: ./learn test {0} runs "
                        "them, ./learn hint {0} helps, ./learn show {0} --give-up "
                        "shows ours anyway",
                        id));
    }
    if (!finished) {
        progress.of(exercise).given_up = true;
        progress.save();
    }
    fmt::print("{}\n\n{}", course::paint(course::Colour::grey, "// chapters/" + exercise.file),
               solution(course, exercise));
    return 0;
}

}  // namespace learn
