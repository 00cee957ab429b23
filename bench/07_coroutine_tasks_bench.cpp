// What the stack costs: tasks, awaits, switches, wake-ups, sleeps.
//
// The operations are in a header, for chapter 20 measures the same.
#include <cstdint>
#include <fstream>
#include <thread>
#include <vector>

#include <unistd.h>

#include <benchmark/benchmark.h>

#include "bench/task_operations.hpp"

namespace {

using namespace std::chrono_literals;
using namespace aio::operations;
using aio::Coro;
using aio::Task;

BENCHMARK(spawn_join);
BENCHMARK(nested_await);
BENCHMARK(yield_1);
BENCHMARK(yield_1000);
BENCHMARK(call_soon);
BENCHMARK(wake);
BENCHMARK(timer_arm_cancel);
BENCHMARK(timer_pair);
BENCHMARK(sleep_100k);

/// The same by call_later, which reads the clock.
void timer_pair_call_later(benchmark::State& state) {
    constexpr int kPairs = workload::kOutstanding;
    run_passes(state, kPairs, []() -> Coro<> {
        auto& loop = aio::get_running_loop();
        for (int i = 0; i < kPairs; ++i) loop.call_later(1s, [] {}).cancel();
        co_await aio::sleep(0s);
    });
}
BENCHMARK(timer_pair_call_later);

/// Memory of this process that is really there (proc(5): the second figure of statm, in pages).
std::int64_t resident_bytes() {
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return pages * ::sysconf(_SC_PAGESIZE);
}

/// Cancel 100,000 sleeping tasks, and join them. Making them is not timed.
void cancel_sleeping(benchmark::State& state) {
    constexpr int kTasks = workload::kTimers;
    const auto delays = workload::random_delays(kTasks, 9s);
    Loop loop;
    while (state.KeepRunningBatch(kTasks)) {
        state.PauseTiming();
        std::vector<Task<>> tasks;
        for (const auto delay : delays) {
            tasks.push_back(loop.loop.create_task(sleep_once(1s + delay)));
        }
        loop.loop.run_until_complete(one_turn());
        state.ResumeTiming();
        for (auto& task : tasks) task.cancel();
        while (!tasks.back().done()) loop.loop.run_until_complete(one_turn());
        for (const auto& task : tasks) {
            if (!task.cancelled()) state.SkipWithError("a task was not cancelled");
        }
    }
}
BENCHMARK(cancel_sleeping);

/// Memory that one of 100,000 tasks takes which wait for a future, its coroutine included. Measured
/// in a thread of its own, whose Pool has nothing to give away yet.
double memory_of_a_task() {
    constexpr int kTasks = workload::kTimers;
    std::int64_t used = 0;
    std::thread([&] {
        aio::EventLoop loop;
        auto future = loop.create_future<void>();
        const std::int64_t before = resident_bytes();
        for (int i = 0; i < kTasks; ++i) (void)loop.create_task(wait_on(future));
        loop.run_until_complete(one_turn());
        used = resident_bytes() - before;
        future.set_result();
        loop.run_until_complete(one_turn());
    }).join();
    return static_cast<double>(used) / kTasks;
}

void task_memory(benchmark::State& state) {
    static const double bytes = memory_of_a_task();  // once: what is freed goes to the next thread
    for (auto _ : state) benchmark::DoNotOptimize(bytes);
    state.counters["bytes"] = bytes;
}
BENCHMARK(task_memory);

}  // namespace
