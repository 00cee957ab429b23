// What each fast part is worth: every operation on the plain stack, and then with one part more at
// a time. Times that are compared are taken one after another, so that a busy moment hits both.
#include <string>

#include <benchmark/benchmark.h>

#include "bench/ladder_steps.hpp"  // made by CMake: ladder::kSteps

namespace {

[[maybe_unused]] const bool kRegistered = [] {
    const auto operations = ladder::kSteps[0].operations();
    for (std::size_t row = 0; row < operations.size(); ++row) {
        for (const ladder::Step& step : ladder::kSteps) {
            const ladder::Operation& operation = step.operations()[row];
            const std::string name = std::string(operation.name) + "/" + step.name;
            benchmark::RegisterBenchmark(name.c_str(), operation.run);
        }
    }
    return true;
}();

}  // namespace
