// Chapter 09: how to stop a task, politely, and how to be stopped.
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "08_gather/wait.hpp"
#include "09_cancellation/cancellation.hpp"
#include "09_cancellation/shield.hpp"
#include "common/program/program.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Task;
using course::Options;

constexpr auto kSecond = 11ms;  // what the examples call a second

// ── 1: the one that is left ──

Coro<> long_task() {
    try {
        co_await aio::sleep(10 * kSecond);
    } catch (const CancelledError&) {
        fmt::print("  long: cleaning up\n");
        throw;
    }
}

Coro<> wrong_task() {
    throw std::domain_error("division by zero");
    co_return;
}

Coro<> normal_task() {
    co_await aio::sleep(kSecond / 10);
}

std::vector<std::string> pending(const std::vector<Task<>>& tasks) {
    std::vector<std::string> names;
    for (const Task<>& task : tasks) {
        if (!task.done()) names.push_back(task.get_name());
    }
    return names;
}

Coro<> stop_what_is_left() {
    const std::vector<Task<>> tasks{aio::create_task(long_task(), "long"),
                                    aio::create_task(wrong_task(), "wrong"),
                                    aio::create_task(normal_task(), "normal")};
    try {
        co_await aio::gather(tasks);
    } catch (const std::domain_error& error) {
        fmt::print("gather: {}\n", error.what());
    }
    co_await tasks[2];
    fmt::print("pending: [{}]\n", fmt::join(pending(tasks), ", "));
    tasks[0].cancel();
    co_await aio::wait(tasks);
    fmt::print("pending: [{}], long was cancelled: {}\n", fmt::join(pending(tasks), ", "),
               tasks[0].cancelled());
}

void the_one_that_is_left(const Options&) {
    aio::run(stop_what_is_left());
}

// ── 2: one turn later ──

Coro<> sleeper() {
    try {
        fmt::print("  task: sleeps\n");
        co_await aio::sleep(1h);
    } catch (const CancelledError& error) {
        fmt::print("  task: CancelledError: {}\n", error.what());
        throw;
    }
}

Coro<> cancel_and_look() {
    const auto task = aio::create_task(sleeper());
    co_await aio::sleep(0s);
    fmt::print("main: cancels\n");
    const bool accepted = task.cancel("enough");
    fmt::print("main: accepted: {}, done: {}\n", accepted, task.done());
    co_await aio::sleep(0s);
    fmt::print("main: done: {}, cancelled: {}\n", task.done(), task.cancelled());
    fmt::print("main: cancels again, accepted: {}\n", task.cancel());
}

void one_turn_later(const Options&) {
    aio::run(cancel_and_look());
}

// ── 3: who catches it ──

Coro<> catches_errors() {
    try {
        co_await aio::sleep(1h);
    } catch (const std::exception& error) {
        fmt::print("  caught an error: {}\n", error.what());
    }
}

Coro<std::string> swallows() {
    try {
        co_await aio::sleep(1h);
    } catch (const CancelledError&) {
        fmt::print("  swallowed\n");
    }
    co_return "I am still here";
}

Coro<> who_catches() {
    const auto careful = aio::create_task(catches_errors());
    const auto stubborn = aio::create_task(swallows());
    co_await aio::sleep(0s);
    careful.cancel();
    stubborn.cancel();
    co_await aio::sleep(0s);
    fmt::print("who catches errors: cancelled: {}\n", careful.cancelled());
    fmt::print("who swallows it: cancelled: {}, cancelling: {}, result: {}\n", stubborn.cancelled(),
               stubborn.cancelling(), stubborn.result());
}

void who_catches_it(const Options&) {
    aio::run(who_catches());
}

// ── 4: down and up ──

Coro<> innermost(aio::Future<void> future) {
    try {
        co_await future;
    } catch (const CancelledError&) {
        fmt::print("  innermost\n");
        throw;
    }
}

Coro<> middle(aio::Future<void> future) {
    try {
        co_await innermost(future);
    } catch (const CancelledError&) {
        fmt::print("  middle\n");
        throw;
    }
}

