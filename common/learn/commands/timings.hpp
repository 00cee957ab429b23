#pragma once
// The tour's table: what each chapter's way of doing the same job costs.
//
// Programs report a row through course::report_cost (common/program/measure.hpp), as a line of a
// file with tabs between its fields. A program that ran twice reports twice: the last row counts.
#include <string>
#include <string_view>
#include <vector>

#include "common/program/measure.hpp"

namespace learn {

struct Timing {
    int chapter = 0;
    std::string what;  ///< "ten GETs, selector"
    course::Cost cost;
};

/// The rows in the order in which they were first reported. A line that is not a row is left out.
[[nodiscard]] std::vector<Timing> read_timings(std::string_view text);

/// A table with bars, and with speed-ups relative to the first row of the same job: the text before
/// the last comma, "ten GETs".
[[nodiscard]] std::string timing_table(const std::vector<Timing>& timings);

}  // namespace learn
