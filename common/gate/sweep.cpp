#include "common/gate/sweep.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "common/console/table.hpp"
#include "common/gate/manifest_text.hpp"
#include "common/gate/passed.hpp"
#include "common/gate/proof.hpp"
#include "common/gate/variants.hpp"
#include "common/gate/work_list.hpp"
#include "common/gate/wrong_bodies.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

using course::Align;

constexpr std::chrono::seconds kHangs{3};  // as long as ./learn test waits

/// A wrong body, and what became of it.
struct Fate {
    enum class State { survives, does_not_compile, refused, refused_elsewhere };
    State state = State::survives;
    bool diagnosed = false;  ///< with a message that helps
    std::string by;          ///< the test that refuses it
};

/// All that became of one exercise's wrong bodies.
class ExerciseSweep {
  public:
    ExerciseSweep(const Course& course, const Exercise& exercise)
        : course_(course), exercise_(exercise) {
        for (const Mutant& mutant : exercise.mutants) {
            bodies_.push_back({fmt::format("mutant '{}'", mutant.name), mutant.body});
        }
        const std::string header = read_text(course.root() / "chapters" / exercise.file);
        for (WrongBody& wrong : wrong_bodies(body(header, exercise.function))) {
            bodies_.push_back(std::move(wrong));
        }
        fates_.resize(bodies_.size());
        left_.resize(bodies_.size(), true);
    }

    /// First the exercise's tests. Then all of the chapter's, on what nothing has refused so far.
    void run() {
        for (const std::string& file : test_files()) run_tests(file, exercise_.tests);
        for (std::size_t i = 0; i < bodies_.size(); ++i) left_[i] = left_[i] && !is_equivalent(i);
        for (const std::string& file : test_files()) run_tests(file, "*");
    }

    [[nodiscard]] std::vector<std::string> row() const {
        const auto count = [&](auto wanted) {
            return std::to_string(std::count_if(fates_.begin(), fates_.end(), wanted));
        };
        const auto compiles = [](const Fate& fate) {
            return fate.state != State::does_not_compile;
        };
        const auto refused = [](const Fate& fate) { return fate.state == State::refused; };
        const auto diagnosed = [](const Fate& fate) { return fate.diagnosed; };
        return {exercise_.id,
                count(compiles),
                count(refused),
                count(diagnosed),
                std::to_string(exercise_.equivalents.size()),
                std::to_string(complaints().size())};
    }

    /// What was refused by a test that did not say why.
    [[nodiscard]] std::string without_diagnosis() const {
        std::string text;
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            if (fates_[i].by.empty() || fates_[i].diagnosed) continue;
            text += fmt::format("{} says little of: {}\n", fates_[i].by, bodies_[i].change);
        }
        return text;
    }

    /// A survivor without a reason, a reason without a survivor, a refusal by somebody else's test.
    [[nodiscard]] std::vector<std::string> complaints() const {
        std::vector<std::string> complaints;
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            const std::string complaint = complaint_about(i);
            if (!complaint.empty()) complaints.push_back(complaint + bodies_[i].change);
        }
        for (const Equivalent& same : exercise_.equivalents) {
            const bool derived = std::ranges::count(bodies_, same.change, &WrongBody::change) > 0;
            if (!derived) complaints.push_back("no such change: " + same.change);
        }
        return complaints;
    }

  private:
    using State = Fate::State;

    [[nodiscard]] std::string complaint_about(std::size_t i) const {
        const Fate& fate = fates_[i];
        if (fate.state == State::refused_elsewhere) {
            return fmt::format("only {} refuses it, which is not among its tests: ", fate.by);
        }
        if (fate.state == State::refused && is_equivalent(i)) {
            return fmt::format("{} refuses what is said to be the same: ", fate.by);
        }
        return fate.state == State::survives && !is_equivalent(i) ? "survives: " : "";
    }

    /// The chapter's test files; the exercise's own is the first.
    [[nodiscard]] std::vector<std::string> test_files() const {
        std::vector<std::string> names = {exercise_.test_file};
        const Chapter& chapter = course_.chapter_of(exercise_);
        for (const auto& file : files_of(course_, chapter, "tests", "_test.cpp")) {
            if (file.filename() != exercise_.test_file) names.push_back(file.filename().string());
        }
        return names;
    }

    void run_tests(const std::string& test_file, const std::string& filter) {
        const auto file = course_.root() / "tests" / test_file;
        if (std::ranges::count(left_, true) == 0) return;
        if (!Judge::may_have_tests(course_, file, filter)) return;
        TrialOptions how;
        how.filter = filter;
        how.watchdog = kHangs;
        how.first_failure = true;
        const Variants& variants = program(test_file);
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            if (left_[i]) judge(i, variants.run(i + 1, how));
        }
    }

    /// A test file is compiled once, for all bodies that are left then.
    const Variants& program(const std::string& test_file) {
        std::unique_ptr<Variants>& program = programs_[test_file];
        if (program == nullptr) {
            std::vector<std::string> bodies;
            for (std::size_t i = 0; i < bodies_.size(); ++i) {
                bodies.push_back(left_[i] ? bodies_[i].body : "");
            }
            program = std::make_unique<Variants>(course_, exercise_, test_file, bodies);
        }
        return *program;
    }

    void judge(std::size_t i, const Trial& trial) {
        Fate& fate = fates_[i];
        if (!trial.compiled) fate.state = State::does_not_compile;
        for (const TestResult& test : trial.results) {
            if (test.state != TestResult::State::failed) continue;
            fate = {matches(test.name, exercise_.tests) ? State::refused : State::refused_elsewhere,
                    is_diagnosis(test.message), test.name};
            break;
        }
        left_[i] = fate.state == State::survives;
    }

    [[nodiscard]] bool is_equivalent(std::size_t i) const {
        return std::ranges::count(exercise_.equivalents, bodies_[i].change, &Equivalent::change) >
               0;
    }

    const Course& course_;
    const Exercise& exercise_;
    std::vector<WrongBody> bodies_;
    std::vector<Fate> fates_;
    std::vector<bool> left_;  ///< those that no test has refused
    std::map<std::string, std::unique_ptr<Variants>> programs_;
};

