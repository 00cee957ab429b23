#pragma once
// What chapter 07's benchmarks, later ones and those of the peers have in common: the same work, in
// the same numbers, or the figures could not stand side by side.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace workload {

constexpr int kOutstanding = 10'000;  ///< tasks at a time, calls at a time
constexpr int kTimers = 100'000;      ///< timers armed at a time, sleepers at a time
constexpr int kYielding = 1'000;      ///< tasks that give way to each other
constexpr int kYields = 100;          ///< how often each of them does

/// The same `count` delays of 0 to `to` on every run.
inline std::vector<std::chrono::nanoseconds> random_delays(std::size_t count,
                                                           std::chrono::nanoseconds to) {
    std::mt19937_64 random(42);
    std::uniform_int_distribution<std::int64_t> delay(0, to.count());
    std::vector<std::chrono::nanoseconds> delays(count);
    for (auto& each : delays) each = std::chrono::nanoseconds(delay(random));
    return delays;
}

}  // namespace workload
