// What the stack costs: tasks, awaits, switches, wake-ups, sleeps.
//
// Every figure is the time of one operation, with full semantics on. Sockets are looked at: each
// loop watches a descriptor besides its own bell, as any real loop does.
#include <cstdint>
#include <fstream>
#include <thread>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include "03_blocking_sockets/fd.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "bench/workload.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::Task;

/// A loop that watches a descriptor on which nothing ever happens.
struct Loop {
    Loop() : quiet(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        loop.add_reader(quiet.number(), [] {});
    }
    ~Loop() { loop.remove_reader(quiet.number()); }

    aio::Fd quiet;
    aio::EventLoop loop;
};

Coro<int> one() {
    co_return 1;
}

/// Runs `body` again and again, in a coroutine; it makes `count` operations each time. What the
/// benchmark reports is the time of one operation.
template <class Body>
void run_passes(benchmark::State& state, std::int64_t count, Body body) {
    Loop loop;
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunningBatch(count)) co_await body();
    };
    loop.loop.run_until_complete(all());
}

/// Create, run and await a task: 10,000 of them at a time.
void spawn_join(benchmark::State& state) {
    constexpr int kTasks = workload::kOutstanding;
    std::vector<Task<int>> tasks;
    tasks.reserve(kTasks);
    run_passes(state, kTasks, [&]() -> Coro<> {
        for (int i = 0; i < kTasks; ++i) tasks.push_back(aio::create_task(one()));
        for (auto& task : tasks) benchmark::DoNotOptimize(co_await task);
        tasks.clear();
    });
}
BENCHMARK(spawn_join);

/// Await a coroutine that returns at once.
void nested_await(benchmark::State& state) {
    constexpr int kAwaits = workload::kOutstanding;
    run_passes(state, kAwaits, []() -> Coro<> {
        for (int i = 0; i < kAwaits; ++i) benchmark::DoNotOptimize(co_await one());
    });
}
BENCHMARK(nested_await);

Coro<> yield_times(int count) {
    for (int i = 0; i < count; ++i) co_await aio::sleep(0s);
}

void yield_1(benchmark::State& state) {
    constexpr int kYields = workload::kOutstanding;
    run_passes(state, kYields, []() -> Coro<> { co_await yield_times(kYields); });
}
BENCHMARK(yield_1);

void yield_1000(benchmark::State& state) {
    constexpr int kTasks = workload::kYielding;
    constexpr int kYields = workload::kYields;
    std::vector<Task<>> tasks;
    run_passes(state, kTasks * kYields, [&]() -> Coro<> {
        for (int i = 0; i < kTasks; ++i) tasks.push_back(aio::create_task(yield_times(kYields)));
        for (auto& task : tasks) co_await task;
        tasks.clear();
    });
}
BENCHMARK(yield_1000);

/// Schedule a callback and run it: 10,000 at a time.
void call_soon(benchmark::State& state) {
    constexpr int kCalls = workload::kOutstanding;
    std::int64_t called = 0;
    run_passes(state, kCalls, [&]() -> Coro<> {
        auto& loop = aio::get_running_loop();
        for (int i = 0; i < kCalls; ++i) loop.call_soon([&called] { ++called; });
        co_await aio::sleep(0s);
    });
    if (called < state.iterations()) state.SkipWithError("a call was lost");
}
BENCHMARK(call_soon);

Coro<> wait_for(aio::Future<void>& future) {
    co_await future;
}
Coro<> one_turn() {
    co_await aio::sleep(0s);
}

/// Memory of this process that is really there (proc(5): the second figure of statm, in pages).
std::int64_t resident_bytes() {
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return pages * ::sysconf(_SC_PAGESIZE);
}

/// Wake one of a million tasks that wait for one future. Making them is not timed.
void wake(benchmark::State& state) {
    constexpr int kTasks = 1'000'000;
    Loop loop;
    while (state.KeepRunningBatch(kTasks)) {
        state.PauseTiming();
        auto future = loop.loop.create_future<void>();
        for (int i = 1; i < kTasks; ++i) (void)loop.loop.create_task(wait_for(future));
        const auto last = loop.loop.create_task(wait_for(future));
        loop.loop.run_until_complete(one_turn());
        state.ResumeTiming();
        future.set_result();
        loop.loop.run_until_complete(one_turn());
        if (!last.done()) state.SkipWithError("a task was not woken");
    }
}
BENCHMARK(wake);

/// Arm 100,000 timers, then cancel them all.
void timer_arm_cancel(benchmark::State& state) {
    constexpr int kTimers = workload::kTimers;
    const auto delays = workload::random_delays(kTimers, 10s);
    std::vector<aio::TimerHandle> timers;
    timers.reserve(kTimers);
    run_passes(state, kTimers, [&]() -> Coro<> {
        auto& loop = aio::get_running_loop();
        for (const auto delay : delays) timers.push_back(loop.call_later(1s + delay, [] {}));
        for (auto& timer : timers) timer.cancel();
        timers.clear();
        co_await aio::sleep(0s);
    });
}
BENCHMARK(timer_arm_cancel);

/// Arm a timer and cancel it at once. The deadline is known, so the clock is not read: a library
/// that keeps the time of the turn, as libuv does, does not read it either.
void timer_pair(benchmark::State& state) {
    constexpr int kPairs = workload::kOutstanding;
    run_passes(state, kPairs, []() -> Coro<> {
        auto& loop = aio::get_running_loop();
        const auto when = loop.time() + 1s;
        for (int i = 0; i < kPairs; ++i) loop.call_at(when, [] {}).cancel();
        co_await aio::sleep(0s);
    });
}
BENCHMARK(timer_pair);

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

Coro<> sleep_once(std::chrono::nanoseconds delay) {
    co_await aio::sleep(delay);
}

/// Sleeps of 0 to 1 ms, 100,000 at a time. The clock contains the millisecond itself.
void sleep_100k(benchmark::State& state) {
    constexpr int kTasks = workload::kTimers;
    const auto delays = workload::random_delays(kTasks, 1ms);
    std::vector<Task<>> tasks;
    tasks.reserve(kTasks);
    run_passes(state, kTasks, [&]() -> Coro<> {
        for (const auto delay : delays) tasks.push_back(aio::create_task(sleep_once(delay)));
        for (auto& task : tasks) co_await task;
        tasks.clear();
    });
}
BENCHMARK(sleep_100k);

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
        for (int i = 0; i < kTasks; ++i) (void)loop.create_task(wait_for(future));
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
