#pragma once
// What a deadline costs that is not needed. Chapter 20 measures it on one stack after the other.
#include <chrono>

#include <benchmark/benchmark.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "12_timeouts/timeout.hpp"

namespace aio::operations {

using namespace std::chrono_literals;

/// The body of all: it gives the other tasks a turn, and returns.
inline Coro<> body() {
    co_await sleep(0s);
}

/// A block with a deadline, which is armed, and disarmed again.
inline void timeout_disarmed(benchmark::State& state) {
    run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await async_with(timeout(1h), body);
    });
}

}  // namespace aio::operations
