// The commands as a reader types them.
#include "common/learn/commands/command_line.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/course/tiny_course.hpp"

namespace learn {
namespace {

constexpr const char* kMine = "mine/01_steps/step.hpp";

/// A build without a compiler: the "test program" is a script that prints what GoogleTest would,
/// and "compiling" fails if the reader's file has a mistake in it. It judges the completed copy.
constexpr std::string_view kBuild = R"text(cmake_minimum_required(VERSION 3.22)
project(tiny LANGUAGES NONE)
add_custom_target(01_steps_judge COMMAND sh ${CMAKE_SOURCE_DIR}/compile.sh)
)text";

constexpr std::string_view kPresets = R"text({
  "version": 3,
  "configurePresets": [{"name": "dev", "generator": "Unix Makefiles",
                        "binaryDir": "${sourceDir}/build/dev"}]
})text";

constexpr std::string_view kCompile = R"text(
cd "$(dirname "$0")" || exit 1
if grep -q MISTAKE mine/01_steps/step.hpp; then
    echo "$PWD/mine/01_steps/step.hpp:7:5: error: 'MISTAKE' was not declared"
    exit 1
fi
mkdir -p build/dev/bin
cp run.sh build/dev/bin/01_steps_judge
chmod +x build/dev/bin/01_steps_judge
)text";

constexpr std::string_view kRun = R"text(#!/bin/sh
echo "[==========] Running 1 test from 1 test suite."
echo "[ RUN      ] Step.GoesOneUp"
if ! grep -q -e "step + 1" -e "#include .*/chapters/" build/dev/completed/01_steps/step.hpp; then
    echo "expected 2, got 1"
else
    echo "[       OK ] Step.GoesOneUp (0 ms)"
    exit 0
fi
echo "[  FAILED  ] Step.GoesOneUp (0 ms)"
exit 1
)text";

struct CommandLine : testing::Test {
    CommandLine() {
        tiny.write("CMakeLists.txt", kBuild);
        tiny.write("CMakePresets.json", kPresets);
        tiny.write("compile.sh", kCompile);
        tiny.write("run.sh", kRun);
    }

    struct Answer {
        int code = 0;
        std::string out;
        std::string err;
    };

    [[nodiscard]] Answer learn(std::vector<std::string> words) const {
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        Answer answer;
        answer.code = run_command_line(tiny.root(), std::move(words));
        answer.out = testing::internal::GetCapturedStdout();
        answer.err = testing::internal::GetCapturedStderr();
        return answer;
    }

    void write_body(const std::string& body) const {
        (void)learn({"reset", "1.1"});
        tiny.change(kMine, "aio::todo(\"1.1\");", body);
    }

