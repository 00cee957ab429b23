#include "common/gate/exercises.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "common/gate/proof.hpp"
#include "common/gate/recipe.hpp"
#include "common/gate/trial.hpp"
#include "common/gate/work_list.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/reader/stub.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kHangs{5};  // for a mutant that says it hangs

/// Makes the work of the chapters.
class Proofs {
  public:
    explicit Proofs(const Course& course)
        : course_(course), build_(Build(course, Flavour::dev).folder()) {}

    void add(const Chapter& chapter) {
        if (chapter.exercises.empty()) return;
        chapter_ = &chapter;
        const fs::path file = course_.root() / "chapters" / chapter.folder / "exercises.toml";
        manifest_ = place(course_, file);
        manifest_text_ = read_text(file);
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
            const auto prove = [this, &chapter, source]() -> std::string {
                Recipe recipe = Recipe::load(build_, source);
                recipe.precompile_no_chapter();
                const std::string errors = compile_errors(recipe, stubs(chapter));
                if (errors.empty()) return "";
                return "does not compile with all stubs of its chapter: " + errors;
            };
            work_.push_back({place(course_, source), "stubs of " + chapter.folder, prove});
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
        const std::string where = line_in_manifest(fmt::format("\"{}\"", exercise.id));
        const Chapter& chapter = *chapter_;
        add(where, exercise, "our body", [this, &chapter, &exercise] {
            return complaint_about_solution(exercise,
                                            try_ours(recipe(chapter, exercise), options(exercise)));
        });
        add(where, exercise, "stub", [this, &chapter, &exercise] {
            const std::string text = stub(header(exercise), exercise.file, {exercise});
            return complaint_about_stub(exercise, try_text(chapter, exercise, text, {}));
        });
        for (const Mutant& mutant : exercise.mutants) {
            ++mutants;
            add(line_in_manifest(fmt::format("\"{}\"", mutant.name)), exercise,
                fmt::format("mutant '{}'", mutant.name), [this, &chapter, &exercise, &mutant] {
                    const std::string text =
                        replace_body(header(exercise), exercise.function, mutant.body);
                    return complaint_about_mutant(mutant,
                                                  try_text(chapter, exercise, text, mutant));
                });
        }
    }

    void add(const std::string& where, const Exercise& exercise, const std::string& what,
             const std::function<std::string()>& prove) {
        const std::string who = fmt::format("exercise {}: ", exercise.id);
        work_.push_back({where, who + what, [who, prove] {
                             const std::string complaint = prove();
                             return complaint.empty() ? "" : who + complaint;
                         }});
    }

    [[nodiscard]] Trial try_text(const Chapter& chapter, const Exercise& exercise,
                                 const std::string& text, const Mutant& mutant) const {
        TrialOptions how = options(exercise);
        how.decisive = mutant.caught_by;
        if (mutant.hangs) how.watchdog = kHangs;
        return try_headers(recipe(chapter, exercise), {{exercise.file, text}}, how);
    }

    [[nodiscard]] TrialOptions options(const Exercise& exercise) const {
        TrialOptions options;
        options.filter = exercise.tests;
        options.cwd = course_.root();
        return options;
    }

    [[nodiscard]] Recipe recipe(const Chapter& chapter, const Exercise& exercise) const {
        Recipe recipe = Recipe::load(build_, course_.root() / "tests" / exercise.test_file,
                                     Judge::target(chapter));
        if (!exercise.file.starts_with(chapter.folder)) recipe.precompile_no_chapter();
        return recipe;
    }

    [[nodiscard]] std::string header(const Exercise& exercise) const {
        return read_text(course_.root() / "chapters" / exercise.file);
    }

    [[nodiscard]] std::string line_in_manifest(const std::string& what) const {
        return fmt::format("{}:{}", manifest_, line_of(manifest_text_, what));
    }

    const Course& course_;
    fs::path build_;
    const Chapter* chapter_ = nullptr;
    std::string manifest_;
    std::string manifest_text_;
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
