// Chapter 10: entering, leaving, and waiting while doing so.
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "10_async_context_managers/aclosing.hpp"
#include "10_async_context_managers/async_context_manager.hpp"
#include "10_async_context_managers/async_exit_stack.hpp"
#include "10_async_context_managers/async_generator.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "common/program/program.hpp"

namespace {

using namespace std::chrono_literals;
using aio::AsyncGenerator;
using aio::CancelledError;
using aio::Coro;
using course::Options;

constexpr auto kSecond = 100ms;  // what the examples call a second

/// Runs `main`, and says how long it took.
template <class Main>
void timed(Main main) {
    const auto start = std::chrono::steady_clock::now();
    aio::run(std::move(main));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    fmt::print("in all: {:.3f} s\n", taken.count());
}

// ── 1: what a destructor cannot do ──

Coro<> say_goodbye() {
    fmt::print("  goodbye ...\n");
    co_await aio::sleep(kSecond / 10);
    fmt::print("  ... said\n");
}

class Session {
  public:
    Session() { fmt::print("  connected\n"); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() {
        aio::create_task(say_goodbye());  // it cannot be awaited here
        fmt::print("  disconnected\n");
    }
};

Coro<> uses_a_session() {
    {
        const Session session;
        fmt::print("  working\n");
    }
    fmt::print("main: the session is over\n");
    co_await aio::sleep(kSecond);
}

void what_a_destructor_cannot_do(const Options&) {
    aio::run(uses_a_session());
}

// ── 2: enter, compute, leave ──

Coro<int> compute(int x, int y) {
    fmt::print("Compute {} + {} ...\n", x, y);
    co_await aio::sleep(kSecond);
    co_return x + y;
}

class Context {
  public:
    Context() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate

