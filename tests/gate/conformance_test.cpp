// Rows against claims: what is shown, what is explained, and what is neither.
#include "common/gate/conformance.hpp"

#include <gtest/gtest.h>

#include "tests/course/tiny_course.hpp"
#include "tests/gate/findings.hpp"

namespace learn::gate {
namespace {

const std::string kId = "test_steps.test_up (doc)";

std::string judge(const TinyCourse& tiny, const std::vector<Claim>& claims) {
    const Course course = tiny.load();
    Findings findings;
    const std::vector<Feature> features = load_features(course, findings);
    judge_rows(course, features, claims, findings);
    judge_claims(features, claims, findings);
    return said(findings);
}

TEST(Conformance, IsShownByATestThatPasses) {
    EXPECT_EQ(judge(TinyCourse(), {{"Step.Up", kId, true}}), "");
}

TEST(Conformance, IsNotShownIfOneOfItsTestsFails) {
    EXPECT_EQ(judge(TinyCourse(), {{"Step.Up", kId, true}, {"Step.Up/1", kId, false}}),
              "tests/conformance/steps.toml:3: test_steps.test_up (doc): the test Step.Up/1 claims "
              "it, but did not pass\n");
}

TEST(Conformance, MissesARowThatIsNeitherShownNorExplained) {
    const TinyCourse tiny;
    EXPECT_EQ(
        judge(tiny, {}),
        "tests/conformance/steps.toml:3: no test says conforms_to({\"test_steps.test_up (doc)\"}), "
        "and the row has no reason (different or not_applicable)\n");
    tiny.change("tests/conformance/steps.toml", "behaviour", "different = \"we fly\"\nbehaviour");
    EXPECT_EQ(judge(tiny, {}), "");
}

TEST(Conformance, WaitsForAChapterThatIsToCome) {
    const TinyCourse tiny;
    tiny.change("tests/conformance/steps.toml", "behaviour", "chapter = 6\nbehaviour");
    EXPECT_EQ(judge(tiny, {}), "");
}

TEST(Conformance, RefusesAReasonForWhatIsShown) {
    const TinyCourse tiny;
    tiny.change("tests/conformance/steps.toml", "behaviour",
                "not_applicable = \"no stairs\"\nbehaviour");
    EXPECT_EQ(judge(tiny, {{"Step.Up", kId, true}}),
              "tests/conformance/steps.toml:3: test_steps.test_up (doc): a test shows it, so take "
              "its reason away\n");
}

TEST(Conformance, RefusesAClaimThatNamesNoRow) {
    EXPECT_EQ(judge(TinyCourse(), {{"Step.Up", kId, true}, {"Step.Up", "test_steps.other", true}}),
              "Step.Up: claims test_steps.other, which no file of tests/conformance/ lists\n");
}

TEST(Conformance, RefusesAMisspeltKey) {
    const TinyCourse tiny;
    tiny.change("tests/conformance/steps.toml", "behaviour", "diferent = \"x\"\nbehaviour");
    EXPECT_EQ(judge(tiny, {{"Step.Up", kId, true}}),
              "tests/conformance/steps.toml:3: unknown key 'diferent'\n");
}

TEST(Conformance, ReadsClaimsFromTheReportOfATestProgram) {
    const std::vector<Claim> claims = claims_of(R"({"testsuites": [{"name": "Step", "testsuite": [
        {"name": "Up", "result": "COMPLETED", "conforms_to": "a b\nc"},
        {"name": "Down", "result": "COMPLETED", "conforms_to": "d", "failures": [{}]},
        {"name": "Skipped", "result": "SKIPPED", "conforms_to": "e"},
        {"name": "Silent", "result": "COMPLETED"}]}]})");
    std::string text;
    for (const Claim& claim : claims) {
        text += claim.test + " " + claim.id + (claim.passed ? " passed\n" : " failed\n");
    }
    EXPECT_EQ(text,
              "Step.Up a b passed\nStep.Up c passed\nStep.Down d failed\nStep.Skipped e failed\n");
}

TEST(Conformance, IsATableWithTheReasonsBelow) {
    const TinyCourse tiny;
    tiny.write("tests/conformance/steps.toml",
               std::string(TinyCourse::kRows) +
                   "[[row]]\nid = \"x\"\nbehaviour = \"b\"\ndifferent = \"we fly\"\n"
                   "[[row]]\nid = \"y\"\nbehaviour = \"b\"\nchapter = 6\n");
    const Course course = tiny.load();
    Findings findings;
    EXPECT_EQ(conformance_report(course, load_features(course, findings), {{"Step.Up", kId, true}}),
              "feature  rows  passed  different on purpose  does not apply  to come\n"
              "───────  ────  ──────  ────────────────────  ──────────────  ───────\n"
              "steps       3       1                     1               0        1\n"
              "\n"
              "Different on purpose:\n"
              "  steps: x\n"
              "    we fly\n"
              "\n"
              "  to come with chapter 6: 1 row\n");
}

}  // namespace
}  // namespace learn::gate
