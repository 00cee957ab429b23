// Nothing a reader wrote is ever lost.
#include "common/learn/mine.hpp"

#include <fstream>

#include "common/learn/progress_file.hpp"
#include "common/learn/standing.hpp"
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
    mine.start(chapter);
    tiny.write(kMine, "mine!");
    const Mine::Started again = mine.start(chapter);
    EXPECT_EQ(again.kept, 1);
    EXPECT_EQ(again.written, 0);
    EXPECT_EQ(tiny.read(kMine), "mine!");
}

TEST_F(MineTest, StartAddsAHeaderThatIsNew) {
    mine.start(chapter);
    tiny.write("chapters/01_steps/jump.hpp", "#pragma once\n");
    EXPECT_EQ(mine.start(chapter).written, 1);
    EXPECT_EQ(tiny.read("mine/01_steps/jump.hpp"), "#pragma once\n");
}

TEST_F(MineTest, ResetOfAChapterKeepsEveryFileInABackup) {
    mine.start(chapter);
    tiny.write(kMine, "mine!");
    tiny.write("mine/01_steps/notes.txt", "notes");
    const fs::path backup = mine.reset(chapter);
    EXPECT_EQ(tiny.read(kMine), kStub);
    EXPECT_EQ(kept(backup), "mine!");
    EXPECT_EQ(read_text(backup / "01_steps/notes.txt"), "notes");
    EXPECT_EQ(tiny.read("mine/01_steps/notes.txt"), "notes");
}

TEST_F(MineTest, ResetOfAnExerciseChangesItsBodyAlone) {
    mine.start(chapter);
    tiny.change(kMine, "aio::todo(\"1.1\");", "return 7;");
    tiny.change(kMine, "// A step leads", "// My step leads");
    const std::string before = tiny.read(kMine);
    const fs::path backup = mine.reset(exercise);
    EXPECT_EQ(kept(backup), before);
    tiny.change(kMine, "// My step leads", "// A step leads");
    EXPECT_EQ(tiny.read(kMine), kStub);
}

TEST_F(MineTest, ResetOfAnExerciseWhoseSignatureIsGoneChangesNothing) {
    mine.start(chapter);
    tiny.write(kMine, "mine!");
    EXPECT_THROW(mine.reset(exercise), UserError);
    EXPECT_EQ(tiny.read(kMine), "mine!");
}

TEST_F(MineTest, TwoBackupsInOneSecondAreTwo) {
    mine.start(chapter);
    EXPECT_NE(mine.reset(chapter), mine.reset(chapter));
}

TEST_F(MineTest, StartMakesOurHeaderLookChangedSoThatItsUsersAreBuiltAgain) {
    make_old(kOurs);
    mine.start(chapter);
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
    mine.start(chapter);
    EXPECT_EQ(now(), Standing::todo);
    tiny.change(kMine, "aio::todo(\"1.1\");", "return step + 1;");
    EXPECT_EQ(now(), Standing::written);
    progress.set_finished(exercise, true);
    EXPECT_EQ(now(), Standing::finished);
    tiny.change(kMine, "step + 1", "step + 2");
    EXPECT_EQ(now(), Standing::changed) << "a changed body must pass again";
}

TEST_F(MineTest, FinishedEndsWhenTheTestChanges) {
    mine.start(chapter);
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

}  // namespace
}  // namespace learn
