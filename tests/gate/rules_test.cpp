// The parts of the gate that read files: includes, parts, front page, texts and links.
#include <gtest/gtest.h>

#include "common/gate/blocks.hpp"
#include "common/gate/front.hpp"
#include "common/gate/includes.hpp"
#include "common/gate/links.hpp"
#include "common/gate/parts.hpp"
#include "common/gate/passed.hpp"
#include "common/gate/text.hpp"
#include "common/gate/whole.hpp"
#include "tests/course/tiny_course.hpp"
#include "tests/gate/findings.hpp"

namespace learn::gate {
namespace {

using Part = Findings (*)(const Course&, const Chapters&);

std::string look(Part part, const TinyCourse& tiny) {
    const Course course = tiny.load();
    return said(part(course, all_chapters(course)));
}

std::string look_at_text(const TinyCourse& tiny, bool fix = false) {
    const Course course = tiny.load();
    return said(check_text(course, all_chapters(course), fix));
}

// --- includes ----------------------------------------------------------------------------------

TEST(CheckIncludes, LetsAGoodCoursePass) {
    EXPECT_EQ(look(check_includes, TinyCourse()), "");
}

TEST(CheckIncludes, RefusesALaterChapter) {
    const TinyCourse tiny;
    tiny.write("chapters/02_jumps/jump.hpp", "#pragma once\n");
    tiny.change("chapters/01_steps/step.hpp", "\n/// The",
                "#include \"02_jumps/jump.hpp\"\n/// The");
    EXPECT_EQ(look(check_includes, tiny),
              "chapters/01_steps/step.hpp:3: includes \"02_jumps/jump.hpp\" of a later chapter: a "
              "chapter includes itself, earlier chapters and common/\n");
}

TEST(CheckIncludes, LetsAnEarlierChapterPass) {
    const TinyCourse tiny;
    tiny.write("chapters/02_jumps/jump.hpp", "#include \"01_steps/step.hpp\"\n");
    EXPECT_EQ(look(check_includes, tiny), "");
}

TEST(CheckIncludes, RefusesABareFileName) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/main.cpp", "01_steps/step.hpp", "step.hpp");
    EXPECT_EQ(look(check_includes, tiny),
              "chapters/01_steps/main.cpp:1: includes \"step.hpp\": write the folder too "
              "(\"01_steps/step.hpp\"), or the reader's file of that name cannot take its place\n");
}

TEST(CheckIncludes, LetsTestsAndBenchmarksHaveHelpersButNotTheStack) {
    const TinyCourse tiny;
    tiny.write("bench/01_steps_bench.cpp", "#include \"bench/steps.hpp\"\n");
    EXPECT_EQ(look(check_includes, tiny), "");
    tiny.write("chapters/01_steps/step.hpp", "#include \"bench/steps.hpp\"\n");
    EXPECT_TRUE(look(check_includes, tiny).starts_with("chapters/01_steps/step.hpp:1: includes"))
        << look(check_includes, tiny);
}

TEST(CheckIncludes, RefusesAChapterInCommon) {
    const TinyCourse tiny;
    tiny.write("common/console/bar.hpp", "#pragma once\n#include \"01_steps/step.hpp\"\n");
    EXPECT_EQ(look(check_includes, tiny),
              "common/console/bar.hpp:2: includes \"01_steps/step.hpp\": common/ includes no "
              "chapter\n");
}

TEST(CheckIncludes, RefusesTheToolInAChapterAndTheGateInTheTool) {
    const TinyCourse tiny;
    tiny.write("chapters/01_steps/step.hpp",
               "#include \"common/gate/check.hpp\"\n#include \"common/learn/course/course.hpp\"\n");
    tiny.write("common/learn/judge/judge.hpp", "#include \"common/gate/check.hpp\"\n");
    tiny.write("common/gate/main.cpp", "#include \"common/gate/check.hpp\"\n");
    EXPECT_EQ(
        look(check_includes, tiny),
        "chapters/01_steps/step.hpp:1: includes the learner's tool: a chapter does not need it\n"
        "chapters/01_steps/step.hpp:2: includes the learner's tool: a chapter does not need it\n"
        "common/learn/judge/judge.hpp:1: includes the gate: no reader compiles it\n");
}

TEST(CheckIncludes, DoesNotReadComments) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/main.cpp", "int main",
                "/*\n#include \"step.hpp\"\n*/\nint main");
    EXPECT_EQ(look(check_includes, tiny), "");
}

// --- parts -------------------------------------------------------------------------------------

TEST(CheckParts, LetsAGoodCoursePass) {
    EXPECT_EQ(look(check_parts, TinyCourse()), "");
}

