#include "common/gate/conformance.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/console/table.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

// --- reading -----------------------------------------------------------------------------------

ConformanceRow read_row(const toml::table& table, int chapter) {
    ConformanceRow row;
    row.id = table["id"].value_or(std::string());
    row.behaviour = table["behaviour"].value_or(std::string());
    row.different = table["different"].value_or(std::string());
    row.not_applicable = table["not_applicable"].value_or(std::string());
    row.chapter = table["chapter"].value_or(chapter);
    row.line = table.source().begin.line;
    return row;
}

/// What is wrong with the form of a row; empty if nothing is.
std::string complaint_about(const ConformanceRow& row, const toml::table& table) {
    static const std::set<std::string_view> known = {"id", "behaviour", "different",
                                                     "not_applicable", "chapter"};
    for (const auto& [key, value] : table) {
        if (!known.contains(key.str())) return fmt::format("unknown key '{}'", key.str());
    }
    if (row.id.empty() || row.behaviour.empty()) return "a row needs an id and a behaviour";
    if (!row.different.empty() && !row.not_applicable.empty()) {
        return fmt::format("{} is both different and not_applicable: say one", row.id);
    }
    return "";
}

Feature read_feature(const Course& course, const fs::path& file, Findings& findings) {
    Feature feature{file.stem().string(), {}};
    const toml::table table = toml::parse_file(file.string());
    const int chapter = table["chapter"].value_or(0);
    const toml::array* rows = table["row"].as_array();
    if (rows == nullptr) {
        findings.add(place(course, file), "has no [[row]]");
        return feature;
    }
    for (const toml::node& node : *rows) {
        if (!node.is_table()) continue;
        feature.rows.push_back(read_row(*node.as_table(), chapter));
        const std::string what = complaint_about(feature.rows.back(), *node.as_table());
        if (!what.empty()) findings.add(place(course, file, feature.rows.back().line), what);
    }
    return feature;
}

void read_claims(const nlohmann::json& suite, std::vector<Claim>& claims) {
    for (const auto& test : suite.value("testsuite", nlohmann::json::array())) {
        if (!test.contains("conforms_to")) continue;
        const std::string name = suite.value("name", "") + "." + test.value("name", "");
        const bool passed = test.value("result", "") == "COMPLETED" && !test.contains("failures");
        const std::string ids = test.at("conforms_to").get<std::string>();
        for (const std::string_view id : split_lines(ids)) {
            claims.push_back({name, std::string(id), passed});
        }
    }
}

// --- judging -----------------------------------------------------------------------------------

enum class Standing { passed, failed, different, not_applicable, to_come, missing };

/// Rows against claims.
class Ledger {
  public:
    Ledger(const Course& course, const std::vector<Claim>& claims) {
        for (const Chapter& chapter : course.chapters()) {
            if (has_tests(course, chapter)) tested_chapters_.insert(chapter.number);
        }
        for (const Claim& claim : claims) {
            auto [entry, is_new] = passed_.try_emplace(claim.id, claim.passed);
            if (!is_new) entry->second = entry->second && claim.passed;
            if (!claim.passed) failed_test_[claim.id] = claim.test;
        }
    }

    /// A row is shown only if every test that claims it passes.
    [[nodiscard]] Standing of(const ConformanceRow& row) const {
        const auto claim = passed_.find(row.id);
        if (claim != passed_.end()) return claim->second ? Standing::passed : Standing::failed;
        if (!row.different.empty()) return Standing::different;
        if (!row.not_applicable.empty()) return Standing::not_applicable;
        return tested_chapters_.contains(row.chapter) ? Standing::missing : Standing::to_come;
    }

    [[nodiscard]] std::string failed_test(const std::string& id) const {
        return failed_test_.at(id);
    }

  private:
    std::set<int> tested_chapters_;
    std::map<std::string, bool> passed_;
    std::map<std::string, std::string> failed_test_;
};

std::string complaint_about(const ConformanceRow& row, const Ledger& ledger) {
    const Standing standing = ledger.of(row);
    if (standing == Standing::failed) {
        return fmt::format("{}: the test {} claims it, but did not pass", row.id,
                           ledger.failed_test(row.id));
    }
    if (standing == Standing::missing) {
        return fmt::format(
            "no test says conforms_to({{\"{}\"}}), and the row has no reason "
            "(different or not_applicable)",
            row.id);
    }
    if (standing == Standing::passed && !(row.different + row.not_applicable).empty()) {
        return fmt::format("{}: a test shows it, so take its reason away", row.id);
    }
    return "";
}

std::string reasons(const std::vector<Feature>& features, const Ledger& ledger, Standing standing,
                    std::string_view heading) {
    std::string text;
    for (const Feature& feature : features) {
        for (const ConformanceRow& row : feature.rows) {
            if (ledger.of(row) != standing) continue;
            text += fmt::format("  {}: {}\n    {}{}\n", feature.name, row.id, row.different,
                                row.not_applicable);
        }
    }
    return text.empty() ? "" : fmt::format("\n{}\n{}", heading, text);
}

