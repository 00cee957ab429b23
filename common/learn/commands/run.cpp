#include <fmt/format.h>

#include "common/learn/commands/commands.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/process.hpp"

namespace learn {

int run_chapter(const Course& course, const std::string& name,
                const std::vector<std::string>& arguments) {
    const Chapter& chapter = course.chapter(name);
    if (!has_program(course, chapter)) {
        throw UserError(fmt::format("chapter {} has no program yet", chapter.number));
    }
    const Build build(course, Flavour::release);
    build.make({chapter.folder});
    std::vector<std::string> command = {build.program(chapter.folder).string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    RunOptions options;
    options.inherit = true;
    return run(command, options).exit_code;
}

}  // namespace learn