    Coro<> aenter() {
        fmt::print("Entering ...\n");
        co_await aio::sleep(kSecond);
    }
    Coro<bool> aexit(std::exception_ptr) {
        fmt::print("Exiting ...\n");
        co_await aio::sleep(kSecond);
        co_return false;
    }
};

Coro<> compute_inside() {
    const int sum = co_await aio::async_with(Context(), [] { return compute(1, 2); });
    fmt::print("1 + 2 = {}\n", sum);
}

void enter_compute_leave(const Options&) {
    timed(compute_inside());
}

// ── 3: the same as one function ──

AsyncGenerator<> context() {
    fmt::print("Entering ...\n");
    co_await aio::sleep(kSecond);
    co_yield {};
    fmt::print("Exiting ...\n");
    co_await aio::sleep(kSecond);
}

Coro<> compute_inside_of_a_function() {
    const auto manager = aio::async_context_manager(context);
    const int sum = co_await aio::async_with(manager(), [] { return compute(1, 2); });
    fmt::print("1 + 2 = {}\n", sum);
}

void the_same_as_one_function(const Options&) {
    timed(compute_inside_of_a_function());
}

// ── 4: whatever happens ──

AsyncGenerator<std::string> connection() {
    fmt::print("  open\n");
    std::exception_ptr error;
    try {
        co_yield "the connection";
    } catch (...) {
        error = std::current_exception();
    }
    co_await aio::sleep(kSecond / 10);
    fmt::print("  closed\n");
    if (error != nullptr) std::rethrow_exception(error);
}

Coro<> fails(std::string what) {
    fmt::print("  {} is used\n", what);
    throw std::domain_error("division by zero");
    co_return;
}

Coro<> hangs(std::string what) {
    fmt::print("  {} is used\n", what);
    co_await aio::sleep(1h);
}

Coro<> whatever() {
    const auto connect = aio::async_context_manager(connection);
    try {
        co_await aio::async_with(connect(), fails);
    } catch (const std::domain_error& error) {
        fmt::print("main: {}\n", error.what());
    }
    const auto task = aio::create_task(aio::async_with(connect(), hangs));
    co_await aio::sleep(kSecond / 10);
    task.cancel();
    co_await aio::until_done(task);
    fmt::print("main: cancelled: {}\n", task.cancelled());
}

void whatever_happens(const Options&) {
    aio::run(whatever());
}

// ── 5: values that take time ──

AsyncGenerator<int> ticks(int count) {
    for (int i = 1; i <= count; ++i) {
        co_await aio::sleep(kSecond / 5);
        co_yield i;
    }
}

Coro<> meanwhile() {
    co_await aio::sleep(kSecond / 10);
    for (int i = 0; i < 2; ++i) {
        co_await aio::sleep(kSecond / 5);
        fmt::print("  meanwhile\n");
    }
}

Coro<> listen_to_ticks() {
    const auto other = aio::create_task(meanwhile());
    auto generator = ticks(3);
    while (const auto tick = co_await generator.anext()) fmt::print("tick {}\n", *tick);
    fmt::print("over\n");
    co_await other;
}

void values_that_take_time(const Options&) {
    aio::run(listen_to_ticks());
}

// ── 6: in both directions, one step at a time ──

AsyncGenerator<int, std::optional<int>> counter() {
    for (int i = 0;;) {
        co_await aio::sleep(0s);
        const std::optional<int> sent = co_yield i;
        i = sent ? *sent : i + 1;
    }
}

Coro<> count_and_send() {
    auto count = counter();
    for (int i = 0; i < 3; ++i) fmt::print("{} ", *co_await count.anext());
    fmt::print("{} ", *co_await count.asend(10));
    fmt::print("{}\n", *co_await count.anext());

    const auto first = aio::create_task(count.anext());
    co_await aio::sleep(0s);
    try {
        co_await count.anext();
    } catch (const aio::RuntimeError& error) {
        fmt::print("{}\n", error.what());
    }
    fmt::print("the first step gives {}\n", *co_await first);
    co_await count.aclose();
}

void in_both_directions(const Options&) {
    aio::run(count_and_send());
}

// ── 7: left half-way ──

AsyncGenerator<int> polite() {
    std::exception_ptr ended_by;
    try {
        for (int i = 1;; ++i) co_yield i;
    } catch (...) {
        ended_by = std::current_exception();
    }
    fmt::print("  cleaning up ...\n");
    co_await aio::sleep(0s);
    fmt::print("  ... clean\n");
    std::rethrow_exception(ended_by);
}

Coro<> drop_one() {
    {
        auto numbers = polite();
        fmt::print("dropped after {}\n", *co_await numbers.anext());
    }
    for (int turn = 1; turn <= 3; ++turn) {
        co_await aio::sleep(0s);
        fmt::print("turn {}: {} tasks\n", turn, aio::all_tasks().size());
    }
}

Coro<> close_one() {
    co_await aio::async_with(aio::aclosing(polite()), [](auto& numbers) -> Coro<> {
        fmt::print("left after {}\n", *co_await numbers.anext());
    });
    fmt::print("and here it is over\n");
}

void left_half_way(const Options&) {
    aio::run(drop_one());
    aio::run(close_one());
}

// ── 8: the program ends first ──

Coro<> keep_one(AsyncGenerator<int>& kept) {
    fmt::print("main: got {}\n", *co_await kept.anext());
    fmt::print("main: over\n");
}

void the_program_ends_first(const Options&) {
    auto kept = polite();
    aio::run(keep_one(kept));
    fmt::print("the loop is closed\n");
}

// ── 9: as many as there are ──

AsyncGenerator<int> connect_to(int port) {
    if (port == 82) throw std::runtime_error("connection refused");
    fmt::print("  {} open\n", port);
    std::exception_ptr error;
    try {
        co_yield port;
    } catch (...) {
        error = std::current_exception();
    }
    co_await aio::sleep(0s);
    fmt::print("  {} closed\n", port);
    if (error != nullptr) std::rethrow_exception(error);
}

Coro<aio::AsyncExitStack> connect_to_all(int first, int last) {
    const auto connect = aio::async_context_manager(connect_to);
    co_return co_await aio::async_with(
        aio::AsyncExitStack(), [&](aio::AsyncExitStack& opened) -> Coro<aio::AsyncExitStack> {
            for (int port = first; port <= last; ++port) {
                co_await opened.enter_async_context(connect(port));
            }
            co_return opened.pop_all();  // all is well: they stay open
        });
}

Coro<> several_connections() {
    auto connections = co_await connect_to_all(79, 81);
    fmt::print("main: all are open\n");
    co_await connections.aclose();
    try {
        connections = co_await connect_to_all(80, 83);
    } catch (const std::runtime_error& error) {
        fmt::print("main: {}\n", error.what());
    }
}

void as_many_as_there_are(const Options&) {
    aio::run(several_connections());
}

// ── 10: whose step it is ──

AsyncGenerator<int> slow_numbers() {
    for (int i = 1;; ++i) {
        co_await aio::sleep(0s);
        co_yield i;
    }
}

Coro<int> take(AsyncGenerator<int>& numbers) {
    co_return *co_await numbers.anext();
}

Coro<> two_consumers() {
    auto numbers = slow_numbers();
    const auto a = aio::create_task(take(numbers), "A");
    co_await a;
    const auto b = aio::create_task(take(numbers), "B");
    fmt::print("A has {}, B has {}\n", co_await a, co_await b);
    co_await numbers.aclose();
}

void whose_step_it_is(const Options&) {
    aio::run(two_consumers());
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "Chapter 10: asynchronous context managers",
                               {{"What a destructor cannot do", what_a_destructor_cannot_do},
                                {"Enter, compute, leave", enter_compute_leave},
                                {"The same as one function", the_same_as_one_function},
                                {"Whatever happens", whatever_happens},
                                {"Values that take time", values_that_take_time},
                                {"In both directions, one step at a time", in_both_directions},
                                {"Left half-way", left_half_way},
                                {"The program ends first", the_program_ends_first},
                                {"As many as there are", as_many_as_there_are},
                                {"Whose step it is", whose_step_it_is}},
                               course::Loop::traceable);
}
