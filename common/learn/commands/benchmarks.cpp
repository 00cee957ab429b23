#include "common/learn/commands/benchmarks.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <regex>
#include <set>

#include <nlohmann/json.hpp>

#include "common/learn/course/course.hpp"

namespace learn {
namespace {

using nlohmann::json;

json parse(std::string_view text) {
    json all = json::parse(text, nullptr, false);
    if (all.is_discarded() || !all.contains("benchmarks")) {
        throw UserError("a benchmark program ended without writing its results");
    }
    return all;
}

double unit(const std::string& name) {
    if (name == "ns") return 1e-9;
    if (name == "us") return 1e-6;
    if (name == "ms") return 1e-3;
    return 1;
}

BenchmarkTime time_of(const json& entry) {
    const double seconds = unit(entry.value("time_unit", "ns"));
    return {entry.at("name"), entry.value("real_time", 0.0) * seconds,
            entry.value("cpu_time", 0.0) * seconds, entry.value("error_message", "")};
}

template <typename Item, typename Key>
const Item& median(std::vector<Item>& items, const Key& key) {
    const auto middle = items.begin() + static_cast<std::ptrdiff_t>((items.size() - 1) / 2);
    std::nth_element(items.begin(), middle, items.end(),
                     [&](const Item& a, const Item& b) { return key(a) < key(b); });
    return *middle;
}

void add_once(std::vector<std::string>& all, const std::string& one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

/// "spawn_join/+pool" is spawn_join in the way +pool.
std::optional<std::pair<std::string, std::string>> named_cell(const std::string& name) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || slash + 1 == name.size()) return {};
    if (std::isdigit(static_cast<unsigned char>(name[slash + 1])) != 0) return {};
    return std::pair(name.substr(0, slash), name.substr(slash + 1));
}

/// "spawn_join_asio" is the operation spawn_join, where there is one, in the way asio.
std::optional<std::pair<std::string, std::string>> peers_cell(
    const std::string& name, const std::vector<std::string>& operations) {
    const std::size_t end = name.rfind('_');
    if (end == std::string::npos) return {};
    const std::string operation = name.substr(0, end);
    if (std::find(operations.begin(), operations.end(), operation) == operations.end()) return {};
    return std::pair(operation, name.substr(end + 1));
}

}  // namespace

BenchmarkMatrix matrix_of(const std::vector<BenchmarkTime>& times) {
    BenchmarkMatrix matrix;
    std::vector<BenchmarkTime> rest;
    for (const BenchmarkTime& time : times) {
        if (const auto cell = named_cell(plain_name(time.name))) {
            add_once(matrix.operations, cell->first);
            add_once(matrix.ways, cell->second);
            matrix.cells[*cell] = time;
        } else {
            rest.push_back(time);
        }
    }
    for (const BenchmarkTime& time : rest) {
        if (const auto cell = peers_cell(plain_name(time.name), matrix.operations)) {
            add_once(matrix.ways, cell->second);
            matrix.cells[*cell] = time;
        } else {
            matrix.others.push_back(time);
        }
    }
    return matrix;
}

std::vector<BenchmarkTime> benchmark_times(std::string_view text) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<BenchmarkTime>> by_name;
    const json all = parse(text);
    for (const json& entry : all["benchmarks"]) {
        if (entry.value("run_type", "iteration") == "aggregate") continue;
        BenchmarkTime time = time_of(entry);
        if (by_name[time.name].empty()) order.push_back(time.name);
        by_name[time.name].push_back(std::move(time));
    }
    std::vector<BenchmarkTime> times;
    times.reserve(order.size());
    for (const std::string& name : order) {
        times.push_back(median(by_name[name], [](const BenchmarkTime& time) { return time.real; }));
    }
    return times;
}

/// Entries are at the same place in each run; one that some runs lack is taken as it is.
std::string median_run(const std::vector<std::string>& runs) {
    std::vector<json> all;
    all.reserve(runs.size());
    for (const std::string& run : runs) all.push_back(parse(run));
    json result = all.at(0);
    for (std::size_t i = 0; i < result["benchmarks"].size(); ++i) {
        std::vector<json> entries;
        for (const json& run : all) {
            if (i < run["benchmarks"].size()) entries.push_back(run["benchmarks"][i]);
        }
        result["benchmarks"][i] =
            median(entries, [](const json& entry) { return entry.value("real_time", 0.0); });
    }
    return result.dump(2);
}

/// Other fields already say how a benchmark was timed: without that, a name stays the same when the
/// way of timing changes, and figures can be compared over the years.
std::string plain_name(const std::string& name) {
    static const std::regex kSettings(
        "/(real_time|manual_time|process_time|(iterations|min_time|"
        "min_warmup_time|repeats|threads):[^/]*)");
    return std::regex_replace(name, kSettings, "");
}

std::string merge_benchmarks(const std::vector<std::string>& programs) {
    json result = {{"context", json::object()}, {"benchmarks", json::array()}};
    std::set<std::string> known;
    for (const std::string& program : programs) {
        const json one = parse(program);
        if (result["context"].empty()) result["context"] = one.value("context", json::object());
        std::set<std::string> here;
        for (json entry : one["benchmarks"]) {
            const std::string name = plain_name(entry.at("name"));
            if (known.count(name) != 0) continue;
            here.insert(name);
            entry["name"] = name;
            if (entry.contains("run_name")) entry["run_name"] = plain_name(entry["run_name"]);
            result["benchmarks"].push_back(std::move(entry));
        }
        known.merge(here);
    }
    return result.dump(2);
}

std::string with_prefix(std::string_view text, const std::string& prefix) {
    json result = parse(text);
    for (json& entry : result["benchmarks"]) {
        for (const char* key : {"name", "run_name"}) {
            if (entry.contains(key)) entry[key] = prefix + entry[key].get<std::string>();
        }
    }
    return result.dump(2);
}

}  // namespace learn
