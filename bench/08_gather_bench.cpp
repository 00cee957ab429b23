// What gathering costs as the number of children grows: the time per child.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "08_gather/wait.hpp"
#include "bench/gather_operations.hpp"

namespace {

using namespace aio::operations;
using aio::Coro;

BENCHMARK(gather_1m);

void gather_of(benchmark::State& state) {
    gather_children(state, state.range(0));
}
BENCHMARK(gather_of)->RangeMultiplier(10)->Range(10, 100'000);

std::vector<aio::Task<int>> start_tasks(std::int64_t count) {
    std::vector<aio::Task<int>> tasks;
    tasks.reserve(static_cast<std::size_t>(count));
    for (auto& coroutine : coroutines(count)) {
        tasks.push_back(aio::create_task(std::move(coroutine)));
    }
    return tasks;
}

/// The same children, awaited one after another.
void tasks_of(benchmark::State& state) {
    const std::int64_t children = state.range(0);
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunningBatch(children)) {
            auto tasks = start_tasks(children);
            for (auto& task : tasks) benchmark::DoNotOptimize(co_await task);
        }
    };
    aio::run(all());
}
BENCHMARK(tasks_of)->RangeMultiplier(10)->Range(10, 100'000);

void wait_all(benchmark::State& state) {
    const std::int64_t children = state.range(0);
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunningBatch(children)) {
            const auto result = co_await aio::wait(start_tasks(children));
            if (!result.pending.empty()) state.SkipWithError("wait() left something pending");
        }
    };
    aio::run(all());
}
BENCHMARK(wait_all)->RangeMultiplier(10)->Range(10, 100'000);

}  // namespace
