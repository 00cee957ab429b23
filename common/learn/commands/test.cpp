#include <filesystem>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/console/progress.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/report.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/ctest_output.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/reader/standing.hpp"
#include "common/learn/text/scan.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

void say_whose(const Course& course, const Chapter& chapter) {
    if (Mine(course).has(chapter)) return;
    fmt::print("\nThis tested our code. ./learn start {} makes the chapter yours.\n",
               chapter.number);
}

int test_exercise(const Course& course, const Exercise& exercise) {
    ProgressFile progress(course);
    const Chapter& chapter = course.chapter_of(exercise);
    const Verdict verdict = Judge(course, progress).judge(exercise);
    fmt::print("{}{}\n{}", summary(verdict), skips(verdict.results),
               failures(verdict.results, course.root()));
    const Mine mine(course);
    if (mine.has(chapter)) {
        fmt::print("{}", advice(verdict, next_exercise(course, mine, progress)));
    }
    say_whose(course, chapter);
    return passes(verdict.results) ? 0 : 1;
}

/// The exercise to show: one that fails goes before one that is not written yet.
const Verdict* first_unfinished(const ChapterVerdict& verdict) {
    const Verdict* found = nullptr;
    for (const Verdict& each : verdict.exercises) {
        if (passes(each.results)) continue;
        if (each.written != Written::todo) return &each;
        if (found == nullptr) found = &each;
    }
    return found;
}

std::vector<TestResult> all_results(const ChapterVerdict& verdict) {
    std::vector<TestResult> all = verdict.rest;
    for (const Verdict& each : verdict.exercises) {
        all.insert(all.end(), each.results.begin(), each.results.end());
    }
    return all;
}

int test_chapter(const Course& course, const Chapter& chapter) {
    ProgressFile progress(course);
    const ChapterVerdict verdict = Judge(course, progress).judge(chapter);
    fmt::print("{}\n",
               paint(Colour::bold, fmt::format("{:02}  {}", chapter.number, chapter.title)));
    for (const Verdict& each : verdict.exercises) fmt::print("{}", summary(each));
    fmt::print("{}{}", summary(verdict.rest), skips(all_results(verdict)));
    const Verdict* unfinished = first_unfinished(verdict);
    if (unfinished != nullptr) {
        fmt::print("\n{}", failures(unfinished->results, course.root()));
        if (Mine(course).has(chapter)) fmt::print("{}", advice(*unfinished, nullptr));
    } else if (failed(verdict.rest) > 0) {
        fmt::print("\n{}", failures(verdict.rest, course.root()));
    } else if (Mine(course).has(chapter)) {
        fmt::print("\n{}", next_step(course, progress));
    }
    say_whose(course, chapter);
    return unfinished == nullptr && failed(verdict.rest) == 0 ? 0 : 1;
}

CTestOutput run_ctest(const Course& course) {
    const Build build(course, Flavour::dev);
    build.make({"tests"});
    CTestOutput output;
    course::Progress progress("testing");
    RunOptions options;
    options.on_line = [&](std::string_view line) {
        output.add(line);
        const auto done = static_cast<int>(output.programs().size());
        progress.update(done, std::max(output.total(), done + 1), output.running());
    };
    // Nobody waits for ever: 300 s is many times what our slowest program needs.
    (void)run({"ctest", "--test-dir", build.folder().string(), "--verbose", "--timeout", "300",
               "--label-exclude", "ours"},
              options);
    return output;
}

std::string counted(const ProgramResult& program) {
    if (program.results.empty()) return fmt::format("{} s", program.seconds);
    return fmt::format("{}, {} s", counts(program.results), program.seconds);
}

void print_failures(const Course& course, const ProgramResult& program) {
    fmt::print("\n{}\n", paint(Colour::bold, program.name));
    const bool understood = failed(program.results) > 0;
    const std::string text = failures(program.results, course.root());
    fmt::print("{}\n", trimmed(understood ? text : program.output));
}

int test_all(const Course& course) {
    const CTestOutput output = run_ctest(course);
    int bad = 0;
    std::vector<TestResult> all;
    for (const ProgramResult& program : output.programs()) {
        fmt::print("{} {:<32} {}\n", pass_mark(program.passed), program.name,
                   paint(Colour::grey, counted(program)));
        bad += program.passed ? 0 : 1;
        all.insert(all.end(), program.results.begin(), program.results.end());
    }
    for (const ProgramResult& program : output.programs()) {
        if (!program.passed) print_failures(course, program);
    }
    fmt::print("{}", skips(all));
    const auto total = output.programs().size();
    if (total == 0) throw UserError("there are no tests in build/dev: try rm -r build/dev");
    if (bad == 0) fmt::print("\nAll tests of {} programs pass.\n", total);
    if (bad > 0) fmt::print("\n{} of {} test programs fail.\n", bad, total);
    return bad == 0 ? 0 : 1;
}

}  // namespace

int test(const Course& course, const std::string& what) {
    try {
        if (what.empty() || what == "all") return test_all(course);
        if (what.find('.') != what.npos) return test_exercise(course, course.exercise(what));
        return test_chapter(course, course.chapter(what));
    } catch (const BuildError& error) {
        fmt::print("{}\n", error.what());  // it is the answer: where the tests' would be
        return 1;
    }
}

}  // namespace learn
