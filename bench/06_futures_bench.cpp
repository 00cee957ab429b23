// What the loop and its futures cost: a result with one callback, N callbacks woken at once,
// timers that fire, watching a descriptor, and an echo over a socket pair.
#include <chrono>
#include <cstdint>
#include <string>

#include <sys/eventfd.h>

#include <benchmark/benchmark.h>

#include "03_blocking_sockets/fd.hpp"
#include "03_blocking_sockets/socket.hpp"
#include "06_futures/detail/future_get.hpp"
#include "06_futures/event_loop.hpp"
#include "bench/ten_gets.hpp"

namespace {

using namespace std::chrono_literals;
using aio::EventLoop;
using aio::Future;

/// One turn: what is ready now.
void turn(EventLoop& loop) {
    loop.stop();
    loop.run_forever();
}

/// Make a future, give it a callback and a result, call the callback: 1,000 at a time.
void future_result(benchmark::State& state) {
    constexpr int kFutures = 1'000;
    EventLoop loop;
    std::int64_t sum = 0;
    while (state.KeepRunningBatch(kFutures)) {
        for (int i = 0; i < kFutures; ++i) {
            const Future<int> future = loop.create_future<int>();
            future.add_done_callback([&sum](const Future<int>& done) { sum += done.result(); });
            future.set_result(1);
        }
        turn(loop);
    }
    if (sum < state.iterations()) state.SkipWithError("a callback was lost");
}
BENCHMARK(future_result);

/// set_result on a future for which N wait: one splice, whatever N is. Making them and calling
/// them is not timed.
void splice(benchmark::State& state) {
    const auto waiters = state.range(0);
    EventLoop loop;
    std::int64_t called = 0;
    std::int64_t expected = 0;
    for (auto _ : state) {
        const auto future = loop.create_future();
        for (int i = 0; i < waiters; ++i) future.add_done_callback([&called] { ++called; });
        const auto start = std::chrono::steady_clock::now();
        future.set_result();
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
        state.SetIterationTime(time.count());
        turn(loop);
        expected += waiters;
    }
    if (called != expected) state.SkipWithError("a callback was lost");
}
BENCHMARK(splice)->Arg(1)->Arg(1'000)->Arg(100'000)->UseManualTime()->Iterations(50);

/// call_later(0) and its firing: 1,000 at a time, among 10,000 others that are not due.
void timer_fire(benchmark::State& state) {
    constexpr int kTimers = 1'000;
    EventLoop loop;
    for (int i = 0; i < 10'000; ++i) loop.call_later(1h + std::chrono::seconds(i), [] {});
    std::int64_t fired = 0;
    while (state.KeepRunningBatch(kTimers)) {
        for (int i = 0; i < kTimers; ++i) loop.call_later(0s, [&fired] { ++fired; });
        turn(loop);
    }
    turn(loop);
    if (fired < state.iterations()) state.SkipWithError("a timer was lost");
}
BENCHMARK(timer_fire);

/// Watch a descriptor, and leave it alone again: two epoll_ctl.
void add_remove_reader(benchmark::State& state) {
    EventLoop loop;
    const aio::Fd quiet(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    for (auto _ : state) {
        loop.add_reader(quiet.number(), [] {});
        loop.remove_reader(quiet.number());
    }
}
BENCHMARK(add_remove_reader);

/// One message of 64 bytes to a peer that sends it back, both on one loop. `waits` is false if the
/// bytes are always there before they are asked for.
void echo(benchmark::State& state, bool waits) {
    EventLoop loop;
    auto [ours, peer] = aio::socket_pair();
    ours.set_blocking(false);
    peer.set_blocking(false);
    const std::string message(64, 'x');
    std::size_t received = 0;
    for (auto _ : state) {
        if (!waits) loop.run_until_complete(loop.sock_sendall(ours, message));
        const auto asked = loop.sock_recv(peer, 64);
        const auto answer = loop.sock_recv(ours, 64);
        if (waits) loop.run_until_complete(loop.sock_sendall(ours, message));
        loop.run_until_complete(loop.sock_sendall(peer, loop.run_until_complete(asked)));
        received += loop.run_until_complete(answer).size();
    }
    if (received != 64 * static_cast<std::size_t>(state.iterations())) {
        state.SkipWithError("bytes were lost");
    }
}
BENCHMARK_CAPTURE(echo, waiting, true)->Name("sock_echo");
BENCHMARK_CAPTURE(echo, at_once, false)->Name("sock_echo_half_at_once");

void ten_gets_futures(benchmark::State& state) {
    ten_gets::run(state, [](const std::string& url) {
        (void)aio::get_with_futures(url, ten_gets::kCount);
        return 0;
    });
}
BENCHMARK(ten_gets_futures)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
