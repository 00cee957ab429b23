// What contexts cost: to switch between them, to copy one, to read and to set a variable.
//
// The same with N variables (Arg); and with a second thread that does nothing, since references are
// counted with atomic operations as soon as a process has had two threads.
#include <cstdint>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "13_context_variables/context.hpp"
#include "bench/workload.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Context;
using aio::ContextVar;
using aio::Coro;
using aio::Task;

/// Variables that are all set in one context.
struct Variables {
    explicit Variables(std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) all.emplace_back("v" + std::to_string(i));
        context.run([&] {
            for (const ContextVar<int>& var : all) var.set(1);
        });
    }
    [[nodiscard]] const ContextVar<int>& one_of_them() const { return all[all.size() / 2]; }

    std::vector<ContextVar<int>> all;
    Context context;
};

Coro<> yield_times(int count, const ContextVar<int>* to_set) {
    if (to_set != nullptr) to_set->set(count);
    for (int i = 0; i < count; ++i) co_await aio::sleep(0s);
}

/// A thousand tasks take turns. What is measured is one turn of one task.
void switch_tasks(benchmark::State& state, const ContextVar<int>* to_set) {
    constexpr int kTasks = workload::kYielding;
    constexpr int kYields = workload::kYields;
    aio::EventLoop loop;
    std::vector<Task<>> tasks;
    loop.run_until_complete([&]() -> Coro<> {
        while (state.KeepRunningBatch(kTasks * kYields)) {
            for (int i = 0; i < kTasks; ++i) {
                tasks.push_back(aio::create_task(yield_times(kYields, to_set)));
            }
            for (auto& task : tasks) co_await task;
            tasks.clear();
        }
    });
}

/// Each task has a context of its own, in which it has set a variable.
void context_switch(benchmark::State& state) {
    const ContextVar<int> var("var");
    switch_tasks(state, &var);
}
BENCHMARK(context_switch);

/// No variable at all.
void context_switch_none(benchmark::State& state) {
    switch_tasks(state, nullptr);
}
BENCHMARK(context_switch_none);

void context_var_get(benchmark::State& state) {
    const Variables variables(state.range(0));
    variables.context.run([&] {
        const ContextVar<int>& var = variables.one_of_them();
        for (auto _ : state) benchmark::DoNotOptimize(var.get());
    });
}
BENCHMARK(context_var_get)->Arg(1)->Arg(10)->Arg(1'000);

/// Nobody has set it: its default.
void context_var_get_default(benchmark::State& state) {
    const ContextVar<int> var("var", 1);
    for (auto _ : state) benchmark::DoNotOptimize(var.get());
}
BENCHMARK(context_var_get_default);

/// What it is compared with.
thread_local int per_thread = 1;
void thread_local_get(benchmark::State& state) {
    for (auto _ : state) {
        int* at = &per_thread;
        benchmark::DoNotOptimize(at);
        benchmark::DoNotOptimize(*at);
    }
}
BENCHMARK(thread_local_get);

void set_one(benchmark::State& state) {
    const Variables variables(state.range(0));
    variables.context.run([&] {
        const ContextVar<int>& var = variables.one_of_them();
        int value = 0;
        for (auto _ : state) var.set(++value);
        if (var.get() != value) state.SkipWithError("the value is not what was set");
    });
}
void context_var_set(benchmark::State& state) {
    set_one(state);
}
BENCHMARK(context_var_set)->Arg(1)->Arg(10)->Arg(1'000);

/// Set, and take back.
void context_var_set_reset(benchmark::State& state) {
    const Variables variables(state.range(0));
    variables.context.run([&] {
        const ContextVar<int>& var = variables.one_of_them();
        for (auto _ : state) var.reset(var.set(2));
    });
}
BENCHMARK(context_var_set_reset)->Arg(1)->Arg(10);

void copy_one(benchmark::State& state) {
    const Variables variables(state.range(0));
    variables.context.run([&] {
        for (auto _ : state) {
            const Context copy = aio::copy_context();
            benchmark::DoNotOptimize(&copy);
        }
    });
}
void copy_context(benchmark::State& state) {
    copy_one(state);
}
BENCHMARK(copy_context)->Arg(1)->Arg(10)->Arg(1'000);

/// What each call that is scheduled pays for the context it remembers: 10,000 at a time.
void schedule(benchmark::State& state, std::int64_t variables) {
    constexpr int kCalls = 10'000;
    aio::EventLoop loop;
    const Variables all(variables);
    all.context.run([&] {
        loop.run_until_complete([&]() -> Coro<> {
            while (state.KeepRunningBatch(kCalls)) {
                for (int i = 0; i < kCalls; ++i) loop.call_soon([] {});
                co_await aio::sleep(0s);
            }
        });
    });
}
void call_soon_in_context(benchmark::State& state) {
    schedule(state, state.range(0));
}
BENCHMARK(call_soon_in_context)->Arg(0)->Arg(10);

/// Enter another context, and leave it.
void context_run(benchmark::State& state) {
    const Context context;
    int calls = 0;
    for (auto _ : state) {
        context.run([&] { ++calls; });
        benchmark::DoNotOptimize(calls);
    }
}
BENCHMARK(context_run);

// ── with a second thread. They come last: once a process has had one, it counts atomically ──

/// A thread that waits until its end.
class SecondThread {
  public:
    SecondThread() : thread_([this] { end_.acquire(); }) {}
    ~SecondThread() {
        end_.release();
        thread_.join();
    }
    SecondThread(const SecondThread&) = delete;
    SecondThread& operator=(const SecondThread&) = delete;

  private:
    std::binary_semaphore end_{0};
    std::thread thread_;
};

void context_var_set_two_threads(benchmark::State& state) {
    const SecondThread thread;
    set_one(state);
}
BENCHMARK(context_var_set_two_threads)->Arg(1)->Arg(10)->Arg(1'000);

void copy_context_two_threads(benchmark::State& state) {
    const SecondThread thread;
    copy_one(state);
}
BENCHMARK(copy_context_two_threads)->Arg(10);

void call_soon_in_context_two_threads(benchmark::State& state) {
    const SecondThread thread;
    schedule(state, state.range(0));
}
BENCHMARK(call_soon_in_context_two_threads)->Arg(0)->Arg(10);

}  // namespace