    TinyCourse tiny;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(CommandLine, AnswersEveryMistakeWithOneSentenceThatSaysWhatToType) {
    const std::vector<std::vector<std::string>> mistakes = {
        {"tset"},        {"5"},           {"start"},          {"start", "9"},
        {"hint"},        {"hint", "1.9"}, {"hint", "x"},      {"show", "1.1"},
        {"diff", "1"},   {"reset", "1"},  {"reset", "1.1"},   {"watch"},
        {"watch", "1"},  {"run"},         {"run", "9"},       {"list", "--foo"},
        {"test", "abc"}, {"bench", "9"},  {"test", "1", "2"}, {"start", ""},
        {"help", "tset"}};
    for (const auto& words : mistakes) {
        const Answer answer = learn(words);
        EXPECT_EQ(answer.code, 1) << words[0];
        EXPECT_EQ(answer.out, "") << words[0];
        EXPECT_EQ(std::count(answer.err.begin(), answer.err.end(), '\n'), 1) << answer.err;
        const bool helps = contains(answer.err, "./learn") || contains(answer.err, "type a number");
        EXPECT_TRUE(helps) << answer.err;
    }
}

TEST_F(CommandLine, GuessesWhatAMisspeltCommandMeant) {
    EXPECT_EQ(learn({"strat", "1"}).err,
              "there is no command 'strat': did you mean ./learn start? ./learn help lists all\n");
}

TEST_F(CommandLine, HelpListsEveryCommand) {
    for (const char* word : {"help", "--help", "-h"}) {
        const Answer answer = learn({word});
        EXPECT_EQ(answer.code, 0);
        for (const char* name : {"run", "test", "start", "watch", "hint", "show", "diff", "reset",
                                 "list", "progress", "bench", "doctor", "check", "grade"}) {
            EXPECT_TRUE(contains(answer.out, std::string("./learn ") + name)) << name;
        }
    }
    EXPECT_TRUE(contains(learn({"start", "--help"}).out, "--again"));
    EXPECT_TRUE(contains(learn({"help", "start"}).out, "--again"));
}

TEST_F(CommandLine, CheckBuildsTheGateAndLeavesItsWordsToIt) {
    tiny.write("CMakeLists.txt",
               "project(tiny LANGUAGES NONE)\n"
               "add_custom_target(gate COMMAND sh ${CMAKE_SOURCE_DIR}/compile.sh)\n");
    tiny.write(
        "compile.sh",
        "cd \"$(dirname \"$0\")\" && mkdir -p build/dev/bin && cp gate.sh build/dev/bin/gate &&"
        " chmod +x build/dev/bin/gate");
    tiny.write("gate.sh", "#!/bin/sh\necho \"$@\" >&2\nexit 7\n");
    EXPECT_EXIT((void)run_command_line(tiny.root(), {"check", "5", "--fix"}),
                testing::ExitedWithCode(7), "check 5 --fix\n$");
}

TEST_F(CommandLine, HintsGoOneStepFurtherEachTimeAndSayWhichOfHowMany) {
    EXPECT_TRUE(contains(learn({"hint", "1.1"}).out, "hint 1 of 3\n\nWhich?\n"));
    EXPECT_TRUE(contains(learn({"hint", "1.1"}).out, "hint 2 of 3\n\nOne more.\n"));
    EXPECT_TRUE(contains(learn({"hint", "1.1"}).out, "hint 3 of 3\n\nAdd one.\n"));
    EXPECT_TRUE(contains(learn({"hint", "1.1"}).out, "hint 3 of 3\n\nAdd one.\n"));
}

TEST_F(CommandLine, ShowGivesOurBodyToThoseWhoGiveUp) {
    EXPECT_EQ(learn({"show", "1.1"}).code, 1);
    const Answer answer = learn({"show", "1.1", "--give-up"});
    EXPECT_TRUE(
        contains(answer.out, "inline int next_step(int step) {\n    return step + 1;\n}\n"));
    EXPECT_EQ(learn({"show", "1.1"}).code, 0) << "giving up once is enough";
}

TEST_F(CommandLine, StartAgainKeepsABackupAndSaysWhere) {
    (void)learn({"start", "1"});
    tiny.write(kMine, "mine!");
    EXPECT_TRUE(contains(learn({"start", "1"}).out, "nothing in it was changed"));
    EXPECT_EQ(tiny.read(kMine), "mine!");
    const Answer answer = learn({"start", "1", "--again"});
    const std::size_t at = answer.out.find("mine/.backup/");
    ASSERT_NE(at, std::string::npos) << answer.out;
    const std::string backup = answer.out.substr(at, answer.out.find(".\n", at) - at);
    EXPECT_EQ(tiny.read(backup + "/01_steps/step.hpp"), "mine!");
}

TEST_F(CommandLine, StartSaysWhereTheFileOfAnEarlierChapterIsKept) {
    tiny.add_borrowing_chapter();
    (void)learn({"start", "1"});
    tiny.change(kMine, "return step + 2;", "return 2 + step;");
    const std::string before = tiny.read(kMine);
    const Answer answer = learn({"start", "2"});
    EXPECT_TRUE(contains(answer.out, "mine/02_jumps is yours now")) << answer.out;
    const std::size_t at = answer.out.find("mine/.backup/");
    ASSERT_NE(at, std::string::npos) << answer.out;
    const std::string backup = answer.out.substr(at, answer.out.find(".\n", at) - at);
    EXPECT_EQ(tiny.read(backup + "/01_steps/step.hpp"), before);
    EXPECT_TRUE(contains(tiny.read(kMine), "aio::todo(\"2.1\");"));
    EXPECT_TRUE(contains(learn({"diff", "2"}).out, "the same")) << "but for what is to do";
    (void)learn({"reset", "2"});
    EXPECT_TRUE(contains(learn({"show", "2.1", "--give-up"}).out, "return step + 2;"));
}

TEST_F(CommandLine, StartRefusesAChapterThatIsNotReadyAndWritesNothing) {
    tiny.add_borrowing_chapter();
    std::filesystem::remove(tiny.root() / "chapters/02_jumps/README.md");
    Answer answer = learn({"start", "2"});
    EXPECT_EQ(answer.code, 1);
    EXPECT_TRUE(contains(answer.err, "chapter 2 cannot be started: it has no README.md yet"))
        << answer.err;
    tiny.write("chapters/02_jumps/README.md", "# Jumps\n");
    std::filesystem::remove(tiny.root() / "chapters/02_jumps/exercises.toml");
    answer = learn({"start", "2", "--again"});
    EXPECT_TRUE(contains(answer.err, "it has no exercises yet")) << answer.err;
    EXPECT_FALSE(std::filesystem::exists(tiny.root() / "mine"));
}

TEST_F(CommandLine, ListAndProgressFollowTheReader) {
    EXPECT_TRUE(contains(learn({"list"}).out, "not started"));
    EXPECT_TRUE(contains(learn({"progress"}).out, "./learn start 1"));
    (void)learn({"start", "1"});
    EXPECT_TRUE(contains(learn({"list"}).out, "to do"));
    EXPECT_TRUE(contains(learn({"progress"}).out, "0 of 1 exercises"));
    EXPECT_TRUE(contains(learn({"progress"}).out, "./learn watch 1"));
    write_body("return step + 1;");
    EXPECT_EQ(learn({"test", "1.1"}).code, 0);
    EXPECT_TRUE(contains(learn({"list"}).out, "finished"));
    EXPECT_TRUE(contains(learn({"progress"}).out, "1 of 1 exercises"));
}

TEST_F(CommandLine, TestSaysWhatIsMissingWhatIsWrongAndWhatIsRight) {
    (void)learn({"start", "1"});
    for (const char* what : {"1", "1.1"}) {
        const Answer unwritten = learn({"test", what});
        EXPECT_EQ(unwritten.code, 1);
        EXPECT_TRUE(contains(unwritten.out, " to do\n")) << unwritten.out;
        EXPECT_TRUE(contains(unwritten.out, "./learn hint 1.1")) << unwritten.out;
    }
    write_body("return step;");
    Answer answer = learn({"test", "1.1"});
    EXPECT_EQ(answer.code, 1);
    EXPECT_TRUE(contains(answer.out, "expected 2, got 1")) << answer.out;
    EXPECT_TRUE(contains(answer.out, "./learn hint 1.1")) << answer.out;
    write_body("return step + 1;");
    answer = learn({"test", "1"});
    EXPECT_EQ(answer.code, 0);
    EXPECT_TRUE(contains(answer.out, "1 of 1 tests pass")) << answer.out;
}

TEST_F(CommandLine, OtherTestsOfTheChapterRunWithOurBodyForWhatIsNotWrittenYet) {
    tiny.change("chapters/01_steps/exercises.toml", "Step.*", "Other.*");
    (void)learn({"start", "1"});
    const Answer answer = learn({"test", "1"});
    EXPECT_TRUE(contains(answer.out, "✔       the rest of the chapter")) << answer.out;
    EXPECT_EQ(answer.code, 1) << "the exercise is not written";
}

constexpr std::string_view kLastStep = R"text(
[[exercise]]
id = "1.2"
title = "The last step"
file = "01_steps/step.hpp"
function = "inline int last_step() {"
test_file = "01_steps_test.cpp"
tests = "Last.*"
hints = ["a", "b", "c"]
)text";

