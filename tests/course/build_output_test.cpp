// What a compiler said, cut down to what a reader needs.
#include "common/learn/judge/build_output.hpp"

#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace learn {
namespace {

BuildOutput read(const std::string& text) {
    BuildOutput output("/home/ada/course");
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) output.add(line);
    return output;
}

TEST(BuildStep, OfNinjaCountsSteps) {
    const auto step = build_step("[3/14] Building CXX object a/b.cpp.o");
    ASSERT_TRUE(step);
    EXPECT_EQ(step->done, 3);
    EXPECT_EQ(step->total, 14);
    EXPECT_EQ(step->what, "Building CXX object a/b.cpp.o");
}

TEST(BuildStep, OfMakeIsPerCent) {
    const auto step = build_step("[  7%] Building CXX object a/b.cpp.o");
    ASSERT_TRUE(step);
    EXPECT_EQ(step->done, 7);
    EXPECT_EQ(step->total, 100);
}

TEST(BuildStep, IsNothingElse) {
    for (const char* line :
         {"", "[", "[x] y", "[1/2", "[1/2]", "ninja: no work to do.", "[ 50 ]"}) {
        EXPECT_FALSE(build_step(line)) << line;
    }
}

TEST(BuildOutput, ShowsTheReadersFileAndLine) {
    const BuildOutput output = read(R"([1/9] Building CXX object x.cpp.o
FAILED: x.cpp.o
/usr/bin/c++ -DX -I/home/ada/course/mine -c /home/ada/course/tests/x.cpp
In file included from /home/ada/course/tests/x.cpp:3:
/home/ada/course/mine/05_x/y.hpp: In function 'int f()':
/home/ada/course/mine/05_x/y.hpp:12:13: error: expected ';' before '}' token
   12 |     return 1
      |             ^
      |             ;
   13 | }
      | ~
ninja: build stopped: subcommand failed.
)");
    ASSERT_EQ(output.complaints().size(), 1U);
    EXPECT_EQ(output.report(),
              "mine/05_x/y.hpp:12:13  expected ';' before '}' token\n"
              "   12 |     return 1\n"
              "      |             ^\n"
              "      |             ;\n\n");
}

TEST(BuildOutput, TellsAHeadersErrorOnce) {
    const std::string once = "/home/ada/course/mine/a.hpp:1:1: error: no\n";
    EXPECT_EQ(read(once + once).complaints().size(), 1U);
}

TEST(BuildOutput, SaysWhichLineOfTheReadersLedIntoATemplate) {
    const BuildOutput output = read(R"(/usr/include/c++/12/bits/stl_algo.h: In instantiation of 'f':
/home/ada/course/mine/05_x/y.hpp:40:14:   required from here
/usr/include/c++/12/bits/stl_algo.h:7:3: error: no match for 'operator<'
)");
    ASSERT_EQ(output.complaints().size(), 1U);
    EXPECT_EQ(output.report(),
              "mine/05_x/y.hpp:40:14  no match for 'operator<'\n"
              "    found in /usr/include/c++/12/bits/stl_algo.h:7:3\n\n");
}

TEST(BuildOutput, ShowsTheReadersErrorsBeforeOthers) {
    const std::string report = read(
                                   "/home/ada/course/tests/x.cpp:3:1: error: 'f' was not declared\n"
                                   "/home/ada/course/mine/a.hpp:4:2: error: expected ';'\n")
                                   .report();
    EXPECT_LT(report.find("mine/a.hpp"), report.find("tests/x.cpp")) << report;
}

TEST(BuildOutput, UnderstandsClang) {
    const BuildOutput output = read(
        "/home/ada/course/mine/a.hpp:4:2: error: expected expression\n"
        "        return ;\n");
    ASSERT_EQ(output.complaints().size(), 1U);
    EXPECT_EQ(output.complaints()[0].where, "mine/a.hpp:4:2");
}

TEST(BuildOutput, UnderstandsTheLinker) {
    const BuildOutput output = read(
        "/usr/bin/ld: a.o: in function `main':\n"
        "/home/ada/course/x.cpp:3: undefined reference to `f()'\n");
    ASSERT_EQ(output.complaints().size(), 1U);
    EXPECT_EQ(output.complaints()[0].what, "undefined reference to `f()'");
}

TEST(BuildOutput, CountsWhatItDoesNotShow) {
    std::string text;
    for (int i = 1; i <= 5; ++i) text += fmt::format("a.cpp:{}:1: error: no\n", i);
    EXPECT_NE(read(text).report().find("... and 2 more"), std::string::npos);
}

TEST(BuildOutput, ShowsTheEndOfWhatItDoesNotUnderstand) {
    EXPECT_EQ(read("[1/2] Linking\nno space left on device\n").report(),
              "no space left on device\n");
}

}  // namespace
}  // namespace learn
