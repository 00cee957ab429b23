#include "common/learn/report.hpp"

#include <sstream>

#include <fmt/format.h>

#include "common/console/console.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

constexpr int kInFull = 3;  // failures with all they said

std::string indented(const std::string& text) {
    std::istringstream in(text);
    std::string result;
    for (std::string line; std::getline(in, line);) result += "    " + line + "\n";
    return result;
}

bool fails(const TestResult& test) {
    return test.state == TestResult::State::failed;
}

/// The exercise that every failing test misses; empty if there is another reason too.
std::string missing(const std::vector<TestResult>& results) {
    std::string id;
    for (const TestResult& test : results) {
        if (!fails(test)) continue;
        if (test.todo.empty() || (!id.empty() && id != test.todo)) return "";
        id = test.todo;
    }
    return id;
}

}  // namespace

std::string pass_mark(bool passed) {
    return passed ? paint(Colour::green, "✔") : paint(Colour::red, "✘");
}

std::string summary(const Verdict& verdict) {
    const auto total = static_cast<int>(verdict.results.size());
    const int good = total - failed(verdict.results);
    const std::string todo = missing(verdict.results);
    std::string sign = pass_mark(passes(verdict.results));
    std::string note = fmt::format("{} of {} tests pass", good, total);
    if (total == 0) {
        note = "no test matches its filter";
    } else if (!todo.empty()) {
        sign = paint(Colour::yellow, "○");
        note = todo == verdict.exercise->id ? "to do" : fmt::format("needs exercise {}", todo);
    }
    return fmt::format("{} {:<5} {:<48} {}\n", sign, verdict.exercise->id, verdict.exercise->title,
                       paint(Colour::grey, note));
}

std::string failures(const std::vector<TestResult>& results, const std::filesystem::path& root) {
    std::string text;
    int count = 0;
    for (const TestResult& test : results) {
        if (!fails(test)) continue;
        text += paint(Colour::red, "✘ " + test.name) + "\n";
        if (++count <= kInFull) text += indented(tidy_message(test, root)) + "\n";
    }
    return text;
}

std::string advice(const Verdict& verdict) {
    const Exercise& exercise = *verdict.exercise;
    if (passes(verdict.results)) {
        return fmt::format("{} ./learn diff {} compares it with ours.\n",
                           paint(Colour::green, "Exercise " + exercise.id + " is done."),
                           exercise.id);
    }
    return fmt::format("The file: mine/{}\nA hint:   ./learn hint {}\n", exercise.file,
                       exercise.id);
}

}  // namespace learn