struct TwoExercises : CommandLine {
    TwoExercises() {
        tiny.write(
            "chapters/01_steps/step.hpp",
            std::string(TinyCourse::kHeader) + "inline int last_step() {\n    return 9;\n}\n");
        tiny.write("chapters/01_steps/exercises.toml",
                   std::string(TinyCourse::kExercises) + std::string(kLastStep));
        tiny.write("tests/01_steps_test.cpp",
                   tiny.read("tests/01_steps_test.cpp") + "TEST(Last, IsNine) {}\n");
        tiny.change("run.sh", "exit 0",
                    "echo '[ RUN      ] Last.IsNine'\n"
                    "    echo '[       OK ] Last.IsNine (0 ms)'\n    exit 0");
        (void)learn({"start", "1"});
    }
};

TEST_F(TwoExercises, TestOfADoneOneSaysWhatIsNext) {
    write_body("return step + 1;");
    const Answer answer = learn({"test", "1.1"});
    EXPECT_TRUE(contains(answer.out, "next: 1.2 The last step: ./learn watch\n")) << answer.out;
}

TEST_F(TwoExercises, TheSecondCanBeWrittenFirst) {
    tiny.change(kMine, "aio::todo(\"1.2\");", "return 9;");
    const Answer answer = learn({"test", "1.2"});
    EXPECT_EQ(answer.code, 0) << "ours must stand in for the first: " << answer.out;
    EXPECT_TRUE(contains(answer.out, "next: 1.1 The next step: ./learn watch\n")) << answer.out;
    EXPECT_TRUE(contains(learn({"list"}).out, "to do"));
}

