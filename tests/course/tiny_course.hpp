#pragma once
// A course of one chapter in a folder of its own, as small as the gate allows.
//
// Each test breaks one thing in it and looks at what the tool says.
#include <filesystem>
#include <string>
#include <string_view>

#include "common/learn/course/course.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn {

class TinyCourse {
  public:
    TinyCourse() {
        write("README.md", "| [steps](chapters/01_steps/README.md) | 1 | 5 min |\n");
        write("chapters/01_steps/step.hpp", kHeader);
        write("chapters/01_steps/main.cpp", "#include \"01_steps/step.hpp\"\nint main() {}\n");
        write("chapters/01_steps/same.py", "def scene_1():\n    print(\"step 2\")\n");
        write("chapters/01_steps/exercises.toml", kExercises);
        write("chapters/01_steps/README.md", kReadme);
        write("tests/01_steps_test.cpp", kTests);
        write("tests/conformance/steps.toml", kRows);
        write("bench/01_steps_bench.cpp", "#include \"01_steps/step.hpp\"\n");
        write_program("echo \"step 2\"\necho \"took 25.3 ms\"\n");
    }

    /// The program of chapter 1 is a shell script.
    void write_program(const std::string& script) const {
        const auto program = root() / "build/release/bin/01_steps";
        write_text(program, "#!/bin/sh\n" + script);
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    }

    /// Adds a chapter 2 with a header of its own, and with an exercise in chapter 1's.
    void add_borrowing_chapter() const {
        write("chapters/01_steps/step.hpp",
              std::string(kHeader) + "inline int jump(int step) {\n    return step + 2;\n}\n");
        write("chapters/02_jumps/jump.hpp", "#pragma once\n#include \"01_steps/step.hpp\"\n");
        write("chapters/02_jumps/README.md", "# Jumps\n");
        write("chapters/02_jumps/exercises.toml", kExercises);
        change("chapters/02_jumps/exercises.toml", "1.1", "2.1");
        change("chapters/02_jumps/exercises.toml", "next_step(", "jump(");
    }

    [[nodiscard]] const std::filesystem::path& root() const { return folder_.path(); }

    void write(const std::string& file, std::string_view text) const {
        write_text(root() / file, text);
    }

    [[nodiscard]] std::string read(const std::string& file) const {
        return read_text(root() / file);
    }

    /// Replaces `from` in the file; it must be there.
    void change(const std::string& file, std::string_view from, std::string_view to) const {
        std::string text = read(file);
        const std::size_t at = text.find(from);
        if (at == std::string::npos) throw SourceError("not in " + file + ": " + std::string(from));
        write(file, text.replace(at, from.size(), to));
    }

    [[nodiscard]] Course load() const { return Course::load(root()); }

    static constexpr std::string_view kHeader =
        "#pragma once\n"
        "// A step leads to the next.\n"
        "\n"
        "/// The step behind `step`.\n"
        "inline int next_step(int step) {\n"
        "    return step + 1;\n"
        "}\n";

    static constexpr std::string_view kExercises = R"text([[exercise]]
id = "1.1"
title = "The next step"
file = "01_steps/step.hpp"
function = "inline int next_step(int step) {"
test_file = "01_steps_test.cpp"
tests = "Step.*"
hints = ["Which?", "One more.", "Add one."]

[[exercise.mutant]]
name = "stands still"
body = "return step;"
caught_by = "Step.GoesOneUp"

[[exercise.mutant]]
name = "goes back"
body = "return step - 1;"
caught_by = "Step.GoesOneUp"

[[exercise.mutant]]
name = "goes home"
body = "return 1;"
caught_by = "Step.GoesOneUp"
)text";

    static constexpr std::string_view kTests = R"text(#include "01_steps/step.hpp"

#include <gtest/gtest.h>

#include "common/exercise/todo.cpp"
#include "tests/support/conforms_to.hpp"

TEST(Step, GoesOneUp) {
    conforms_to({"test_steps.test_up (doc)"});
    EXPECT_EQ(next_step(1), 2);
    EXPECT_EQ(next_step(5), 6);
}
)text";

    static constexpr std::string_view kReadme = R"text(# Steps

The [rule](#steps) is in [the header](step.hpp):

```cpp file=01_steps/step.hpp function=next_step
inline int next_step(int step) {
    return step + 1;
}
```

```python file=01_steps/same.py function=scene_1
def scene_1():
    print("step 2")
```

```console run="01_steps --scene 1" approx
step 2
took 24.9 ms
```
)text";

    static constexpr std::string_view kRows = R"text(chapter = 1

[[row]]
id = "test_steps.test_up (doc)"
behaviour = "A step goes up."
)text";

  private:
    TemporaryFolder folder_;
};

}  // namespace learn
