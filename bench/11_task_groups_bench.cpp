// What a group costs: starting and joining ten thousand children, sorting ten thousand errors.
// Every figure is the time per child, or per error.
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "06_futures/detail/errors.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
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

/// Runs `body` again and again, in a coroutine; it does `count` operations each time.
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

/// Ten thousand errors of two types, in turn.
std::vector<std::exception_ptr> errors() {
    std::vector<std::exception_ptr> all;
    for (int i = 0; i < kTasks; i += 2) {
        all.push_back(std::make_exception_ptr(aio::ValueError("a value")));
        all.push_back(std::make_exception_ptr(aio::KeyError("a key")));
    }
    return all;
}

/// Split the one half from the other: the time per error.
void exception_group_split_10000(benchmark::State& state) {
    const aio::ExceptionGroup group("many", errors());
    while (state.KeepRunningBatch(kTasks)) {
        const auto parts = group.split<aio::ValueError>();
        if (parts.match->exceptions().size() != parts.rest->exceptions().size()) {
            state.SkipWithError("an error was lost");
        }
    }
}
BENCHMARK(exception_group_split_10000);

/// The same with what the language offers: throw each, and see which handler catches it.
void exception_group_throw_10000(benchmark::State& state) {
    const aio::ExceptionGroup group("many", errors());
    while (state.KeepRunningBatch(kTasks)) {
        int values = 0;
        for (const std::exception_ptr& error : group.exceptions()) {
            try {
                std::rethrow_exception(error);
            } catch (const aio::ValueError&) {
                ++values;
            } catch (...) {
            }
        }
        benchmark::DoNotOptimize(values);
    }
}
BENCHMARK(exception_group_throw_10000);

/// A small group, of three tasks: the time of the whole.
void task_group_3(benchmark::State& state) {
    run_passes(state, 1, []() -> Coro<> {
        co_await aio::async_with(TaskGroup(), [](TaskGroup& group) -> Coro<> {
            for (int i = 0; i < 3; ++i) group.create_task(one());
            co_return;
        });
    });
}
BENCHMARK(task_group_3);

Coro<> fails() {
    throw aio::ValueError("a value");
    co_return;
}

/// A group of three tasks of which one fails, and the error caught.
void task_group_fails_3(benchmark::State& state) {
    run_passes(state, 1, [&]() -> Coro<> {
        try {
            co_await aio::async_with(TaskGroup(), [](TaskGroup& group) -> Coro<> {
                group.create_task(one());
                group.create_task(fails());
                group.create_task(one());
                co_return;
            });
            state.SkipWithError("the error was lost");
        } catch (const aio::ExceptionGroup&) {
        }
    });
}
BENCHMARK(task_group_fails_3);

}  // namespace
