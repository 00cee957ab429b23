// What the tests judge: the reader's bodies, and ours for those that are not written yet.
#include "common/learn/reader/completed.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "common/learn/reader/mine.hpp"
#include "tests/course/tiny_course.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "01_steps/step.hpp";
constexpr const char* kMine = "mine/01_steps/step.hpp";

/// Chapter 2 has an exercise in chapter 1's file, so that it has two bodies; both are to do.
struct CompletedTest : testing::Test {
    CompletedTest() {
        tiny.add_borrowing_chapter();
        course = tiny.load();
        for (const Chapter& chapter : course.chapters()) (void)Mine(course).start(chapter);
    }

    /// The completed file without the lines that say where each line is from.
    [[nodiscard]] std::string text(const Exercise* alone = nullptr) const {
        std::string all;
        for (const std::string& line : lines_of(Completed(course, alone).text(kFile))) {
            if (!line.starts_with("#line ")) all += line + "\n";
        }
        return all;
    }

    /// Where a compiler would place the line `text`: "mine/01_steps/step.hpp:7".
    [[nodiscard]] std::string place_of(std::string_view text) const {
        std::string file;
        int number = 0;
        for (const std::string& line : lines_of(Completed(course).text(kFile))) {
            if (line.starts_with("#line ")) {
                const std::size_t quote = line.find('"');
                number = std::stoi(line.substr(6));
                file = fs::path(line.substr(quote + 1, line.size() - quote - 2))
                           .lexically_relative(tiny.root())
                           .string();
            } else if (line == text) {
                return file + ":" + std::to_string(number);
            } else {
                ++number;
            }
        }
        return "nowhere";
    }

    static std::vector<std::string> lines_of(const std::string& text) {
        std::istringstream in(text);
        std::vector<std::string> lines;
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        return lines;
    }

    TinyCourse tiny;
    Course course = tiny.load();
    const std::string todo_step = "aio::todo(\"1.1\");";
    const std::string todo_jump = "aio::todo(\"2.1\");";
};

TEST_F(CompletedTest, OurBodyStandsForEachThatIsNotWritten) {
    tiny.change(kMine, todo_step, "return 7;");
    EXPECT_EQ(text().find("aio::todo("), std::string::npos) << text();
    EXPECT_NE(text().find("    return step + 2;\n"), std::string::npos) << text();
}

TEST_F(CompletedTest, WhatTheReaderWroteStays) {
    tiny.change(kMine, todo_step, "return 7;");
    tiny.change(kMine, "// A step leads", "// My step leads");
    EXPECT_NE(text().find("return 7;"), std::string::npos) << text();
    EXPECT_EQ(text().find("return step + 1;"), std::string::npos) << text();
    EXPECT_NE(text().find("return step + 2;"), std::string::npos) << text();
    EXPECT_NE(text().find("// My step leads"), std::string::npos) << text();
}

TEST_F(CompletedTest, EveryLineSaysWhereItIsFrom) {
    tiny.change(kMine, todo_step, "int a = step;\n    return a;");
    EXPECT_EQ(place_of("#pragma once"), "mine/01_steps/step.hpp:1");
    EXPECT_EQ(place_of("    return a;"), "mine/01_steps/step.hpp:8");
    EXPECT_EQ(place_of("inline int jump(int step) {"), "mine/01_steps/step.hpp:10");
    EXPECT_EQ(place_of("    return step + 2;"), "chapters/01_steps/step.hpp:9");
    tiny.change(kMine, todo_jump + "\n}\n", todo_jump + "\n}\n// the end\n");
    EXPECT_EQ(place_of("// the end"), "mine/01_steps/step.hpp:13");
}

TEST_F(CompletedTest, ABodyWhoseSignatureIsGoneIsLeftAlone) {
    tiny.change(kMine, "int next_step(int step)", "long next_step(int step)");
    EXPECT_NE(text().find(todo_step), std::string::npos) << text();
    EXPECT_EQ(text().find(todo_jump), std::string::npos) << text();
}

TEST_F(CompletedTest, WhatIsJudgedAloneHasOursBesideIt) {
    tiny.change(kMine, todo_step, "return 7;");
    tiny.change(kMine, todo_jump, "return 8;");
    const std::string step = text(&course.exercise("1.1"));
    EXPECT_NE(step.find("return 7;"), std::string::npos) << step;
    EXPECT_NE(step.find("return step + 2;"), std::string::npos) << step;
    EXPECT_NE(text().find("return 8;"), std::string::npos) << "both, for the chapter: " << text();
}

TEST_F(CompletedTest, WhoChangesMoreThanBodiesIsJudgedAsAWhole) {
    tiny.change(kMine, todo_step, "return 7;");
    tiny.change(kMine, todo_jump, "return 8;");
    tiny.write("mine/01_steps/own.hpp", "#pragma once\n");
    const std::string all = text(&course.exercise("1.1"));
    EXPECT_NE(all.find("return 8;"), std::string::npos) << "it may need the own header: " << all;
}

TEST_F(CompletedTest, AnUntouchedHeaderIsOurs) {
    EXPECT_EQ(Completed(course).text(kFile), "") << "every body in it is ours";
    EXPECT_EQ(Completed(course).first_chapter(), 100) << "none differs from ours";
    tiny.change(kMine, todo_jump, "return 8;");
    EXPECT_EQ(Completed(course).first_chapter(), 1);
}

TEST_F(CompletedTest, TheCopyFollowsTheFilesInMine) {
    const fs::path copy = tiny.root() / "build/dev/completed";
    tiny.change(kMine, todo_step, "return 7;");
    tiny.write("mine/01_steps/own.hpp", "#pragma once\n// mine\n");
    Completed(course).write(copy);
    EXPECT_EQ(read_text(copy / kFile), Completed(course).text(kFile));
    EXPECT_TRUE(fs::exists(copy / "01_steps/own.hpp"));
    fs::remove(tiny.root() / "mine/01_steps/own.hpp");
    Completed(course).write(copy);
    EXPECT_FALSE(fs::exists(copy / "01_steps/own.hpp"));
}

TEST_F(CompletedTest, WhatIsOursLeadsOnToOurs) {
    const fs::path copy = tiny.root() / "build/dev/completed";
    const std::string ours = (tiny.root() / "chapters" / kFile).string();
    Completed(course).write(copy);
    EXPECT_EQ(read_text(copy / kFile), "#pragma once\n#include \"" + ours + "\"\n");
    const std::string fast = (tiny.root() / "build/dev/fast" / kFile).string();
    write_text(fast, "#pragma once\n");
    Completed(course).write(copy);
    EXPECT_EQ(read_text(copy / kFile), "#pragma once\n#include \"" + fast + "\"\n");
}

TEST_F(CompletedTest, WhatIsRightAlreadyIsNotTouchedSoThatNothingIsBuiltAgain) {
    const fs::path copy = tiny.root() / "build/dev/completed";
    tiny.write("mine/02_jumps/jump.hpp", "#pragma once\n// mine\n");
    Completed(course).write(copy);
    const auto before = fs::file_time_type::clock::now() - std::chrono::hours(1);
    for (const char* file : {kFile, "02_jumps/jump.hpp"}) fs::last_write_time(copy / file, before);
    tiny.change(kMine, todo_step, "return 7;");
    Completed(course).write(copy);
    EXPECT_EQ(fs::last_write_time(copy / "02_jumps/jump.hpp"), before);
    EXPECT_NE(fs::last_write_time(copy / kFile), before);
}

}  // namespace
}  // namespace learn
