#pragma once
// Whether the reader's exercises are right: builds the tests that judge them, and runs them.
//
// An exercise is judged alone, with our bodies of all others. A chapter is judged with all that the
// reader has written; what fails is judged alone as well, so that nobody is blamed for a neighbour
// (common/learn/reader/completed.hpp).
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/learn/course/course.hpp"
#include "common/learn/judge/test_run.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/reader/progress_file.hpp"

namespace learn {

/// What the tests say of one exercise.
struct Verdict {
    enum class State { not_started, failing, passing };
    const Exercise* exercise = nullptr;
    State state = State::failing;
    Written written = Written::not_started;  ///< how the body looks in mine/
    std::vector<TestResult> results;         ///< of the exercise's tests; none if it is to do
};

/// What the tests say of a chapter.
struct ChapterVerdict {
    std::vector<Verdict> exercises;
    std::vector<TestResult> rest;  ///< tests that judge no exercise, or fail though each one passes
};

[[nodiscard]] int failed(const std::vector<TestResult>& results);
[[nodiscard]] bool passes(const std::vector<TestResult>& results);  ///< some ran, none failed

/// Judges the reader's code (or ours, if mine/ has none) and remembers what it found.
class Judge {
  public:
    Judge(const Course& course, ProgressFile& progress) : course_(course), progress_(progress) {}

    /// Ends the running test when it returns true; that judgement does not count.
    void set_stop(std::function<bool()> stop) { stop_ = std::move(stop); }

    /// Throws BuildError if the tests do not compile.
    [[nodiscard]] Verdict judge(const Exercise& exercise);
    /// The same, only if no exercise is written; else those that do not compile have failed.
    [[nodiscard]] ChapterVerdict judge(const Chapter& chapter);

    /// The target that holds a chapter's tests.
    [[nodiscard]] static std::string target(const Chapter& chapter);
    /// The programs that judge mine/: one for each of the chapter's test files with a suite that
    /// GoogleTest's `filter` names. Headers of chapters before `first_changed` are ours, and may be
    /// precompiled (tests/CMakeLists.txt).
    [[nodiscard]] static std::vector<std::string> judging_targets(const Course& course,
                                                                  const Chapter& chapter,
                                                                  const std::string& filter,
                                                                  int first_changed = 0);
    /// Whether a test file may have a test that GoogleTest's `filter` names, itself or in a header
    /// of tests/support.
    [[nodiscard]] static bool may_have_tests(const Course& course,
                                             const std::filesystem::path& file,
                                             const std::string& filter);

  private:
    std::vector<std::string> build(const Chapter& chapter, const std::string& filter,
                                   const Exercise* alone);
    std::vector<TestResult> run(const Chapter& chapter, const std::string& filter,
                                const Exercise* alone);
    Verdict judge_alone(const Exercise& exercise);
    Verdict verdict(const Exercise& exercise, std::vector<TestResult> results);

    const Course& course_;
    ProgressFile& progress_;
    std::function<bool()> stop_;
};

}  // namespace learn
