// What a deadline costs: one that is not needed, one that strikes, one inside another.
//
// timeout_disarmed less body_bare is the price of a block that ends in time.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "12_timeouts/timeout.hpp"
#include "12_timeouts/wait_for.hpp"
#include "bench/timeout_operations.hpp"

namespace {

using namespace std::chrono_literals;
using namespace aio::operations;
using aio::async_with;
using aio::Coro;

void body_bare(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await body();
    });
}
BENCHMARK(body_bare);

BENCHMARK(timeout_disarmed);

/// The same on a loop where that many others sleep, for longer.
void timeout_disarmed_among(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        for (std::int64_t i = 0; i < state.range(0); ++i) aio::create_task(aio::sleep(2h));
        co_await aio::sleep(0s);
        while (state.KeepRunning()) co_await async_with(aio::timeout(1h), body);
    });
}
BENCHMARK(timeout_disarmed_among)->Arg(1)->Arg(100)->Arg(10'000);

/// Without a deadline: what async_with() alone costs.
void timeout_none(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await async_with(aio::timeout(std::nullopt), body);
    });
}
BENCHMARK(timeout_none);

/// Three blocks, one inside the other.
void timeout_nested(benchmark::State& state) {
    const auto innermost = [] { return async_with(aio::timeout(1h), body); };
    const auto middle = [&] { return async_with(aio::timeout(2h), innermost); };
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await async_with(aio::timeout(3h), middle);
    });
}
BENCHMARK(timeout_nested);

/// Time is up at the first await: a CancelledError, and a TimeoutError made of it.
void timeout_expired(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) {
            try {
                co_await async_with(aio::timeout(0s), body);
                state.SkipWithError("the time was not up");
            } catch (const aio::TimeoutError&) {  // as it should be
            }
        }
    });
}
BENCHMARK(timeout_expired);

/// The deadline moved while the block runs.
void timeout_reschedule(benchmark::State& state) {
    const auto moved = [&](aio::Timeout& limit) -> Coro<> {
        const auto when = aio::get_running_loop().time() + 1h;
        while (state.KeepRunning()) limit.reschedule(when);
        co_return;
    };
    aio::run(async_with(aio::Timeout(std::nullopt), moved));
}
BENCHMARK(timeout_reschedule);

/// A coroutine that ends in time.
void wait_for_done(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await aio::wait_for(body(), 1h);
    });
}
BENCHMARK(wait_for_done);

/// A future that has its result already.
void wait_for_done_future(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        const auto future = aio::get_running_loop().create_future<int>();
        future.set_result(1);
        while (state.KeepRunning()) benchmark::DoNotOptimize(co_await aio::wait_for(future, 1h));
    });
}
BENCHMARK(wait_for_done_future);

}  // namespace
