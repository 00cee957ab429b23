#pragma once
// What a stack costs, operation by operation: tasks, awaits, switches, wake-ups, sleeps.
//
// Chapter 07 measures them once; chapter 20 compiles this header again and again, on one stack
// after the other. Every figure is the time of one operation, with full semantics on. Sockets are
// looked at: each loop watches a descriptor besides its own bell, as any real loop does.
#include <chrono>
#include <cstdint>
#include <vector>

#include <sys/eventfd.h>

#include <benchmark/benchmark.h>

#include "03_blocking_sockets/fd.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "bench/workload.hpp"

namespace aio::operations {
namespace {  // a program of its own: shared with nobody, they may be inlined into it

using namespace std::chrono_literals;

/// A loop that watches a descriptor on which nothing ever happens.
struct Loop {
    Loop() : quiet(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        loop.add_reader(quiet.number(), [] {});
    }
    ~Loop() { loop.remove_reader(quiet.number()); }

    Fd quiet;
    EventLoop loop;
};

inline Coro<int> one() {
    co_return 1;
}

/// Runs `body` again and again, in a coroutine; it makes `count` operations each time. What the
/// benchmark reports is the time of one operation.
template <class Body>
inline void run_passes(benchmark::State& state, std::int64_t count, Body body) {
    Loop loop;
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunningBatch(count)) co_await body();
    };
    loop.loop.run_until_complete(all());
}

/// Create, run and await a task: 10,000 of them at a time.
inline void spawn_join(benchmark::State& state) {
    constexpr int kTasks = workload::kOutstanding;
    std::vector<Task<int>> tasks;
    tasks.reserve(kTasks);
    run_passes(state, kTasks, [&]() -> Coro<> {
        for (int i = 0; i < kTasks; ++i) tasks.push_back(create_task(one()));
        for (auto& task : tasks) benchmark::DoNotOptimize(co_await task);
        tasks.clear();
    });
}

/// Await a coroutine that returns at once.
inline void nested_await(benchmark::State& state) {
    constexpr int kAwaits = workload::kOutstanding;
    run_passes(state, kAwaits, []() -> Coro<> {
        for (int i = 0; i < kAwaits; ++i) benchmark::DoNotOptimize(co_await one());
    });
}

inline Coro<> yield_times(int count) {
    for (int i = 0; i < count; ++i) co_await sleep(0s);
}

inline void yield_1(benchmark::State& state) {
    constexpr int kYields = workload::kOutstanding;
    run_passes(state, kYields, []() -> Coro<> { co_await yield_times(kYields); });
}

inline void yield_1000(benchmark::State& state) {
    constexpr int kTasks = workload::kYielding;
    constexpr int kYields = workload::kYields;
    std::vector<Task<>> tasks;
    run_passes(state, kTasks * kYields, [&]() -> Coro<> {
        for (int i = 0; i < kTasks; ++i) tasks.push_back(create_task(yield_times(kYields)));
        for (auto& task : tasks) co_await task;
        tasks.clear();
    });
}

/// Schedule a callback and run it: 10,000 at a time.
inline void call_soon(benchmark::State& state) {
    constexpr int kCalls = workload::kOutstanding;
    std::int64_t called = 0;
    run_passes(state, kCalls, [&]() -> Coro<> {
        auto& loop = get_running_loop();
        for (int i = 0; i < kCalls; ++i) loop.call_soon([&called] { ++called; });
        co_await sleep(0s);
    });
    if (called < state.iterations()) state.SkipWithError("a call was lost");
}

inline Coro<> wait_on(Future<void>& future) {
    co_await future;
}
inline Coro<> one_turn() {
    co_await sleep(0s);
}

/// Wake one of a million tasks that wait for one future. Making them is not timed.
inline void wake(benchmark::State& state) {
    constexpr int kTasks = 1'000'000;
    Loop loop;
    while (state.KeepRunningBatch(kTasks)) {
        state.PauseTiming();
        auto future = loop.loop.create_future<void>();
        for (int i = 1; i < kTasks; ++i) (void)loop.loop.create_task(wait_on(future));
        const auto last = loop.loop.create_task(wait_on(future));
        loop.loop.run_until_complete(one_turn());
        state.ResumeTiming();
        future.set_result();
        loop.loop.run_until_complete(one_turn());
        if (!last.done()) state.SkipWithError("a task was not woken");
    }
}

/// Arm 100,000 timers, then cancel them all.
inline void timer_arm_cancel(benchmark::State& state) {
    constexpr int kTimers = workload::kTimers;
    const auto delays = workload::random_delays(kTimers, 10s);
    std::vector<TimerHandle> timers;
    timers.reserve(kTimers);
    run_passes(state, kTimers, [&]() -> Coro<> {
        auto& loop = get_running_loop();
        for (const auto delay : delays) timers.push_back(loop.call_later(1s + delay, [] {}));
        for (auto& timer : timers) timer.cancel();
        timers.clear();
        co_await sleep(0s);
    });
}

/// Arm a timer and cancel it at once. The deadline is known, so the clock is not read: a library
/// that keeps the time of the turn, as libuv does, does not read it either.
inline void timer_pair(benchmark::State& state) {
    constexpr int kPairs = workload::kOutstanding;
    run_passes(state, kPairs, []() -> Coro<> {
        auto& loop = get_running_loop();
        const auto when = loop.time() + 1s;
        for (int i = 0; i < kPairs; ++i) loop.call_at(when, [] {}).cancel();
        co_await sleep(0s);
    });
}

inline Coro<> sleep_once(std::chrono::nanoseconds delay) {
    co_await sleep(delay);
}

/// Sleeps of 0 to 1 ms, 100,000 at a time. The clock contains the millisecond itself.
inline void sleep_100k(benchmark::State& state) {
    constexpr int kTasks = workload::kTimers;
    const auto delays = workload::random_delays(kTasks, 1ms);
    std::vector<Task<>> tasks;
    tasks.reserve(kTasks);
    run_passes(state, kTasks, [&]() -> Coro<> {
        for (const auto delay : delays) tasks.push_back(create_task(sleep_once(delay)));
        for (auto& task : tasks) co_await task;
        tasks.clear();
    });
}

}  // namespace
}  // namespace aio::operations