Coro<> down_and_up() {
    const auto future = aio::get_running_loop().create_future<void>();
    const auto inner = aio::create_task(middle(future), "inner");
    const auto outer = aio::create_task([inner]() -> Coro<> { co_await inner; }, "outer");
    co_await aio::sleep(0s);
    outer.cancel();
    fmt::print("at once: future cancelled: {}\n", future.cancelled());
    for (int turn = 1; turn <= 2; ++turn) {
        co_await aio::sleep(0s);
        fmt::print("turn {}: inner cancelled: {}, outer cancelled: {}\n", turn, inner.cancelled(),
                   outer.cancelled());
    }
}

void the_way_down_and_up(const Options&) {
    aio::run(down_and_up());
}

// ── 5: counts ──

Coro<> counted() {
    const auto task = aio::create_task(swallows());
    co_await aio::sleep(0s);
    task.cancel();
    task.cancel();
    fmt::print("two requests, cancelling: {}\n", task.cancelling());
    co_await aio::sleep(0s);
    fmt::print("one error, cancelling: {}\n", task.cancelling());
    fmt::print("uncancel: {}\n", task.uncancel());
    fmt::print("uncancel: {}\n", task.uncancel());
    fmt::print("uncancel: {}\n", task.uncancel());
}

void counts(const Options&) {
    aio::run(counted());
}

// ── 6: nothing to cancel ──

Coro<int> says_something() {
    fmt::print("  never printed\n");
    co_return 1;
}

Coro<> cancels_itself() {
    aio::current_task()->cancel();
    fmt::print("  goes on until it waits\n");
    co_await aio::sleep(1h);
    fmt::print("  never printed\n");
}

Coro<> nothing_to_cancel() {
    const auto early = aio::create_task(says_something());
    early.cancel();
    co_await aio::sleep(0s);
    fmt::print("before the first step: cancelled: {}\n", early.cancelled());

    const auto itself = aio::create_task(cancels_itself());
    co_await aio::until_done(itself);
    fmt::print("by itself: cancelled: {}\n", itself.cancelled());

    const auto future = aio::get_running_loop().create_future<int>();
    const auto late = aio::create_task([future]() -> Coro<int> { co_return co_await future; });
    co_await aio::sleep(0s);
    future.set_result(7);
    late.cancel();
    co_await aio::sleep(0s);
    fmt::print("too late for the future: its result: {}, task cancelled: {}\n", future.result(),
               late.cancelled());
}

void when_there_is_nothing_to_cancel(const Options&) {
    aio::run(nothing_to_cancel());
}

// ── 7: a cleanup that awaits ──

Coro<> say_goodbye() {
    fmt::print("  goodbye ...\n");
    co_await aio::sleep(kSecond);
    fmt::print("  ... said\n");
}

Coro<> polite() {
    const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
    if (aio::was_cancelled(outcome)) co_await say_goodbye();
    (void)outcome.value();
}

Coro<> cleanup_awaits() {
    const auto task = aio::create_task(polite());
    co_await aio::sleep(0s);
    task.cancel();
    co_await aio::until_done(task);
    fmt::print("cancelled: {}\n", task.cancelled());
}

void a_cleanup_that_awaits(const Options&) {
    aio::run(cleanup_awaits());
}

// ── 8: shield ──

Coro<std::string> precious() {
    co_await aio::sleep(kSecond);
    fmt::print("  the work is done\n");
    co_return "the result";
}

Coro<> waits_behind_a_shield(Task<std::string> inner) {
    try {
        co_await aio::shield(inner);
    } catch (const CancelledError&) {
        fmt::print("  who waited: CancelledError\n");
        throw;
    }
}

Coro<> shielded() {
    const auto inner = aio::create_task(precious());
    const auto outer = aio::create_task(waits_behind_a_shield(inner));
    co_await aio::sleep(0s);
    outer.cancel();
    co_await aio::until_done(outer);
    fmt::print("outer cancelled: {}, inner done: {}\n", outer.cancelled(), inner.done());
    fmt::print("{}\n", co_await inner);
}

void behind_a_shield(const Options&) {
    aio::run(shielded());
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(
        argc, argv, "Chapter 09: cancellation",
        {{"The one that is left", the_one_that_is_left},
         {"A request, and one turn later an error", one_turn_later},
         {"Who catches it", who_catches_it},
         {"The way down, and the way up", the_way_down_and_up},
         {"Requests are counted", counts},
         {"When there is nothing to cancel", when_there_is_nothing_to_cancel},
         {"A cleanup that awaits", a_cleanup_that_awaits},
         {"Behind a shield", behind_a_shield}},
        course::Loop::traceable);
}
