#pragma once
// What CTest said about all test programs, each with the tests in it.
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/judge/test_run.hpp"

namespace learn {

/// One test program of the course.
struct ProgramResult {
    std::string name;  ///< "05_selector_callbacks_test"
    bool passed = false;
    std::string seconds;              ///< as CTest says it: "1.25"
    std::vector<TestResult> results;  ///< empty if the program is not a GoogleTest
    std::string output;               ///< everything that a failed program printed
};

/// Reads the output of `ctest --verbose`.
class CTestOutput {
  public:
    void add(std::string_view line);

    [[nodiscard]] const std::vector<ProgramResult>& programs() const noexcept { return programs_; }
    [[nodiscard]] const std::string& running() const noexcept { return running_; }
    [[nodiscard]] int total() const noexcept { return total_; }  ///< known after the first program

  private:
    void add_result(std::string_view line);

    std::vector<ProgramResult> programs_;
    std::string running_;
    std::string output_;
    TestOutput tests_;
    int total_ = 0;
};

}  // namespace learn
