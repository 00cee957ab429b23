#include "common/learn/judge/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "common/console/progress.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/reader/completed.hpp"

namespace learn {
namespace {

std::vector<TestResult> matching(const std::vector<TestResult>& all, const std::string& filter) {
    std::vector<TestResult> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const TestResult& test) { return matches(test.name, filter); });
    return some;
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

std::string Judge::judging_target(const Chapter& chapter) {
    return chapter.folder + "_judge";
}

std::vector<TestResult> Judge::run(const Chapter& chapter, const std::string& filter) {
    if (!has_tests(course_, chapter)) {
        throw UserError(fmt::format("chapter {} has no tests yet", chapter.number));
    }
    const Build build(course_, Flavour::dev);
    const bool is_ours = Mine(course_).empty();
    const std::string program = is_ours ? target(chapter) : judging_target(chapter);
    if (!is_ours) write_completed(course_, build.folder() / "completed");
    build.make({program});
    course::Progress progress("testing");
    TestRunOptions options;
    options.filter = filter;
    options.cwd = course_.root();
    options.stop = stop_;
    options.on_test = [&](int done, int total, std::string_view name) {
        progress.update(done, total, name);
    };
    return run_tests(build.program(program), options);
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
