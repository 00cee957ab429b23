#include "common/learn/judge/ctest_output.hpp"

#include <regex>
#include <utility>

namespace learn {

/// "    Start 2: name" (with more spaces if there are ten tests or more), then "2: what the program
/// prints", then the result.
void CTestOutput::add(std::string_view line) {
    const std::string_view words = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    if (words.size() < line.size() && words.starts_with("Start ")) {
        running_ = line.substr(line.find(": ") + 2);
        tests_ = TestOutput();
        output_.clear();
        return;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && colon > 0 &&
        line.find_first_not_of("0123456789") == colon) {
        const std::string_view said = line.substr(std::min(colon + 2, line.size()));
        tests_.add(said);
        output_ += std::string(said) + "\n";
    } else {
        add_result(line);
    }
}

/// "1/4 Test #1: common_test ......   Passed    0.10 sec", or "***Failed", "***Exception:
/// SegFault".
void CTestOutput::add_result(std::string_view line) {
    static const std::regex kResult(
        R"(\s*(\d+)/(\d+) Test\s+#\d+: (\S+) [ .]*(Passed|\*\*\*.*?)\s+([\d.]+) sec.*)");
    std::match_results<std::string_view::const_iterator> found;
    if (!std::regex_match(line.begin(), line.end(), found, kResult)) return;
    total_ = std::stoi(found[2]);
    ProgramResult result{found[3], found[4] == "Passed", found[5], {}, {}};
    const bool hung = found[4] == "***Timeout";
    tests_.finish(hung ? never_ends(std::chrono::seconds(std::stoi(found[5])))
                       : "the program ended here: " + found[4].str());
    result.results = tests_.results();
    if (!result.passed) result.output = std::exchange(output_, {});
    programs_.push_back(std::move(result));
    running_.clear();
}

}  // namespace learn
