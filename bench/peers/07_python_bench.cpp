// The work of chapter 07, done by Python's asyncio in a process of its own (07_python.py). The time
// is what Python's clock says of the work, without the start of the interpreter.
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

namespace {

/// Runs the workload once, and returns the seconds that one operation took; 0 if Python failed.
double seconds_of_python(const std::string& workload) {
    const std::string command = "python3 '" AIO_PEERS "/07_python.py' " + workload;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                               ::pclose);
    double nanoseconds = 0;
    if (pipe == nullptr || std::fscanf(pipe.get(), "%lf", &nanoseconds) != 1) return 0;
    return nanoseconds * 1e-9;
}

void python(benchmark::State& state, const std::string& workload) {
    for (auto _ : state) {
        const double seconds = seconds_of_python(workload);
        if (seconds == 0) state.SkipWithError("python3 did not run bench/peers/07_python.py");
        state.SetIterationTime(seconds);
    }
}

const bool kRegistered = [] {
    for (const char* workload : {"spawn_join", "nested_await", "yield_1", "yield_1000", "call_soon",
                                 "timer_arm_cancel", "timer_pair", "sleep_100k"}) {
        benchmark::RegisterBenchmark((std::string(workload) + "_python").c_str(), python, workload)
            ->UseManualTime()
            ->Iterations(1);
    }
    return true;
}();

}  // namespace
