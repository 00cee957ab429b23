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

bool belongs_to_none(const TestResult& test, const std::vector<Exercise>& exercises) {
    return std::none_of(exercises.begin(), exercises.end(), [&](const Exercise& exercise) {
        return matches(test.name, exercise.tests);
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
                                                const std::string& filter) {
    constexpr std::string_view kEnding = "_test.cpp";
    std::vector<std::string> targets;
    for (const auto& entry : fs::directory_iterator(course.root() / "tests")) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(chapter.folder.substr(0, 3)) || !name.ends_with(kEnding)) continue;
        if (!names_suite_of(filter, read_text(entry.path()))) continue;
        targets.push_back(name.substr(0, name.size() - kEnding.size()) + "_judge");
    }
    std::sort(targets.begin(), targets.end());
    return targets;
}

/// A name with a star may stand for any suite.
bool Judge::names_suite_of(const std::string& filter, const std::string& text) {
    const std::vector<std::string> suites = suites_of(filter);
    return std::any_of(suites.begin(), suites.end(), [&](const std::string& suite) {
        return suite.find('*') != suite.npos || text.find('(' + suite + ',') != text.npos;
    });
}

std::vector<TestResult> Judge::run(const Chapter& chapter, const std::string& filter) {
    if (!has_tests(course_, chapter)) {
        throw UserError(fmt::format("chapter {} has no tests yet", chapter.number));
    }
    const Build build(course_, Flavour::dev);
    const bool is_ours = Mine(course_).empty();
    const std::vector<std::string> programs =
        is_ours ? std::vector{target(chapter)} : judging_targets(course_, chapter, filter);
    if (!is_ours) write_completed(course_, build.folder() / "completed");
    build.make(programs);
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
        std::ranges::move(run_tests(build.program(program), options), std::back_inserter(results));
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
    return verdict(exercise, run(course_.chapter_of(exercise), exercise.tests));
}

ChapterVerdict Judge::judge(const Chapter& chapter) {
    const std::vector<TestResult> all = run(chapter, "*");
    ChapterVerdict result;
    for (const Exercise& exercise : chapter.exercises) {
        result.exercises.push_back(verdict(exercise, matching(all, exercise.tests)));
    }
    std::copy_if(all.begin(), all.end(), std::back_inserter(result.rest),
                 [&](const TestResult& test) { return belongs_to_none(test, chapter.exercises); });
    return result;
}

}  // namespace learn
