#include "common/gate/sweep.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "common/console/table.hpp"
#include "common/gate/manifest_text.hpp"
#include "common/gate/passed.hpp"
#include "common/gate/proof.hpp"
#include "common/gate/variants.hpp"
#include "common/gate/work_list.hpp"
#include "common/gate/wrong_bodies.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

using course::Align;

constexpr std::chrono::seconds kHangs{3};

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
    }

    void run() {
        run_tests(exercise_.test_file, exercise_.tests);
        for (const std::string& file : other_files()) run_tests(file, exercise_.tests);
        run_tests(exercise_.test_file, "*");
        for (const std::string& file : other_files()) run_tests(file, "*");
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

    /// A survivor without a reason, a reason without a survivor, a refusal by somebody else's test.
    [[nodiscard]] std::vector<std::string> complaints() const {
        std::vector<std::string> complaints;
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            const std::string& change = bodies_[i].change;
            const Fate& fate = fates_[i];
            if (fate.state == State::refused_elsewhere) {
                complaints.push_back(fmt::format(
                    "only {} refuses it, which is not among its tests: {}", fate.by, change));
            } else if (fate.state == State::survives && !is_equivalent(change)) {
                complaints.push_back("survives: " + change);
            } else if (fate.state == State::refused && is_equivalent(change)) {
                complaints.push_back(
                    fmt::format("{} refuses what is said to be the same: {}", fate.by, change));
            }
        }
        for (const Equivalent& same : exercise_.equivalents) {
            if (!is_derived(same.change)) complaints.push_back("no such change: " + same.change);
        }
        return complaints;
    }

  private:
    using State = Fate::State;

    /// The chapter's test files but the exercise's own.
    [[nodiscard]] std::vector<std::string> other_files() const {
        std::vector<std::string> names;
        const Chapter& chapter = course_.chapter_of(exercise_);
        for (const auto& file : files_of(course_, chapter, "tests", "_test.cpp")) {
            const std::string name = file.filename().string();
            if (name != exercise_.test_file) names.push_back(name);
        }
        return names;
    }

    /// Tries those that no test has refused yet.
    void run_tests(const std::string& test_file, const std::string& filter) {
        std::vector<std::string> left;
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            left.push_back(needs_a_test(i) ? bodies_[i].body : "");
        }
        if (std::all_of(left.begin(), left.end(), [](auto& body) { return body.empty(); })) return;
        const Variants variants(course_, exercise_, test_file, left);
        TrialOptions how;
        how.filter = filter;
        how.watchdog = kHangs;
        how.first_failure = true;
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            if (!left[i].empty()) judge(fates_[i], variants.run(i + 1, how));
        }
    }

    [[nodiscard]] bool needs_a_test(std::size_t i) const {
        const bool first = fates_[i].by.empty();
        return fates_[i].state == State::survives && first;
    }

    void judge(Fate& fate, const Trial& trial) const {
        if (!trial.compiled) fate.state = State::does_not_compile;
        for (const TestResult& test : trial.results) {
            if (test.state != TestResult::State::failed) continue;
            const bool ours = matches(test.name, exercise_.tests);
            fate.state = ours ? State::refused : State::refused_elsewhere;
            fate.by = test.name;
            fate.diagnosed = is_diagnosis(test.message);
            return;
        }
    }

    [[nodiscard]] bool is_equivalent(const std::string& change) const {
        const auto& all = exercise_.equivalents;
        return std::any_of(all.begin(), all.end(), [&](auto& one) { return one.change == change; });
    }

    [[nodiscard]] bool is_derived(const std::string& change) const {
        return std::any_of(bodies_.begin(), bodies_.end(),
                           [&](const WrongBody& wrong) { return wrong.change == change; });
    }

    const Course& course_;
    const Exercise& exercise_;
    std::vector<WrongBody> bodies_;
    std::vector<Fate> fates_;
};

}  // namespace

Findings sweep(const Course& course, const Chapters& chapters, const std::string& exercise,
               int jobs) {
    Passed passed(course, "swept.json");
    std::mutex mutex;
    std::map<const Exercise*, std::vector<std::string>> rows;
    std::vector<Work> work;
    std::size_t unchanged = 0;
    for (const Chapter* chapter : chapters) {
        if (chapter->exercises.empty()) continue;
        const ManifestText manifest(course, *chapter);
        for (const Exercise& each : chapter->exercises) {
            if (!exercise.empty() && each.id != exercise) continue;
            if (exercise.empty() && passed.contains(each.id, *chapter)) {
                ++unchanged;
                continue;
            }
            const std::string where = manifest.place_of(each.id);
            const auto prove = [&, chapter, where, one = &each]() {
                ExerciseSweep sweep(course, *one);
                sweep.run();
                std::vector<Problem> problems;
                for (const std::string& complaint : sweep.complaints()) {
                    problems.push_back({where, fmt::format("exercise {}: {}", one->id, complaint)});
                }
                const std::lock_guard lock(mutex);
                rows[one] = sweep.row();
                if (problems.empty()) {
                    passed.add(one->id, *chapter);
                    passed.save();
                }
                return problems;
            };
            work.push_back({where, "exercise " + each.id, prove});
        }
    }
    course::Table table{{{"exercise"},
                         {"wrong bodies", Align::right},
                         {"refused", Align::right},
                         {"with a diagnosis", Align::right},
                         {"equivalent", Align::right},
                         {"to mend", Align::right}}};
    Findings findings = do_work(std::move(work), jobs, "sweeping");
    for (const auto& [one, row] : rows) table.add(row);
    findings.report = table.text();
    findings.counted =
        fmt::format("{}, {} unchanged", count_of(rows.size(), "exercise"), unchanged);
    return findings;
}

}  // namespace learn::gate
