// ./learn check as it is typed.
#include "common/gate/command_line.hpp"

#include <gtest/gtest.h>

#include "tests/course/tiny_course.hpp"

namespace learn::gate {
namespace {

struct CheckCommand : testing::Test {
    /// What is printed, on stdout or, for a mistake, on stderr.
    [[nodiscard]] std::string check(std::vector<std::string> words) const {
        words.insert(words.begin(), "check");
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        code = run_command_line(tiny.root(), std::move(words));
        const std::string out = testing::internal::GetCapturedStdout();
        return out + testing::internal::GetCapturedStderr();
    }

    TinyCourse tiny;
    mutable int code = 0;
};

TEST_F(CheckCommand, AnswersAMistakeWithOneSentenceThatSaysWhatToType) {
    EXPECT_EQ(check({"--fixx"}),
              "./learn check does not take '--fixx': ./learn check --help shows what it takes\n");
    EXPECT_EQ(code, 1);
    EXPECT_EQ(check({"9"}),
              "there is no chapter '9': type a number from 1 to 1 (./learn list shows all)\n");
    EXPECT_EQ(code, 1);
}

TEST_F(CheckCommand, HelpListsItsOptions) {
    const std::string help = check({"--help"});
    EXPECT_EQ(code, 0);
    for (const char* option : {"chapter", "--fix", "--changed-only", "--jobs"}) {
        EXPECT_NE(help.find(option), std::string::npos) << option << " is not in\n" << help;
    }
}

}  // namespace
}  // namespace learn::gate