TEST(CheckParts, MissesFilesTestsAndBenchmarks) {
    const TinyCourse tiny;
    std::filesystem::remove(tiny.root() / "chapters/01_steps/same.py");
    std::filesystem::remove(tiny.root() / "bench/01_steps_bench.cpp");
    EXPECT_EQ(look(check_parts, tiny),
              "chapters/01_steps/same.py: is missing: every chapter has one\n"
              "bench/01_*_bench.cpp: the chapter has no benchmark\n");
}

TEST(CheckParts, CountsHints) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/exercises.toml", ", \"Add one.\"", "");
    EXPECT_EQ(look(check_parts, tiny),
              "chapters/01_steps/exercises.toml:2: exercise 1.1: has 2 hints: write 3, from a "
              "question to nearly the code\n");
}

TEST(CheckParts, CountsMutants) {
    const TinyCourse tiny;
    const std::string text = tiny.read("chapters/01_steps/exercises.toml");
    tiny.write("chapters/01_steps/exercises.toml", text.substr(0, text.rfind("[[exercise.")));
    EXPECT_EQ(look(check_parts, tiny),
              "chapters/01_steps/exercises.toml:2: exercise 1.1: has 2 mutants: write at least 3 "
              "plausible mistakes\n");
}

TEST(CheckParts, WantsTheSignatureInTheFile) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/step.hpp", "int next_step", "long next_step");
    EXPECT_EQ(look(check_parts, tiny),
              "chapters/01_steps/exercises.toml:2: exercise 1.1: chapters/01_steps/step.hpp: no "
              "line reads `inline int next_step(int step) {`\n");
}

TEST(CheckParts, WantsMutantsThatAJudgingTestCatchesAndThatAreWrong) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/exercises.toml", "\"Step.GoesOneUp\"", "\"Jump.Far\"");
    tiny.change("chapters/01_steps/exercises.toml", "return step - 1;", "return step + 1;");
    EXPECT_EQ(
        look(check_parts, tiny),
        "chapters/01_steps/exercises.toml:2: exercise 1.1: mutant 'stands still': Jump.Far is "
        "not among the tests that judge the exercise (Step.*)\n"
        "chapters/01_steps/exercises.toml:2: exercise 1.1: mutant 'goes back' is our own "
        "body\n");
}

TEST(CheckParts, FindsForgottenMarkers) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/step.hpp", "    return",
                "    // TO"
                "DO: think\n    return");
    EXPECT_EQ(look(check_parts, tiny),
              "chapters/01_steps/step.hpp:6: TO"
              "DO was forgotten here\n");
}

TEST(CheckParts, FindsAStubInOurOwnHeader) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/step.hpp", "return step + 1;",
                "aio::to"
                "do(\"1.1\");");
    EXPECT_EQ(look(check_parts, tiny),
              "chapters/01_steps/step.hpp:6: has a stub's body: ours is the solution\n");
}

// --- the front page ----------------------------------------------------------------------------

TEST(CheckFront, LetsAGoodCoursePass) {
    EXPECT_EQ(look(check_front, TinyCourse()), "");
}

TEST(CheckFront, WantsTheNumberOfExercisesAndTheTimeToRead) {
    const TinyCourse tiny;
    tiny.change("README.md", "| 1 | 5 min", "| 2 | 5 min");
    EXPECT_EQ(look(check_front, tiny), "README.md:1: the row should end in `| 1 | 5 min |`\n");
}

TEST(CheckFront, WantsARowForEachChapterThatHasAText) {
    const TinyCourse tiny;
    tiny.add_borrowing_chapter();
    tiny.write("chapters/03_leaps/leap.hpp", "#pragma once\n");
    EXPECT_EQ(look(check_front, tiny), "README.md: the table has no row for 02_jumps\n");
}

TEST(ReadingMinutes, CountWordsAndCodeButNotOutput) {
    std::string words;
    for (int i = 0; i < 2000; ++i) words += "word ";
    EXPECT_EQ(reading_minutes(words), 10);
    std::string lines;
    for (int i = 0; i < 300; ++i) lines += "some code\n";
    EXPECT_EQ(reading_minutes(words + "\n```cpp\n" + lines + "```\n"), 20);
    EXPECT_EQ(reading_minutes(words + "\n```console\n" + lines + "```\n"), 10);
    const std::string folded = "\n<details><summary>Ours</summary>\n" + words + "\n</details>\n";
    EXPECT_EQ(reading_minutes(words + folded), 10) << "what is folded is for later";
}

TEST(WholeFiles, AreShownLineByLine) {
    const std::string code =
        "#include <x>\nnamespace a {\n// why\nint x;\nint y;\n}  // namespace a\n";
    EXPECT_EQ(lines_not_shown(code, {"int x;\n"}), std::vector<std::string>{"5  int y;"});
    EXPECT_TRUE(lines_not_shown(code, {"    int x;\n", "int y;\n"}).empty());
}

// --- text --------------------------------------------------------------------------------------

