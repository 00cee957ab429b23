// A faulty manifest is refused with its file and line; a word that names nothing, with a sentence
// that says what to type.
#include "common/learn/course/course.hpp"

#include <gtest/gtest.h>

#include "common/learn/course/nearest.hpp"
#include "tests/course/tiny_course.hpp"

namespace learn {
namespace {

/// What Course::load says about the tiny course; empty if it loads.
std::string complaint(const TinyCourse& tiny) {
    try {
        (void)tiny.load();
        return "";
    } catch (const UserError& error) {
        return error.what();
    }
}

/// The same after `from` in the manifest became `to`.
std::string complaint_after(std::string_view from, std::string_view to) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/exercises.toml", from, to);
    return complaint(tiny);
}

constexpr const char* kManifest = "chapters/01_steps/exercises.toml";

TEST(Manifest, IsReadWhole) {
    const Course course = TinyCourse().load();
    ASSERT_EQ(course.chapters().size(), 1U);
    const Chapter& chapter = course.chapters()[0];
    EXPECT_EQ(chapter.number, 1);
    EXPECT_EQ(chapter.title, "Steps");
    ASSERT_EQ(chapter.exercises.size(), 1U);
    EXPECT_EQ(chapter.exercises[0].function, "inline int next_step(int step) {");
    EXPECT_EQ(chapter.exercises[0].hints.size(), 3U);
    EXPECT_EQ(chapter.exercises[0].mutants[1].name, "goes back");
}

TEST(Manifest, SaysInWhichLineTheTomlIsWrong) {
    const std::string said = complaint_after("title = \"The next step\"", "title = The next step");
    EXPECT_EQ(said.substr(0, said.find(": ")), std::string(kManifest) + ":3") << said;
}

TEST(Manifest, SaysWhichKeyIsMissing) {
    EXPECT_EQ(complaint_after("title = \"The next step\"\n", ""),
              std::string(kManifest) + ":1: 'title' is missing");
}

TEST(Manifest, RefusesAMisspeltKey) {
    EXPECT_EQ(complaint_after("title =", "titel ="),
              std::string(kManifest) +
                  ":3: unknown key 'titel'; known: id, title, file, function, test_file, tests, "
                  "hints, mutant, equivalent");
}

TEST(Manifest, RefusesAnEmptyText) {
    EXPECT_EQ(complaint_after("\"The next step\"", "\"\""),
              std::string(kManifest) + ":3: 'title' must be a text in quotes, and not empty");
}

TEST(Manifest, RefusesAnIdOfAnotherChapter) {
    EXPECT_EQ(complaint_after("\"1.1\"", "\"2.1\""),
              std::string(kManifest) +
                  ":2: the id of an exercise of this chapter is \"1.N\", not \"2.1\"");
}

TEST(Manifest, RefusesTheSameIdTwice) {
    const TinyCourse tiny;
    const std::string text = tiny.read(kManifest);
    tiny.write(kManifest, text + "\n" + text);
    EXPECT_EQ(complaint(tiny), std::string(kManifest) + ":26: exercise 1.1 is here twice");
}

TEST(Manifest, RefusesAFileOfALaterChapter) {
    EXPECT_EQ(complaint_after("01_steps/step.hpp", "02_jumps/step.hpp"),
              std::string(kManifest) +
                  ":4: \"02_jumps/step.hpp\" is not a file of this chapter, nor of an earlier "
                  "one: write \"01_steps/NAME.hpp\"");
}

TEST(Manifest, RefusesHintsThatAreNoList) {
    EXPECT_EQ(complaint_after(R"(["Which?", "One more.", "Add one."])", "\"Which?\""),
              std::string(kManifest) + ":8: 'hints' must be a list of texts: [\"...\"]");
}

TEST(Manifest, RefusesAMutantWithoutABody) {
    EXPECT_EQ(complaint_after("body = \"return step;\"\n", ""),
              std::string(kManifest) + ":10: 'body' is missing");
}

TEST(Course, TakesAChapterByNumberFolderAndName) {
    const Course course = TinyCourse().load();
    for (const char* name : {"1", "01", "01_steps", "steps"}) {
        EXPECT_EQ(course.chapter(name).folder, "01_steps") << name;
    }
}

TEST(Course, NamesTheNearestChapter) {
    const Course course = TinyCourse().load();
    try {
        (void)course.chapter("stesp");
        FAIL() << "there is no chapter stesp";
    } catch (const UserError& error) {
        EXPECT_STREQ(error.what(),
                     "there is no chapter 'stesp': did you mean steps? (./learn list shows all)");
    }
}

TEST(Course, NamesTheExercisesOfAChapter) {
    const Course course = TinyCourse().load();
    try {
        (void)course.exercise("1.7");
        FAIL() << "there is no exercise 1.7";
    } catch (const UserError& error) {
        EXPECT_STREQ(error.what(),
                     "there is no exercise '1.7': this chapter has 1.1 (./learn list shows all)");
    }
}

TEST(Nearest, IsEmptyForAWordLikeNoOther) {
    EXPECT_EQ(nearest("tset", {"start", "test"}), "test");
    EXPECT_EQ(nearest("qqqqqq", {"start", "test"}), "");
}

}  // namespace
}  // namespace learn
