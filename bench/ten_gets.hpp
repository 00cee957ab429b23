#pragma once
// Ten GETs of an answer that takes 25 ms, in every way that the course knows: so that the chapters'
// benchmarks can be compared, and a later one can run an earlier one's beside its own.
#include <chrono>
#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "03_blocking_sockets/http_get.hpp"
#include "03_blocking_sockets/processes.hpp"
#include "03_blocking_sockets/threads.hpp"
#include "common/program/measure.hpp"
#include "common/server/http_server.hpp"

namespace ten_gets {

constexpr int kCount = 10;
constexpr std::chrono::milliseconds kDelay{25};

/// Runs `get(url)`, which makes kCount GETs and returns how many tries were useless, once an
/// iteration. Counters, an iteration each: cpu_seconds, tries, context_switches.
template <class Get>
void run(benchmark::State& state, Get get) {
    const course::HttpServer server;
    const std::string url = server.url(kDelay);
    std::uint64_t useless = 0;
    const auto work = [&] {
        for (auto _ : state) useless += get(url);
    };
    const course::Cost cost = course::measure(work, server.thread_id());
    const auto each = benchmark::Counter::kAvgIterations;
    state.counters["cpu_seconds"] = benchmark::Counter(cost.cpu.count(), each);
    state.counters["tries"] = benchmark::Counter(static_cast<double>(useless), each);
    state.counters["context_switches"] =
        benchmark::Counter(static_cast<double>(cost.switches), each);
}

/// How all of them are shown: in milliseconds of the clock on the wall.
inline void in_wall_time(benchmark::internal::Benchmark* benchmark) {
    benchmark->UseRealTime()->Unit(benchmark::kMillisecond);
}

inline void blocking(benchmark::State& state) {
    run(state, [](const std::string& url) {
        for (int i = 0; i < kCount; ++i) (void)aio::http_get(url);
        return 0;
    });
}

inline void processes(benchmark::State& state) {
    run(state, [](const std::string& url) {
        (void)aio::run_in_processes(kCount, [&](int) { return aio::http_get(url).body; });
        return 0;
    });
}

inline void threads(benchmark::State& state) {
    run(state, [](const std::string& url) {
        (void)aio::run_in_threads(kCount, [&](int) { return aio::http_get(url); });
        return 0;
    });
}

}  // namespace ten_gets
