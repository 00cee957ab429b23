#include "common/gate/command_line.hpp"

#include <CLI/CLI.hpp>

#include "common/gate/check.hpp"
#include "common/learn/commands/command_line.hpp"

namespace learn::gate {

int run_command_line(const std::filesystem::path& root, std::vector<std::string> arguments) {
    CheckOptions options;
    CLI::App app("", "./learn");
    CLI::App* command =
        app.add_subcommand("check", "prove the course: text, stubs, solutions, mutants");
    command->set_help_flag("-h,--help", "this text");
    command->add_option("chapter", options.chapter, "a chapter: 5, or its name");
    command->add_flag("--fix", options.fix, "rewrite the text's code and output");
    command->add_flag("--changed-only", options.changed_only,
                      "prove exercises only if something changed since they passed");
    command->add_flag("--sweep", options.sweep,
                      "only derive wrong bodies from ours (of a chapter, or of 5.2), and try them");
    command->add_flag("--cycle", options.cycle,
                      "only time each exercise, from a saved body to the verdict");
    command->add_option("--jobs", options.jobs, "proofs at once (2)");
    return say_mistakes([&] {
        if (!parse(app, std::move(arguments))) return 0;
        return check(Course::load(root), options);
    });
}

}  // namespace learn::gate
