#pragma once
// Google Benchmark's JSON: several runs and several programs, merged into one.
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learn {

/// One line of a table of timings.
struct BenchmarkTime {
    std::string name;
    double real = 0;    ///< seconds of wall time per iteration
    double cpu = 0;     ///< seconds of CPU time per iteration
    std::string error;  ///< why it has no times
};

/// Timings of the same operations done in several ways: a benchmark named "operation/way" is a
/// cell. Another library's "operation_library" stands in the row of that operation.
struct BenchmarkMatrix {
    std::vector<std::string> operations;  ///< the rows, in the order in which they first appear
    std::vector<std::string> ways;        ///< the columns, likewise
    std::map<std::pair<std::string, std::string>, BenchmarkTime> cells;
    std::vector<BenchmarkTime> others;  ///< what is no cell
};

/// The timings as a matrix; without operations if nothing is named so. ("of/100" is not: what
/// begins with a digit is a size.)
[[nodiscard]] BenchmarkMatrix matrix_of(const std::vector<BenchmarkTime>& times);

/// The times in Google Benchmark's JSON; the median if a benchmark was repeated. Throws UserError
/// if the text is not such JSON (a benchmark program that was killed leaves half a file).
[[nodiscard]] std::vector<BenchmarkTime> benchmark_times(std::string_view json);

/// From several runs of one program, each benchmark with its median wall time. A moment in which
/// the machine is busy with something else spoils one run, not the result.
[[nodiscard]] std::string median_run(const std::vector<std::string>& runs);

/// The name that the source gives a benchmark: "ten_gets_selector/real_time" without the settings.
[[nodiscard]] std::string plain_name(const std::string& name);

/// One JSON with the benchmarks of all programs, by their plain names. A name that an earlier
/// program had is dropped.
[[nodiscard]] std::string merge_benchmarks(const std::vector<std::string>& programs);

/// The same benchmarks with `prefix` before each name.
[[nodiscard]] std::string with_prefix(std::string_view json, const std::string& prefix);

}  // namespace learn
