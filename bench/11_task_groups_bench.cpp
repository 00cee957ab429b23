// What a group costs: to start and join ten thousand children, and to sort ten thousand errors.
// Every figure is the time of one child, or of one error.
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "06_futures/errors.hpp"
#include "07_coroutine_tasks/run.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/task_group.hpp"

namespace {

using aio::Coro;
using aio::Task;
using aio::TaskGroup;

constexpr int kTasks = 10'000;

Coro<int> one() {
    co_return 1;
}

/// Runs `body` again and again, in a coroutine; it makes `count` operations each time.
template <class Body>
void run_passes(benchmark::State& state, std::int64_t count, Body body) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunningBatch(count)) co_await body();
    });
}

/// Tasks without a group: created, and awaited one after another.
void bare_10000(benchmark::State& state) {
    std::vector<Task<int>> tasks;
    tasks.reserve(kTasks);
    run_passes(state, kTasks, [&]() -> Coro<> {
        for (int i = 0; i < kTasks; ++i) tasks.push_back(aio::create_task(one()));
        for (auto& task : tasks) benchmark::DoNotOptimize(co_await task);
        tasks.clear();
    });
}
BENCHMARK(bare_10000);

void task_group_10000(benchmark::State& state) {
    run_passes(state, kTasks, []() -> Coro<> {
        co_await aio::async_with(TaskGroup(), [](TaskGroup& group) -> Coro<> {
            for (int i = 0; i < kTasks; ++i) group.create_task(one());
            co_return;
        });
    });
}
BENCHMARK(task_group_10000);

/// A group whose tasks are kept, and asked for their results.
void task_group_results_10000(benchmark::State& state) {
    std::vector<Task<int>> tasks;
    tasks.reserve(kTasks);
    run_passes(state, kTasks, [&]() -> Coro<> {
        co_await aio::async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            for (int i = 0; i < kTasks; ++i) tasks.push_back(group.create_task(one()));
            co_return;
        });
        for (auto& task : tasks) benchmark::DoNotOptimize(task.result());
        tasks.clear();
    });
}
BENCHMARK(task_group_results_10000);

void gather_10000(benchmark::State& state) {
    run_passes(state, kTasks, []() -> Coro<> {
        std::vector<Coro<int>> all;
        all.reserve(kTasks);
        for (int i = 0; i < kTasks; ++i) all.push_back(one());
        benchmark::DoNotOptimize(co_await aio::gather(std::move(all)));
    });
}
BENCHMARK(gather_10000);

}  // namespace
