// Ten GETs in every way so far; a thousand and ten thousand through the selector loop; and what
// one event costs among N watched descriptors.
#include <cstddef>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "05_selector_callbacks/descriptor_limit.hpp"
#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/get_at_once.hpp"
#include "05_selector_callbacks/poll_selector.hpp"
#include "05_selector_callbacks/select_selector.hpp"
#include "05_selector_callbacks/watched_events.hpp"
#include "bench/ten_gets_polling.hpp"

namespace {

/// `count` GETs at once, each over a new connection.
void gets_selector(benchmark::State& state, std::size_t count) {
    ten_gets::run(state, [count](const std::string& url) {
        (void)aio::get_at_once(url, count);
        return 0;
    });
}

/// `count` GETs at once over `count` connections that stay open. Each has had one answer before,
/// because the first is slower: TCP acknowledges it on its own, and the memory is new.
void gets_selector_open(benchmark::State& state, std::size_t count) {
    std::vector<aio::Socket> connections;
    ten_gets::run(state, [&](const std::string& url) {
        if (connections.empty()) {
            state.PauseTiming();
            connections = aio::open_connections(url, count);
            (void)aio::get_at_once(url, connections);
            state.ResumeTiming();
        }
        (void)aio::get_at_once(url, connections);
        return 0;
    });
}

/// One of N watched descriptors becomes ready, is found, and is consumed.
template <class Selector>
void wait(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    if (aio::raise_descriptor_limit(count + 100) < count + 100) {
        return state.SkipWithError("the system does not allow so many descriptors");
    }
    Selector selector;
    aio::WatchedEvents watched(selector, count);
    for (auto _ : state) watched.one_event();
}

}  // namespace

BENCHMARK(ten_gets::blocking)->Name("ten_gets_blocking")->Apply(ten_gets::in_wall_time);
BENCHMARK(ten_gets::processes)->Name("ten_gets_processes")->Apply(ten_gets::in_wall_time);
BENCHMARK(ten_gets::threads)->Name("ten_gets_threads")->Apply(ten_gets::in_wall_time);
BENCHMARK(ten_gets::polling)->Name("ten_gets_polling")->Apply(ten_gets::in_wall_time);
BENCHMARK_CAPTURE(gets_selector, ten, 10)->Name("ten_gets_selector")->Apply(ten_gets::in_wall_time);
BENCHMARK_CAPTURE(gets_selector, thousand_new, 1'000)
    ->Name("gets_selector_1000_new_connections")
    ->Apply(ten_gets::in_wall_time);
BENCHMARK_CAPTURE(gets_selector_open, thousand, 1'000)
    ->Name("gets_selector_1000")
    ->Apply(ten_gets::in_wall_time);
BENCHMARK_CAPTURE(gets_selector, ten_thousand, 10'000)
    ->Name("gets_selector_10000")
    ->Apply(ten_gets::in_wall_time);

// select holds the descriptors below 1024, and the program has some of its own.
BENCHMARK(wait<aio::SelectSelector>)->Name("wait_select")->Arg(10)->Arg(100)->Arg(300)->Arg(1'000);
BENCHMARK(wait<aio::PollSelector>)
    ->Name("wait_poll")
    ->Arg(10)
    ->Arg(100)
    ->Arg(300)
    ->Arg(1'000)
    ->Arg(3'000)
    ->Arg(10'000);
BENCHMARK(wait<aio::EpollSelector>)
    ->Name("wait_epoll")
    ->Arg(10)
    ->Arg(100)
    ->Arg(300)
    ->Arg(1'000)
    ->Arg(3'000)
    ->Arg(10'000);
