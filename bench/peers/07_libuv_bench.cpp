// The work of chapter 07's timers, done by libuv. Its timers count milliseconds: a sleep of up to
// one millisecond is one of 0 or 1. It has no tasks.
#include <memory>

#include <benchmark/benchmark.h>
#include <uv.h>

#include "bench/workload.hpp"

namespace {

/// A loop of its own for every benchmark.
struct Loop {
    Loop() { uv_loop_init(&loop); }
    ~Loop() { uv_loop_close(&loop); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    uv_loop_t loop{};
};

void on_time(uv_timer_t* /*timer*/) {}

std::uint64_t in_milliseconds(std::chrono::nanoseconds delay) {
    return static_cast<std::uint64_t>(delay / std::chrono::milliseconds(1));
}

/// The memory of the timers is there already: libuv leaves it to its user.
class Timers {
  public:
    explicit Timers(Loop& loop) : loop_(loop), timers_(new uv_timer_t[workload::kTimers]) {
        for (int i = 0; i < workload::kTimers; ++i) uv_timer_init(&loop_.loop, &timers_[i]);
    }
    ~Timers() {
        for (auto& timer : *this) uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
        uv_run(&loop_.loop, UV_RUN_DEFAULT);
    }
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;

    uv_timer_t* begin() { return timers_.get(); }
    uv_timer_t* end() { return timers_.get() + workload::kTimers; }

  private:
    Loop& loop_;
    std::unique_ptr<uv_timer_t[]> timers_;
};

void timer_arm_cancel_libuv(benchmark::State& state) {
    Loop loop;
    Timers timers(loop);
    const auto delays = workload::random_delays(workload::kTimers, std::chrono::seconds(10));
    while (state.KeepRunningBatch(workload::kTimers)) {
        const auto* delay = delays.data();
        for (auto& timer : timers) uv_timer_start(&timer, on_time, in_milliseconds(*delay++), 0);
        for (auto& timer : timers) uv_timer_stop(&timer);
    }
}
BENCHMARK(timer_arm_cancel_libuv);

void timer_pair_libuv(benchmark::State& state) {
    Loop loop;
    uv_timer_t timer;
    uv_timer_init(&loop.loop, &timer);
    for (auto _ : state) {
        uv_timer_start(&timer, on_time, 1'000, 0);
        uv_timer_stop(&timer);
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
    uv_run(&loop.loop, UV_RUN_DEFAULT);
}
BENCHMARK(timer_pair_libuv);

void sleep_100k_libuv(benchmark::State& state) {
    Loop loop;
    Timers timers(loop);
    const auto delays = workload::random_delays(workload::kTimers, std::chrono::milliseconds(1));
    while (state.KeepRunningBatch(workload::kTimers)) {
        uv_update_time(&loop.loop);
        const auto* delay = delays.data();
        for (auto& timer : timers) uv_timer_start(&timer, on_time, in_milliseconds(*delay++), 0);
        uv_run(&loop.loop, UV_RUN_DEFAULT);
    }
}
BENCHMARK(sleep_100k_libuv);

/// To yield is to wait for an idle handle: once a turn.
void yield_1_libuv(benchmark::State& state) {
    Loop loop;
    uv_idle_t idle;
    uv_idle_init(&loop.loop, &idle);
    uv_idle_start(&idle, [](uv_idle_t* /*idle*/) {});
    for (auto _ : state) uv_run(&loop.loop, UV_RUN_NOWAIT);
    uv_close(reinterpret_cast<uv_handle_t*>(&idle), nullptr);
    uv_run(&loop.loop, UV_RUN_DEFAULT);
}
BENCHMARK(yield_1_libuv);

}  // namespace
