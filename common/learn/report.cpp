#include "common/learn/report.hpp"

#include <map>
#include <sstream>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/standing.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

constexpr int kInFull = 2;  // failures with all they said

std::string indented(const std::string& text) {
    std::istringstream in(text);
    std::string result;
    for (std::string line; std::getline(in, line);) result += "    " + line + "\n";
    return result;
}

bool fails(const TestResult& test) {
    return test.state == TestResult::State::failed;
}

/// The exercise that every failing test waits for; empty if there is another reason too.
std::string awaited(const std::vector<TestResult>& results) {
    std::string id;
    for (const TestResult& test : results) {
        if (!fails(test)) continue;
        if (test.todo.empty() || (!id.empty() && id != test.todo)) return "";
        id = test.todo;
    }
    return id;
}

/// Why an exercise is not done, or how far it is.
std::string note(const Verdict& verdict) {
    const auto total = static_cast<int>(verdict.results.size());
    const std::string other = awaited(verdict.results);
    if (verdict.written == Written::todo) return "to do";
    if (total == 0) return verdict.written == Written::something ? "no test ran" : "not started";
    if (!other.empty()) return fmt::format("waits for exercise {}", other);
    return fmt::format("{} of {} tests pass", total - failed(verdict.results), total);
}

std::string sign(const Verdict& verdict) {
    if (passes(verdict.results)) return pass_mark(true);
    const bool waits = verdict.written == Written::todo || !awaited(verdict.results).empty();
    if (waits) return mark(Standing::todo);
    return verdict.results.empty() ? mark(Standing::not_started) : pass_mark(false);
}

}  // namespace

std::string pass_mark(bool passed) {
    return passed ? paint(Colour::green, "✔") : paint(Colour::red, "✘");
}

std::string summary(const Verdict& verdict) {
    return fmt::format("{} {:<5} {:<56} {}\n", sign(verdict), verdict.exercise->id,
                       verdict.exercise->title, paint(Colour::grey, note(verdict)));
}

std::string failures(const std::vector<TestResult>& results, const std::filesystem::path& root) {
    std::string text;
    std::string further;
    std::map<std::string, int> waiting;
    int shown = 0;
    for (const TestResult& test : results) {
        if (!fails(test)) continue;
        if (!test.todo.empty()) {
            ++waiting[test.todo];
        } else if (++shown <= kInFull) {
            text += paint(Colour::red, "✘ " + test.name) + "\n" +
                    indented(tidy_message(test, root)) + "\n";
        } else {
            further += paint(Colour::red, "✘ " + test.name) + "\n";
        }
    }
    if (!further.empty()) text += further + "\n";
    for (const auto& [id, count] : waiting) {
        text += fmt::format("{} {} wait{} for exercise {}, which is not written yet.\n", count,
                            count == 1 ? "test" : "tests", count == 1 ? "s" : "", id);
    }
    return waiting.empty() ? text : text + "\n";
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

std::string wrapped(const std::string& text, int width) {
    std::string result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line); result += "\n") {
        const bool prose = !line.empty() && line[0] != ' ';
        std::size_t column = 0;
        std::istringstream words(line);
        if (!prose) result += line;
        for (std::string word; prose && words >> word;) {
            const std::size_t length = course::display_width(word);
            const bool fits = column + 1 + length <= static_cast<std::size_t>(width);
            if (column > 0) result += fits ? " " : "\n";
            column = column > 0 && fits ? column + 1 + length : length;
            result += word;
        }
    }
    return result;
}

}  // namespace learn
