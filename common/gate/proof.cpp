#include "common/gate/proof.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/gate/findings.hpp"
#include "common/learn/text/scan.hpp"

namespace learn::gate {
namespace {

using State = TestResult::State;

std::vector<std::string> failed_names(const Trial& trial) {
    std::vector<std::string> names;
    for (const TestResult& test : trial.results) {
        if (test.state == State::failed) names.push_back(test.name);
    }
    return names;
}

/// "a.b, c.d and 3 more".
std::string listed(std::vector<std::string> names) {
    constexpr std::size_t kShown = 3;
    const std::size_t more = names.size() > kShown ? names.size() - kShown : 0;
    names.resize(std::min(names.size(), kShown));
    return fmt::format("{}{}", fmt::join(names, ", "),
                       more == 0 ? "" : fmt::format(" and {} more", more));
}

bool is_boolean(std::string_view text) {
    return text == "true" || text == "false";
}

std::string_view after(std::string_view line, std::string_view prefix) {
    line = trimmed(line);
    return line.starts_with(prefix) ? trimmed(line.substr(prefix.size())) : std::string_view();
}

/// The assertions of a failed test's message, each without its "file:12: Failure".
std::vector<std::vector<std::string_view>> assertions_of(std::string_view message) {
    std::vector<std::vector<std::string_view>> all;
    for (const std::string_view line : split_lines(message)) {
        if (line.ends_with(": Failure")) {
            all.emplace_back();
        } else if (!all.empty() && !trimmed(line).empty()) {
            all.back().push_back(line);
        }
    }
    return all;
}

/// EXPECT_TRUE(x): three lines of which none says why.
bool is_bare_condition(const std::vector<std::string_view>& lines) {
    if (!lines[0].starts_with("Value of: ")) return false;
    return lines.size() <= 3;
}

/// EXPECT_EQ(x.done(), true): indented operands, one of which is a boolean, and nothing else.
bool is_bare_equality(const std::vector<std::string_view>& lines) {
    if (!lines[0].starts_with("Expected equality of these values:")) return false;
    const bool more = std::any_of(lines.begin() + 1, lines.end(),
                                  [](std::string_view line) { return !line.starts_with("  "); });
    const bool boolean = std::any_of(lines.begin() + 1, lines.end(), [](std::string_view line) {
        return is_boolean(trimmed(line)) || is_boolean(after(line, "Which is:"));
    });
    return boolean && !more;
}

/// An unknown exception, or FAIL() without a word.
bool is_mute(const std::vector<std::string_view>& lines) {
    return lines.size() == 1 &&
           (lines[0] == "Failed" || lines[0].starts_with("Unknown C++ exception"));
}

bool says_something(const std::vector<std::string_view>& lines) {
    return !lines.empty() && !is_bare_condition(lines) && !is_bare_equality(lines) &&
           !is_mute(lines);
}

/// The last line that is not empty: what a person would read first.
std::string shown(std::string_view message) {
    std::string text;
    for (const std::string_view line : split_lines(message)) {
        if (!text.empty()) text += " | ";
        text += trimmed(line);
    }
    constexpr std::size_t kWidth = 160;
    return text.size() > kWidth ? text.substr(0, kWidth) + "..." : text;
}

}  // namespace

bool is_diagnosis(std::string_view message) {
    const auto assertions = assertions_of(message);
    return std::any_of(assertions.begin(), assertions.end(), says_something);
}

std::string complaint_about_solution(const Exercise& exercise, const Trial& trial) {
    if (!trial.compiled) return "our own tests do not link: " + trial.errors;
    if (trial.results.empty()) {
        return fmt::format("no test of tests/{} matches {}", exercise.test_file, exercise.tests);
    }
    const std::vector<std::string> failed = failed_names(trial);
    if (failed.empty()) return "";
    return fmt::format("our own body fails {}", listed(failed));
}

std::string complaint_about_stub(const Exercise& exercise, const Trial& trial) {
    const std::string name = fmt::format("exercise {} is not written yet", exercise.id);
    if (!trial.compiled) return "the stub does not compile: " + trial.errors;
    if (failed_names(trial).empty()) {
        return fmt::format("the stub passes all of {}: these tests do not judge the exercise",
                           exercise.tests);
    }
    if (trial.hung) return "the stub hangs: a test must end, whatever the exercise does";
    const auto names_it = [&](const TestResult& test) {
        return test.state == State::failed && test.message.find(name) != std::string::npos;
    };
    if (std::none_of(trial.results.begin(), trial.results.end(), names_it)) {
        return fmt::format("the stub fails, but no test says \"{}\"", name);
    }
    if (trial.crashed) {
        return "the stub crashes: the function, or what calls it, must let an exception pass "
               "(noexcept? a thread?)";
    }
    return "";
}

std::string complaint_about_mutant(const Mutant& mutant, const Trial& trial) {
    const std::string who = fmt::format("mutant '{}' ", mutant.name);
    if (!trial.compiled) return who + "does not compile: " + trial.errors;
    const std::vector<std::string> failed = failed_names(trial);
    if (failed.empty()) return who + "survives: every test passes; write one that catches it";
    if (trial.hung && !mutant.hangs) {
        return who +
               fmt::format("hangs in {}: let the test end, or say hangs = true", listed(failed));
    }
    bool caught = false;
    for (const TestResult& test : trial.results) {
        if (test.state != State::failed || !matches(test.name, mutant.caught_by)) continue;
        if (has_stopped(test) || is_diagnosis(test.message)) return "";
        caught = true;
    }
    if (!caught) {
        return who +
               fmt::format("is not caught by {}, but by {}", mutant.caught_by, listed(failed));
    }
    const auto test =
        std::find_if(trial.results.begin(), trial.results.end(), [&](const auto& one) {
            return one.state == State::failed && matches(one.name, mutant.caught_by);
        });
    return who + fmt::format("is caught, but the message of {} is not a diagnosis: {}",
                             mutant.caught_by, shown(test->message));
}

}  // namespace learn::gate
