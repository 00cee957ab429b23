// Runs a real GoogleTest program, this one, in which some tests fail and crash on purpose.
#include "common/learn/judge/test_run.hpp"

#include <array>
#include <csignal>
#include <cstdlib>

#include <unistd.h>

#include <gtest/gtest.h>

#include "common/exercise/todo.hpp"
#include "common/learn/judge/ctest_output.hpp"
#include "tests/support/environment.hpp"

namespace {

// Run by the tests below, in a process of their own.
TEST(SampleForTestRun, DISABLED_Passes) {}
TEST(SampleForTestRun, DISABLED_Fails) {
    std::printf("no newline at the end");
    EXPECT_EQ(1 + 1, 3) << "what this means";
}
TEST(SampleForTestRun, DISABLED_Crashes) {
    std::raise(SIGKILL);
}
TEST(SampleForTestRun, DISABLED_Exits) {
    std::exit(3);
}
TEST(SampleForTestRun, DISABLED_IsToDo) {
    aio::todo("7.3");
}
TEST(SampleForTestRun, DISABLED_IsSkipped) {
    GTEST_SKIP() << "not here";
}
TEST(SampleForTestRun, DISABLED_WaitsForEver) {
    (void)fork();
    for (;;) pause();
}
TEST(SampleForTestRun, DISABLED_TalksForEver) {
    for (;;) std::printf("and another thing\n");
}
TEST(SampleForTestRun, DISABLED_ComesLast) {}

}  // namespace

namespace learn {
namespace {

using State = TestResult::State;

std::vector<TestResult> run_samples(const std::string& filter, TestRunOptions options = {}) {
    const Environment all("GTEST_ALSO_RUN_DISABLED_TESTS", "1");
    options.filter = filter;
    return run_tests("/proc/self/exe", options);
}

TestResult run_sample(const std::string& name) {
    const auto results = run_samples("SampleForTestRun.DISABLED_" + name);
    return results.empty() ? TestResult{} : results[0];
}

TEST(RunTests, GoesOnAfterACrash) {
    std::string said;
    for (const TestResult& test :
         run_samples("SampleForTestRun.*-*.DISABLED_Exits:*ForEver:*Last")) {
        said += test.name.substr(test.name.find('_') + 1) +
                (test.state == State::failed ? " fails\n" : "\n");
    }
    EXPECT_EQ(said, "Passes\nFails fails\nCrashes fails\nIsToDo fails\nIsSkipped\n");
}

TEST(RunTests, KeepsWhatTheAssertionSaid) {
    const TestResult test = run_sample("Fails");
    EXPECT_EQ(test.state, State::failed);
    EXPECT_NE(test.message.find("what this means"), std::string::npos) << test.message;
    EXPECT_NE(test.message.find("Which is: 2"), std::string::npos) << test.message;
}

TEST(RunTests, NamesTheSignalOfACrash) {
    EXPECT_NE(run_sample("Crashes").message.find("crashed here: Killed"), std::string::npos);
}

TEST(RunTests, TakesAnEarlyExitForAFailure) {
    const TestResult test = run_sample("Exits");
    EXPECT_EQ(test.state, State::failed);
    EXPECT_NE(test.message.find("exit code 3"), std::string::npos) << test.message;
}

TEST(RunTests, KnowsAnExerciseThatIsNotWritten) {
    EXPECT_EQ(run_sample("IsToDo").todo, "7.3");
}

TEST(RunTests, TellsASkippedTestFromOneThatPassed) {
    EXPECT_EQ(run_sample("IsSkipped").state, State::skipped);
    EXPECT_EQ(run_sample("Passes").state, State::passed);
}

TEST(RunTests, GoesOnAfterATestThatDoesNotEnd) {
    const auto results = run_samples("SampleForTestRun.*ForEver:SampleForTestRun.*Last");
    ASSERT_EQ(results.size(), 3U);
    for (const std::size_t hung : {0U, 1U}) {
        EXPECT_EQ(results[hung].state, State::failed);
        EXPECT_TRUE(has_stopped(results[hung]));
        EXPECT_NE(tidy_message(results[hung], "/").find("this test does not end (stopped after "),
                  std::string::npos)
            << "the reader must be told, however much the test has printed";
    }
    EXPECT_EQ(results[2].state, State::passed);
}

TEST(RunTests, KillsWhatATestThatDoesNotEndHasStarted) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    (void)run_samples("SampleForTestRun.*WaitsForEver");
    close(ends[1]);
    char none = 0;
    EXPECT_EQ(read(ends[0], &none, 1), 0) << "the end comes when nobody else holds the pipe";
    close(ends[0]);
}

TEST(RunTests, EndsAProgramThatIsNoLongerWanted) {
    TestRunOptions options;
    options.filter = "SampleForTestRun.*";
    options.stop = [] { return true; };
    EXPECT_LE(run_tests("/proc/self/exe", options).size(), 1U);
}

TEST(TidyMessage, ShowsPathsAsTheReaderKnowsThem) {
    const TestResult test{"A.b", State::failed, "/root/course/tests/a.cpp:5: Failure\nno\n", ""};
    EXPECT_EQ(tidy_message(test, "/root/course"), "tests/a.cpp:5\nno\n");
    EXPECT_EQ(tidy_message(test, "/root/course", 1), "tests/a.cpp:5\n...\n");
}

TEST(Matches, FollowsGoogleTestsFilters) {
    EXPECT_TRUE(matches("Suite.Name", "*"));
    EXPECT_TRUE(matches("Suite.Name", "Other.*:Suite.N?me"));
    EXPECT_FALSE(matches("Suite.Name", "Suite.*-*.Name"));
    EXPECT_TRUE(matches("Suite.Name", "-Other.*"));
    EXPECT_FALSE(matches("Suite.Names", "Suite.Name"));
}

TEST(CTestOutput, SortsWhatProgramsSaidByProgram) {
    CTestOutput output;
    for (const char* line :
         {"test 1", "    Start 1: a_test", "1: [ RUN      ] A.b", "1: path:3: Failure",
          "1: [  FAILED  ] A.b (0 ms)", "1/2 Test #1: a_test .....***Failed    0.01 sec", "test 2",
          "      Start  2: b_test", "2: [ RUN      ] B.c",
          "2/2 Test #2: b_test .....***Exception: SegFault  0.50 sec"}) {
        output.add(line);
    }
    ASSERT_EQ(output.programs().size(), 2U);
    EXPECT_EQ(output.programs()[0].name, "a_test");
    EXPECT_FALSE(output.programs()[0].passed);
    EXPECT_EQ(output.programs()[0].results[0].message, "path:3: Failure\n");
    EXPECT_EQ(output.programs()[1].results.size(), 1U) << "each program has its own tests";
    EXPECT_EQ(output.programs()[1].seconds, "0.50");
    EXPECT_EQ(output.programs()[1].results[0].state, State::failed) << "it crashed within B.c";
}

}  // namespace
}  // namespace learn
