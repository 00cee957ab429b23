// What a value costs that comes out of a generator, and what twenty levels of delegation add.
//
// Times are for one element: an "iteration" of these benchmarks is an element.
#include <cstdint>
#include <optional>

#include <benchmark/benchmark.h>

#include "02_generators/generator.hpp"
#include "02_generators/minimal_generator.hpp"

namespace {

using aio::Generator;

constexpr int kBatch = 1'000'000;
constexpr int kDepth = 20;

/// Adds up the elements of `make(count)`. A function of its own, as it would be in a program: the
/// benchmark's counters take no registers from its loop.
template <class Make>
[[gnu::noinline]] std::int64_t sum_of(Make make, int count) {
    std::int64_t sum = 0;
    for (const int element : make(count)) sum += element;
    return sum;
}

template <class Make>
void sum_up(benchmark::State& state, Make make) {
    while (state.KeepRunningBatch(kBatch)) benchmark::DoNotOptimize(sum_of(make, kBatch));
}

// ── one generator ──

Generator<int> numbers(int count) {
    for (int i = 0; i < count; ++i) co_yield i;
}

void generator_element(benchmark::State& state) {
    sum_up(state, numbers);
}

void generator_next(benchmark::State& state) {
    while (state.KeepRunningBatch(kBatch)) {
        auto generator = numbers(kBatch);
        std::int64_t sum = 0;
        while (const std::optional<int> element = generator.next()) sum += *element;
        benchmark::DoNotOptimize(sum);
    }
}

Generator<int, int> sums() {
    int sum = 0;
    while (true) sum += co_yield sum;
}

void generator_send(benchmark::State& state) {
    auto generator = sums();
    int sum = *generator.next();
    for (auto _ : state) sum = *generator.send(1);
    benchmark::DoNotOptimize(sum);
}

aio::MinimalGenerator minimal_numbers(int count) {
    for (int i = 0; i < count; ++i) co_yield i;
}

void minimal_generator(benchmark::State& state) {
    while (state.KeepRunningBatch(kBatch)) {
        auto generator = minimal_numbers(kBatch);
        std::int64_t sum = 0;
        while (const std::optional<int> element = generator.next()) sum += *element;
        benchmark::DoNotOptimize(sum);
    }
}

// ── the same without a coroutine ──

void plain_loop(benchmark::State& state) {
    while (state.KeepRunningBatch(kBatch)) {
        std::int64_t sum = 0;
        for (int i = 0; i < kBatch; ++i) {
            benchmark::DoNotOptimize(i);
            sum += i;
        }
        benchmark::DoNotOptimize(sum);
    }
}

/// What a generator replaces: the position of the loop as a member. next() is not inlined, for a
/// generator's body is not either.
class HandWritten {
  public:
    explicit HandWritten(int count) : count_(count) {}

    [[gnu::noinline]] std::optional<int> next() {
        if (position_ == count_) return std::nullopt;
        return position_++;
    }

  private:
    int position_ = 0;
    int count_;
};

void hand_written_iterator(benchmark::State& state) {
    while (state.KeepRunningBatch(kBatch)) {
        HandWritten iterator(kBatch);
        std::int64_t sum = 0;
        while (const std::optional<int> element = iterator.next()) sum += *element;
        benchmark::DoNotOptimize(sum);
    }
}

// ── twenty levels ──

Generator<int> delegating(int depth, int count) {
    if (depth > 1) {
        co_yield aio::from(delegating(depth - 1, count));
    } else {
        for (int i = 0; i < count; ++i) co_yield i;
    }
}

void generator_depth20(benchmark::State& state) {
    sum_up(state, [](int count) { return delegating(kDepth, count); });
}

/// The same without delegation: every level hands every element on.
Generator<int> looping(int depth, int count) {
    if (depth > 1) {
        for (const int element : looping(depth - 1, count)) co_yield element;
    } else {
        for (int i = 0; i < count; ++i) co_yield i;
    }
}

void generator_depth20_nested_loops(benchmark::State& state) {
    sum_up(state, [](int count) { return looping(kDepth, count); });
}

// ── a tree: every node is a generator ──

Generator<int> walk(int height) {
    if (height == 0) co_return;
    co_yield aio::from(walk(height - 1));
    co_yield height;
    co_yield aio::from(walk(height - 1));
}

/// 2^20 - 1 nodes, and as many leaves that are empty: two generators are made for an element.
void generator_tree_walk(benchmark::State& state) {
    constexpr int kNodes = (1 << kDepth) - 1;
    while (state.KeepRunningBatch(kNodes)) {
        std::int64_t sum = 0;
        for (const int height : walk(kDepth)) sum += height;
        benchmark::DoNotOptimize(sum);
    }
}

std::int64_t walk_by_calls(int height) {
    if (height == 0) return 0;
    return walk_by_calls(height - 1) + height + walk_by_calls(height - 1);
}

void recursive_calls_tree_walk(benchmark::State& state) {
    constexpr int kNodes = (1 << kDepth) - 1;
    while (state.KeepRunningBatch(kNodes)) {
        int height = kDepth;
        benchmark::DoNotOptimize(height);
        benchmark::DoNotOptimize(walk_by_calls(height));
    }
}

// ── beginning and ending ──

void generator_create_and_drop(benchmark::State& state) {
    for (auto _ : state) {
        auto generator = numbers(1);
        benchmark::DoNotOptimize(generator);
    }
}

BENCHMARK(generator_element);
BENCHMARK(generator_next);
BENCHMARK(generator_send);
BENCHMARK(minimal_generator);
BENCHMARK(plain_loop);
BENCHMARK(hand_written_iterator);
BENCHMARK(generator_depth20);
BENCHMARK(generator_depth20_nested_loops);
BENCHMARK(generator_tree_walk);
BENCHMARK(recursive_calls_tree_walk);
BENCHMARK(generator_create_and_drop);

}  // namespace
