// What a trial must show of a solution, a stub and a mutant.
#include "common/gate/proof.hpp"

#include <gtest/gtest.h>

namespace learn::gate {
namespace {

using State = TestResult::State;

const std::string kHelps =
    "x_test.cpp:3: Failure\nExpected equality of these values:\n  a\n    Which is: 1\n  2\n";
const std::string kSilent =
    "x_test.cpp:3: Failure\nValue of: done\n  Actual: false\nExpected: true\n";

Trial trial(std::vector<TestResult> results) {
    Trial trial;
    trial.results = std::move(results);
    return trial;
}

Exercise exercise() {
    Exercise exercise;
    exercise.id = "1.1";
    exercise.tests = "Step.*";
    exercise.test_file = "01_steps_test.cpp";
    return exercise;
}

const Mutant kMutant{"goes back", "return 0;", "Step.Up", false};

TEST(Diagnosis, IsNotABareCondition) {
    EXPECT_FALSE(is_diagnosis(kSilent)) << "nobody learns what was wrong";
    EXPECT_TRUE(is_diagnosis(kSilent + "the loop should have stopped\n")) << "now they do";
}

TEST(Diagnosis, IsNotABareComparisonOfTruths) {
    const std::string truth =
        "x:3: Failure\nExpected equality of these values:\n  a.done()\n    Which is: false\n  "
        "true\n";
    EXPECT_FALSE(is_diagnosis(truth)) << "it is a condition in disguise";
    EXPECT_TRUE(is_diagnosis(truth + "still running\n")) << "words are added";
    EXPECT_TRUE(is_diagnosis(kHelps)) << "two values say what was wrong";
}

TEST(Diagnosis, IsNotAnUnknownException) {
    EXPECT_FALSE(
        is_diagnosis("unknown file: Failure\nUnknown C++ exception thrown in the test "
                     "body.\n"));
    EXPECT_TRUE(
        is_diagnosis("unknown file: Failure\nC++ exception with description \"x\" thrown "
                     "in the test body.\n"));
}

TEST(Diagnosis, IsNotWhatTheProgramPrinted) {
    EXPECT_FALSE(is_diagnosis("hello\n" + kSilent)) << "output is no explanation";
}

TEST(Solution, PassesAllTests) {
    EXPECT_EQ(complaint_about_solution(exercise(), trial({{"Step.Up", State::passed, "", ""}})),
              "");
    EXPECT_EQ(complaint_about_solution(exercise(), trial({{"Step.Up", State::failed, kHelps, ""}})),
              "our own body fails Step.Up");
}

TEST(Solution, IsJudgedBySomeTest) {
    EXPECT_EQ(complaint_about_solution(exercise(), trial({})),
              "no test of tests/01_steps_test.cpp matches Step.*");
}

TEST(Stub, FailsByItsName) {
    EXPECT_EQ(complaint_about_stub(exercise(), trial({{"Step.Up", State::failed,
                                                       "exercise 1.1 is not written yet", "1.1"}})),
              "");
    EXPECT_EQ(complaint_about_stub(exercise(), trial({{"Step.Up", State::failed, kHelps, ""}})),
              "the stub fails, but no test says \"exercise 1.1 is not written yet\"");
}

TEST(Stub, DoesNotPass) {
    EXPECT_EQ(complaint_about_stub(exercise(), trial({{"Step.Up", State::passed, "", ""}})),
              "the stub passes all of Step.*: these tests do not judge the exercise");
}

TEST(Stub, DoesNotCrash) {
    Trial crashed = trial({{"Step.Up", State::failed, "exercise 1.1 is not written yet", "1.1"}});
    crashed.crashed = true;
    EXPECT_EQ(complaint_about_stub(exercise(), crashed),
              "the stub crashes: the function, or what calls it, must let an exception pass "
              "(noexcept? a thread?)");
}

TEST(MutantProof, IsCaughtByTheTestItNames) {
    EXPECT_EQ(complaint_about_mutant(kMutant, trial({{"Step.Up", State::failed, kHelps, ""}})), "");
    EXPECT_EQ(complaint_about_mutant(kMutant, trial({{"Step.Up", State::passed, "", ""},
                                                     {"Step.Far", State::failed, kHelps, ""}})),
              "mutant 'goes back' is not caught by Step.Up, but by Step.Far");
}

TEST(MutantProof, DoesNotSurvive) {
    EXPECT_EQ(complaint_about_mutant(kMutant, trial({{"Step.Up", State::passed, "", ""}})),
              "mutant 'goes back' survives: every test passes; write one that catches it");
}

TEST(MutantProof, IsCaughtWithADiagnosis) {
    EXPECT_EQ(complaint_about_mutant(kMutant, trial({{"Step.Up", State::failed, kSilent, ""}})),
              "mutant 'goes back' is caught, but the message of Step.Up is not a diagnosis: "
              "x_test.cpp:3: Failure | Value of: done | Actual: false | Expected: true");
}

TEST(MutantProof, MayCrash) {
    Trial crashed =
        trial({{"Step.Up", State::failed, "the program crashed: Segmentation fault\n", ""}});
    crashed.crashed = true;
    EXPECT_EQ(complaint_about_mutant(kMutant, crashed), "");
}

TEST(MutantProof, MayHangOnlyIfItSaysSo) {
    Trial hung = trial({{"Step.Up", State::failed, never_ends(std::chrono::seconds(10)), ""}});
    hung.hung = true;
    EXPECT_EQ(complaint_about_mutant(kMutant, hung),
              "mutant 'goes back' hangs in Step.Up: let the test end, or say hangs = true");
    Mutant honest = kMutant;
    honest.hangs = true;
    EXPECT_EQ(complaint_about_mutant(honest, hung), "");
}

TEST(MutantProof, Compiles) {
    Trial broken;
    broken.compiled = false;
    broken.errors = "x.hpp:3: error: expected ';'";
    EXPECT_EQ(complaint_about_mutant(kMutant, broken),
              "mutant 'goes back' does not compile: x.hpp:3: error: expected ';'");
}

}  // namespace
}  // namespace learn::gate
