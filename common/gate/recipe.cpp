#include "common/gate/recipe.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/gate/blocks.hpp"
#include "common/gate/findings.hpp"
#include "common/learn/course/course.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

nlohmann::json commands_of(const fs::path& build) {
    const fs::path file = build / "compile_commands.json";
    if (!fs::exists(file)) {
        throw UserError(fmt::format("there is no {}: configure it with Ninja", file.string()));
    }
    return nlohmann::json::parse(read_text(file));
}

/// Takes "-o FILE" out of a command and returns FILE.
std::string take_output(Command& command) {
    const auto option = std::find(command.begin(), command.end(), "-o");
    if (option == command.end() || option + 1 == command.end()) return "";
    std::string output = option[1];
    command.erase(option, option + 2);
    return output;
}

/// A mutant may leave a parameter unused: that is not what we judge. mine/ is the reader's.
void quieten(Command& command) {
    std::erase_if(command, [](const std::string& word) {
        return word == "-Werror" || (word.starts_with("-I") && word.ends_with("/mine"));
    });
    command.emplace_back("-w");
}

bool makes(const Command& command, const std::string& target) {
    const auto option = std::find(command.begin(), command.end(), "-o");
    return option != command.end() && option + 1 != command.end() &&
           fs::path(option[1]).filename() == target;
}

/// Ninja lists all commands of a target; each line is a chain of some, joined by "&&".
Command ninja_link(const fs::path& build, const std::string& target) {
    const RunResult result = run({"ninja", "-C", build.string(), "-t", "commands", target});
    for (const std::string_view line : split_lines(result.output)) {
        Command part;
        for (std::string& word : split_words(line)) {
            if (word != "&&") {
                part.push_back(std::move(word));
            } else if (makes(part, target)) {
                return part;
            } else {
                part.clear();
            }
        }
    }
    throw UserError(fmt::format("ninja does not say how {} is linked in {}: {}", target,
                                build.string(), first_line(result.output)));
}

}  // namespace

void Recipe::precompile_no_chapter() {
    constexpr std::string_view kTests = "test_stack_pch.dir";  // tests/CMakeLists.txt
    for (std::string& word : compile_) {
        const auto at = word.find(kTests);
        if (at != word.npos) word.replace(at, kTests.size(), "test_pch.dir");
    }
    const auto program = std::ranges::find_if(
        compile_, [](auto& word) { return word.find("/stack_pch.dir/") != word.npos; });
    if (program != compile_.end()) compile_.erase(program - 1, program + 1);  // and its -include
}

Recipe Recipe::load(const fs::path& build, const fs::path& source) {
    Recipe recipe;
    for (const auto& entry : commands_of(build)) {
        if (entry.at("file").get<std::string>() != source.string()) continue;
        Command command = split_words(entry.at("command").get<std::string>());
        recipe.folder_ = entry.at("directory").get<std::string>();
        recipe.object_ = take_output(command);
        quieten(command);
        recipe.compile_ = std::move(command);
        return recipe;
    }
    throw UserError(fmt::format("{} is not compiled in {}", source.string(), build.string()));
}

Recipe Recipe::load(const fs::path& build, const fs::path& source, const std::string& target) {
    Recipe recipe = load(build, source);
    const std::string objects = "CMakeFiles/" + target + ".dir/";
    const fs::path of_make = recipe.folder_ / objects / "link.txt";
    recipe.link_ = fs::exists(of_make) ? split_words(first_line(read_text(of_make)))
                                       : ninja_link(build, target);
    take_output(recipe.link_);
    const auto is_object = [&](const std::string& word) {
        return word.ends_with(".o") && word.find(objects) != std::string::npos;
    };
    std::replace_if(recipe.link_.begin(), recipe.link_.end(), is_object, "");
    return recipe;
}

Command Recipe::compile(const fs::path& first, const fs::path& object) const {
    Command command = compile_;
    const auto option = std::find_if(command.begin(), command.end(),
                                     [](const std::string& word) { return word.starts_with('-'); });
    command.insert(option, "-I" + first.string());
    command.insert(command.end(), {"-o", object.string()});
    return command;
}

Command Recipe::try_to_compile(const fs::path& first) const {
    Command command = compile(first, "/dev/null");
    command.emplace_back("-fsyntax-only");
    return command;
}

Command Recipe::link(const fs::path& object, const fs::path& program) const {
    Command command = link_;
    const auto place = std::find(command.begin(), command.end(), "");
    if (place != command.end()) *place = object.string();
    std::erase(command, "");
    command.insert(command.end(), {"-o", program.string()});
    return command;
}

std::vector<fs::path> sources_in(const fs::path& build) {
    std::vector<fs::path> sources;
    for (const auto& entry : commands_of(build)) {
        sources.emplace_back(entry.at("file").get<std::string>());
    }
    return sources;
}

}  // namespace learn::gate
