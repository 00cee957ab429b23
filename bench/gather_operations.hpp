#pragma once
// What it costs to gather: the time of one child. Chapter 20 measures it on one stack after the
// other.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "08_gather/gather.hpp"
#include "bench/task_operations.hpp"

namespace aio::operations {
namespace {  // a program of its own: shared with nobody, they may be inlined into it

inline std::vector<Coro<int>> coroutines(std::int64_t count) {
    std::vector<Coro<int>> all;
    all.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) all.push_back(one());
    return all;
}

inline void gather_children(benchmark::State& state, std::int64_t children) {
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunningBatch(children)) {
            const auto results = co_await gather(coroutines(children));
            if (results.size() != static_cast<std::size_t>(children)) {
                state.SkipWithError("a result was lost");
            }
        }
    };
    run(all());
}

inline void gather_1m(benchmark::State& state) {
    gather_children(state, 1'000'000);
}

}  // namespace
}  // namespace aio::operations
