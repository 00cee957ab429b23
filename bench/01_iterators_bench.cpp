// What one value costs, whoever holds the position.
//
// Every benchmark visits the numbers 0 to N-1. Times are for one value: an "iteration" of these
// benchmarks is a value. So the cost of beginning and ending the loop is shared among all of them:
// see how N = 4 differs from N = 1000.
#include <cstddef>
#include <numeric>
#include <optional>
#include <ranges>
#include <vector>

#include <benchmark/benchmark.h>

#include "01_iterators/count_up.hpp"
#include "01_iterators/iterator.hpp"
#include "01_iterators/range.hpp"
#include "01_iterators/stop_iteration.hpp"

// clang before 16 cannot compile the views of GCC's library.
#if !defined(__clang__) || __clang_major__ >= 16
#define HAS_VIEWS 1
#endif

namespace {

/// The compiler must have `value` in a register here: the least that a loop's body can do.
inline void use(int value) {
    asm volatile("" : : "r"(value));
}

/// Times `loop(N)`, where the compiler does not know N: the time of one of its N values.
template <class Loop>
void run(benchmark::State& state, Loop loop) {
    auto count = static_cast<int>(state.range(0));
    while (state.KeepRunningBatch(count)) {
        benchmark::DoNotOptimize(count);
        loop(count);
    }
}

void plain_loop(benchmark::State& state) {
    run(state, [](int count) {
        for (int i = 0; i < count; ++i) use(i);
    });
}

void range_for_range(benchmark::State& state) {
    run(state, [](int count) {
        for (const int i : aio::range(count)) use(i);
    });
}

void range_for_iterator(benchmark::State& state) {
    run(state, [](int count) {
        for (const int i : aio::CountUp(count)) use(i);
    });
}

void next_of_iterator(benchmark::State& state) {
    run(state, [](int count) {
        aio::CountUp it(count);
        while (const auto value = aio::next(it)) use(*value);
    });
}

/// A CountUp whose next() the compiler may not look into, as if it stood in another library.
class OpaqueCountUp {
  public:
    explicit OpaqueCountUp(int limit) : it_(limit) {}
    [[gnu::noinline]] std::optional<int> next() { return it_.next(); }

  private:
    aio::CountUp it_;
};

void next_not_inlined(benchmark::State& state) {
    run(state, [](int count) {
        OpaqueCountUp it(count);
        while (const auto value = aio::next(it)) use(*value);
    });
}

void next_of_list(benchmark::State& state) {
    std::vector<int> list(static_cast<std::size_t>(state.range(0)));
    std::iota(list.begin(), list.end(), 0);
    run(state, [&](int) {
        auto it = aio::iter(list);
        while (const auto value = aio::next(it)) use(*value);
    });
}

void my_for_range(benchmark::State& state) {
    run(state, [](int count) { aio::my_for(aio::range(count), use); });
}

#ifdef HAS_VIEWS
void ranges_view(benchmark::State& state) {
    run(state, [](int count) {
        for (const int i : std::views::iota(0, count)) use(i);
    });
}
#endif

void stop_iteration(benchmark::State& state) {
    run(state, [](int count) {
        aio::CountUp it(count);
        try {
            while (true) use(aio::next_or_throw(it));
        } catch (const aio::StopIteration&) {
            return;  // the end of the loop
        }
    });
}

BENCHMARK(plain_loop)->Arg(4)->Arg(1000);
BENCHMARK(range_for_range)->Arg(4)->Arg(1000);
BENCHMARK(range_for_iterator)->Arg(4)->Arg(1000);
BENCHMARK(next_of_iterator)->Arg(4)->Arg(1000);
BENCHMARK(next_not_inlined)->Arg(4)->Arg(1000);
BENCHMARK(next_of_list)->Arg(4)->Arg(1000);
BENCHMARK(my_for_range)->Arg(4)->Arg(1000);
#ifdef HAS_VIEWS
BENCHMARK(ranges_view)->Arg(4)->Arg(1000);
#endif
BENCHMARK(stop_iteration)->Arg(4)->Arg(1000);

}  // namespace
