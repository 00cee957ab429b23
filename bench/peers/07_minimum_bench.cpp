// The floor: what the work of chapter 07 costs without its meaning. A frame from a free list, a
// queue of coroutines, a heap of deadlines; no errors, no cancelling, no contexts, no sockets, no
// names, no tasks that anybody else could wait for. What ours takes beyond this is what asyncio's
// rules cost.
#include <algorithm>
#include <array>
#include <coroutine>
#include <cstdlib>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/workload.hpp"

namespace {

/// Frames by size, never given back.
class Frames {
  public:
    static void* allocate(std::size_t size) {
        void*& first = lists_[size / 8];
        if (first == nullptr) return ::operator new(size);
        return std::exchange(first, *static_cast<void**>(first));
    }
    static void deallocate(void* frame, std::size_t size) noexcept {
        *static_cast<void**>(frame) = std::exchange(lists_[size / 8], frame);
    }

  private:
    static inline std::array<void*, 64> lists_{};
};

/// First in, first out, in a ring that is large enough for all.
class Queue {
  public:
    void push(std::coroutine_handle<> coroutine) { ring_[end_++ % kSize] = coroutine; }
    void run() {
        while (begin_ != end_) ring_[begin_++ % kSize].resume();
    }

  private:
    static constexpr std::size_t kSize = 1 << 18;
    std::vector<std::coroutine_handle<>> ring_{kSize};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

Queue queue;

/// A coroutine with an int for its result, and one who waits for it.
class [[nodiscard]] Work {
  public:
    struct promise_type {
        static void* operator new(std::size_t size) { return Frames::allocate(size); }
        static void operator delete(void* frame, std::size_t size) noexcept {
            Frames::deallocate(frame, size);
        }
        Work get_return_object() {
            return Work(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept {
            struct GoOn {
                bool await_ready() noexcept { return false; }
                std::coroutine_handle<> await_suspend(
                    std::coroutine_handle<promise_type> self) noexcept {
                    return self.promise().waiting;
                }
                void await_resume() noexcept {}
            };
            return GoOn();
        }
        void return_value(int value) noexcept { result = value; }
        void unhandled_exception() noexcept { std::abort(); }

        std::coroutine_handle<> waiting = std::noop_coroutine();
        int result = 0;
    };
    using Handle = std::coroutine_handle<promise_type>;

    explicit Work(Handle handle) noexcept : handle_(handle) {}
    Work(Work&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Work& operator=(Work&&) = delete;
    ~Work() {
        if (handle_) handle_.destroy();
    }

    [[nodiscard]] Handle handle() const noexcept { return handle_; }

    [[nodiscard]] bool await_ready() const noexcept { return handle_.done(); }
    Handle await_suspend(std::coroutine_handle<> waiting) const noexcept {
        handle_.promise().waiting = waiting;
        return handle_;
    }
    [[nodiscard]] int await_resume() const noexcept { return handle_.promise().result; }

  private:
    Handle handle_;
};

Work one() {
    co_return 1;
}

/// Runs `body`, which makes `count` operations, again and again.
template <class Body>
void run_passes(benchmark::State& state, std::int64_t count, Body body) {
    while (state.KeepRunningBatch(count)) {
        const Work work = body();
        queue.push(work.handle());
        queue.run();
    }
}

void spawn_join_minimum(benchmark::State& state) {
    std::vector<Work> tasks;
    tasks.reserve(workload::kOutstanding);
    while (state.KeepRunningBatch(workload::kOutstanding)) {
        for (int i = 0; i < workload::kOutstanding; ++i) {
            tasks.push_back(one());
            queue.push(tasks.back().handle());
        }
        queue.run();
        for (const auto& task : tasks) benchmark::DoNotOptimize(task.await_resume());
        tasks.clear();
    }
}
BENCHMARK(spawn_join_minimum);

void nested_await_minimum(benchmark::State& state) {
    run_passes(state, workload::kOutstanding, []() -> Work {
        for (int i = 0; i < workload::kOutstanding; ++i) benchmark::DoNotOptimize(co_await one());
        co_return 0;
    });
}
BENCHMARK(nested_await_minimum);

struct Yield {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const { queue.push(coroutine); }
    void await_resume() const noexcept {}
};

Work yield_times(int count) {
    for (int i = 0; i < count; ++i) co_await Yield();
    co_return 0;
}

void yield_1_minimum(benchmark::State& state) {
    run_passes(state, workload::kOutstanding, [] { return yield_times(workload::kOutstanding); });
}
BENCHMARK(yield_1_minimum);

void yield_1000_minimum(benchmark::State& state) {
    constexpr int kTasks = workload::kYielding;
    constexpr int kYields = workload::kYields;
    std::vector<Work> tasks;
    while (state.KeepRunningBatch(kTasks * kYields)) {
        for (int i = 0; i < kTasks; ++i) tasks.push_back(yield_times(kYields));
        for (const auto& task : tasks) queue.push(task.handle());
        queue.run();
        tasks.clear();
    }
}
BENCHMARK(yield_1000_minimum);

/// Deadlines in a heap with four children to a node.
class Alarms {
  public:
    using Time = std::chrono::steady_clock::time_point;

    void push(Time when, std::coroutine_handle<> who) {
        heap_.push_back({when, who});
        std::size_t at = heap_.size() - 1;
        while (at > 0 && heap_[at].when < heap_[(at - 1) / 4].when) {
            std::swap(heap_[at], heap_[(at - 1) / 4]);
            at = (at - 1) / 4;
        }
    }

    /// Those that are due, into the queue. Returns whether any are left.
    bool wake() {
        const Time now = std::chrono::steady_clock::now();
        while (!heap_.empty() && heap_.front().when <= now) {
            queue.push(heap_.front().who);
            pop();
        }
        return !heap_.empty();
    }

  private:
    struct Entry {
        Time when;
        std::coroutine_handle<> who;
    };

    void pop() {
        const Entry last = heap_.back();
        heap_.pop_back();
        if (heap_.empty()) return;
        std::size_t at = 0;
        for (std::size_t child = 1; child < heap_.size(); child = 4 * at + 1) {
            const std::size_t end = std::min(child + 4, heap_.size());
            for (std::size_t i = child + 1; i < end; ++i) {
                if (heap_[i].when < heap_[child].when) child = i;
            }
            if (last.when <= heap_[child].when) break;
            heap_[at] = heap_[child];
            at = child;
        }
        heap_[at] = last;
    }

    std::vector<Entry> heap_;
};

Alarms alarms;

struct Sleep {
    std::chrono::nanoseconds delay;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const {
        alarms.push(std::chrono::steady_clock::now() + delay, coroutine);
    }
    void await_resume() const noexcept {}
};

Work sleep_once(std::chrono::nanoseconds delay) {
    co_await Sleep{delay};
    co_return 0;
}

void sleep_100k_minimum(benchmark::State& state) {
    const auto delays = workload::random_delays(workload::kTimers, std::chrono::milliseconds(1));
    std::vector<Work> tasks;
    tasks.reserve(delays.size());
    while (state.KeepRunningBatch(workload::kTimers)) {
        for (const auto delay : delays) {
            tasks.push_back(sleep_once(delay));
            queue.push(tasks.back().handle());
        }
        do queue.run();
        while (alarms.wake());
        queue.run();
        tasks.clear();
    }
}
BENCHMARK(sleep_100k_minimum);

}  // namespace
