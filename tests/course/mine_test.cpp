// Nothing a reader wrote is ever lost.
#include "common/learn/reader/mine.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "common/learn/reader/progress_file.hpp"
#include "common/learn/reader/standing.hpp"
#include "tests/course/tiny_course.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMine = "mine/01_steps/step.hpp";
constexpr const char* kOurs = "chapters/01_steps/step.hpp";

constexpr std::string_view kStub =
    "#pragma once\n"
    "#include \"common/exercise/todo.hpp\"\n"
    "// A step leads to the next.\n"
    "\n"
    "/// The step behind `step`.\n"
    "inline int next_step(int step) {\n"
    "    aio::todo(\"1.1\");\n"
    "}\n";

/// What chapter 1 has besides: a header to skip, and one that has a fast form.
struct MineWithDetails : testing::Test {
    MineWithDetails() {
        tiny.write("chapters/01_steps/detail/skipped.hpp", "#pragma once\n");
        tiny.write("chapters/01_steps/slow.hpp", "#pragma once\n");
        tiny.write("chapters/20_making_it_fast/parts.txt", "fast.hpp    01_steps/slow.hpp\n");
    }
    TinyCourse tiny;
};

TEST_F(MineWithDetails, StartLeavesThemWhereTheyAre) {
    const Course course = tiny.load();
    (void)Mine(course).start(course.chapters()[0]);
    EXPECT_EQ(headers_below(tiny.root() / "mine/01_steps"),
              std::vector<std::string>{"01_steps/step.hpp"});
}

TEST_F(MineWithDetails, StartBringsThemWhereAnExerciseIsInThem) {
    tiny.write("chapters/01_steps/detail/skipped.hpp", tiny.read("chapters/01_steps/step.hpp"));
    tiny.change("chapters/01_steps/exercises.toml", "01_steps/step.hpp",
                "01_steps/detail/skipped.hpp");
    const Course course = tiny.load();
    (void)Mine(course).start(course.chapters()[0]);
    EXPECT_TRUE(fs::exists(tiny.root() / "mine/01_steps/detail/skipped.hpp"));
}

struct MineTest : testing::Test {
    TinyCourse tiny;
    Course course = tiny.load();
    Mine mine{course};
    const Chapter& chapter = course.chapters()[0];
    const Exercise& exercise = chapter.exercises[0];

    /// What the one backup holds of the reader's file.
    static std::string kept(const fs::path& backup) {
        return read_text(backup / "01_steps/step.hpp");
    }

    /// Gives the file a time before this test, so that a touch shows.
    void make_old(const std::string& file) const {
        fs::last_write_time(tiny.root() / file, began - std::chrono::hours(24));
    }
    [[nodiscard]] bool is_old(const std::string& file) const {
        return fs::last_write_time(tiny.root() / file) < began - std::chrono::hours(1);
    }

    const fs::file_time_type began = fs::file_time_type::clock::now();
};

TEST_F(MineTest, StartWritesTheHeadersWithoutTheirBodies) {
    EXPECT_EQ(mine.start(chapter).written, 1);
    EXPECT_EQ(tiny.read(kMine), kStub);
}

TEST_F(MineTest, StartKeepsWhatTheReaderWrote) {
    (void)mine.start(chapter);
    tiny.write(kMine, "mine!");
    const Mine::Started again = mine.start(chapter);
    EXPECT_EQ(again.kept, 1);
    EXPECT_EQ(again.written, 0);
    EXPECT_EQ(tiny.read(kMine), "mine!");
}

TEST_F(MineTest, StartAddsAHeaderThatIsNew) {
    (void)mine.start(chapter);
    tiny.write("chapters/01_steps/jump.hpp", "#pragma once\n");
    EXPECT_EQ(mine.start(chapter).written, 1);
    EXPECT_EQ(tiny.read("mine/01_steps/jump.hpp"), "#pragma once\n");
}

TEST_F(MineTest, ResetOfAChapterKeepsEveryFileInABackup) {
    (void)mine.start(chapter);
    tiny.write(kMine, "mine!");
    tiny.write("mine/01_steps/notes.txt", "notes");
    const fs::path backup = mine.reset(chapter);
    EXPECT_EQ(tiny.read(kMine), kStub);
    EXPECT_EQ(kept(backup), "mine!");
    EXPECT_EQ(read_text(backup / "01_steps/notes.txt"), "notes");
    EXPECT_EQ(tiny.read("mine/01_steps/notes.txt"), "notes");
}

TEST_F(MineTest, ResetOfAnExerciseChangesItsBodyAlone) {
    (void)mine.start(chapter);
    tiny.change(kMine, "aio::todo(\"1.1\");", "return 7;");
    tiny.change(kMine, "// A step leads", "// My step leads");
    const std::string before = tiny.read(kMine);
    const fs::path backup = mine.reset(exercise);
    EXPECT_EQ(kept(backup), before);
    tiny.change(kMine, "// My step leads", "// A step leads");
    EXPECT_EQ(tiny.read(kMine), kStub);
}

