// What an asynchronous generator and a manager cost when nothing waits.
#include <cstdint>
#include <exception>

#include <benchmark/benchmark.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "10_async_context_managers/async_context_manager.hpp"
#include "10_async_context_managers/async_exit_stack.hpp"
#include "10_async_context_managers/async_generator.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "10_async_context_managers/nullcontext.hpp"

namespace {

using namespace std::chrono_literals;
using aio::AsyncGenerator;
using aio::Coro;

AsyncGenerator<std::int64_t> count() {
    for (std::int64_t i = 0;; ++i) co_yield i;
}

AsyncGenerator<std::int64_t> count_turns() {
    for (std::int64_t i = 0;; ++i) {
        co_await aio::sleep(0s);
        co_yield i;
    }
}

Coro<std::int64_t> answer(std::int64_t i) {
    co_return i;
}

Coro<> nothing() {
    co_return;
}

/// One step that does not wait.
void async_generator_step(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        auto numbers = count();
        while (state.KeepRunning()) benchmark::DoNotOptimize(co_await numbers.anext());
        co_await numbers.aclose();
    });
}
BENCHMARK(async_generator_step);

/// One step that waits for a turn of the loop.
void async_generator_step_through_the_loop(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        auto numbers = count_turns();
        while (state.KeepRunning()) benchmark::DoNotOptimize(co_await numbers.anext());
        co_await numbers.aclose();
    });
}
BENCHMARK(async_generator_step_through_the_loop);

/// For comparison: a coroutine of its own for each value.
void coroutine_for_each_value(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        std::int64_t i = 0;
        while (state.KeepRunning()) benchmark::DoNotOptimize(co_await answer(++i));
    });
}
BENCHMARK(coroutine_for_each_value);

/// A generator is made, stepped once and closed: GeneratorExit is thrown.
void async_generator_closed_half_way(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) {
            auto numbers = count();
            benchmark::DoNotOptimize(co_await numbers.anext());
            co_await numbers.aclose();
        }
    });
}
BENCHMARK(async_generator_closed_half_way);

/// The same, but dropped: the loop ends it in a task.
void async_generator_dropped_half_way(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) {
            {
                auto numbers = count();
                benchmark::DoNotOptimize(co_await numbers.anext());
            }
            co_await aio::sleep(0s);
            co_await aio::sleep(0s);
        }
    });
}
BENCHMARK(async_generator_dropped_half_way);

/// async_with around an empty body, with a manager that does nothing.
void async_with_empty(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await aio::async_with(aio::nullcontext(), nothing);
    });
}
BENCHMARK(async_with_empty);

/// The body alone.
void empty_body(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await nothing();
    });
}
BENCHMARK(empty_body);

/// The same with a manager whose two functions are coroutines.
class Manager {
  public:
    Manager() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate
    Coro<> aenter() { co_return; }
    Coro<bool> aexit(std::exception_ptr /*error*/) { co_return false; }
};

void async_with_class(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) co_await aio::async_with(Manager(), nothing);
    });
}
BENCHMARK(async_with_class);

AsyncGenerator<> around() {
    co_yield {};
}

/// The same with a manager made of a function that yields once.
void async_with_generator(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        const auto manager = aio::async_context_manager(around);
        while (state.KeepRunning()) co_await aio::async_with(manager(), nothing);
    });
}
BENCHMARK(async_with_generator);

/// A stack with that many managers, entered and left.
void async_exit_stack(benchmark::State& state) {
    aio::run([&]() -> Coro<> {
        while (state.KeepRunning()) {
            aio::AsyncExitStack stack;
            for (std::int64_t i = 0; i < state.range(0); ++i) {
                co_await stack.enter_async_context(aio::nullcontext());
            }
            co_await stack.aclose();
        }
    });
}
BENCHMARK(async_exit_stack)->Arg(1)->Arg(10);

}  // namespace
