#include "common/learn/commands/command_line.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/course/nearest.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

struct CommandText {
    const char* group;
    const char* name;
    const char* usage;
    const char* what;
};

constexpr const char* kSee = "See it work";
constexpr const char* kWrite = "Write it yourself";
constexpr const char* kWhere = "Where you are";
constexpr const char* kKeep = "Keep it right";

constexpr std::array<CommandText, 15> kCommands = {{
    {kSee, "tour", "", "run every chapter's program, then one table of what it cost"},
    {kSee, "run", "run 5", "run chapter 5's program; its options follow: run 5 --scene 2"},
    {kSee, "bench", "bench [5]", "time the benchmarks, your code beside ours"},
    {kWrite, "start", "start 5", "write chapter 5's headers into mine/, for you to complete"},
    {kWrite, "watch", "watch [5]", "test what you write whenever you save"},
    {kWrite, "test", "test [5|5.2]", "test everything, a chapter or an exercise"},
    {kWrite, "hint", "hint 5.2", "a hint; each time one step further"},
    {kWrite, "show", "show 5.2", "our body, once yours passes (or --give-up)"},
    {kWrite, "diff", "diff 5|5.2", "how yours differs from ours"},
    {kWrite, "reset", "reset 5|5.2", "begin again; what you had is kept in mine/.backup/"},
    {kWhere, "list", "list [5]", "the chapters and their exercises"},
    {kWhere, "progress", "progress", "how far you are, and what comes next"},
    {kWhere, "grade", "grade [5] --json", "the same for a machine, with the tests' messages"},
    {kKeep, "doctor", "doctor", "what is installed, what is missing, what to type"},
    {kKeep, "check", "check [5]", "prove the course: text, stubs, solutions, mutants"},
}};

void print_help() {
    fmt::print("{}\n", paint(Colour::bold, "asyncio from scratch"));
    const char* group = "";
    for (const CommandText& command : kCommands) {
        if (group != command.group) fmt::print("\n{}\n", paint(Colour::cyan, command.group));
        group = command.group;
        fmt::print("  ./learn {:<18} {}\n", command.usage, command.what);
    }
    fmt::print("\n./learn COMMAND --help shows a command's options.\n");
}

bool is_command(const std::string& word) {
    return std::any_of(kCommands.begin(), kCommands.end(),
                       [&](const CommandText& command) { return word == command.name; });
}

[[noreturn]] void unknown_command(const std::string& word) {
    if (!word.empty() && word.find_first_not_of("0123456789.") == std::string::npos) {
        throw UserError(
            fmt::format("'{0}' alone is not a command: type ./learn test {0}, or ./learn "
                        "help for all commands",
                        word));
    }
    std::vector<std::string> names = {"help"};
    for (const CommandText& command : kCommands) names.emplace_back(command.name);
    const std::string near = nearest(word, names);
    const std::string advice = near.empty() ? "" : fmt::format("did you mean ./learn {}? ", near);
    throw UserError(
        fmt::format("there is no command '{}': {}./learn help lists all", word, advice));
}

std::string example(const std::string& name) {
    if (name == "hint" || name == "show") return name + " 1.1";
    return name + " 1";
}

/// The commands' options, and which command was chosen.
class Commands {
  public:
    explicit Commands(std::filesystem::path root) : root_(std::move(root)) {
        app_.name("./learn");
        app_.set_help_flag();
        add_programs();
        add_exercises();
        add_standing();
        add_maintenance();
    }

    int run(std::vector<std::string> arguments) {
        if (arguments.at(0) == "run") take_program_options(arguments);
        if (!parse(app_, std::move(arguments))) return 0;
        return chosen_();
    }

  private:
    CLI::App* add(const std::string& name, std::function<int(const Course&)> work) {
        const auto* text = std::find_if(kCommands.begin(), kCommands.end(),
                                        [&](const CommandText& each) { return name == each.name; });
        CLI::App* command = app_.add_subcommand(name, text->what);
        command->set_help_flag("-h,--help", "this text");
        command->callback([this, work = std::move(work)] {
            chosen_ = [this, work] { return work(Course::load(root_)); };
        });
        return command;
    }

    void add_chapter(CLI::App* command) {
        command->add_option("chapter", what_, "a chapter: 5, or its name");
    }

    /// Everything after `run N` belongs to the chapter's program, with "--" before it or without.
    void take_program_options(std::vector<std::string>& arguments) {
        if (arguments.size() < 3 || arguments[1].starts_with("-")) return;
        const auto first = arguments.begin() + (arguments[2] == "--" ? 3 : 2);
        program_options_.assign(first, arguments.end());
        arguments.resize(2);
    }