TEST_F(MineTest, ResetOfAnExerciseWhoseSignatureIsGoneChangesNothing) {
    (void)mine.start(chapter);
    tiny.write(kMine, "mine!");
    EXPECT_THROW(mine.reset(exercise), UserError);
    EXPECT_EQ(tiny.read(kMine), "mine!");
}

TEST_F(MineTest, TwoBackupsInOneSecondAreTwo) {
    (void)mine.start(chapter);
    EXPECT_NE(mine.reset(chapter), mine.reset(chapter));
}

TEST_F(MineTest, StartMakesOurHeaderLookChangedSoThatItsUsersAreBuiltAgain) {
    make_old(kOurs);
    (void)mine.start(chapter);
    EXPECT_FALSE(is_old(kOurs));
}

TEST_F(MineTest, AFileThatAppearedByHandIsAnnouncedOnce) {
    const fs::path memory = tiny.root() / "build/dev/mine.txt";
    tiny.write(kMine, "copied by hand");
    make_old(kOurs);
    mine.announce_changes(memory);
    EXPECT_FALSE(is_old(kOurs));
    make_old(kOurs);
    mine.announce_changes(memory);
    EXPECT_TRUE(is_old(kOurs)) << "nothing changed, so nothing must be built again";
}

TEST_F(MineTest, AnOldFileThatCameBackLooksNew) {
    const fs::path memory = tiny.root() / "build/dev/mine.txt";
    tiny.write(kMine, "new");
    mine.announce_changes(memory);
    tiny.write(kMine, "from a backup");
    make_old(kMine);
    mine.announce_changes(memory);
    EXPECT_FALSE(is_old(kMine));
}

TEST_F(MineTest, StandingFollowsTheFiles) {
    ProgressFile progress(course);
    const auto now = [&] { return standing(mine, progress, exercise); };
    EXPECT_EQ(now(), Standing::not_started);
    (void)mine.start(chapter);
    EXPECT_EQ(now(), Standing::todo);
    tiny.change(kMine, "aio::todo(\"1.1\");", "return step + 1;");
    EXPECT_EQ(now(), Standing::written);
    progress.set_finished(exercise, true);
    EXPECT_EQ(now(), Standing::finished);
    tiny.change(kMine, "step + 1", "step + 2");
    EXPECT_EQ(now(), Standing::changed) << "a changed body must pass again";
    progress.set_finished(exercise, false);
    EXPECT_EQ(now(), Standing::failing);
    tiny.change(kMine, "step + 2", "step + 3");
    EXPECT_EQ(now(), Standing::mended) << "nobody knows whether the new body fails";
}

TEST_F(MineTest, ATodoInACommentIsNoneAnyMore) {
    (void)mine.start(chapter);
    tiny.change(kMine, "aio::todo", "// aio::todo");
    EXPECT_EQ(mine.written(exercise), Written::something);
}

TEST_F(MineTest, FinishedEndsWhenTheTestChanges) {
    (void)mine.start(chapter);
    ProgressFile progress(course);
    progress.set_finished(exercise, true);
    EXPECT_TRUE(ProgressFile(course).is_finished(exercise));
    tiny.write("tests/01_steps_test.cpp", "a new test");
    EXPECT_FALSE(ProgressFile(course).is_finished(exercise));
}

TEST_F(MineTest, ACorruptProgressFileIsKeptAndProgressBeginsAnew) {
    for (const char* broken : {"{\"exercises\": {\"1.1\": {\"hin", "", "[1, 2]",
                               R"({"exercises": {"1.1": {"hints": "two"}}})"}) {
        fs::remove_all(tiny.root() / "mine");
        tiny.write("mine/progress.json", broken);
        testing::internal::CaptureStderr();
        ProgressFile progress(course);
        const std::string said = testing::internal::GetCapturedStderr();
        EXPECT_EQ(progress.of(exercise).hints, 0);
        const fs::path copy =
            tiny.root() / said.substr(said.find("mine/.backup/"),
                                      said.find(".json\n") + 5 - said.find("mine/.backup/"));
        ASSERT_TRUE(fs::exists(copy)) << said;
        EXPECT_EQ(read_text(copy), broken);
    }
}

TEST_F(MineTest, ProgressOfExercisesThatAreGoneIsKept) {
    tiny.write("mine/progress.json", R"({"exercises": {"9.9": {"hints": 2}}})");
    ProgressFile(course).save();
    EXPECT_NE(tiny.read("mine/progress.json").find("9.9"), std::string::npos);
}

// ── an exercise in a file of an earlier chapter ──

