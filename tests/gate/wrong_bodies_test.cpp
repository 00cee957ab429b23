// The wrong bodies that the sweep derives from a right one.
#include "common/gate/wrong_bodies.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "common/gate/variants.hpp"

namespace learn::gate {
namespace {

/// The body that the rule named `change` makes; "" if no rule does.
std::string after(std::string_view change, std::string_view body) {
    for (const WrongBody& wrong : wrong_bodies(body)) {
        if (wrong.change == change) return wrong.body;
    }
    return "";
}

TEST(WrongBodies, LeaveOutAStatementButNotTheLastReturn) {
    EXPECT_EQ(after("leaves out `++at;`", "++at; return at;"), "; return at;");
    EXPECT_EQ(after("leaves out `return at;`", "++at; return at;"), "");
    EXPECT_EQ(after("leaves out `return 1;`", "if (x) { f(); return 1; } return 2;"),
              "if (x) { f(); ; } return 2;");
}

TEST(WrongBodies, LookIntoALambda) {
    EXPECT_EQ(after("leaves out `f();`", "run([&] { f(); g(); });"), "run([&] { ; g(); });");
}

TEST(WrongBodies, SwapNeighboursThatShareAName) {
    EXPECT_EQ(after("swaps `++at;` and `use(at);`", "++at; use(at);"), "use(at); ++at;");
    EXPECT_EQ(after("swaps `f();` and `g();`", "f(); g();"), "") << "as good as independent";
}

TEST(WrongBodies, ForceAConditionAndEachOfItsOperands) {
    const std::string body = "if (a && !b) f();";
    EXPECT_EQ(after("takes `a && !b` for true", body), "if (true) f();");
    EXPECT_EQ(after("takes `a && !b` for false", body), "if (false) f();");
    EXPECT_EQ(after("does not ask whether `a`", body), "if (true && !b) f();");
    EXPECT_EQ(after("`||` in place of `if (a && !b) f()`", body), "if (a || !b) f();");
    EXPECT_EQ(after("without the ! in `if (a && !b) f()`", body), "if (a && b) f();");
}

TEST(WrongBodies, KeepWhatAConditionDeclares) {
    EXPECT_EQ(after("takes `auto x = f()` for true", "if (auto x = f()) g(x);"),
              "if (auto x = f(); true) g(x);");
}

TEST(WrongBodies, RunALoopOnce) {
    EXPECT_EQ(after("runs `while (f()) g();` once", "while (f()) g();"),
              "while (f()) { g(); break; }");
}

TEST(WrongBodies, TakeNoSwitchForALoopAndNoTruthForACondition) {
    for (const WrongBody& wrong : wrong_bodies("switch (x) { case A: return; }")) {
        EXPECT_EQ(wrong.change.find("runs "), std::string::npos) << wrong.change;
    }
    EXPECT_EQ(after("takes `true` for true", "while (true) f();"), "");
}

TEST(WrongBodies, ShiftABoundAndANumber) {
    EXPECT_EQ(after("`<=` in place of `return i < 10`", "return i < 10;"), "return i <= 10;");
    EXPECT_EQ(after("`>` in place of `return i < 10`", "return i < 10;"), "return i > 10;");
    EXPECT_EQ(after("9 in place of `return i < 10`", "return i < 10;"), "return i < 9;");
    EXPECT_EQ(after("says false in `return true`", "return true;"), "return false;");
}

TEST(WrongBodies, HandleErrorsTooNarrowlyOrNotAtAll) {
    const std::string body = "try { f(); } catch (...) { g(); }";
    EXPECT_EQ(after("catches only std::exception, not `...`", body),
              "try { f(); } catch (const std::exception&) { g(); }");
    EXPECT_EQ(after("does nothing in the handler `{ g(); }`", body), "try { f(); } catch (...) {}");
    EXPECT_EQ(after("catches nothing around `{ f(); }`", body), "{ f(); }");
}

TEST(WrongBodies, MoveWhatIsCopiedAndCopyWhatIsMoved) {
    EXPECT_EQ(after("moves out of `f(x)`", "f(x);"), "f(::learn::gate::moved(x));");
    EXPECT_EQ(after("keeps what `std::move(x)` takes", "f(std::move(x));"), "f(x);");
}

TEST(WrongBodies, CopyWhatIsReferredTo) {
    EXPECT_EQ(after("copies in place of a reference: `auto& a = b`", "auto& a = b;"),
              "auto a = b;");
    EXPECT_EQ(after("copies in place of a reference: `auto&& a = b`", "auto&& a = b;"), "");
}

TEST(WrongBodies, SwapArguments) {
    EXPECT_EQ(after("swaps the arguments `a` and `b + 1`", "f(a, b + 1);"), "f(b + 1, a);");
}

TEST(WrongBodies, HaveNamesOfTheirOwn) {
    const auto all = wrong_bodies("f(1); f(1); f(1);");
    std::vector<std::string> names;
    for (const WrongBody& wrong : all) names.push_back(wrong.change);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
    EXPECT_EQ(after("leaves out `f(1);` (2)", "f(1); f(1); f(1);"), "f(1); ; f(1);");
}

TEST(WrongBodies, DoNotTouchLiteralsAndComments) {
    EXPECT_TRUE(wrong_bodies("// a && b; 10").empty());
    for (const WrongBody& wrong : wrong_bodies("return say(\"1 < 2\");")) {
        EXPECT_NE(wrong.body.find("1 < 2"), std::string::npos) << wrong.change;
    }
}

TEST(Variants, StandBesideOurBodyAndNameThemselvesToTheCompiler) {
    const std::string header = "#pragma once\nint f() {\n    return 1;\n}\n";
    const std::string text = with_variants(header, "int f() {", {"return 2;", "", "return 4;"});
    EXPECT_NE(text.find("variant() == 1) {\n#line 1 \"variant/1\"\nreturn 2;\n}"), text.npos)
        << text;
    EXPECT_EQ(text.find("variant() == 2"), text.npos) << "an empty one is left out: " << text;
    EXPECT_NE(text.find("variant() == 3"), text.npos) << text;
    EXPECT_NE(text.find("else {\n\n    return 1;\n\n}"), text.npos) << text;
}

TEST(Variants, AreKnownByTheCompilersComplaints) {
    EXPECT_EQ(variants_named("variant/12:3: error: no\nvariant/7:1: note: x\nvariant/12:4: error"),
              (std::vector<std::size_t>{12, 7}));
    EXPECT_TRUE(variants_named("x.hpp:3: error: no").empty());
}

}  // namespace
}  // namespace learn::gate
