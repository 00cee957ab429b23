// Chapter 06: futures, and the event loop that calls those who wait for them.
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "03_blocking_sockets/socket.hpp"
#include "06_futures/detail/current_loop.hpp"
#include "06_futures/detail/future_get.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/mini_loop.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"
#include "common/server/site.hpp"

namespace {

using aio::EventLoop;
using aio::Future;
using course::Cost;
using course::Options;
using namespace std::chrono_literals;

constexpr auto kUnit = 100ms;  // the scenes' second

// ── 1 ──
void a_future(const Options&) {
    EventLoop loop;
    const Future<std::string> future = loop.create_future<std::string>();
    fmt::print("done: {}\n", future.done());
    try {
        (void)future.result();
    } catch (const aio::InvalidStateError& error) {
        fmt::print("result: InvalidStateError: {}\n", error.what());
    }
    future.set_result("hello");
    fmt::print("done: {}\n", future.done());
    fmt::print("result: {}\n", future.result());
    try {
        future.set_result("again");
    } catch (const aio::InvalidStateError&) {
        fmt::print("set_result again: InvalidStateError\n");
    }
}

// ── 2 ──
void nothing_runs_inline(const Options&) {
    EventLoop loop;
    const auto future = loop.create_future<int>();
    for (const char* name : {"first", "second"}) {
        future.add_done_callback([name](const Future<int>& done) {
            fmt::print("  {} callback: {}\n", name, done.result());
        });
    }
    loop.call_soon([&] {
        fmt::print("  set_result\n");
        future.set_result(42);
        fmt::print("  the line after set_result\n");
    });
    loop.call_soon([] { fmt::print("  somebody who was ready before\n"); });
    fmt::print("first turn\n");
    loop.stop();
    loop.run_forever();
    fmt::print("second turn\n");
    loop.stop();
    loop.run_forever();
}

// ── 3 ──
void run_until_complete(const Options&) {
    EventLoop loop;
    const auto f = [](const Future<std::string>& future) {
        fmt::print("  f: set_result\n");
        future.set_result("hello");
        fmt::print("  f: goes on\n");
    };
    const auto first = loop.create_future<std::string>();
    fmt::print("run_forever\n");
    loop.call_soon(f, first);
    loop.call_later(kUnit, [&] {
        fmt::print("  it still runs: we stop it\n");
        loop.stop();
    });
    loop.run_forever();
    const auto second = loop.create_future<std::string>();
    fmt::print("run_until_complete\n");
    loop.call_soon(f, second);
    fmt::print("it gives: {}\n", loop.run_until_complete(second));
}

// ── 4 ──
void order_of_a_turn(const Options&) {
    EventLoop loop;
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    loop.call_later(0s, [] { fmt::print("a timer that is due\n"); });
    loop.add_reader(ours.fileno(), [&, fd = ours.fileno()] {
        fmt::print("a descriptor that is readable\n");
        loop.remove_reader(fd);
    });
    loop.call_soon([&] {
        fmt::print("what was ready\n");
        loop.call_soon([] { fmt::print("next turn: what was scheduled in this one\n"); });
    });
    const auto end = loop.create_future();
    loop.call_later(kUnit, [=] { end.set_result(); });
    loop.run_until_complete(end);
}

// ── 5 ──
/// Runs `start`, which must finish the future that it gets, and prints how long that took.
void timed(const std::function<void(EventLoop&, const Future<void>&)>& start) {
    EventLoop loop;
    const auto end = loop.create_future();
    const Cost cost = course::measure([&] {
        start(loop, end);
        loop.run_until_complete(end);
    });
    fmt::print("{:.3f} s\n", cost.wall.count());
}

void registered_is_not_concurrent(const Options&) {
    const auto f = [](int number) {
        for (int i = 0; i < 3; ++i) {
            std::this_thread::sleep_for(kUnit);
            fmt::print("f({})\n", number);
        }
    };
    timed([&](EventLoop& loop, const Future<void>& end) {
        for (int number = 0; number < 3; ++number) loop.call_soon(f, number);
        loop.call_soon([=] { end.set_result(); });
    });
}

// ── 6 ──
/// A future that is done when `delay` has passed.
Future<void> my_sleep(EventLoop& loop, std::chrono::milliseconds delay) {
    const auto future = loop.create_future();
    loop.call_later(delay, [=] { aio::set_result_unless_cancelled(future); });
    return future;
}

/// Prints f(number) three times, and sleeps before each.
void f(EventLoop& loop, int number, int times, const std::function<void()>& on_end) {
    if (times == 0) return on_end();
    my_sleep(loop, kUnit).add_done_callback([=, &loop] {
        fmt::print("f({})\n", number);
        f(loop, number, times - 1, on_end);
    });
}

void three_sleep_at_once(const Options&) {
    timed([](EventLoop& loop, const Future<void>& end) {
        auto left = std::make_shared<int>(3);
        for (int number = 0; number < 3; ++number) {
            f(loop, number, 3, [=] {
                if (--*left == 0) end.set_result();
            });
        }
    });
}

// ── 7 ──
void which_loop(const Options&) {
    EventLoop& loop = aio::get_event_loop();
    fmt::print("get_event_loop twice: {}\n",
               &loop == &aio::get_event_loop() ? "the same" : "another");
    const auto other = aio::new_event_loop();
    fmt::print("new_event_loop: {}\n", &loop == other.get() ? "the same" : "another");
    try {
        (void)aio::get_running_loop();
    } catch (const aio::RuntimeError& error) {
        fmt::print("get_running_loop: {}\n", error.what());
    }
    loop.call_soon([&] {
        fmt::print("in a callback: {}\n",
                   &loop == &aio::get_running_loop() ? "the same" : "another");
    });
    loop.stop();
    loop.run_forever();
}

// ── 8 ──
void errors_are_reported(const Options&) {
    EventLoop loop;
    loop.set_exception_handler([](EventLoop&, const aio::ExceptionContext& context) {
        fmt::print("the handler: {}\n", context.message.substr(0, context.message.find(" <")));
    });
    loop.call_soon([] { throw std::runtime_error("a mistake"); });
    loop.call_soon([] { fmt::print("the next callback runs\n"); });
    loop.stop();
    loop.run_forever();
    loop.create_future<int>().set_exception(std::runtime_error("nobody looks"));
    loop.call_soon([] { throw aio::SystemExit(1); });
    try {
        loop.run_forever();
    } catch (const aio::SystemExit&) {
        fmt::print("SystemExit leaves the loop\n");
    }
}

// ── 9 ──
void ten_gets(const Options& options) {
    const course::Site site(options);
    const auto count = static_cast<std::size_t>(options.count);
    std::vector<aio::Response> responses;
    const Cost cost = course::measure([&] { responses = aio::get_with_futures(site.url(), count); },
                                      site.thread_id());
    for (const aio::Response& response : responses) {
        fmt::print("{} {}, {} bytes\n", response.status, response.reason, response.body.size());
    }
    fmt::print("{} GETs, futures: {:.3f} s\n", count, cost.wall.count());
    course::report_cost(6, "ten GETs, futures", cost);
}

// ── 10 ──
void an_hour_of_virtual_time(const Options&) {
    EventLoop loop(std::make_unique<aio::VirtualClock>());
    const aio::TimePoint start = loop.time();
    const auto end = loop.create_future();
    int fired = 0;
    for (int s = 1; s < 3600; ++s) loop.call_later(std::chrono::seconds(s), [&] { ++fired; });
    loop.call_later(1h, [=] { end.set_result(); });
    const Cost cost = course::measure([&] { loop.run_until_complete(end); });
    fmt::print("{} timers fired\n", fired);
    fmt::print("the loop's clock has moved by {} minutes\n", (loop.time() - start) / 1min);
    fmt::print("ours by {}\n", course::format_seconds(cost.wall));
}

// ── 11 ──
void the_whole_idea(const Options&) {
    aio::mini::Loop loop;
    const aio::mini::Future<std::string> future(loop);
    future.add_done_callback([=] { fmt::print("the future is done: {}\n", future.result()); });
    loop.call_later(2ms, [=] {
        fmt::print("two milliseconds later\n");
        future.set_result("hello");
        fmt::print("the line after set_result\n");
    });
    loop.call_soon([] { fmt::print("soon\n"); });
    fmt::print("the result: {}\n", run_until_complete(loop, future));
}

// ── 12 ──
void one_error_and_all_is_over() {
    aio::mini::Loop loop;
    loop.call_soon([] { throw std::runtime_error("a mistake"); });
    loop.call_soon([] { fmt::print("the next callback\n"); });
    try {
        loop.run_forever();
    } catch (const std::runtime_error& error) {
        fmt::print("run_forever threw \"{}\": nobody else was called\n", error.what());
    }
}

void the_wrong_run_is_stopped() {
    aio::mini::Loop loop;
    const aio::mini::Future<int> first(loop), second(loop);
    loop.call_soon([] { throw std::runtime_error("Ctrl-C"); });
    try {
        run_until_complete(loop, first);
    } catch (const std::runtime_error&) {
        fmt::print("the first run was left\n");
    }
    loop.call_soon([=] { first.set_result(1); });
    try {
        run_until_complete(loop, second);
    } catch (const std::logic_error& error) {
        fmt::print("the second run was stopped: {}\n", error.what());
    }
}

void called_after_it_was_removed() {
    aio::mini::Loop loop;
    auto [ours, peer] = aio::socket_pair();
    peer.send_all("x");
    loop.call_soon([&, fd = ours.fileno()] { loop.remove(fd); });
    loop.add_reader(ours.fileno(), [&] {
        fmt::print("removed, and called all the same\n");
        loop.stop();
    });
    loop.run_forever();
}

void what_the_mini_loop_cannot_do(const Options&) {
    one_error_and_all_is_over();
    the_wrong_run_is_stopped();
    called_after_it_was_removed();
    aio::mini::Loop loop;
    const aio::mini::Future<int> future(loop);
    future.set_result(1);
    future.set_result(2);
    fmt::print("set_result twice: {}\n", future.result());
    aio::mini::Future<int>(loop).set_exception(std::make_exception_ptr(std::runtime_error("!")));
    fmt::print("an error, and nobody has heard of it\n");
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "Chapter 06: futures and the event loop",
                               {{"A future", a_future},
                                {"Nothing runs inline", nothing_runs_inline},
                                {"Who stops the loop", run_until_complete},
                                {"The order of a turn", order_of_a_turn},
                                {"Registered is not concurrent", registered_is_not_concurrent},
                                {"Three sleep at once", three_sleep_at_once},
                                {"Which loop", which_loop},
                                {"Errors are reported", errors_are_reported},
                                {"Ten GETs with futures", ten_gets},
                                {"An hour of virtual time", an_hour_of_virtual_time},
                                {"The whole idea", the_whole_idea},
                                {"What it cannot do", what_the_mini_loop_cannot_do}},
                               course::Loop::traceable);
}