/// One run of the sweep.
class Sweep {
  public:
    Sweep(const Course& course, int jobs)
        : course_(course), jobs_(jobs), passed_(course, "swept.json") {}

    void add(const Chapter& chapter, const Exercise& exercise) {
        const std::string where = ManifestText(course_, chapter).place_of(exercise.id);
        work_.push_back({where, "exercise " + exercise.id, [this, &chapter, &exercise, where] {
                             return sweep(chapter, exercise, where);
                         }});
    }

    void add_changed(const Chapter& chapter) {
        for (const Exercise& exercise : chapter.exercises) {
            if (passed_.contains(exercise.id, chapter)) {
                ++unchanged_;
            } else {
                add(chapter, exercise);
            }
        }
    }

    [[nodiscard]] Findings run() {
        Findings findings = do_work(std::move(work_), jobs_, "sweeping");
        course::Table table{{{"exercise"},
                             {"wrong bodies", Align::right},
                             {"refused", Align::right},
                             {"with a diagnosis", Align::right},
                             {"equivalent", Align::right},
                             {"to mend", Align::right}}};
        for (const auto& [exercise, row] : rows_) table.add(row);
        findings.report = table.text() + mute_;
        findings.counted =
            fmt::format("{}, {} unchanged", count_of(rows_.size(), "exercise"), unchanged_);
        return findings;
    }

  private:
    std::vector<Problem> sweep(const Chapter& chapter, const Exercise& exercise,
                               const std::string& where) {
        ExerciseSweep sweep(course_, exercise);
        sweep.run();
        std::vector<Problem> problems;
        for (const std::string& complaint : sweep.complaints()) {
            problems.push_back({where, fmt::format("exercise {}: {}", exercise.id, complaint)});
        }
        const std::lock_guard lock(mutex_);
        rows_[&exercise] = sweep.row();
        mute_ += sweep.without_diagnosis();
        if (problems.empty()) passed_.add(exercise.id, chapter);
        passed_.save();
        return problems;
    }

    const Course& course_;
    int jobs_;
    std::vector<Work> work_;
    std::size_t unchanged_ = 0;
    std::mutex mutex_;  ///< guards what follows
    Passed passed_;
    std::map<const Exercise*, std::vector<std::string>> rows_;
    std::string mute_;  ///< what was refused without a diagnosis
};

}  // namespace

Findings sweep(const Course& course, const Chapters& chapters, const std::string& exercise,
               int jobs) {
    Sweep sweep(course, jobs);
    for (const Chapter* chapter : chapters) {
        if (exercise.empty()) sweep.add_changed(*chapter);
    }
    if (!exercise.empty()) {
        const Exercise& one = course.exercise(exercise);
        sweep.add(course.chapter_of(one), one);
    }
    return sweep.run();
}

}  // namespace learn::gate
