// Bodies are found whatever a C++ programmer may write around them.
#include "common/learn/text/body.hpp"

#include <gtest/gtest.h>

#include "common/learn/text/scan.hpp"

namespace learn {
namespace {

/// What SourceError says when `call` fails.
template <class Call>
std::string complaint(Call call) {
    try {
        call();
    } catch (const SourceError& error) {
        return error.what();
    }
    return "no complaint";
}

TEST(BlankLiterals, KeepsPositionsAndNewlines) {
    EXPECT_EQ(blank_literals("a \"}\" b // {\nc"), "a     b     \nc");
}

TEST(BlankLiterals, EndsARawStringOnlyAtItsOwnDelimiter) {
    EXPECT_EQ(blank_literals("f(R\"x()\" } )x\");"), "f(R           );");
}

TEST(BlankLiterals, TellsADigitSeparatorFromACharacter) {
    EXPECT_EQ(blank_literals("1'000 + '{' + L'}'"), "1'000 +     + L   ");
}

TEST(BlankLiterals, UnderstandsEscapedQuotes) {
    EXPECT_EQ(blank_literals(R"("\"{" '\'' x)"), "           x");
}

TEST(FindBody, IsWhatStandsBetweenTheBraces) {
    EXPECT_EQ(body("int f() {\n    return 1;\n}\n", "int f() {"), "\n    return 1;\n");
}

TEST(FindBody, ComparesTheSignatureWithoutTheSpaceAroundIt) {
    EXPECT_EQ(body("struct A {\n    int f() {\n        return 1;\n    }\n};", "  int f() { "),
              "\n        return 1;\n    ");
}

TEST(FindBody, TakesABodyOnTheSameLine) {
    EXPECT_EQ(body("int f() { return 1; }\n", "int f() {"), " return 1; ");
}

TEST(FindBody, IgnoresBracesInLiteralsAndComments) {
    const std::string inside =
        "\n  auto a = \"}\"; // }\n  char c = '}'; /* } */\n  auto r = R\"(})\";\n";
    EXPECT_EQ(body("void f() {" + inside + "}", "void f() {"), inside);
}

TEST(FindBody, SkipsBracesOfDefaultArguments) {
    EXPECT_EQ(body("void f(Options o = {}, int n = int{3}) {\n  g();\n}",
                   "void f(Options o = {}, int n = int{3}) {"),
              "\n  g();\n");
}

TEST(FindBody, FollowsASignatureOverSeveralLines) {
    EXPECT_EQ(body("std::string f(int a,\n              int b = {})\n    const\n{\n  g();\n}",
                   "std::string f(int a,"),
              "\n  g();\n");
}

TEST(FindBody, SkipsNoexceptAndTrailingReturnTypes) {
    EXPECT_EQ(body("auto f() noexcept(noexcept(T{})) -> decltype(T{}) {\n  g();\n}",
                   "auto f() noexcept(noexcept(T{})) -> decltype(T{}) {"),
              "\n  g();\n");
}

TEST(FindBody, TellsARequiresExpressionFromTheBody) {
    EXPECT_EQ(body("void f(T t)\n    requires requires(T x) { x.y(); } && C<T>\n{\n  g();\n}",
                   "void f(T t)"),
              "\n  g();\n");
    EXPECT_EQ(body("void f() requires (sizeof(T) > 1) {\n  g();\n}",
                   "void f() requires (sizeof(T) > 1) {"),
              "\n  g();\n");
}

TEST(FindBody, SkipsTheInitialisersOfAConstructor) {
    EXPECT_EQ(body("A(int a) : Base<int>{a}, a_{a}, b_(a) {\n  g();\n}",
                   "A(int a) : Base<int>{a}, a_{a}, b_(a) {"),
              "\n  g();\n");
}

TEST(FindBody, RefusesASignatureThatIsNotThere) {
    EXPECT_EQ(complaint([] { (void)find_body("int f() {}\n", "int g() {"); }),
              "no line reads `int g() {`");
}

TEST(FindBody, RefusesASignatureThatStandsTwice) {
    EXPECT_EQ(complaint([] { (void)find_body("int f() {\n}\nint f() {\n}\n", "int f() {"); }),
              "`int f() {` is in line 1 and in line 3: it must be unique");
}

TEST(FindBody, RefusesADeclaration) {
    EXPECT_EQ(complaint([] { (void)find_body("\nint f();\nint g() {}", "int f();"); }),
              "line 2: `int f();` declares, but no body follows");
}

TEST(FindBody, RefusesABraceThatIsNeverClosed) {
    EXPECT_EQ(complaint([] { (void)find_body("int f() {\n", "int f() {"); }),
              "line 1: the '{' is never closed");
}

TEST(ReplaceBody, IndentsOneLineToFit) {
    EXPECT_EQ(replace_body("  int f() {\n    return 1;\n  }\n", "int f() {", "return 2;"),
              "  int f() {\n      return 2;\n  }\n");
}

TEST(ReplaceBody, GivesTheTextBackForItsOwnBody) {
    const std::string text = "  int f() {\n    // why\n    return 1;\n  }\n";
    EXPECT_EQ(replace_body(text, "int f() {", body(text, "int f() {")), text);
}

TEST(ReplaceBody, KeepsTheBraceOutOfAComment) {
    EXPECT_EQ(replace_body("int f() { return 1; }", "int f() {", "a();\nb();  // last"),
              "int f() {\na();\nb();  // last\n}");
}

TEST(LineNumber, CountsFromOne) {
    EXPECT_EQ(line_number("a\nb\nc", 0), 1u);
    EXPECT_EQ(line_number("a\nb\nc", 4), 3u);
}

}  // namespace
}  // namespace learn