std::string to_come(const std::vector<Feature>& features, const Ledger& ledger) {
    std::map<int, int> count;
    for (const Feature& feature : features) {
        for (const ConformanceRow& row : feature.rows) {
            if (ledger.of(row) == Standing::to_come) ++count[row.chapter];
        }
    }
    std::string text;
    for (const auto& [chapter, rows] : count) {
        text += fmt::format("  to come with chapter {}: {}\n", chapter,
                            count_of(static_cast<std::size_t>(rows), "row"));
    }
    return text.empty() ? "" : "\n" + text;
}

void keep_rows_of(const Chapters& chapters, std::vector<Feature>& features) {
    const auto is_others = [&](const ConformanceRow& row) {
        return std::none_of(chapters.begin(), chapters.end(),
                            [&](const Chapter* chapter) { return chapter->number == row.chapter; });
    };
    for (Feature& feature : features) std::erase_if(feature.rows, is_others);
    std::erase_if(features, [](const Feature& feature) { return feature.rows.empty(); });
}

/// Runs one chapter's tests and returns their report; complains if there is none.
std::string test_report(const Course& course, const Chapter& chapter, Findings& findings) {
    const fs::path program = Build(course, Flavour::dev).program(Judge::target(chapter));
    if (!fs::exists(program)) return "";
    const TemporaryFolder folder;
    const fs::path report = folder.path() / "report.json";
    RunOptions options;
    options.cwd = course.root();
    const RunResult result = run(
        {program.string(), "--gtest_color=no", "--gtest_output=json:" + report.string()}, options);
    if (fs::exists(report)) return read_text(report);
    findings.add(place(course, program),
                 fmt::format("the tests did not finish (exit code {})", result.exit_code));
    return "";
}

}  // namespace

std::vector<Feature> load_features(const Course& course, Findings& findings) {
    std::vector<Feature> features;
    for (const fs::path& file : files_below(course.root() / "tests/conformance", {".toml"})) {
        try {
            features.push_back(read_feature(course, file, findings));
        } catch (const toml::parse_error& error) {
            findings.add(place(course, file, error.source().begin.line),
                         std::string(error.description()));
        }
    }
    return features;
}

std::vector<Claim> claims_of(const std::string& json) {
    std::vector<Claim> claims;
    const nlohmann::json report = nlohmann::json::parse(json);
    for (const auto& suite : report.value("testsuites", nlohmann::json::array())) {
        read_claims(suite, claims);
    }
    return claims;
}

void judge_rows(const Course& course, const std::vector<Feature>& features,
                const std::vector<Claim>& claims, Findings& findings) {
    const Ledger ledger(course, claims);
    std::set<std::string> known;
    for (const Feature& feature : features) {
        const fs::path file = course.root() / "tests/conformance" / (feature.name + ".toml");
        for (const ConformanceRow& row : feature.rows) {
            if (!known.insert(row.id).second) {
                findings.add(place(course, file, row.line), row.id + " is here twice");
            }
            const std::string what = complaint_about(row, ledger);
            if (!what.empty()) findings.add(place(course, file, row.line), what);
        }
    }
}

void judge_claims(const std::vector<Feature>& features, const std::vector<Claim>& claims,
                  Findings& findings) {
    std::set<std::string> known;
    for (const Feature& feature : features) {
        for (const ConformanceRow& row : feature.rows) known.insert(row.id);
    }
    for (const Claim& claim : claims) {
        if (known.contains(claim.id)) continue;
        findings.add(claim.test,
                     fmt::format("claims {}, which no file of tests/conformance/ lists", claim.id));
    }
}

std::string conformance_report(const Course& course, const std::vector<Feature>& features,
                               const std::vector<Claim>& claims) {
    using course::Align;
    const Ledger ledger(course, claims);
    course::Table table({{"feature"},
                         {"rows", Align::right},
                         {"passed", Align::right},
                         {"different on purpose", Align::right},
                         {"does not apply", Align::right},
                         {"to come", Align::right}});
    for (const Feature& feature : features) {
        const auto count = [&](Standing standing) {
            return std::to_string(
                std::count_if(feature.rows.begin(), feature.rows.end(),
                              [&](const auto& row) { return ledger.of(row) == standing; }));
        };
        table.add({feature.name, std::to_string(feature.rows.size()), count(Standing::passed),
                   count(Standing::different), count(Standing::not_applicable),
                   count(Standing::to_come)});
    }
    return table.text() + reasons(features, ledger, Standing::different, "Different on purpose:") +
           reasons(features, ledger, Standing::not_applicable, "Does not apply:") +
           to_come(features, ledger);
}

Findings check_conformance(const Course& course, const Chapters& chapters) {
    Findings findings;
    std::vector<Feature> features = load_features(course, findings);
    std::vector<Claim> claims;
    for (const Chapter* chapter : chapters) {
        const std::string report = test_report(course, *chapter, findings);
        if (report.empty()) continue;
        for (Claim& claim : claims_of(report)) claims.push_back(std::move(claim));
    }
    judge_claims(features, claims, findings);
    if (chapters.size() < course.chapters().size()) keep_rows_of(chapters, features);
    judge_rows(course, features, claims, findings);
    if (!features.empty()) findings.report = conformance_report(course, features, claims);
    std::size_t rows = 0;
    for (const Feature& feature : features) rows += feature.rows.size();
    findings.counted = count_of(rows, "row");
    return findings;
}

}  // namespace learn::gate
