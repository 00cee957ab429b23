// The work of chapter 07, done by Asio: coroutines of type asio::awaitable on one io_context, and
// plain callbacks where they serve. Asio has no join: a counter tells when all have ended.
#include <asio.hpp>
#include <benchmark/benchmark.h>

#include "bench/workload.hpp"

#ifdef ASIO_HAS_CO_AWAIT  // Asio 1.22 does not know the coroutines of every compiler

namespace {

using asio::awaitable;
using asio::use_awaitable;
using Timer = asio::steady_timer;

/// Runs `body` again and again in a coroutine; it makes `count` operations each time.
template <class Body>
void run_passes(benchmark::State& state, std::int64_t count, Body body) {
    asio::io_context context(1);  // one thread: Asio leaves out its locks
    const auto all = [&]() -> awaitable<void> {
        while (state.KeepRunningBatch(count)) co_await body();
    };
    asio::co_spawn(context, all, asio::detached);
    context.run();
}

awaitable<int> one() {
    co_return 1;
}

/// Ends when somebody cancels `event`: Asio's way to wake a coroutine.
awaitable<void> all_done(Timer& event) {
    event.expires_at(Timer::time_point::max());
    asio::error_code cancelled;
    co_await event.async_wait(asio::redirect_error(use_awaitable, cancelled));
}

void spawn_join_asio(benchmark::State& state) {
    run_passes(state, workload::kOutstanding, []() -> awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        Timer event(executor);
        int left = workload::kOutstanding;
        for (int i = 0; i < workload::kOutstanding; ++i) {
            asio::co_spawn(executor, one(), [&](const std::exception_ptr&, int value) {
                benchmark::DoNotOptimize(value);
                if (--left == 0) event.cancel();
            });
        }
        co_await all_done(event);
    });
}
BENCHMARK(spawn_join_asio);

void nested_await_asio(benchmark::State& state) {
    run_passes(state, workload::kOutstanding, []() -> awaitable<void> {
        for (int i = 0; i < workload::kOutstanding; ++i) benchmark::DoNotOptimize(co_await one());
    });
}
BENCHMARK(nested_await_asio);

awaitable<void> yield_times(int count) {
    for (int i = 0; i < count; ++i) co_await asio::post(use_awaitable);
}

void yield_1_asio(benchmark::State& state) {
    run_passes(state, workload::kOutstanding,
               []() -> awaitable<void> { co_await yield_times(workload::kOutstanding); });
}
BENCHMARK(yield_1_asio);

void yield_1000_asio(benchmark::State& state) {
    constexpr int kTasks = workload::kYielding;
    constexpr int kYields = workload::kYields;
    run_passes(state, kTasks * kYields, []() -> awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        Timer event(executor);
        int left = kTasks;
        for (int i = 0; i < kTasks; ++i) {
            asio::co_spawn(executor, yield_times(kYields), [&](const std::exception_ptr&) {
                if (--left == 0) event.cancel();
            });
        }
        co_await all_done(event);
    });
}
BENCHMARK(yield_1000_asio);

void call_soon_asio(benchmark::State& state) {
    asio::io_context context(1);
    std::int64_t called = 0;
    while (state.KeepRunningBatch(workload::kOutstanding)) {
        for (int i = 0; i < workload::kOutstanding; ++i) {
            asio::post(context, [&called] { ++called; });
        }
        context.restart();
        context.run();
    }
    if (called != state.iterations()) state.SkipWithError("a call was lost");
}
BENCHMARK(call_soon_asio);

void timer_arm_cancel_asio(benchmark::State& state) {
    asio::io_context context(1);
    const auto delays = workload::random_delays(workload::kTimers, std::chrono::seconds(10));
    std::vector<Timer> timers;
    for (const auto& delay : delays) timers.emplace_back(context, delay);
    while (state.KeepRunningBatch(workload::kTimers)) {
        const auto now = Timer::clock_type::now();
        for (std::size_t i = 0; i < delays.size(); ++i) {
            timers[i].expires_at(now + std::chrono::seconds(1) + delays[i]);
            timers[i].async_wait([](const asio::error_code&) {});
        }
        for (auto& timer : timers) timer.cancel();
        context.restart();
        context.run();
    }
}
BENCHMARK(timer_arm_cancel_asio);

void timer_pair_asio(benchmark::State& state) {
    asio::io_context context(1);
    Timer timer(context);
    const auto when = Timer::clock_type::now() + std::chrono::hours(1);
    while (state.KeepRunningBatch(workload::kOutstanding)) {
        for (int i = 0; i < workload::kOutstanding; ++i) {
            timer.expires_at(when);
            timer.async_wait([](const asio::error_code&) {});
            timer.cancel();
        }
        context.restart();
        context.run();
    }
}
BENCHMARK(timer_pair_asio);

awaitable<void> sleep_once(std::chrono::nanoseconds delay) {
    Timer timer(co_await asio::this_coro::executor, delay);
    co_await timer.async_wait(use_awaitable);
}

void sleep_100k_asio(benchmark::State& state) {
    const auto delays = workload::random_delays(workload::kTimers, std::chrono::milliseconds(1));
    run_passes(state, workload::kTimers, [&]() -> awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        Timer event(executor);
        int left = workload::kTimers;
        for (const auto delay : delays) {
            asio::co_spawn(executor, sleep_once(delay), [&](const std::exception_ptr&) {
                if (--left == 0) event.cancel();
            });
        }
        co_await all_done(event);
    });
}
BENCHMARK(sleep_100k_asio);

}  // namespace

#endif