TEST(Blocks, AreReadWithTheirInfo) {
    const auto blocks = blocks_of("a\n```console run=\"x --scene 2\" approx\nb\n```\n");
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(blocks[0].language, "console");
    EXPECT_EQ(blocks[0].line, 2u);
    EXPECT_EQ(blocks[0].info.at("run"), "x --scene 2");
    EXPECT_TRUE(blocks[0].info.contains("approx")) << "a word without = is a switch";
}

TEST(Blocks, MayHoldShorterFences) {
    const std::string text = "````\n```cpp file=x\n```\n````\n";
    const auto blocks = blocks_of(text);
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(content_of(text, blocks[0]), "```cpp file=x\n```\n");
}

TEST(Blocks, LoseTheIndentationOfTheirFences) {
    const std::string text = "1. a\n\n   ```\n   b\n     c\n   ```\n";
    EXPECT_EQ(content_of(text, blocks_of(text).at(0)), "b\n  c\n");
}

TEST(WithoutNumbers, ForgetsNumbersUnitsBarsAndSpaces) {
    EXPECT_EQ(without_numbers("ten GETs    0.268 s  ████▌"),
              without_numbers("ten GETs     25.1 ms ██"));
    EXPECT_NE(without_numbers("ten GETs 1 s"), without_numbers("ten PUTs 1 s"));
}

TEST(CheckText, LetsAGoodCoursePass) {
    EXPECT_EQ(look_at_text(TinyCourse()), "");
}

TEST(CheckText, FindsStaleCode) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/README.md", "step + 1", "step + 2");
    EXPECT_EQ(
        look_at_text(tiny),
        "chapters/01_steps/README.md:5: this block is stale: its line 2 is `    return step + "
        "2;`, but should be `    return step + 1;` (./learn check --fix rewrites it)\n");
}

TEST(CheckText, FindsStaleOutputButForgivesNumbersWhereTheTextIsApproximate) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/README.md", "took", "needed");
    EXPECT_EQ(
        look_at_text(tiny),
        "chapters/01_steps/README.md:16: this block is stale: its line 2 is `needed 24.9 ms`, "
        "but should be `took 25.3 ms` (./learn check --fix rewrites it)\n");
    tiny.change("chapters/01_steps/README.md", "needed", "took");
    tiny.change("chapters/01_steps/README.md", " approx", "");
    EXPECT_EQ(look_at_text(tiny),
              "chapters/01_steps/README.md:16: this block is stale: its line 2 is `took 24.9 ms`, "
              "but should be `took 25.3 ms` (./learn check --fix rewrites it)\n");
}

TEST(CheckText, ForgivesALineThatSaysWhatThisMachineLacks) {
    const TinyCourse tiny;
    const std::string good = tiny.read("chapters/01_steps/README.md");
    tiny.write_program("echo \"step 2: not on this machine\"\necho \"took 25.3 ms\"\n");
    EXPECT_EQ(look_at_text(tiny, true), "");
    EXPECT_EQ(tiny.read("chapters/01_steps/README.md"), good);
    tiny.change("chapters/01_steps/README.md", "took", "needed");
    EXPECT_EQ(
        look_at_text(tiny),
        "chapters/01_steps/README.md:16: this block is stale: its line 2 is `needed 24.9 ms`, "
        "but should be `took 25.3 ms` (./learn check --fix rewrites it)\n");
}

TEST(CheckText, FixWritesStaleBlocksAnewAndNothingElse) {
    const TinyCourse tiny;
    const std::string good = tiny.read("chapters/01_steps/README.md");
    tiny.change("chapters/01_steps/README.md", "    return step + 1;\n", "");
    tiny.change("chapters/01_steps/README.md", "    print(\"step 2\")\n", "    one\n    two\n");
    EXPECT_EQ(look_at_text(tiny, true), "");
    EXPECT_EQ(tiny.read("chapters/01_steps/README.md"), good);
}

TEST(CheckText, FixKeepsAnApproximateBlockThatIsNotStale) {
    const TinyCourse tiny;
    const std::string good = tiny.read("chapters/01_steps/README.md");
    EXPECT_EQ(look_at_text(tiny, true), "");
    EXPECT_EQ(tiny.read("chapters/01_steps/README.md"), good);
}

TEST(CheckText, SaysWhatABlockShowsThatIsNotThere) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/README.md", "function=next_step", "function=last_step");
    tiny.change("chapters/01_steps/README.md", "file=01_steps/same.py", "file=01_steps/other.py");
    tiny.change("chapters/01_steps/README.md", "01_steps --scene 1", "rm -rf");
    EXPECT_EQ(look_at_text(tiny),
              "chapters/01_steps/README.md:5: this block shows 01_steps/step.hpp: no definition of "
              "`last_step`\n"
              "chapters/01_steps/README.md:11: this block shows 01_steps/other.py, which is not "
              "there\n"
              "chapters/01_steps/README.md:16: this block runs rm, which is not in "
              "build/release/bin: a text runs a chapter's program, same.py, python3 or ./learn\n");
}

