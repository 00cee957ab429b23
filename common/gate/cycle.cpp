#include "common/gate/cycle.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "common/console/table.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/text/body.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

/// A reader who has written everything, as we did.
class Reader {
  public:
    explicit Reader(const Course& course) : course_(course), mine_(course) {
        for (const Chapter& chapter : course.chapters()) {
            if (chapter.exercises.empty()) continue;
            (void)mine_.start(chapter);
            for (const Exercise& exercise : chapter.exercises) write(exercise, "");
        }
    }
    ~Reader() {
        std::error_code ignored;
        fs::remove_all(mine_.folder(), ignored);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// Our body, with `more` before it.
    void write(const Exercise& exercise, const std::string& more) const {
        const std::string ours = read_text(course_.root() / "chapters" / exercise.file);
        const std::string text = read_text(mine_.file(exercise));
        write_text(mine_.file(exercise),
                   replace_body(text, exercise.function, more + body(ours, exercise.function)));
    }

  private:
    const Course& course_;
    Mine mine_;
};

Seconds time_judgement(Judge& judge, const Exercise& exercise) {
    const auto start = std::chrono::steady_clock::now();
    const Verdict verdict = judge.judge(exercise);
    if (!passes(verdict.results)) throw UserError(exercise.id + ": our own body does not pass");
    return std::chrono::steady_clock::now() - start;
}

}  // namespace

Findings time_cycles(const Course& course, const Chapters& chapters) {
    const Reader reader(course);
    ProgressFile progress(course);
    Judge judge(course, progress);
    course::Table table{{{"exercise"}, {"seconds", course::Align::right}}};
    std::vector<Seconds> times;
    for (const Chapter* chapter : chapters) {
        for (const Exercise& exercise : chapter->exercises) {
            reader.write(exercise, "\n// first");
            (void)time_judgement(judge, exercise);  // builds what an earlier save has built
            reader.write(exercise, "\n// second");
            times.push_back(time_judgement(judge, exercise));
            table.add({exercise.id, fmt::format("{:.1f}", times.back().count())});
            reader.write(exercise, "");
        }
    }
    if (times.empty()) return {};
    std::sort(times.begin(), times.end());
    Findings findings;
    findings.counted = count_of(times.size(), "exercise");
    findings.report = fmt::format("{}\nmedian {:.1f} s, worst {:.1f} s", table.text(),
                                  times[times.size() / 2].count(), times.back().count());
    return findings;
}

}  // namespace learn::gate
