#include <algorithm>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/console/progress.hpp"
#include "common/console/table.hpp"
#include "common/learn/commands/benchmarks.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/reader/mine.hpp"
#include "common/learn/text/text_file.hpp"
#include "common/program/measure.hpp"

namespace learn {
namespace {

using course::Align;
using course::Colour;
using course::paint;

constexpr int kRounds = 3;  // of each, in turns, if two are compared

/// What a chapter's benchmarks said: Google Benchmark's JSON.
struct Result {
    std::string readers;  ///< of the code in mine/; or ours, if there is none
    std::string ours;     ///< empty if there is nothing to compare with
};

std::string target(const Chapter& chapter) {
    return chapter.folder + "_bench";
}

/// Whether the chapter is built with anything of the reader's.
bool uses_mine(const Course& course, const Chapter& chapter) {
    const auto& all = course.chapters();
    return std::any_of(all.begin(), all.end(), [&](const Chapter& below) {
        return below.number <= chapter.number && Mine(course).has(below);
    });
}

std::vector<const Chapter*> chosen(const Course& course, const std::string& only) {
    if (!only.empty() && !has_benchmarks(course, course.chapter(only))) {
        throw UserError(fmt::format("chapter {} has no benchmarks yet", only));
    }
    if (!only.empty()) return {&course.chapter(only)};
    std::vector<const Chapter*> all;
    for (const Chapter& chapter : course.chapters()) {
        if (has_benchmarks(course, chapter)) all.push_back(&chapter);
    }
    if (all.empty()) throw UserError("no chapter has benchmarks yet");
    return all;
}

void build(const Course& course, Flavour flavour, const std::vector<const Chapter*>& chapters) {
    std::vector<std::string> targets;
    for (const Chapter* chapter : chapters) {
        if (flavour == Flavour::ours && !uses_mine(course, *chapter)) continue;
        targets.push_back(target(*chapter));
    }
    if (!targets.empty()) Build(course, flavour).make(targets);
}

/// Runs one benchmark program after the other and shows the progress.
class Timer {
  public:
    Timer(const Course& course, std::string filter)
        : course_(course), filter_(filter.empty() ? "." : std::move(filter)) {}

    /// How many of the chapter's benchmarks pass the filter.
    [[nodiscard]] int count(const Chapter& chapter) const {
        const std::string program =
            Build(course_, Flavour::release).program(target(chapter)).string();
        const RunResult result =
            run({program, "--benchmark_list_tests=true", "--benchmark_filter=" + filter_});
        if (result.output.find("Could not compile benchmark re") != std::string::npos) {
            throw UserError(fmt::format("--filter '{}' is not a regular expression", filter_));
        }
        if (result.output.find("Failed to match") != std::string::npos) return 0;
        return static_cast<int>(std::count(result.output.begin(), result.output.end(), '\n'));
    }

    /// Times a chapter; the reader's code and ours in turns, so that a busy moment hits both.
    [[nodiscard]] Result time(const Chapter& chapter, bool compare) {
        const int rounds = compare ? kRounds : 1;
        course::Progress progress(fmt::format("timing {:02}", chapter.number));
        const int total = count(chapter) * rounds * (compare ? 2 : 1);
        int done = 0;
        const auto once = [&](Flavour flavour) {
            return run_once(chapter, flavour, compare, [&](std::string_view name) {
                progress.update(std::min(++done, total), total, name);
            });
        };
        std::vector<std::string> readers;
        std::vector<std::string> ours;
        for (int round = 0; round < rounds; ++round) {
            readers.push_back(once(Flavour::release));
            if (compare) ours.push_back(once(Flavour::ours));
        }
        return {median_run(readers), compare ? median_run(ours) : ""};
    }

  private:
    /// One round. If there are several, each may be short.
    std::string run_once(const Chapter& chapter, Flavour flavour, bool shortly,
                         const std::function<void(std::string_view)>& on_benchmark) const {
        const TemporaryFolder folder;
        const std::string file = (folder.path() / "out.json").string();
        RunOptions options;
        options.cwd = course_.root();
        options.on_line = [&](std::string_view line) {
            if (is_timing(line)) on_benchmark(line.substr(0, line.find(' ')));
        };
        std::vector<std::string> command = {
            Build(course_, flavour).program(target(chapter)).string(),
            "--benchmark_filter=" + filter_, "--benchmark_out_format=json",
            "--benchmark_out=" + file, "--benchmark_color=false"};
        if (shortly) command.emplace_back("--benchmark_min_time=0.15");
        const RunResult result = run(command, options);
        if (result.exit_code == 0) return read_text(file);
        throw UserError(fmt::format("{} ended with exit code {}:\n\n{}", target(chapter),
                                    result.exit_code, result.output));
    }

