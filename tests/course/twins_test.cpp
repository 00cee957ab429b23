// "This is what asyncio does" is a fact: each scene of a chapter's program prints the same lines
// as the scene of that number in the chapter's same.py, on the same server.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/learn/judge/process.hpp"
#include "common/server/http_server.hpp"

namespace {

namespace fs = std::filesystem;

/// A scene with a twin. Number 0 stands for a same.py that could not list its scenes.
struct Twin {
    std::string chapter;
    int scene;
    std::string complaint;
};

void PrintTo(const Twin& twin, std::ostream* out) {
    *out << twin.chapter << ", scene " << twin.scene;
}

fs::path chapters() {
    return fs::path(LEARN_SOURCE_DIR) / "chapters";
}

/// Runs the same.py of `chapter`. -B: it leaves no compiled files behind.
learn::RunResult run_python(const std::string& chapter, std::vector<std::string> arguments) {
    const std::string python = fs::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
    arguments.insert(arguments.begin(), {python, "-B", chapters() / chapter / "same.py"});
    return learn::run(arguments);
}

/// The scenes that the same.py of `chapter` lists.
std::vector<Twin> twins_of(const std::string& chapter) {
    const learn::RunResult listed = run_python(chapter, {"--list"});
    std::vector<Twin> twins;
    std::istringstream numbers(listed.output);
    for (int scene = 0; numbers >> scene;) twins.push_back({chapter, scene, {}});
    if (listed.exit_code != 0 || !numbers.eof()) return {{chapter, 0, listed.output}};
    return twins;
}

std::vector<Twin> all_twins() {
    std::vector<Twin> twins;
    for (const auto& folder : fs::directory_iterator(chapters())) {
        if (!fs::exists(folder.path() / "same.py")) continue;
        const std::vector<Twin> found = twins_of(folder.path().filename());
        twins.insert(twins.end(), found.begin(), found.end());
    }
    std::sort(twins.begin(), twins.end(), [](const Twin& a, const Twin& b) {
        return std::tie(a.chapter, a.scene) < std::tie(b.chapter, b.scene);
    });
    return twins;
}

/// `text` with every "<number> s" rounded to one digit after the point.
std::string with_rounded_times(const std::string& text) {
    static const std::regex kTime(R"((\d+(?:\.\d+)?) s\b)");
    std::string rounded;
    auto rest = text.begin();
    for (std::sregex_iterator it(text.begin(), text.end(), kTime), end; it != end; ++it) {
        rounded.append(rest, (*it)[0].first);
        rounded += fmt::format("{:.1f} s", std::strtod((*it)[1].str().c_str(), nullptr));
        rest = (*it)[0].second;
    }
    return rounded.append(rest, text.end());
}

class Twins : public testing::TestWithParam<Twin> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Twins);

TEST_P(Twins, PrintTheSameLines) {
    const auto& [chapter, scene, complaint] = GetParam();
    ASSERT_NE(scene, 0) << "same.py --list has to print numbers, and printed:\n" << complaint;
    const fs::path program = fs::path(BINARY_DIR) / chapter;
    ASSERT_TRUE(fs::exists(program)) << "build it first: cmake --build (target " << chapter << ")";

    // Times are a little longer than the delays in them, and never shorter. So we use 55 ms and its
    // multiples, where a rounded time has the most room above it: 0.1 s begins at 0.05 s.
    const course::HttpServer server;
    const std::string url = server.url(std::chrono::milliseconds(55));
    const std::vector<std::string> arguments = {"--scene", std::to_string(scene), "--url", url};
    std::vector<std::string> command = {program};
    command.insert(command.end(), arguments.begin(), arguments.end());

    const learn::RunResult cpp = learn::run(command);
    const learn::RunResult python = run_python(chapter, arguments);
    ASSERT_EQ(cpp.exit_code, 0) << "the C++ program failed:\n" << cpp.output;
    ASSERT_EQ(python.exit_code, 0) << "same.py failed:\n" << python.output;
    const std::string from_cpp = with_rounded_times(cpp.output);
    const std::string from_python = with_rounded_times(python.output);
    EXPECT_EQ(from_cpp, from_python) << "in the diff above, - is the C++ program, + is same.py";
    EXPECT_NE(from_cpp, "") << "a scene that prints nothing shows nothing";
}

INSTANTIATE_TEST_SUITE_P(Scenes, Twins, testing::ValuesIn(all_twins()), [](const auto& instance) {
    return fmt::format("{}_scene_{}", instance.param.chapter, instance.param.scene);
});

TEST(RoundedTimes, ChangeNothingButNumbersOfSeconds) {
    EXPECT_EQ(with_rounded_times("10 GETs took 0.268 s and 12 s, or 25.3 ms\n0.04 s"),
              "10 GETs took 0.3 s and 12.0 s, or 25.3 ms\n0.0 s");
    EXPECT_EQ(with_rounded_times("5 sockets, 3 steps"), "5 sockets, 3 steps");
}

}  // namespace
