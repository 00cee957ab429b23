#include "common/learn/judge/build.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "common/console/progress.hpp"
#include "common/learn/judge/build_output.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

/// Ninja builds faster than make; the reader's own CMAKE_GENERATOR wins.
std::vector<std::pair<std::string, std::string>> generator() {
    if (std::getenv("CMAKE_GENERATOR") != nullptr || find_program("ninja").empty()) return {};
    return {{"CMAKE_GENERATOR", "Ninja"}};
}

std::vector<std::string> configure_command(const fs::path& folder, Flavour flavour) {
    if (flavour == Flavour::dev) return {"cmake", "--preset", "dev"};
    if (flavour == Flavour::release) return {"cmake", "--preset", "release"};
    return {"cmake", "--preset", "release", "-B", folder.string(), "-DAIO_MINE="};
}

/// Whether `folder` has a file of the chapter's: "05_*_test.cpp".
bool has_file(const fs::path& folder, const Chapter& chapter, std::string_view ending) {
    if (!fs::is_directory(folder)) return false;
    const std::string number = chapter.folder.substr(0, 3);
    return std::any_of(fs::directory_iterator(folder), fs::directory_iterator(),
                       [&](const fs::directory_entry& entry) {
                           const std::string name = entry.path().filename().string();
                           return name.starts_with(number) && name.ends_with(ending);
                       });
}

/// "Building CXX object common/CMakeFiles/course.dir/console/bar.cpp.o" is "bar.cpp".
std::string short_name(const std::string& what) {
    std::string name = what.substr(what.find_last_of("/ ") + 1);
    if (name.ends_with(".o")) name.resize(name.size() - 2);
    return name;
}

}  // namespace

bool has_program(const Course& course, const Chapter& chapter) {
    return fs::exists(course.root() / "chapters" / chapter.folder / "main.cpp");
}

bool has_tests(const Course& course, const Chapter& chapter) {
    return has_file(course.root() / "tests", chapter, "_test.cpp");
}

bool has_benchmarks(const Course& course, const Chapter& chapter) {
    return has_file(course.root() / "bench", chapter, "_bench.cpp");
}

fs::path Build::folder() const {
    static constexpr const char* kNames[] = {"dev", "release", "ours"};
    return course_.root() / "build" / kNames[static_cast<std::size_t>(flavour_)];
}

fs::path Build::program(const std::string& name) const {
    return folder() / "bin" / name;
}

void Build::make(const std::vector<std::string>& targets) const {
    if (!fs::exists(folder() / "build.ninja") && !fs::exists(folder() / "Makefile")) configure();
    if (flavour_ != Flavour::ours) Mine(course_).announce_changes(folder() / "mine.txt");
    compile(targets);
}

void Build::configure() const {
    RunOptions options;
    options.cwd = course_.root();
    options.env = generator();
    const RunResult result = run(configure_command(folder(), flavour_), options);
    if (result.exit_code == 0) return;
    throw BuildError("CMake cannot set up the build (./learn doctor shows what is missing):\n\n" +
                     result.output);
}

void Build::compile(const std::vector<std::string>& targets) const {
    std::vector<std::string> command = {"cmake",
                                        "--build",
                                        folder().string(),
                                        "--parallel",
                                        std::to_string(std::thread::hardware_concurrency()),
                                        "--target"};
    command.insert(command.end(), targets.begin(), targets.end());
    BuildOutput output(course_.root());
    course::Progress progress("building");
    RunOptions options;
    options.on_line = [&](std::string_view line) {
        output.add(line);
        const auto step = build_step(line);
        if (step && step->done > 0)
            progress.update(step->done, step->total, short_name(step->what));
    };
    const RunResult result = run(command, options);
    if (result.exit_code == 0) return;
    const fs::path log = folder() / "learn.log";
    write_text(log, result.output);
    throw BuildError(fmt::format("This does not compile:\n\n{}The full output is in {}.",
                                 output.report(), log.lexically_relative(course_.root()).string()));
}

}  // namespace learn
