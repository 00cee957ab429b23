#pragma once
// The commands behind ./learn, one function each; NAME.cpp has it.
//
// Each prints for a person and returns the exit code: 0 if all is well, 1 if something fails. A
// reader's mistake is a UserError, which main() prints. A word that names a chapter or an exercise
// is what the reader typed: "5", "selector_callbacks", "5.2", or "" if it was left out.
#include <filesystem>
#include <string>
#include <vector>

#include "common/learn/course/course.hpp"

namespace learn {

/// Runs every chapter's program in order, then prints one table of what everything cost.
int tour(const Course& course, bool table_only = false);

/// Runs a chapter's program with `arguments`; returns its exit code.
int run_chapter(const Course& course, const std::string& chapter,
                const std::vector<std::string>& arguments);

/// Tests everything ("" or "all"), a chapter or an exercise.
int test(const Course& course, const std::string& what);

/// Writes a chapter's headers as stubs; `again` backs up and replaces those that are there.
int start(const Course& course, const std::string& chapter, bool again);

/// Tests the first unfinished exercise whenever a file in mine/ is saved, until Ctrl-C. `poll`
/// looks at the files instead of asking the kernel.
int watch_exercises(const Course& course, const std::string& chapter, bool poll);

/// Prints the next hint.
int hint(const Course& course, const std::string& exercise);

/// Prints our body, once the reader's passes or the reader gives up.
int show(const Course& course, const std::string& exercise, bool give_up);

/// Shows how the reader's chapter or exercise differs from ours.
int diff(const Course& course, const std::string& what);

/// Takes the reader's bodies out again, after a backup.
int reset(const Course& course, const std::string& what);

/// Lists the chapters and their exercises.
int list(const Course& course, const std::string& chapter);

/// Shows how far the reader is.
int show_progress(const Course& course);

struct BenchOptions {
    std::string chapter;
    std::string json;    ///< where to write Google Benchmark's JSON; empty: nowhere
    std::string filter;  ///< a regular expression; empty: all
};
/// Times the benchmarks; the reader's code beside ours, once there is any.
int bench(const Course& course, const BenchOptions& options);

/// Says what is installed, what is missing, and what to type to get it.
int doctor(const std::filesystem::path& root);

/// Builds the gate (common/gate/) and becomes it: `arguments` begin with "check". So only those who
/// need the gate compile it.
[[noreturn]] void check(const Course& course, std::vector<std::string> arguments);

/// Judges each exercise for a machine (`json`) or a person.
int grade(const Course& course, const std::string& chapter, bool json);

}  // namespace learn