/// Chapter 2 has a header of its own, and an exercise in chapter 1's.
struct BorrowedTest : testing::Test {
    BorrowedTest() {
        tiny.add_borrowing_chapter();
        tiny.write("chapters/01_steps/other.hpp", "#pragma once\n");
        course = tiny.load();
    }

    /// Chapter 1's file as a text with two bodies.
    static std::string file(const std::string& next_step, const std::string& jump) {
        std::string text(TinyCourse::kHeader);
        text.replace(text.find("return step + 1;"), 16, next_step);
        if (text.find("todo") != std::string::npos || jump.find("todo") != std::string::npos) {
            text.insert(13, "#include \"common/exercise/todo.hpp\"\n");
        }
        return text + "inline int jump(int step) {\n    " + jump + "\n}\n";
    }

    TinyCourse tiny;
    Course course = tiny.load();
    Mine mine{course};
    const std::string step = "return step + 1;";
    const std::string todo_step = "aio::todo(\"1.1\");";
    const std::string todo_jump = "aio::todo(\"2.1\");";

    [[nodiscard]] const Chapter& one() const { return course.chapters()[0]; }
    [[nodiscard]] const Chapter& two() const { return course.chapters()[1]; }
    [[nodiscard]] Written written(const Chapter& chapter) const {
        return mine.written(chapter.exercises[0]);
    }
};

TEST_F(BorrowedTest, StartBringsTheOneFileAlong) {
    EXPECT_EQ(mine.start(two()).written, 2);
    EXPECT_EQ(tiny.read(kMine), file(step, todo_jump));
    EXPECT_FALSE(fs::exists(tiny.root() / "mine/01_steps/other.hpp"));
    EXPECT_EQ(written(two()), Written::todo);
}

TEST_F(BorrowedTest, TheEarlierChapterIsNotStartedByThat) {
    (void)mine.start(two());
    EXPECT_FALSE(mine.has(one()));
    EXPECT_EQ(written(one()), Written::not_started);
}

TEST_F(BorrowedTest, TheLaterChapterIsNotStartedByTheEarlierOne) {
    (void)mine.start(one());
    EXPECT_TRUE(mine.has(one()));
    EXPECT_EQ(written(two()), Written::not_started) << "the body in mine/ is ours";
}

TEST_F(BorrowedTest, StartTakesOneBodyOutOfAFileThatIsThereAndKeepsABackup) {
    (void)mine.start(one());
    tiny.write(kMine, file("return 7;", "return 8;"));
    const Mine::Started started = mine.start(two());
    EXPECT_EQ(tiny.read(kMine), file("return 7;", todo_jump));
    EXPECT_EQ(read_text(started.backup / "01_steps/step.hpp"), file("return 7;", "return 8;"));
}

TEST_F(BorrowedTest, StartedOnceMoreItTakesNothingOut) {
    (void)mine.start(two());
    tiny.write(kMine, file(step, "return 8;"));
    const Mine::Started again = mine.start(two());
    EXPECT_EQ(again.kept, 2);
    EXPECT_EQ(again.backup, "");
    EXPECT_EQ(tiny.read(kMine), file(step, "return 8;"));
}

TEST_F(BorrowedTest, StartOfTheEarlierChapterAfterTheLaterOneKeepsItsBodies) {
    (void)mine.start(two());
    tiny.write(kMine, file(step, "return 8;"));
    (void)mine.start(one());
    EXPECT_EQ(tiny.read(kMine), file(todo_step, "return 8;"));
    EXPECT_EQ(written(two()), Written::something);
}

TEST_F(BorrowedTest, StartChangesNothingIfTheSignatureIsGone) {
    (void)mine.start(one());
    tiny.write(kMine, "mine!");
    EXPECT_THROW((void)mine.start(two()), UserError);
    EXPECT_EQ(tiny.read(kMine), "mine!");
    EXPECT_FALSE(mine.has(two()));
}

TEST_F(BorrowedTest, ResetOfAChapterKeepsTheBodiesOfAnother) {
    (void)mine.start(one());
    (void)mine.start(two());
    const std::string before = file("return 7;", "return 8;");
    tiny.write(kMine, before);
    EXPECT_EQ(read_text(mine.reset(one()) / "01_steps/step.hpp"), before);
    EXPECT_EQ(tiny.read(kMine), file(todo_step, "return 8;"));
    tiny.write(kMine, before);
    EXPECT_EQ(read_text(mine.reset(two()) / "01_steps/step.hpp"), before);
    EXPECT_EQ(tiny.read(kMine), file("return 7;", todo_jump));
}

TEST_F(BorrowedTest, ResetOfTheExerciseChangesItsBodyAlone) {
    (void)mine.start(two());
    tiny.write(kMine, file("return 7;", "return 8;"));
    (void)mine.reset(two().exercises[0]);
    EXPECT_EQ(tiny.read(kMine), file("return 7;", todo_jump));
}

}  // namespace
}  // namespace learn
