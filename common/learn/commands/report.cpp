#include "common/learn/commands/report.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/learn/reader/standing.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

constexpr int kInFull = 2;   // failures with all they said
constexpr int kByName = 10;  // further failures, by name only
constexpr std::size_t kTitle = 56;

std::string indented(const std::string& text) {
    std::istringstream in(text);
    std::string result;
    for (std::string line; std::getline(in, line);) result += "    " + line + "\n";
    return result;
}

bool fails(const TestResult& test) {
    return test.state == TestResult::State::failed;
}

bool is_skipped(const TestResult& test) {
    return test.state == TestResult::State::skipped;
}

/// Why a test was skipped: the line after GoogleTest's "file:12: Skipped".
std::string reason(const TestResult& test) {
    constexpr std::string_view kMark = ": Skipped\n";
    const std::size_t at = test.message.find(kMark);
    if (at == std::string::npos) return "it does not say why";
    const std::size_t begin = at + kMark.size();
    return test.message.substr(begin, test.message.find('\n', begin) - begin);
}

/// Why an exercise is not done, or how far it is.
std::string note(const Verdict& verdict) {
    if (verdict.written == Written::todo) return "to do";
    if (!verdict.results.empty()) return counts(verdict.results);
    return verdict.written == Written::something ? "no test ran" : "not started";
}

std::string sign(const Verdict& verdict) {
    if (verdict.written == Written::todo) return mark(Standing::todo);
    if (verdict.results.empty()) return mark(Standing::not_started);
    return pass_mark(passes(verdict.results));
}

/// "✔ 1.2   Write the for loop by hand     9 of 9 tests pass"
std::string line(std::string_view sign, std::string_view id, std::string_view title,
                 std::string_view note) {
    return fmt::format("{} {:<5} {} {}\n", sign, id, column(title, kTitle),
                       paint(Colour::grey, note));
}

}  // namespace

std::string pass_mark(bool passed) {
    return passed ? paint(Colour::green, "✔") : paint(Colour::red, "✘");
}

std::string column(std::string_view text, std::size_t width) {
    const std::size_t length = course::display_width(text);
    if (length <= width) return std::string(text) + std::string(width - length, ' ');
    return std::string(course::cut_to_width(text, width - 1)) + "…";
}

std::string counts(const std::vector<TestResult>& results) {
    const auto total = std::ssize(results);
    const auto skipped = std::ranges::count_if(results, is_skipped);
    std::string text = fmt::format("{} of {} tests pass", total - failed(results) - skipped, total);
    if (skipped > 0) text += fmt::format(", {} skipped", skipped);
    return text;
}

std::string skips(const std::vector<TestResult>& results) {
    std::map<std::string, int> reasons;
    for (const TestResult& test : results) {
        if (is_skipped(test)) ++reasons[reason(test)];
    }
    std::string text;
    for (const auto& [reason, count] : reasons) {
        text += fmt::format("{} skipped: {}\n",
                            count == 1 ? "1 test" : fmt::format("{} tests", count), reason);
    }
    return text;
}

std::string summary(const Verdict& verdict) {
    return line(sign(verdict), verdict.exercise->id, verdict.exercise->title, note(verdict));
}

std::string summary(const std::vector<TestResult>& rest) {
    if (rest.empty()) return "";
    return line(pass_mark(failed(rest) == 0), "", "the rest of the chapter", counts(rest));
}

std::string failures(const std::vector<TestResult>& results, const std::filesystem::path& root) {
    std::string text;
    std::string names;
    std::map<std::string, int> awaited;
    int shown = 0;
    for (const TestResult& test : results) {
        if (!fails(test)) continue;
        if (!test.todo.empty()) {
            ++awaited[test.todo];
        } else if (++shown <= kInFull) {
            text += paint(Colour::red, "✘ " + test.name) + "\n" +
                    indented(tidy_message(test, root)) + "\n";
        } else if (shown <= kInFull + kByName) {
            names += "    " + test.name + "\n";
        }
    }
    if (!names.empty()) text += "also failing:\n" + names;
    if (shown > kInFull + kByName)
        text += fmt::format("    ... and {} more\n", shown - kInFull - kByName);
    if (!names.empty()) text += "\n";
    for (const auto& [id, count] : awaited) {
        text += fmt::format("{} {} {} wait{} for exercise {}, which is not written yet.\n",
                            mark(Standing::todo), count, count == 1 ? "test" : "tests",
                            count == 1 ? "s" : "", id);
    }
    return awaited.empty() ? text : text + "\n";
}

std::string advice(const Verdict& verdict, const Exercise* next) {
    const Exercise& exercise = *verdict.exercise;
    if (passes(verdict.results)) {
        std::string text =
            fmt::format("{} ./learn diff {} compares it with ours.\n",
                        paint(Colour::green, "Exercise " + exercise.id + " is done."), exercise.id);
        if (next != nullptr)
            text += fmt::format("next: {} {}: ./learn watch\n", next->id, next->title);
        return text;
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
