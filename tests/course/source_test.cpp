// Bodies and definitions are found in anything that a C++ programmer may write around them.
#include "common/learn/source.hpp"

#include <gtest/gtest.h>

#include "common/learn/source_scan.hpp"

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
              "`int f() {` stands in line 1 and in line 3: it must be unique");
}

TEST(FindBody, RefusesADeclaration) {
    EXPECT_EQ(complaint([] { (void)find_body("\nint f();\nint g() {}", "int f();"); }),
              "line 2: `int f();` declares, but a body does not follow");
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

constexpr std::string_view kHeader = R"text(#pragma once
#include <span>

namespace aio {

struct stat query(int fd) { return {}; }

/// What can be waited for.
enum class Events { none, read = 1 };

/// Waits.
///
/// Long.
class Selector {
  public:
    /// Ends.
    virtual ~Selector() = default;
    /// How many.
    int count = 0;  ///< of keys
    virtual void close() = 0;
};

template <class T>
concept Pollable = Handle<T> && requires(T t) {
    { t.fileno() } -> std::same_as<int>;
};

using Timeout = std::optional<int>;

class alignas(8) EpollSelector final : public Selector {
  public:
    explicit EpollSelector(int flags = {}) : fd_{flags}, map_{} { open(flags); }
    ~EpollSelector() override { shut(); }

    /// Waits with epoll.
    [[nodiscard]] std::span<const Ready> select(Timeout timeout) override {
        return wait(timeout);
    }
    void close() override { shut(); }
    void close(int fd) { shut(fd); }
    bool operator==(const EpollSelector& other) const { return fd_ == other.fd_; }

  private:
    int fd_;
};

class PollSelector : public Selector {
    [[nodiscard]] std::span<const Ready> select(Timeout timeout) override;
};

inline std::span<const Ready> PollSelector::select(Timeout timeout) {
    return poll(timeout);
}

template <class Y>
Y Generator<Y>::next() {
    return resume();
}

namespace {
void helper() { query(1); }
}  // namespace

}  // namespace aio
)text";

TEST(Definition, FindsAMethodWithinItsClassAndDedentsIt) {
    EXPECT_EQ(definition(kHeader, "EpollSelector::select"),
              "[[nodiscard]] std::span<const Ready> select(Timeout timeout) override {\n"
              "    return wait(timeout);\n"
              "}\n");
}

TEST(Definition, FindsAMethodDefinedOutsideItsClass) {
    EXPECT_EQ(definition(kHeader, "aio::PollSelector::select"),
              "inline std::span<const Ready> PollSelector::select(Timeout timeout) {\n"
              "    return poll(timeout);\n"
              "}\n");
}

TEST(Definition, FindsAMethodOfATemplate) {
    EXPECT_EQ(definition(kHeader, "Generator::next"),
              "template <class Y>\nY Generator<Y>::next() {\n    return resume();\n}\n");
}

TEST(Definition, LeavesOutTheDocumentation) {
    EXPECT_EQ(definition(kHeader, "Selector"),
              "class Selector {\n"
              "  public:\n"
              "    virtual ~Selector() = default;\n"
              "    int count = 0;  ///< of keys\n"
              "    virtual void close() = 0;\n"
              "};\n");
}

TEST(Definition, FindsEnumsConceptsAndAliases) {
    EXPECT_EQ(definition(kHeader, "Events"), "enum class Events { none, read = 1 };\n");
    EXPECT_EQ(definition(kHeader, "Timeout"), "using Timeout = std::optional<int>;\n");
    EXPECT_EQ(definition(kHeader, "Pollable"),
              "template <class T>\nconcept Pollable = Handle<T> && requires(T t) {\n"
              "    { t.fileno() } -> std::same_as<int>;\n};\n");
}

TEST(Definition, IsTheClassAndNotItsConstructor) {
    EXPECT_TRUE(definition(kHeader, "EpollSelector").starts_with("class alignas(8) EpollSelector"))
        << definition(kHeader, "EpollSelector");
}

TEST(Definition, FindsConstructorsDestructorsAndOperators) {
    EXPECT_EQ(definition(kHeader, "EpollSelector::EpollSelector"),
              "explicit EpollSelector(int flags = {}) : fd_{flags}, map_{} { open(flags); }\n");
    EXPECT_EQ(definition(kHeader, "~EpollSelector"), "~EpollSelector() override { shut(); }\n");
    EXPECT_EQ(definition(kHeader, "EpollSelector::operator=="),
              "bool operator==(const EpollSelector& other) const { return fd_ == other.fd_; }\n");
}

TEST(Definition, ShowsOverloadsTogether) {
    EXPECT_EQ(definition(kHeader, "EpollSelector::close"),
              "void close() override { shut(); }\n\nvoid close(int fd) { shut(fd); }\n");
}

TEST(Definition, TakesAFunctionThatReturnsAStructForAFunction) {
    EXPECT_EQ(definition(kHeader, "query"), "struct stat query(int fd) { return {}; }\n");
    EXPECT_EQ(definition(kHeader, "helper"), "void helper() { query(1); }\n");
}

TEST(Definition, RefusesANameThatTwoClassesHave) {
    EXPECT_EQ(complaint([] { (void)definition(kHeader, "select"); }),
              "`select` is defined in `aio::EpollSelector::select` and in "
              "`aio::PollSelector::select`: say which");
}

TEST(Definition, RefusesANameThatIsOnlyCalledOrDeclared) {
    EXPECT_EQ(complaint([] { (void)definition(kHeader, "poll"); }), "no definition of `poll`");
    EXPECT_EQ(complaint([] { (void)definition(kHeader, "Selector::close"); }),
              "no definition of `Selector::close`");
}

constexpr std::string_view kPython = R"text(import sys

class Fruits:
    """Three of them.

def not_this():
    """

    def __iter__(self):
        return self


@cached
async def scene_2(
    options,
):
    print("x: 1")

    print("x: 2")

print("end")
)text";

TEST(PythonDefinition, EndsWhereTheIndentationEnds) {
    EXPECT_EQ(python_definition(kPython, "scene_2"),
              "@cached\nasync def scene_2(\n    options,\n):\n    print(\"x: 1\")\n\n"
              "    print(\"x: 2\")\n");
}

TEST(PythonDefinition, FindsAMethodOfAClass) {
    EXPECT_EQ(python_definition(kPython, "Fruits.__iter__"),
              "def __iter__(self):\n    return self\n");
}

TEST(PythonDefinition, DoesNotReadStrings) {
    EXPECT_EQ(complaint([] { (void)python_definition(kPython, "not_this"); }),
              "no def or class `not_this`");
}

TEST(LineNumber, CountsFromOne) {
    EXPECT_EQ(line_number("a\nb\nc", 0), 1u);
    EXPECT_EQ(line_number("a\nb\nc", 4), 3u);
}

}  // namespace
}  // namespace learn
