#include "common/learn/judge/judge.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "common/console/progress.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/reader/completed.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

std::vector<TestResult> matching(const std::vector<TestResult>& all, const std::string& filter) {
    std::vector<TestResult> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const TestResult& test) { return matches(test.name, filter); });
    return some;
}

/// The suites that a filter names: "Turn.A*:Loops/Turn.*-Turn.Slow" names Turn and Turn.
std::vector<std::string> suites_of(const std::string& filter) {
    std::vector<std::string> suites;
    std::istringstream terms(filter.substr(0, filter.find('-')));
    for (std::string term; std::getline(terms, term, ':');) {
        std::string suite = term.substr(0, term.find('.'));
        if (const auto slash = suite.find('/'); slash != suite.npos) {  // Prefix/Suite, Suite/0
            const std::string after = suite.substr(slash + 1);
            suites.push_back(suite.substr(0, slash));
            suite = after;
        }
        suites.push_back(suite);
    }
    return suites;
}

/// `text` and the headers of tests/support that it includes: some have tests.
std::string with_support(const fs::path& root, std::string text) {
    constexpr std::string_view kInclude = "#include \"tests/support/";
    constexpr std::size_t kPath = std::string_view("#include \"").size();
    std::string headers;
    for (const std::string_view line : split_lines(text)) {
        if (!line.starts_with(kInclude)) continue;
        const fs::path file = root / line.substr(kPath, line.rfind('"') - kPath);
        if (fs::exists(file)) headers += read_text(file);
    }
    return text + headers;
}

/// How far up the stack may be precompiled: up to 07, up to 06, or not at all. Chapter 20's own
/// tests have an include path of their own.
std::string precompiled_floor(int chapter, int first_changed) {
    if (chapter < 7 || chapter == 20 || first_changed < 7) return "";
    return chapter == 7 || first_changed == 7 ? "_06" : "_07";
}

/// Whether the verdict on an exercise covers the test: a failure only if the exercise fails, too.
bool explained(const TestResult& test, const std::vector<Verdict>& verdicts) {
    return std::ranges::any_of(verdicts, [&](const Verdict& verdict) {
        return matches(test.name, verdict.exercise->tests) &&
               (test.state != TestResult::State::failed || !passes(verdict.results));
    });
}

}  // namespace

int failed(const std::vector<TestResult>& results) {
    return static_cast<int>(std::count_if(
        results.begin(), results.end(),
        [](const TestResult& test) { return test.state == TestResult::State::failed; }));
}

bool passes(const std::vector<TestResult>& results) {
    return failed(results) == 0 &&
           std::any_of(results.begin(), results.end(), [](const TestResult& test) {
               return test.state == TestResult::State::passed;
           });
}

std::string Judge::target(const Chapter& chapter) {
    return chapter.folder + "_test";
}

std::vector<std::string> Judge::judging_targets(const Course& course, const Chapter& chapter,
                                                const std::string& filter, int first_changed) {
    constexpr std::string_view kEnding = "_test.cpp";
    const std::string floor = precompiled_floor(chapter.number, first_changed);
    std::vector<std::string> targets;
    for (const auto& entry : fs::directory_iterator(course.root() / "tests")) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(chapter.folder.substr(0, 3)) || !name.ends_with(kEnding)) continue;
        if (!may_have_tests(course, entry.path(), filter)) continue;
        targets.push_back(name.substr(0, name.size() - kEnding.size()) + "_judge" + floor);
    }
    std::sort(targets.begin(), targets.end());
    return targets;
}

/// A name with a star may stand for any suite.
bool Judge::may_have_tests(const Course& course, const fs::path& file, const std::string& filter) {
    const std::string text = with_support(course.root(), read_text(file));
    const std::vector<std::string> suites = suites_of(filter);
    return std::any_of(suites.begin(), suites.end(), [&](const std::string& suite) {
        return suite.find('*') != suite.npos || text.find('(' + suite + ',') != text.npos;
    });
}

std::vector<std::string> Judge::build(const Chapter& chapter, const std::string& filter,
                                      const Exercise* alone) {
    const Build build(course_, Flavour::dev);
    std::vector<std::string> programs = {target(chapter)};
    if (!Mine(course_).empty()) {
        const Completed completed(course_, alone);
        completed.write(build.folder() / "completed");
        programs = judging_targets(course_, chapter, filter, completed.first_chapter());
    }
    build.make(programs);
    for (std::string& program : programs) program = build.program(program).string();
    return programs;
}

std::vector<TestResult> Judge::run(const Chapter& chapter, const std::string& filter,
                                   const Exercise* alone) {
    if (!has_tests(course_, chapter)) {
        throw UserError(fmt::format("chapter {} has no tests yet", chapter.number));
    }
    const std::vector<std::string> programs = build(chapter, filter, alone);
    course::Progress progress("testing");
    TestRunOptions options;
    options.filter = filter;
    options.cwd = course_.root();
    options.stop = stop_;
    options.on_test = [&](int done, int total, std::string_view name) {
        progress.update(done, total, name);
    };
    std::vector<TestResult> results;
    for (const std::string& program : programs) {
        std::ranges::move(run_tests(program, options), std::back_inserter(results));
    }
    return results;
}

Verdict Judge::verdict(const Exercise& exercise, std::vector<TestResult> results) {
    const Written written = Mine(course_).written(exercise);
    if (written == Written::todo) return {&exercise, Verdict::State::not_started, written, {}};
    const bool good = passes(results);
    const bool stopped = stop_ && stop_();
    if (written != Written::not_started && !stopped) progress_.set_finished(exercise, good);
    const auto state = written != Written::something ? Verdict::State::not_started
                       : good                        ? Verdict::State::passing
                                                     : Verdict::State::failing;
    return {&exercise, state, written, std::move(results)};
}

Verdict Judge::judge(const Exercise& exercise) {
    if (Mine(course_).written(exercise) == Written::todo) return verdict(exercise, {});
    return verdict(exercise, run(course_.chapter_of(exercise), exercise.tests, &exercise));
}

Verdict Judge::judge_alone(const Exercise& exercise) {
    try {
        return judge(exercise);
    } catch (const BuildError& error) {
        return verdict(exercise, {{"build", TestResult::State::failed, error.what(), {}}});
    }
}

/// What does not compile together may still compile alone, but for the one with the mistake.
ChapterVerdict Judge::judge(const Chapter& chapter) {
    const auto is_written = [this](const Exercise& exercise) {
        return Mine(course_).written(exercise) == Written::something;
    };
    std::vector<TestResult> all;
    bool compiles = true;
    try {
        all = run(chapter, "*", nullptr);
    } catch (const BuildError&) {
        if (std::ranges::none_of(chapter.exercises, is_written)) throw;
        compiles = false;
    }
    ChapterVerdict result;
    for (const Exercise& exercise : chapter.exercises) {
        std::vector<TestResult> its = matching(all, exercise.tests);
        const bool in_doubt = is_written(exercise) && (!compiles || failed(its) > 0);
        result.exercises.push_back(in_doubt ? judge_alone(exercise)
                                            : verdict(exercise, std::move(its)));
    }
    std::ranges::copy_if(all, std::back_inserter(result.rest), [&](const TestResult& test) {
        return !explained(test, result.exercises);
    });
    return result;
}

}  // namespace learn