TEST(CheckText, RunsTheTwin) {
    const TinyCourse tiny;
    tiny.write("chapters/01_steps/same.py", "print('step 2')\n");
    tiny.write("chapters/01_steps/README.md", "```console run=\"same.py\"\nstep 2\n```\n");
    EXPECT_EQ(look_at_text(tiny), "");
}

TEST(CheckText, ReadsTheFrontPageToo) {
    const TinyCourse tiny;
    tiny.write("README.md", "```cpp file=01_steps/step.hpp colour=red\n```\n");
    EXPECT_EQ(look_at_text(tiny),
              "README.md:1: this block has the unknown word 'colour': a block takes file=, "
              "function=, class=, run= and approx\n");
}

TEST(CheckText, ReadsEveryTextAndTheCellsOfItsTables) {
    const TinyCourse tiny;
    tiny.write("chapters/map.md",
               "<table><tr><td>\n\n```cpp file=01_steps/step.hpp function=next_step\n"
               "inline int next_step(int step) {\n```\n\n</td></tr></table>\n");
    EXPECT_EQ(look_at_text(tiny),
              "chapters/map.md:3: this block is stale: after line 1, `    return step + 1;` is "
              "missing (./learn check --fix rewrites it)\n");
}

// --- links -------------------------------------------------------------------------------------

TEST(CheckLinks, LetsAGoodCoursePass) {
    EXPECT_EQ(look(check_links, TinyCourse()), "");
}

TEST(CheckLinks, FindsLinksThatLeadNowhere) {
    const TinyCourse tiny;
    tiny.change("chapters/01_steps/README.md", "(step.hpp)", "(../02_jumps/README.md)");
    tiny.change("chapters/01_steps/README.md", "(#steps)", "(#jumps)");
    EXPECT_EQ(look(check_links, tiny),
              "chapters/01_steps/README.md:3: the link to '#jumps' leads nowhere: there is no such "
              "heading\n"
              "chapters/01_steps/README.md:3: the link to '../02_jumps/README.md' leads nowhere: "
              "there is no such file\n");
}

TEST(CheckLinks, ReadsEveryText) {
    const TinyCourse tiny;
    tiny.write("chapters/map.md", "[here](01_steps/README.md#steps) [there](01_steps/up.md)\n");
    tiny.write(".github/CONTRIBUTING.md", "[front](../FRONT.md)\n");
    EXPECT_EQ(look(check_links, tiny),
              ".github/CONTRIBUTING.md:1: the link to '../FRONT.md' leads nowhere: there is no "
              "such file\n"
              "chapters/map.md:1: the link to '01_steps/up.md' leads nowhere: there is no such "
              "file\n");
}

TEST(CheckLinks, DoesNotReadCode) {
    const TinyCourse tiny;
    tiny.write("chapters/01_steps/README.md", "`[](int x)` and\n```\n[a](b)\n```\n");
    EXPECT_EQ(look(check_links, tiny), "");
}

TEST(CheckLinks, LeavesOtherSitesAlone) {
    const TinyCourse tiny;
    tiny.write("chapters/01_steps/README.md", "[a](https://example.org/x) <img src=\"y.svg\">\n");
    EXPECT_EQ(look(check_links, tiny),
              "chapters/01_steps/README.md:1: the link to 'y.svg' leads nowhere: there is no such "
              "file\n");
}

TEST(Anchor, IsWhatACodeHostMakesOfAHeading) {
    EXPECT_EQ(anchor_of(" The one rule: `next()`, or_not"), "the-one-rule-next-or_not");
}

// --- what has passed ---------------------------------------------------------------------------

TEST(Passed, IsForgottenWhenItsGroundChanges) {
    const TinyCourse tiny;
    tiny.write("chapters/02_jumps/jump.hpp", "#include \"01_steps/step.hpp\"\n");
    const Course course = tiny.load();
    const Chapter& jumps = course.chapter("2");
    const std::string file = "passed.json";
    Passed passed(course, file);
    passed.add("2.1", jumps);
    passed.save();
    EXPECT_TRUE(Passed(course, file).contains("2.1", jumps)) << "it is remembered";
    EXPECT_FALSE(Passed(course, file).contains("2.2", jumps)) << "nobody added it";
    EXPECT_FALSE(Passed(course, "swept.json").contains("2.1", jumps)) << "by another file only";
    tiny.change("chapters/01_steps/step.hpp", "step + 1", "1 + step");
    EXPECT_FALSE(Passed(course, file).contains("2.1", jumps)) << "a chapter below it has changed";
}

}  // namespace
}  // namespace learn::gate
