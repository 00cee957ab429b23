#include "common/gate/exercises.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "common/gate/manifest_text.hpp"
#include "common/gate/proof.hpp"
#include "common/gate/recipe.hpp"
#include "common/gate/trial.hpp"
#include "common/gate/variants.hpp"
#include "common/gate/work_list.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/reader/stub.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kHangs{3};  // for a mutant that says it hangs

/// Our body, the stub and the mutants of one exercise: one program, run once for each.
class ExerciseProof {
  public:
    ExerciseProof(const Course& course, const Exercise& exercise, ManifestText manifest)
        : course_(course), exercise_(exercise), manifest_(std::move(manifest)) {}

    [[nodiscard]] std::vector<Problem> problems() {
        const Variants variants(course_, exercise_, exercise_.test_file, bodies());
        TrialOptions how;
        how.filter = exercise_.tests;
        expect(exercise_.id, complaint_about_solution(exercise_, variants.run(0, how)));
        expect(exercise_.id, complaint_about_stub(exercise_, variants.run(1, how)));
        for (std::size_t i = 0; i < exercise_.mutants.size(); ++i) {
            const Mutant& mutant = exercise_.mutants[i];
            how.decisive = mutant.caught_by;
            how.watchdog = mutant.hangs ? kHangs : TrialOptions().watchdog;
            expect(mutant.name, complaint_about_mutant(mutant, variants.run(i + 2, how)));
        }
        return std::move(problems_);
    }

  private:
    [[nodiscard]] std::vector<std::string> bodies() const {
        std::vector<std::string> bodies = {todo_call(exercise_)};
        for (const Mutant& mutant : exercise_.mutants) bodies.push_back(mutant.body);
        return bodies;
    }

    void expect(const std::string& what, const std::string& complaint) {
        if (complaint.empty()) return;
        problems_.push_back(
            {manifest_.place_of(what), fmt::format("exercise {}: {}", exercise_.id, complaint)});
    }

    const Course& course_;
    const Exercise& exercise_;
    ManifestText manifest_;
    std::vector<Problem> problems_;
};

/// Makes the work of the chapters.
class Proofs {
  public:
    explicit Proofs(const Course& course)
        : course_(course), build_(Build(course, Flavour::dev).folder()) {}

    void add(const Chapter& chapter) {
        if (chapter.exercises.empty()) return;
        chapter_ = &chapter;
        manifest_ = ManifestText(course_, chapter);
        add_whole_chapter();
        for (const Exercise& exercise : chapter.exercises) add(exercise);
    }

    [[nodiscard]] std::vector<Work> take() { return std::move(work_); }

    std::size_t mutants = 0;

  private:
    /// What `./learn start` writes must compile with every file of the chapter.
    void add_whole_chapter() {
        const Chapter& chapter = *chapter_;
        const std::vector<fs::path> built = sources_in(build_);
        for (const fs::path& source : sources_of(course_, chapter)) {
            if (std::find(built.begin(), built.end(), source) == built.end()) continue;
            const std::string where = place(course_, source);
            const auto prove = [this, &chapter, source, where]() -> std::vector<Problem> {
                Recipe recipe = Recipe::load(build_, source);
                recipe.precompile_no_chapter();
                const std::string errors = compile_errors(recipe, stubs(chapter));
                if (errors.empty()) return {};
                return {{where, "does not compile with all stubs of its chapter: " + errors}};
            };
            work_.push_back({where, "stubs of " + chapter.folder, prove});
        }
    }

    [[nodiscard]] std::vector<Replacement> stubs(const Chapter& chapter) const {
        std::vector<Replacement> headers;
        for (const Exercise& exercise : chapter.exercises) {
            headers.push_back(
                {exercise.file, stub(header(exercise), exercise.file, chapter.exercises)});
        }
        return headers;
    }

    void add(const Exercise& exercise) {
        mutants += exercise.mutants.size();
        const auto prove = [this, &exercise, manifest = manifest_] {
            return ExerciseProof(course_, exercise, manifest).problems();
        };
        work_.push_back({manifest_.place_of(exercise.id), "exercise " + exercise.id, prove});
    }

    [[nodiscard]] std::string header(const Exercise& exercise) const {
        return read_text(course_.root() / "chapters" / exercise.file);
    }

    const Course& course_;
    fs::path build_;
    const Chapter* chapter_ = nullptr;
    ManifestText manifest_;
    std::vector<Work> work_;
};

}  // namespace

Findings check_exercises(const Course& course, const Chapters& chapters, int jobs) {
    Proofs proofs(course);
    std::size_t exercises = 0;
    for (const Chapter* chapter : chapters) {
        exercises += chapter->exercises.size();
        proofs.add(*chapter);
    }
    Findings findings = do_work(proofs.take(), jobs, "proving");
    findings.counted =
        fmt::format("{}, {}", count_of(exercises, "exercise"), count_of(proofs.mutants, "mutant"));
    return findings;
}

}  // namespace learn::gate
