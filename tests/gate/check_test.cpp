// The whole gate on a tiny course: compiled, linked and run for real.
#include "common/gate/check.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "common/gate/exercises.hpp"
#include "common/gate/recipe.hpp"
#include "common/learn/judge/process.hpp"
#include "tests/course/tiny_course.hpp"
#include "tests/gate/findings.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

/// A tiny course with a build of its own. It borrows this build's way to compile a test.
class TinyBuild {
  public:
    explicit TinyBuild(const TinyCourse& tiny) : tiny_(tiny), folder_(tiny.root() / "build/dev") {
        tiny_.write("CMakeLists.txt",
                    "cmake_minimum_required(VERSION 3.22)\nproject(tiny NONE)\n"
                    "add_custom_target(01_steps)\nadd_custom_target(01_steps_test)\n");
        tiny_.write("CMakePresets.json",
                    R"({"version": 3, "configurePresets": [
                        {"name": "dev", "binaryDir": "${sourceDir}/build/dev"},
                        {"name": "release", "binaryDir": "${sourceDir}/build/release"}]})");
        const fs::path source = tiny_.root() / "tests/01_steps_test.cpp";
        const fs::path program = folder_ / "bin/01_steps_test";
        fs::create_directories(program.parent_path());
        const std::string command = compile_command(source);
        write_commands(source, command);
        run_or_throw(command);
        run_or_throw(link_command(program.string()));
    }

  private:
    static constexpr const char* kObject = "CMakeFiles/01_steps_test.dir/01_steps_test.cpp.o";

    [[nodiscard]] std::string compile_command(const fs::path& source) const {
        const fs::path ours = fs::path(LEARN_SOURCE_DIR) / "tests/gate/check_test.cpp";
        const Recipe recipe = Recipe::load(fs::path(BINARY_DIR).parent_path(), ours);
        std::string text;
        for (const std::string& word : recipe.compile(tiny_.root() / "chapters", kObject)) {
            text += (word == ours ? source.string() : word) + " ";
        }
        return text;
    }

    void write_commands(const fs::path& source, const std::string& command) const {
        std::string escaped;
        for (const char c : command)
            escaped += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        tiny_.write("build/dev/compile_commands.json",
                    "[{\"directory\": \"" + folder_.string() + "\", \"file\": \"" +
                        source.string() + "\", \"command\": \"" + escaped + "\"}]");
        tiny_.write("build/dev/CMakeFiles/01_steps_test.dir/link.txt",
                    link_command("bin/01_steps_test") + "\n");
    }

    [[nodiscard]] static std::string link_command(const std::string& program) {
        const fs::path ours = fs::path(LEARN_SOURCE_DIR) / "tests/gate/check_test.cpp";
        const Recipe recipe = Recipe::load(fs::path(BINARY_DIR).parent_path(), ours);
        const Command compile = recipe.compile("x", "y");
        std::string text = compile[0];
        for (const std::string& word : compile) {
            if (word.starts_with("-fsanitize")) text += " " + word;
        }
        return text + " " + kObject + " -o " + program + " -lgtest -lgtest_main -lfmt -pthread";
    }

    void run_or_throw(const std::string& command) const {
        RunOptions options;
        options.cwd = folder_;
        const RunResult result = run({"sh", "-c", command}, options);
        if (result.exit_code != 0) throw std::runtime_error(result.output);
    }

    const TinyCourse& tiny_;
    fs::path folder_;
};

/// What the gate prints, and how it ends.
struct Ending {
    int exit_code = 0;
    std::string output;
};

Ending run_gate(const TinyCourse& tiny, const CheckOptions& options = {}) {
    const Course course = tiny.load();
    testing::internal::CaptureStdout();
    Ending ending;
    try {
        ending.exit_code = check(course, options);
    } catch (const UserError& error) {
        ending.exit_code = -1;
        std::puts(error.what());
    }
    ending.output = testing::internal::GetCapturedStdout();
    return ending;
}

TEST(Gate, LetsAGoodCoursePassAndDoesNotProveAgainWhatDidNotChange) {
    const TinyCourse tiny;
    const TinyBuild build(tiny);
    const Ending first = run_gate(tiny);
    EXPECT_EQ(first.exit_code, 0) << first.output;
    EXPECT_NE(first.output.find("steps       1       1"), std::string::npos)
        << "the row is shown by a test:\n"
        << first.output;
    EXPECT_NE(first.output.find("1 exercise, 3 mutants "), std::string::npos) << first.output;
    EXPECT_TRUE(first.output.ends_with("Everything holds.\n")) << first.output;

    tiny.change("chapters/01_steps/README.md", "step + 1", "step + 2");
    CheckOptions options;
    options.changed_only = true;
    const Ending second = run_gate(tiny, options);
    EXPECT_EQ(second.exit_code, 1) << second.output;
    EXPECT_NE(second.output.find("0 exercises, 0 mutants, 1 chapter unchanged"), std::string::npos)
        << second.output;
    EXPECT_TRUE(second.output.ends_with("1 problem to mend.\n")) << second.output;
}

