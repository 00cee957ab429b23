// What it costs to be told to stop. (cancel_sleeping, a hundred thousand at once, is chapter 07's.)
#include <cstdint>

#include <benchmark/benchmark.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "09_cancellation/shield.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::Future;

/// Waits for `future` at the end of a chain of `frames` coroutines.
Coro<> chain(Future<void> future, std::int64_t frames) {
    if (frames > 1) {
        co_await chain(future, frames - 1);
    } else {
        co_await future;
    }
}

/// Make a task whose await is `frames` coroutines deep, cancel it, and join it.
void cancel_through_frames(benchmark::State& state) {
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunning()) {
            const auto future = aio::get_running_loop().create_future<void>();
            const auto task = aio::create_task(chain(future, state.range(0)));
            co_await aio::sleep(0s);
            task.cancel();
            co_await aio::sleep(0s);
            if (!task.cancelled()) state.SkipWithError("the task was not cancelled");
        }
    };
    aio::run(all());
}
BENCHMARK(cancel_through_frames)->Arg(1)->Arg(2)->Arg(4)->Arg(8);

/// The same, but the future is given a result: the difference is the price of the error.
void finish_through_frames(benchmark::State& state) {
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunning()) {
            const auto future = aio::get_running_loop().create_future<void>();
            const auto task = aio::create_task(chain(future, state.range(0)));
            co_await aio::sleep(0s);
            future.set_result();
            co_await aio::sleep(0s);
            if (!task.done()) state.SkipWithError("the task is not done");
        }
    };
    aio::run(all());
}
BENCHMARK(finish_through_frames)->Arg(1)->Arg(2)->Arg(4)->Arg(8);

/// Cancel a task before its first step: its coroutine is destroyed, and nothing is thrown.
void cancel_before_start(benchmark::State& state) {
    const auto all = [&]() -> Coro<> {
        const auto future = aio::get_running_loop().create_future<void>();
        while (state.KeepRunning()) {
            const auto task = aio::create_task(chain(future, 1));
            task.cancel();
            co_await aio::sleep(0s);
            if (!task.cancelled()) state.SkipWithError("the task was not cancelled");
        }
    };
    aio::run(all());
}
BENCHMARK(cancel_before_start);

/// A future, a shield in front of it, and the result passed on.
void shield_and_finish(benchmark::State& state) {
    const auto all = [&]() -> Coro<> {
        while (state.KeepRunning()) {
            const auto inner = aio::get_running_loop().create_future<int>();
            const auto outer = aio::shield(inner);
            inner.set_result(1);
            benchmark::DoNotOptimize(co_await outer);
        }
    };
    aio::run(all());
}
BENCHMARK(shield_and_finish);

/// A future, a shield in front of it, and the shield cancelled. Nobody waits: nothing is thrown.
void shield_and_cancel(benchmark::State& state) {
    aio::EventLoop loop;
    const auto inner = loop.create_future<int>();
    for (auto _ : state) {
        const auto outer = aio::shield(inner);
        outer.cancel();
        if (!outer.cancelled()) state.SkipWithError("the shield was not cancelled");
    }
}
BENCHMARK(shield_and_cancel);

/// One more request to a task that was already asked, and taken back.
void cancel_uncancel(benchmark::State& state) {
    aio::EventLoop loop;
    loop.run_until_complete([&]() -> Coro<> {
        const auto task = aio::current_task();
        while (state.KeepRunning()) {
            task->cancel();
            benchmark::DoNotOptimize(task->uncancel());
        }
        co_return;
    });
}
BENCHMARK(cancel_uncancel);

}  // namespace