    /// "generator_element    1.32 ns    1.31 ns    530000000"
    static bool is_timing(std::string_view line) {
        std::istringstream in{std::string(line)};
        std::string name;
        double number = 0;
        std::string unit;
        in >> name >> number >> unit;
        return in && (unit == "ns" || unit == "us" || unit == "ms" || unit == "s");
    }

    const Course& course_;
    std::string filter_;
};

std::string seconds(double time) {
    return course::format_seconds(std::chrono::duration<double>(time));
}

std::string wall(const BenchmarkTime& time) {
    return time.error.empty() ? seconds(time.real) : paint(Colour::red, time.error);
}

/// Operations down, ways to do them across.
void print_matrix(const BenchmarkMatrix& matrix) {
    std::vector<course::Table::Column> columns = {{"wall"}};
    for (std::string way : matrix.ways) {
        std::replace(way.begin(), way.end(), '_', '\n');  // or the table would be too wide
        columns.push_back({way, Align::right});
    }
    course::Table table(std::move(columns));
    for (const std::string& operation : matrix.operations) {
        std::vector<std::string> row = {operation};
        for (const std::string& way : matrix.ways) {
            const auto cell = matrix.cells.find({operation, way});
            row.push_back(cell == matrix.cells.end() ? "" : wall(cell->second));
        }
        table.add(std::move(row));
    }
    table.print();
}

void print_list(const std::vector<BenchmarkTime>& times) {
    course::Table table({{"benchmark"}, {"wall", Align::right}, {"CPU", Align::right}});
    for (const BenchmarkTime& row : times) {
        if (row.error.empty()) {
            table.add({row.name, seconds(row.real), seconds(row.cpu)});
        } else {
            table.add({row.name, paint(Colour::red, row.error)});
        }
    }
    table.print();
}

/// How many times as long as ours; green where it is as good.
std::string ratio(double readers, double ours) {
    if (!(ours > 0)) return "";
    const double times = readers / ours;
    return paint(times <= 1.1 ? Colour::green : Colour::yellow, fmt::format("{:.2f}x", times));
}

void print_alone(const std::vector<BenchmarkTime>& times) {
    const BenchmarkMatrix matrix = matrix_of(times);
    if (!matrix.operations.empty()) print_matrix(matrix);
    if (!matrix.others.empty()) print_list(matrix.others);
}

void print_compared(const std::vector<BenchmarkTime>& readers,
                    const std::vector<BenchmarkTime>& ours) {
    std::map<std::string, BenchmarkTime> by_name;
    for (const BenchmarkTime& row : ours) by_name[row.name] = row;
    course::Table table({{"benchmark"},
                         {"yours", Align::right},
                         {"ours", Align::right},
                         {"yours/ours", Align::right}});
    for (const BenchmarkTime& row : readers) {
        const double other = by_name[row.name].real;
        const bool good = row.error.empty();
        table.add({row.name, good ? seconds(row.real) : paint(Colour::red, row.error),
                   seconds(other), good ? ratio(row.real, other) : ""});
    }
    table.print();
}

/// Prints a chapter's result. Returns whether each benchmark has one.
bool print(const Chapter& chapter, const Result& result) {
    fmt::print("\n{}\n\n",
               paint(Colour::bold, fmt::format("{:02}  {}", chapter.number, chapter.title)));
    const std::vector<BenchmarkTime> times = benchmark_times(result.readers);
    if (result.ours.empty()) {
        print_alone(times);
    } else {
        print_compared(times, benchmark_times(result.ours));
    }
    std::fflush(stdout);
    return std::all_of(times.begin(), times.end(),
                       [](const BenchmarkTime& row) { return row.error.empty(); });
}

}  // namespace

int bench(const Course& course, const BenchOptions& options) {
    const std::vector<const Chapter*> chapters = chosen(course, options.chapter);
    build(course, Flavour::release, chapters);
    build(course, Flavour::ours, chapters);
    Timer timer(course, options.filter);
    std::vector<std::string> files;
    bool good = true;
    for (const Chapter* chapter : chapters) {
        if (timer.count(*chapter) == 0) continue;
        const Result result = timer.time(*chapter, uses_mine(course, *chapter));
        good = print(*chapter, result) && good;
        files.push_back(result.readers);
        if (!result.ours.empty()) files.push_back(with_prefix(result.ours, "ours/"));
    }
    if (files.empty()) {
        throw UserError(fmt::format("no benchmark matches '{}': ./learn bench shows all names",
                                    options.filter));
    }
    if (!options.json.empty()) {
        write_text(std::filesystem::absolute(options.json), merge_benchmarks(files) + "\n");
        fmt::print("\nWritten: {}\n", options.json);
    }
    return good ? 0 : 1;
}

}  // namespace learn
