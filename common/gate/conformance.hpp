#pragma once
// Which behaviours of CPython's own test suite our tests show, and which not, and why.
//
// tests/conformance/FEATURE.toml lists the behaviours. A test claims rows with conforms_to(); the
// claim counts if the test has passed. So the table shows what is true today, not what somebody
// once wrote down.
#include <map>
#include <string>
#include <vector>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// A behaviour that CPython's test suite pins.
struct ConformanceRow {
    std::string id;
    std::string behaviour;
    std::string different;       ///< why we do it differently on purpose
    std::string not_applicable;  ///< why it has no meaning in C++
    int chapter = 0;             ///< whose tests show it
    std::size_t line = 0;
};

struct Feature {
    std::string name;  ///< the file's: "selectors"
    std::vector<ConformanceRow> rows;
};

/// A test that says which rows it shows.
struct Claim {
    std::string test;  ///< "Selectors/Laws.CloseEmptiesTheMap/epoll"
    std::string id;
    bool passed = false;
};

/// Reads tests/conformance/. Complaints about a file's form go to `findings`.
[[nodiscard]] std::vector<Feature> load_features(const Course& course, Findings& findings);

/// The claims in the report that a test program writes with --gtest_output=json.
[[nodiscard]] std::vector<Claim> claims_of(const std::string& json);

/// A row must be shown or explained; one of a chapter that has no tests yet may wait.
void judge_rows(const Course& course, const std::vector<Feature>& features,
                const std::vector<Claim>& claims, Findings& findings);

/// A claim must name a row.
void judge_claims(const std::vector<Feature>& features, const std::vector<Claim>& claims,
                  Findings& findings);

/// The table, and the rows that are not shown with their reasons.
[[nodiscard]] std::string conformance_report(const Course& course,
                                             const std::vector<Feature>& features,
                                             const std::vector<Claim>& claims);

/// Runs the test programs (in build/dev) of `chapters` and judges what they claim. If these are not
/// all chapters, it looks only at their rows.
[[nodiscard]] Findings check_conformance(const Course& course, const Chapters& chapters);

}  // namespace learn::gate