TEST_F(TwoExercises, ToWriteTheSecondLeavesTheFirstFinished) {
    write_body("return step + 1;");
    (void)learn({"test", "1.1"});
    tiny.change(kMine, "aio::todo(\"1.2\");", "return 8;");
    EXPECT_TRUE(contains(learn({"progress"}).out, "1 of 2 exercises"));
    EXPECT_TRUE(contains(learn({"progress"}).out, "Next: 1.2"));
}

TEST_F(TwoExercises, ARightBodyIsNotBlamedForItsNeighbour) {
    tiny.change("chapters/01_steps/exercises.toml", "\"Last.*\"", "\"Last.*:Step.*\"");
    write_body("return step;");
    tiny.change(kMine, "aio::todo(\"1.2\");", "return 9;");
    Answer answer = learn({"test", "1.2"});
    EXPECT_EQ(answer.code, 0) << "with our body of 1.1, all of its tests pass: " << answer.out;
    answer = learn({"test", "1"});
    EXPECT_EQ(answer.code, 1);
    EXPECT_TRUE(contains(answer.out, "✘ 1.1")) << answer.out;
    EXPECT_TRUE(contains(answer.out, "✔ 1.2")) << answer.out;
}

TEST_F(TwoExercises, ABodyThatDoesNotCompileIsNoOtherOnesFault) {
    write_body("MISTAKE");
    tiny.change(kMine, "aio::todo(\"1.2\");", "return 9;");
    tiny.change("compile.sh", "grep -q MISTAKE mine/", "grep -q MISTAKE build/dev/completed/");
    const Answer answer = learn({"test", "1"});
    EXPECT_EQ(answer.code, 1);
    EXPECT_TRUE(contains(answer.out, "✘ 1.1")) << answer.out;
    EXPECT_TRUE(contains(answer.out, "'MISTAKE' was not declared")) << answer.out;
    EXPECT_TRUE(contains(answer.out, "✔ 1.2")) << answer.out;
}

TEST_F(TwoExercises, TestOfTheChapterSaysWhatIsNextWhenAllAreDone) {
    write_body("return step + 1;");
    tiny.change(kMine, "aio::todo(\"1.2\");", "return 9;");
    const Answer answer = learn({"test", "1"});
    EXPECT_EQ(answer.code, 0) << answer.out;
    EXPECT_TRUE(contains(answer.out, "Every exercise is finished")) << answer.out;
}

