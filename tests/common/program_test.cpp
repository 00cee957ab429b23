#include "common/program/program.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/exercise/todo.hpp"
#include "common/program/duration.hpp"
#include "common/server/site.hpp"
#include "tests/support/shell.hpp"

namespace {

using namespace course;
using namespace std::chrono_literals;

/// How a program ended and what it said.
struct Ended {
    int exit_code;
    std::string out;
    std::string err;
};

/// Runs a program of `scenes` with `arguments`, as a shell would.
Ended run(const std::vector<Scene>& scenes, std::vector<std::string> arguments,
          Loop loop = Loop::none) {
    arguments.insert(arguments.begin(), "09_demo");
    std::vector<char*> argv(arguments.size() + 1);  // main's argv ends in a null pointer
    std::transform(arguments.begin(), arguments.end(), argv.begin(),
                   [](std::string& argument) { return argument.data(); });
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int argc = static_cast<int>(arguments.size());
    const int exit_code = run_program(argc, argv.data(), "09 A demonstration", scenes, loop);
    return {exit_code, testing::internal::GetCapturedStdout(),
            testing::internal::GetCapturedStderr()};
}

const std::vector<Scene>& two_scenes() {
    static const std::vector<Scene> kScenes = {
        {"The first", [](const Options&) { fmt::print("one\n"); }},
        {"The second", [](const Options&) { fmt::print("two\n"); }}};
    return kScenes;
}

/// The options that a scene gets for `arguments`.
Options options_for(const std::vector<std::string>& arguments) {
    Options seen;
    const Ended ended = run({{"look", [&](const Options& options) { seen = options; }}}, arguments);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return seen;
}

TEST(Program, RunsAllScenesUnderTheirHeadings) {
    const Ended ended = run(two_scenes(), {});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_EQ(ended.out,
              "09 A demonstration\n"
              "\n── 1. The first\none\n"
              "\n── 2. The second\ntwo\n");
}

TEST(Program, RunsOneSceneWithoutAHeading) {
    EXPECT_EQ(run(two_scenes(), {"--scene", "2"}).out, "two\n");
    EXPECT_EQ(run(two_scenes(), {"--scene=1"}).out, "one\n");
}

TEST(Program, ListsItsScenes) {
    EXPECT_EQ(run(two_scenes(), {"--list"}).out, " 1  The first\n 2  The second\n");
}

TEST(Program, HelpsWithEveryOption) {
    const Ended ended = run(two_scenes(), {"--help"});
    EXPECT_EQ(ended.exit_code, 0);
    for (const char* option : {"--scene", "--list", "--trace", "--url", "--count", "--delay"}) {
        EXPECT_NE(ended.out.find(option), std::string::npos) << option;
    }
}

TEST(Program, HandsTheOptionsToItsScenes) {
    const Options options = options_for({"--url", "http://x/", "--count", "3", "--delay", "0.1s"});
    EXPECT_EQ(options.url, "http://x/");
    EXPECT_EQ(options.count, 3);
    EXPECT_EQ(options.delay, 100ms);
}

/// A scene that says what it finds in the environment.
std::vector<Scene> looks_for_trace() {
    return {{"look", [](const Options&) {
                 const char* value = std::getenv("AIO_TRACE");
                 fmt::print("{}", value != nullptr ? value : "none");
             }}};
}

TEST(Program, TellsTheEventLoopsOfItsScenesToTrace) {
    EXPECT_EQ(run(looks_for_trace(), {"--scene=1", "--trace"}, Loop::traceable).out, "1");
    EXPECT_EQ(run(looks_for_trace(), {"--scene=1"}, Loop::traceable).out, "none")
        << "--trace is for one run of the program";
}

TEST(Program, SaysThatThereIsNoLoopToTrace) {
    const Ended ended = run(looks_for_trace(), {"--scene=1", "--trace"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_EQ(ended.out, "") << "no scene may run: it would not show what was asked for";
    EXPECT_EQ(ended.err,
              "09_demo: there is no event loop here that --trace could show: chapter 06 makes the "
              "first\n");
}

TEST(Program, MakesTenRequestsOf25MillisecondsToTheEmbeddedServerByDefault) {
    const Options options = options_for({});
    EXPECT_EQ(options.url, "");
    EXPECT_EQ(options.count, 10);
    EXPECT_EQ(options.delay, 25ms);
}

TEST(Program, NeverTurnsADelayIntoNone) {
    EXPECT_EQ(options_for({"--delay", "0.2ms"}).delay, 1ms);
}

struct WrongArguments {
    std::vector<std::string> arguments;
    const char* complaint;
};

TEST(Program, SaysWhatToTypeInsteadOfAWrongOption) {
    const WrongArguments table[] = {
        {{"--scene", "3"}, "there is no scene 3: this chapter has 2 (try --list)"},
        {{"--scene", "0"}, "--scene takes a whole number from 1, not '0'"},
        {{"--scene", "two"}, "--scene takes a whole number from 1, not 'two'"},
        {{"--count", "-1"}, "--count takes a whole number from 1, not '-1'"},
        {{"--count", "99999999999"}, "--count takes a whole number from 1, not '99999999999'"},
        {{"--count", "3x"}, "--count takes a whole number from 1, not '3x'"},
        {{"--delay", "soon"}, "--delay takes a time such as 25ms or 0.1s, at most 1 h, not 'soon'"},
        {{"--delay", "3601s"}, "at most 1 h, not '3601s'"},
        {{"--delay", "nan"}, "not 'nan'"},
        {{"--speed"}, "try --help"},
        {{"--scene"}, "try --help"},
        {{"2"}, "unexpected word '2': try --help"},
    };
    for (const auto& [arguments, complaint] : table) {
        const Ended ended = run(two_scenes(), arguments);
        EXPECT_EQ(ended.exit_code, 2) << complaint;
        EXPECT_EQ(ended.out, "") << complaint;
        EXPECT_NE(ended.err.find(complaint), std::string::npos) << ended.err;
    }
}

TEST(Program, SaysWhyASceneFailed) {
    const Ended ended = run({{"bad", [](const Options&) { throw std::runtime_error("no luck"); }}},
                            {"--scene", "1"});
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_EQ(ended.err, "09_demo: no luck\n");
}

TEST(Program, SurvivesASceneThatThrowsSomethingElse) {
    const Ended ended = run({{"bad", [](const Options&) { throw 42; }}}, {});
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_NE(ended.err.find("not a std::exception"), std::string::npos) << ended.err;
}

// ---- durations

TEST(ParseDuration, ReadsMillisecondsAndSeconds) {
    EXPECT_EQ(parse_duration("25ms"), 25ms);
    EXPECT_EQ(parse_duration("0.1s"), 100ms);
    EXPECT_EQ(parse_duration("40"), 40ms);
    EXPECT_EQ(parse_duration("0"), 0ms);
    EXPECT_EQ(parse_duration("0.001ms"), 1us);
    EXPECT_EQ(parse_duration("3600s"), 1h);
}

TEST(ParseDuration, RefusesEverythingElse) {
    for (const char* text : {"", "ms", "s", "soon", "25 ms", " 25", "25m", "25MS", "-1", "-0.1s",
                             "1e3", "inf", "nan", "3600.1s", "3600001", "0x10", "1,5"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

// ---- exercises

TEST(Todo, NamesTheExerciseAndTheCommandThatHelps) {
    testing::internal::CaptureStderr();
    try {
        aio::todo("5.2");
    } catch (const aio::NotImplementedError& error) {
        EXPECT_STREQ(error.what(), "exercise 5.2 is not written yet (./learn hint 5.2 helps)");
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "exercise 5.2 is not written yet (./learn hint 5.2 helps)\n");
}

// ---- where scenes fetch from

TEST(Site, IsTheEmbeddedServerUnlessThereIsAUrl) {
    Options options;
    options.delay = 30ms;
    const Site embedded(options);
    EXPECT_NE(embedded.url().find("http://127.0.0.1:"), std::string::npos);
    EXPECT_NE(embedded.url().find("/?delay=30ms&bytes=1256"), std::string::npos);
    EXPECT_NE(embedded.thread_id(), 0);

    options.url = "http://localhost:8080/";
    const Site outside(options);
    EXPECT_EQ(outside.url(), "http://localhost:8080/");
    EXPECT_EQ(outside.thread_id(), 0);
}

// ---- the twins' frame

/// What common/program/twin.py makes of `arguments` for a module with the scenes 1 and 10.
ShellResult twin(const std::string& arguments) {
    return shell("cd '" SOURCE_DIR
                 "/common/program' && python3 -B -c 'from twin import main\n"
                 "def scene_1(): print(\"one\")\n"
                 "def scene_10(options): print(options.url, options.count, options.delay)\n"
                 "def other(): pass\n"
                 "main(globals())' " +
                 arguments + " 2>&1");
}

TEST(Twin, ListsItsScenesInOrder) {
    EXPECT_EQ(twin("--list").output, "1 10\n");
}

TEST(Twin, RunsTheSceneAskedForWithItsOptions) {
    EXPECT_EQ(twin("--scene 1").output, "one\n");
    EXPECT_EQ(twin("--scene 10 --url u --count 3 --delay 50ms").output, "u 3 0.05\n");
    EXPECT_EQ(twin("--scene 10 --delay 0.1s").output, " 10 0.1\n");
    EXPECT_EQ(twin("").output, "one\n 10 0.025\n");
}

TEST(Twin, RefusesWhatTheProgramRefuses) {
    for (const char* wrong : {"--scene 2", "--scene 0", "--count 0", "--count x", "--delay soon",
                              "--delay 1.2.3", "--delay -1"}) {
        EXPECT_NE(twin(wrong).exit_code, 0) << wrong;
    }
}

}  // namespace
