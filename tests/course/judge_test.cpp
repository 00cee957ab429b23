// Which programs judge an exercise.
#include "common/learn/judge/judge.hpp"

#include <gtest/gtest.h>

#include "tests/course/tiny_course.hpp"

namespace learn {
namespace {

using Targets = std::vector<std::string>;

struct JudgingTargets : testing::Test {
    JudgingTargets() {
        tiny.write("tests/01_more_test.cpp",
                   "TEST_F(More, IsBetter) {}\nTEST_P(Each, Counts) {}\n");
        tiny.write("tests/02_jumps_test.cpp", "TEST(More, OfTheNextChapter) {}\n");
    }
    [[nodiscard]] Targets of(const std::string& filter) const {
        const Course course = Course::load(tiny.root());
        return Judge::judging_targets(course, course.chapter("1"), filter);
    }

    TinyCourse tiny;
};

TEST_F(JudgingTargets, AreTheFilesOfTheChapterThatHaveASuiteOfTheFilter) {
    EXPECT_EQ(of("More.*"), Targets{"01_more_judge"});
    EXPECT_EQ(of("Step.GoesOneUp"), Targets{"01_steps_judge"});
    EXPECT_EQ(of("Step.*:More.IsBetter"), (Targets{"01_more_judge", "01_steps_judge"}));
}

TEST_F(JudgingTargets, KnowTheTestsOfAHeaderThatIsIncluded) {
    tiny.write("tests/support/laws.hpp", "TEST(Law, Holds) {}\n");
    tiny.write("tests/01_law_test.cpp", "#include \"tests/support/laws.hpp\"\n");
    EXPECT_EQ(of("Law.*"), Targets{"01_law_judge"});
}

TEST_F(JudgingTargets, KnowTheSuiteBehindAPrefixAndBeforeANumber) {
    EXPECT_EQ(of("Selectors/Each.*"), Targets{"01_more_judge"});
    EXPECT_EQ(of("Each/0.*"), Targets{"01_more_judge"});
}

TEST_F(JudgingTargets, AreNotChosenByWhatAFilterLeavesOut) {
    EXPECT_EQ(of("Step.*-More.*"), Targets{"01_steps_judge"});
}

TEST_F(JudgingTargets, StandOnWhatIsPrecompiledBelowTheReadersChange) {
    tiny.write("chapters/08_gather/README.md", "# gather\n");
    tiny.write("tests/08_gather_test.cpp", "TEST(Gather, Gathers) {}\n");
    const Course course = Course::load(tiny.root());
    const auto target = [&](int first_changed) {
        return Judge::judging_targets(course, course.chapter("8"), "*", first_changed).at(0);
    };
    EXPECT_EQ(target(5), "08_gather_judge");
    EXPECT_EQ(target(7), "08_gather_judge_06");
    EXPECT_EQ(target(8), "08_gather_judge_07");
}

TEST_F(JudgingTargets, AreAllFilesForAnySuite) {
    EXPECT_EQ(of("*"), (Targets{"01_more_judge", "01_steps_judge"}));
}

}  // namespace
}  // namespace learn
