// What we tell the reader about tests.
#include "common/learn/commands/report.hpp"

#include <gtest/gtest.h>

namespace learn {
namespace {

using State = TestResult::State;

TestResult skipped(const std::string& name, const std::string& why) {
    return {name, State::skipped, "tests/x_test.cpp:12: Skipped\n" + why + "\n\n", {}};
}

TEST(Report, CountsASkippedTestAsOneThatDidNotPass) {
    const TestResult passed{"A.Passes", State::passed, {}, {}};
    const TestResult failed{"A.Fails", State::failed, "why", {}};
    EXPECT_EQ(counts({passed, failed, passed}), "2 of 3 tests pass");
    EXPECT_EQ(counts({passed, failed, skipped("A.Needs", "no IPv6 here")}),
              "1 of 3 tests pass, 1 skipped");
}

TEST(Report, SaysOnceWhatThisMachineLacks) {
    EXPECT_EQ(skips({{"A.Passes", State::passed, {}, {}}}), "");
    EXPECT_EQ(skips({skipped("A.Gets", "no IPv6 here"), skipped("A.Shows", "no terminals here"),
                     skipped("B.Gets", "no IPv6 here")}),
              "2 tests skipped: no IPv6 here\n1 test skipped: no terminals here\n");
    EXPECT_EQ(skips({{"A.Silent", State::skipped, {}, {}}}),
              "1 test skipped: it does not say why\n");
}

}  // namespace
}  // namespace learn
