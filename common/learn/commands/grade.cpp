#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/report.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/reader/mine.hpp"

namespace learn {
namespace {

using nlohmann::json;
using State = Verdict::State;

/// A chapter's verdict. One that is not started is not run.
std::vector<Verdict> judge(const Course& course, const Chapter& chapter, ProgressFile& progress) {
    const Mine mine(course);
    const bool started = mine.has(chapter) && !chapter.exercises.empty();
    if (started) return Judge(course, progress).judge(chapter).exercises;
    std::vector<Verdict> verdicts;
    for (const Exercise& each : chapter.exercises) {
        verdicts.push_back({&each, State::not_started, mine.written(each), {}});
    }
    return verdicts;
}

const char* word(State state) {
    switch (state) {
        case State::not_started:
            return "not_started";
        case State::failing:
            return "failing";
        case State::passing:
            break;
    }
    return "passing";
}

json messages(const Course& course, const Verdict& verdict) {
    json all = json::array();
    for (const TestResult& test : verdict.results) {
        if (test.state != TestResult::State::failed) continue;
        all.push_back({{"test", test.name}, {"message", tidy_message(test, course.root())}});
    }
    return all;
}

json to_json(const Course& course, const Chapter& chapter, const Verdict& verdict) {
    return {{"id", verdict.exercise->id},        {"title", verdict.exercise->title},
            {"chapter", chapter.folder},         {"file", "mine/" + verdict.exercise->file},
            {"state", word(verdict.state)},      {"tests", verdict.results.size()},
            {"failed", failed(verdict.results)}, {"messages", messages(course, verdict)}};
}

std::vector<const Chapter*> chosen(const Course& course, const std::string& only) {
    std::vector<const Chapter*> chapters;
    if (!only.empty()) return {&course.chapter(only)};
    for (const Chapter& chapter : course.chapters()) chapters.push_back(&chapter);
    return chapters;
}

}  // namespace

int grade(const Course& course, const std::string& only, bool as_json) {
    ProgressFile progress(course);
    json exercises = json::array();
    int passing = 0;
    for (const Chapter* chapter : chosen(course, only)) {
        for (const Verdict& each : judge(course, *chapter, progress)) {
            passing += each.state == State::passing ? 1 : 0;
            exercises.push_back(to_json(course, *chapter, each));
            if (!as_json) fmt::print("{}", summary(each));
        }
    }
    if (as_json) {
        const json all = {
            {"passing", passing}, {"total", exercises.size()}, {"exercises", exercises}};
        fmt::print("{}\n", all.dump(2));
    } else {
        fmt::print("\n{} of {} exercises pass.\n", passing, exercises.size());
    }
    return 0;
}

}  // namespace learn