TEST_F(CommandLine, ABodyThatDoesNotCompileIsShownWithItsLine) {
    (void)learn({"start", "1"});
    write_body("MISTAKE");
    const Answer answer = learn({"test", "1.1"});
    EXPECT_EQ(answer.code, 1);
    EXPECT_TRUE(contains(answer.out, "mine/01_steps/step.hpp:7:5  'MISTAKE' was not declared"))
        << "in a pipe, too, where the reader looks: " << answer.out << answer.err;
}

TEST_F(CommandLine, GradeTellsAMachineTheStateOfEachExercise) {
    const auto state = [&] {
        const auto all = nlohmann::json::parse(learn({"grade", "1", "--json"}).out);
        return all.at("exercises").at(0).at("state").get<std::string>();
    };
    EXPECT_EQ(state(), "not_started");
    (void)learn({"start", "1"});
    EXPECT_EQ(state(), "not_started");
    write_body("return step;");
    EXPECT_EQ(state(), "failing");
    write_body("MISTAKE");
    EXPECT_EQ(state(), "failing");
    write_body("return step + 1;");
    EXPECT_EQ(state(), "passing");
}

TEST_F(CommandLine, GradeTellsTheTestsMessages) {
    (void)learn({"start", "1"});
    write_body("return step;");
    const auto all = nlohmann::json::parse(learn({"grade", "--json"}).out);
    EXPECT_EQ(all.at("passing"), 0);
    EXPECT_EQ(all.at("total"), 1);
    const auto& message = all.at("exercises").at(0).at("messages").at(0);
    EXPECT_EQ(message.at("test"), "Step.GoesOneUp");
    EXPECT_EQ(message.at("message"), "expected 2, got 1\n");
}

TEST_F(CommandLine, DiffComparesABodyWithOurs) {
    (void)learn({"start", "1"});
    write_body("return step + 1;");
    EXPECT_EQ(learn({"test", "1.1"}).code, 0);
    EXPECT_TRUE(contains(learn({"diff", "1.1"}).out, "the same"));
    write_body("return (step + 1);");
    EXPECT_EQ(learn({"test", "1.1"}).code, 0);
    const Answer answer = learn({"diff", "1.1"});
    EXPECT_EQ(answer.code, 0);
    EXPECT_TRUE(contains(answer.out, "-return step + 1;\n+return (step + 1);\n")) << answer.out;
}

TEST_F(CommandLine, DiffDoesNotShowOurBodyBeforeTheReadersPasses) {
    (void)learn({"start", "1"});
    write_body("return step;");
    const Answer refused = learn({"diff", "1.1"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(refused.out, "") << "the difference is our body";
    EXPECT_TRUE(contains(refused.err, "./learn show 1.1 --give-up")) << refused.err;
    EXPECT_FALSE(contains(learn({"diff", "1"}).out, "step + 1")) << "nor does the chapter's";
    (void)learn({"show", "1.1", "--give-up"});
    EXPECT_TRUE(contains(learn({"diff", "1.1"}).out, "-return step + 1;\n+return step;\n"));
}

TEST_F(CommandLine, DiffOfAChapterLeavesOutWhatOnlyTheStubNeeds) {
    (void)learn({"start", "1"});
    write_body("return step + 1;");
    ASSERT_TRUE(contains(tiny.read(kMine), "common/exercise/todo.hpp"));
    const Answer answer = learn({"diff", "1"});
    EXPECT_EQ(answer.out, "Yours and ours are the same, letter by letter.\n");
}

TEST_F(CommandLine, ALongTitleKeepsTheColumnsOfTheList) {
    tiny.change(
        "chapters/01_steps/exercises.toml", "\"The next step\"",
        "\"The next step, which is a title far too long to stand in one column of a list\"");
    const std::string out = learn({"list"}).out;
    EXPECT_TRUE(
        contains(out, "The next step, which is a title far too long to stand i… not started"))
        << out;
}

}  // namespace
}  // namespace learn
