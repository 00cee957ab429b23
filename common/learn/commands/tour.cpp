#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/timings.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

std::vector<const Chapter*> with_programs(const Course& course) {
    std::vector<const Chapter*> all;
    for (const Chapter& chapter : course.chapters()) {
        if (has_program(course, chapter)) all.push_back(&chapter);
    }
    return all;
}

void print_heading(const Course& course, const Chapter& chapter) {
    const std::string rule(static_cast<std::size_t>(std::min(course::terminal_width(), 100)), '=');
    const char* whose = Mine(course).has(chapter) ? "  (with your code)" : "";
    fmt::print("\n{}\n{}\n\n", paint(Colour::grey, rule),
               paint(Colour::bold, fmt::format("Chapter {}{}", chapter.number, whose)));
}

/// Runs each program, with or without showing it; returns the folders of those that failed.
std::vector<std::string> run_all(const Course& course, const std::vector<const Chapter*>& chapters,
                                 const std::filesystem::path& timings, bool unseen) {
    std::vector<std::string> failed;
    RunOptions options;
    options.inherit = !unseen;
    options.env = {{"LEARN_TIMINGS", timings.string()}};
    for (const Chapter* chapter : chapters) {
        if (!unseen) print_heading(course, *chapter);
        const Build build(course, Flavour::release);
        const int code = run({build.program(chapter->folder).string()}, options).exit_code;
        if (code != 0) failed.push_back(chapter->folder);
    }
    return failed;
}

void print_timings(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) return;
    const std::vector<Timing> timings = read_timings(read_text(file));
    if (timings.empty()) return;
    fmt::print("{}", timing_table(timings));
}

void print_farewell(const Course& course) {
    fmt::print(
        "\nNow read chapters/{}/README.md, and type ./learn start 1 to write it yourself.\n"
        "./learn help lists the other commands.\n",
        course.chapters().front().folder);
}

}  // namespace

int tour(const Course& course, bool table_only) {
    const std::vector<const Chapter*> chapters = with_programs(course);
    if (chapters.empty()) throw UserError("no chapter has a program yet");
    std::vector<std::string> targets;
    targets.reserve(chapters.size());
    for (const Chapter* chapter : chapters) targets.push_back(chapter->folder);
    Build(course, Flavour::release).make(targets);

    const TemporaryFolder folder;
    const std::vector<std::string> failed =
        run_all(course, chapters, folder.path() / "timings", table_only);
    if (!table_only) fmt::print("\n{}\n\n", paint(Colour::bold, "What it cost on this machine"));
    print_timings(folder.path() / "timings");
    for (const std::string& name : failed) {
        fmt::print("{}\n",
                   paint(Colour::red, fmt::format("{} failed: ./learn run {} shows it alone", name,
                                                  name.substr(0, 2))));
    }
    if (!table_only) print_farewell(course);
    return failed.empty() ? 0 : 1;
}

}  // namespace learn
