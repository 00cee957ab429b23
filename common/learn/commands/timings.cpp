#include "common/learn/commands/timings.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "common/console/bar.hpp"
#include "common/console/console.hpp"
#include "common/console/table.hpp"

namespace learn {
namespace {

constexpr int kBar = 24;  // columns

std::optional<Timing> timing(const std::string& line) {
    std::istringstream in(line);
    Timing row;
    double wall = 0;
    double cpu = 0;
    in >> row.chapter;
    in.ignore(1);
    std::getline(in, row.what, '\t');
    in >> wall >> cpu >> row.cost.switches >> row.cost.peak_bytes;
    if (!in || row.what.empty()) return std::nullopt;
    row.cost.wall = std::chrono::duration<double>(wall);
    row.cost.cpu = std::chrono::duration<double>(cpu);
    return row;
}

/// "ten GETs, selector": the job is "ten GETs". Only rows of one job can be compared.
std::string_view job(const Timing& row) {
    const std::string_view what = row.what;
    return what.substr(0, what.rfind(", "));
}

/// The rows of one job.
struct Group {
    double first = 0;    ///< wall time of the first, in seconds
    double longest = 0;  ///< and of the longest
    int size = 0;
};

Group group(const std::vector<Timing>& timings, const Timing& like) {
    Group result;
    for (const Timing& row : timings) {
        if (job(row) != job(like)) continue;
        if (result.size++ == 0) result.first = row.cost.wall.count();
        result.longest = std::max(result.longest, row.cost.wall.count());
    }
    return result;
}

std::vector<std::string> cells(const Timing& row, const Group& group) {
    const double wall = row.cost.wall.count();
    const bool compared = group.size > 1 && wall > 0;
    const std::string bar = compared ? course::bar(wall, group.longest, kBar) : "";
    return {fmt::format("{:02}", row.chapter),
            row.what,
            course::format_seconds(row.cost.wall),
            course::paint(course::Colour::cyan, bar),
            compared ? fmt::format("{:.1f}x", group.first / wall) : "",
            course::format_seconds(row.cost.cpu),
            fmt::format("{}", row.cost.switches),
            course::format_bytes(row.cost.peak_bytes)};
}

}  // namespace

std::vector<Timing> read_timings(std::string_view text) {
    std::vector<Timing> all;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        const std::optional<Timing> row = timing(line);
        if (!row) continue;
        const auto same = std::find_if(all.begin(), all.end(), [&](const Timing& other) {
            return other.chapter == row->chapter && other.what == row->what;
        });
        if (same == all.end()) {
            all.push_back(*row);
        } else {
            *same = *row;
        }
    }
    return all;
}

std::string timing_table(const std::vector<Timing>& timings) {
    using course::Align;
    course::Table table({{"", Align::left},
                         {"what", Align::left},
                         {"wall", Align::right},
                         {"", Align::left},
                         {"speed", Align::right},
                         {"CPU", Align::right},
                         {"switches", Align::right},
                         {"memory", Align::right}});
    for (const Timing& row : timings) table.add(cells(row, group(timings, row)));
    return table.text();
}

}  // namespace learn