    void add_programs() {
        add("tour", [this](const Course& course) {
            return tour(course, flag_);
        })->add_flag("--table", flag_, "print nothing but the table at the end");
        CLI::App* run = add("run", [this](const Course& course) {
            return run_chapter(course, what_, program_options_);
        });
        run->add_option("chapter", what_, "a chapter: 5, or its name")->required();
        CLI::App* time = add("bench", [this](const Course& course) {
            bench_.chapter = what_;
            return bench(course, bench_);
        });
        add_chapter(time);
        time->add_option("--json", bench_.json, "write Google Benchmark's JSON into this file");
        time->add_option("--filter", bench_.filter, "only benchmarks that match this expression");
    }

    void add_exercises() {
        add_chapter_or_exercise(
            "test", [this](const Course& course) { return test(course, what_); }, false);
        CLI::App* begin =
            add("start", [this](const Course& course) { return start(course, what_, flag_); });
        begin->add_option("chapter", what_, "a chapter: 5, or its name")->required();
        begin->add_flag("--again", flag_, "replace what is there, after a backup");
        CLI::App* look = add("watch", [this](const Course& course) {
            return watch_exercises(course, what_, flag_);
        });
        add_chapter(look);
        look->add_flag("--poll", flag_, "look at the files instead of asking the kernel");
        add("hint", [this](const Course& course) { return hint(course, what_); })
            ->add_option("exercise", what_, "an exercise: 5.2")
            ->required();
        CLI::App* ours =
            add("show", [this](const Course& course) { return show(course, what_, flag_); });
        ours->add_option("exercise", what_, "an exercise: 5.2")->required();
        ours->add_flag("--give-up", flag_, "show it even if yours does not pass");
        add_chapter_or_exercise(
            "diff", [this](const Course& course) { return diff(course, what_); }, true);
        add_chapter_or_exercise(
            "reset", [this](const Course& course) { return reset(course, what_); }, true);
    }

    void add_chapter_or_exercise(const std::string& name, std::function<int(const Course&)> work,
                                 bool required) {
        add(name, std::move(work))
            ->add_option("what", what_, "a chapter (5) or an exercise (5.2)")
            ->required(required);
    }

    void add_standing() {
        add_chapter(add("list", [this](const Course& course) { return list(course, what_); }));
        add("progress", [](const Course& course) { return show_progress(course); });
        CLI::App* judge =
            add("grade", [this](const Course& course) { return grade(course, what_, flag_); });
        add_chapter(judge);
        judge->add_flag("--json", flag_, "for a machine");
    }

    void add_maintenance() {
        CLI::App* look = add("doctor", {});
        look->callback([this] { chosen_ = [this] { return doctor(root_); }; });  // needs no course
    }

    std::filesystem::path root_;
    CLI::App app_;
    std::function<int()> chosen_;
    std::string what_;  ///< the chapter or exercise, as it was typed
    bool flag_ = false;
    std::vector<std::string> program_options_;
    BenchOptions bench_;
};

int dispatch(const std::filesystem::path& root, std::vector<std::string> arguments) {
    static const std::vector<std::string> kHelp = {"help", "--help", "-h"};
    if (arguments.empty()) return tour(Course::load(root));
    const bool asks = std::find(kHelp.begin(), kHelp.end(), arguments[0]) != kHelp.end();
    if (asks && arguments.size() == 1) {
        print_help();
        return 0;
    }
    if (asks) arguments = {arguments[1], "--help"};
    if (!is_command(arguments[0])) unknown_command(arguments[0]);
    if (arguments[0] == "check") check(Course::load(root), arguments);
    return Commands(root).run(std::move(arguments));
}

}  // namespace

bool parse(CLI::App& app, std::vector<std::string> arguments) {
    const std::string name = arguments.at(0);
    try {
        std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        fmt::print("{}", app.get_subcommand(name)->help());
        return false;
    } catch (const CLI::ExtrasError& error) {
        const std::string text = error.what();
        throw UserError(
            fmt::format("./learn {0} does not take '{1}': ./learn {0} --help shows "
                        "what it takes",
                        name, text.substr(text.rfind(": ") + 2)));
    } catch (const CLI::RequiredError&) {
        throw UserError(fmt::format("./learn {0} needs to know which: for example ./learn {1}",
                                    name, example(name)));
    } catch (const CLI::ParseError& error) {
        throw UserError(
            fmt::format("{}: ./learn {} --help shows what it takes", error.what(), name));
    }
    return true;
}

int say_mistakes(const std::function<int()>& work) {
    try {
        return work();
    } catch (const std::exception& error) {
        std::fflush(stdout);
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}

int run_command_line(const std::filesystem::path& root, std::vector<std::string> arguments) {
    return say_mistakes([&] { return dispatch(root, std::move(arguments)); });
}

}  // namespace learn