TEST(Gate, DoesNotJudgeTheReadersHeaders) {
    const TinyCourse tiny;
    tiny.write("mine/01_steps/step.hpp", TinyCourse::kHeader);
    EXPECT_TRUE(
        run_gate(tiny).output.starts_with("the gate judges our headers, but those in mine/"))
        << run_gate(tiny).output;
}

constexpr std::string_view kMoreTests = R"text(
TEST(Step, IsPositive) { EXPECT_GT(next_step(1), 0); }
TEST(Jump, IsThere) { EXPECT_EQ(1, 1); }
)text";

constexpr std::string_view kMoreExercises = R"text(
[[exercise.mutant]]
name = "crashes"
body = "__builtin_trap();"
caught_by = "Step.IsPositive"

[[exercise.mutant]]
name = "never ends"
body = "for (volatile int i = 0;; i = step) {}"
caught_by = "Step.GoesOneUp"
hangs = true

[[exercise]]
id = "1.2"
title = "The last step"
file = "01_steps/step.hpp"
function = "inline int last_step() {"
test_file = "01_steps_test.cpp"
tests = "Jump.*"
hints = ["a", "b", "c"]
)text";

TEST(Gate, FindsStubsThatPassAndMutantsThatSurviveOrAreCaughtByOthersOrDoNotCompile) {
    const TinyCourse tiny;
    tiny.write("chapters/01_steps/step.hpp",
               std::string(TinyCourse::kHeader) + "inline int last_step() {\n    return 9;\n}\n");
    tiny.write("tests/01_steps_test.cpp",
               std::string(TinyCourse::kTests) + std::string(kMoreTests));
    tiny.write("chapters/01_steps/exercises.toml",
               std::string(TinyCourse::kExercises) + std::string(kMoreExercises));
    tiny.change("chapters/01_steps/exercises.toml", "\"return step;\"", "\"return 1 + step;\"");
    tiny.change("chapters/01_steps/exercises.toml", "\"return 1;\"", "\"return steps;\"");
    tiny.change("chapters/01_steps/exercises.toml", "back\"\nbody = \"return step - 1;\"\n",
                "on\"\nbody = \"return step + 2;\"\n");
    tiny.change("chapters/01_steps/exercises.toml", "2;\"\ncaught_by = \"Step.GoesOneUp\"",
                "2;\"\ncaught_by = \"Step.IsPositive\"");
    const TinyBuild build(tiny);
    const Course course = tiny.load();
    const std::string output = said(check_exercises(course, all_chapters(course), 2));
    const std::string manifest = "chapters/01_steps/exercises.toml";
    const auto says = [&](const std::string& what) {
        EXPECT_NE(output.find(what), std::string::npos) << what << "\n  is not in\n" << output;
    };
    says(manifest + ":11: exercise 1.1: mutant 'stands still' survives: every test passes");
    says(manifest +
         ":16: exercise 1.1: mutant 'goes on' is not caught by Step.IsPositive, but by "
         "Step.GoesOneUp\n");
    says(manifest + ":21: exercise 1.1: mutant 'goes home' does not compile: ");
    says(manifest + ":37: exercise 1.2: the stub passes all of Jump.*: these tests do not judge");
    EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 4)
        << "a crash is caught, and so is a hang that was announced:\n"
        << output;
}

TEST(Gate, SweepFindsWhatNoTestRefusesAndWhatIsNotTheSameAfterAll) {
    const TinyCourse tiny;
    tiny.change("tests/01_steps_test.cpp", "    EXPECT_EQ(next_step(5), 6);\n", "");
    tiny.change("chapters/01_steps/step.hpp", "return step + 1;",
                "if (step > 3) return step + 1;\n    return 1 + step;");
    tiny.write("chapters/01_steps/exercises.toml", std::string(TinyCourse::kExercises) + R"text(
[[exercise.equivalent]]
change = "takes `step > 3` for false"
because = "the other sum is the same"

[[exercise.equivalent]]
change = "2 in place of `return 1 + step`"
because = "nobody counts"

[[exercise.equivalent]]
change = "leaves out `f();`"
because = "it was here once"
)text");
    const TinyBuild build(tiny);
    CheckOptions options;
    options.sweep = true;
    options.chapter = "1.1";
    const Ending ending = run_gate(tiny, options);
    EXPECT_EQ(ending.exit_code, 1);
    const auto says = [&](const std::string& what) {
        EXPECT_NE(ending.output.find(what), std::string::npos) << what << "\n  is not in\n"
                                                               << ending.output;
    };
    says("exercise 1.1: survives: takes `step > 3` for true");
    says("exercise 1.1: Step.GoesOneUp refuses what is said to be the same: 2 in place of");
    says("exercise 1.1: no such change: leaves out `f();`");
    EXPECT_EQ(ending.output.find("survives: takes `step > 3` for false"), std::string::npos)
        << "that has its reason";
}

}  // namespace
}  // namespace learn::gate
