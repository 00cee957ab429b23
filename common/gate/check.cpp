#include "common/gate/check.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/console/table.hpp"
#include "common/gate/conformance.hpp"
#include "common/gate/cycle.hpp"
#include "common/gate/exercises.hpp"
#include "common/gate/findings.hpp"
#include "common/gate/front.hpp"
#include "common/gate/includes.hpp"
#include "common/gate/links.hpp"
#include "common/gate/parts.hpp"
#include "common/gate/passed.hpp"
#include "common/gate/sweep.hpp"
#include "common/gate/text.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/reader/mine.hpp"

namespace learn::gate {
namespace {

using course::Align;
using course::Colour;
using course::paint;
using Seconds = std::chrono::duration<double>;

/// One run of the gate.
class Gate {
  public:
    Gate(const Course& course, const CheckOptions& options) : course_(course), options_(options) {
        const std::string& name = options.chapter;
        if (options.sweep && name.find('.') != name.npos) {
            exercise_ = course.exercise(name).id;
            chapters_ = {&course.chapter_of(course.exercise(name))};
        } else {
            chapters_ = chosen(course, name);
        }
    }

    int run() {
        if (options_.cycle) {
            part("cycle", [this] { return time_cycles(course_, chapters_); });
            return conclude();
        }
        if (options_.sweep) {
            part("builds", [this] { return build(); });
            part("sweep", [this] { return sweep(course_, built_, exercise_, options_.jobs); });
            return conclude();
        }
        part("includes", [this] { return check_includes(course_, chapters_); });
        part("parts", [this] { return check_parts(course_, chapters_); });
        part("front", [this] { return check_front(course_, chapters_); });
        part("links", [this] { return check_links(course_, chapters_); });
        part("builds", [this] { return build(); });
        part("text", [this] { return check_text(course_, chapters_, options_.fix); });
        part("conformance", [this] { return check_conformance(course_, chapters_); });
        part("exercises", [this] { return exercises(); });
        return conclude();
    }

  private:
    static Chapters chosen(const Course& course, const std::string& name) {
        if (!name.empty()) return {&course.chapter(name)};
        Chapters all;
        for (const Chapter& chapter : course.chapters()) all.push_back(&chapter);
        return all;
    }

    void part(const std::string& name, const std::function<Findings()>& look) {
        fmt::print("{}\n", paint(Colour::bold, name));
        std::fflush(stdout);
        const auto start = std::chrono::steady_clock::now();
        const Findings findings = look();
        const Seconds took = std::chrono::steady_clock::now() - start;
        if (!findings.report.empty()) fmt::print("{}\n", findings.report);
        for (const Problem& problem : findings.problems) {
            fmt::print("  {}  {}\n", paint(Colour::yellow, problem.where), problem.what);
        }
        problems_ += findings.problems.size();
        summary_.add({name, findings.counted,
                      findings.problems.empty()
                          ? paint(Colour::green, "holds")
                          : paint(Colour::red, count_of(findings.problems.size(), "problem")),
                      fmt::format("{:.1f}", took.count())});
    }

    /// What the parts after it need. They leave out a chapter whose tests do not compile.
    Findings build() {
        Findings findings;
        const Build dev(course_, Flavour::dev);
        const Build release(course_, Flavour::release);
        for (const Chapter* chapter : chapters_) {
            try {
                if (has_program(course_, *chapter)) release.make({chapter->folder});
                if (!has_tests(course_, *chapter)) continue;
                dev.make({Judge::target(*chapter)});
                built_.push_back(chapter);
            } catch (const BuildError& error) {
                findings.add("chapters/" + chapter->folder, error.what());
            }
        }
        findings.counted = count_of(chapters_.size(), "chapter");
        return findings;
    }

    Findings exercises() {
        Passed passed(course_, "passed.json");
        Chapters todo;
        for (const Chapter* chapter : built_) {
            if (!options_.changed_only || !passed.contains(chapter->folder, *chapter))
                todo.push_back(chapter);
        }
        Findings findings = check_exercises(course_, todo, options_.jobs);
        const std::size_t skipped = built_.size() - todo.size();
        if (skipped > 0) {
            findings.counted += fmt::format(", {} unchanged", count_of(skipped, "chapter"));
        }
        for (const Chapter* chapter : todo) {
            if (!mentions(findings, *chapter)) passed.add(chapter->folder, *chapter);
        }
        passed.save();
        return findings;
    }

    /// Whether a problem is in the chapter's folder, its tests or its benchmarks.
    static bool mentions(const Findings& findings, const Chapter& chapter) {
        const auto& all = findings.problems;
        return std::any_of(all.begin(), all.end(), [&](const Problem& problem) {
            const std::string file = problem.where.substr(problem.where.find('/') + 1);
            return file.starts_with(chapter.folder.substr(0, 3));
        });
    }

    int conclude() {
        fmt::print("\n{}\n", summary_.text());
        if (problems_ == 0) {
            fmt::print("{}\n", paint(Colour::green, "Everything holds."));
            return 0;
        }
        fmt::print("{}\n", paint(Colour::red, count_of(problems_, "problem") + " to mend."));
        return 1;
    }

    const Course& course_;
    const CheckOptions& options_;
    Chapters chapters_;
    std::string exercise_;  ///< the only one to sweep; empty: all
    Chapters built_;        ///< those whose tests compile
    std::size_t problems_ = 0;
    course::Table summary_{{{"part"}, {"looked at"}, {"result"}, {"seconds", Align::right}}};
};

}  // namespace

int check(const Course& course, const CheckOptions& options) {
    if (!Mine(course).empty()) {
        throw UserError(
            "the gate judges our headers, but those in mine/ come first on the include path: move "
            "them away (mv mine mine.away) and back afterwards");
    }
    return Gate(course, options).run();
}

}  // namespace learn::gate
