// Chapter 12: this much time, and no more.
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/shield.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "12_timeouts/timeout.hpp"
#include "12_timeouts/wait_for.hpp"
#include "common/program/program.hpp"

namespace {

using namespace std::chrono_literals;
using aio::async_with;
using aio::CancelledError;
using aio::Coro;
using aio::Task;
using aio::Timeout;
using aio::TimeoutError;
using course::Options;

constexpr auto kSecond = 11ms;  // what the examples call a second

/// Takes `time`, and says how that ended.
Coro<std::string> load(std::string_view what, aio::Duration time) {
    try {
        co_await aio::sleep(time);
    } catch (const CancelledError&) {
        fmt::print("  {}: CancelledError\n", what);
        throw;
    }
    fmt::print("  {}: done\n", what);
    co_return fmt::format("the {}", what);
}

/// The names of all tasks except the one that asks.
std::vector<std::string> other_tasks() {
    std::vector<std::string> names;
    for (const aio::AnyTask& task : aio::all_tasks()) {
        if (task != *aio::current_task()) names.push_back(task.get_name());
    }
    return names;
}

// ── 1: by hand ──

Coro<> load_two_pages() {
    const auto me = *aio::current_task();
    aio::get_running_loop().call_later(kSecond, [me] { me.cancel(); });
    co_await load("first page", kSecond / 10);
    fmt::print("the first page came in time\n");
    co_await load("second page", 10 * kSecond);  // may take as long as it likes
}

Coro<> a_timer_that_cancels() {
    const auto task = aio::create_task(load_two_pages());
    co_await aio::until_done(task);
    fmt::print("cancelled: {}\n", task.cancelled());
}

void by_hand(const Options&) {
    aio::run(a_timer_that_cancels());
}

// ── 2: wait_for ──

Coro<> too_long() {
    try {
        co_await aio::wait_for(load("page", 10 * kSecond), kSecond);
    } catch (const TimeoutError&) {
        fmt::print("timed out\n");
    }
    fmt::print("pending: [{}]\n", fmt::join(other_tasks(), ", "));
}

void wait_for_one_thing(const Options&) {
    aio::run(too_long());
}

// ── 3: behind a shield ──

Coro<> the_task_lives_on() {
    const auto task = aio::create_task(load("page", 10 * kSecond), "loader");
    try {
        co_await aio::wait_for(aio::shield(task), kSecond);
    } catch (const TimeoutError&) {
        fmt::print("timed out\n");
    }
    fmt::print("pending: [{}]\n", fmt::join(other_tasks(), ", "));
    fmt::print("{}\n", co_await task);
}

Coro<> the_outer_cancel_stops_at_the_shield() {
    const auto inner = aio::create_task(load("page", kSecond));
    const auto outer = aio::create_task([inner] { return aio::wait_for(aio::shield(inner), 1h); });
    co_await aio::sleep(0s);
    outer.cancel();
    co_await aio::until_done(outer);
    fmt::print("outer cancelled: {}, inner done: {}\n", outer.cancelled(), inner.done());
    fmt::print("{}\n", co_await inner);
}

void behind_a_shield(const Options&) {
    aio::run(the_task_lives_on());
    aio::run(the_outer_cancel_stops_at_the_shield());
}

// ── 4: a block ──

Coro<> two_awaits() {
    const auto block = []() -> Coro<> {
        co_await load("first page", kSecond / 10);
        co_await load("second page", 10 * kSecond);
    };
    try {
        co_await async_with(aio::timeout(kSecond), block);
    } catch (const TimeoutError&) {
        fmt::print("timed out\n");
    }
}

void a_block_of_two_awaits(const Options&) {
    aio::run(two_awaits());
}

// ── 5: whose request ──

/// The type of the error that ended the task.
std::string error_of(const Task<>& task) {
    if (task.cancelled()) return "CancelledError";
    const std::string text = aio::describe(task.exception());
    return text.substr(0, text.find(':'));
}

/// Waits in a block. At once its deadline strikes, or its task is cancelled, or both.
Coro<> who_asked(std::string_view who, bool deadline, bool user) {
    Timeout limit = aio::timeout(std::nullopt);
    const auto task = aio::create_task(async_with(limit, [] { return aio::sleep(1h); }));
    co_await aio::sleep(0s);
    if (deadline) limit.reschedule(aio::get_running_loop().time());
    if (user) task.cancel();
    co_await aio::until_done(task);
    fmt::print("{}: {}, expired: {}, cancelling: {}\n", who, error_of(task), limit.expired(),
               task.cancelling());
}

Coro<> whose_request() {
    co_await who_asked("the deadline", true, false);
    co_await who_asked("the user", false, true);
    co_await who_asked("both", true, true);
}

void whose_request_it_is(const Options&) {
    aio::run(whose_request());
}

// ── 6: one in another ──

/// A block in a block. The thread may be busy for a while, so that the loop stands still.
Coro<> nested(aio::Duration outer, aio::Duration inner, aio::Duration busy) {
    const auto innermost = [&]() -> Coro<> {
        std::this_thread::sleep_for(busy);
        co_await aio::sleep(1h);
    };
    const auto block = [&]() -> Coro<> {
        Timeout limit = aio::timeout(inner);
        try {
            co_await async_with(limit, innermost);
        } catch (const TimeoutError&) {
            fmt::print("  inner: TimeoutError\n");
        } catch (const CancelledError&) {
            fmt::print("  inner: CancelledError, expired: {}\n", limit.expired());
            throw;
        }
        co_await aio::sleep(1h);
    };
    try {
        co_await async_with(aio::timeout(outer), block);
    } catch (const TimeoutError&) {
        fmt::print("  outer: TimeoutError\n");
    }
}

Coro<> one_in_another() {
    fmt::print("the inner one first\n");
    co_await nested(10 * kSecond, kSecond, 0s);
    fmt::print("the outer one first\n");
    co_await nested(kSecond, 10 * kSecond, 0s);
    fmt::print("both in one turn\n");
    co_await nested(2 * kSecond, kSecond, 3 * kSecond);
}

void one_inside_another(const Options&) {
    aio::run(one_in_another());
}

// ── 7: a block that goes on ──

Coro<> says_no() {
    try {
        co_await aio::sleep(1h);
    } catch (const CancelledError&) {
        fmt::print("  swallowed\n");
    }
    co_await aio::sleep(kSecond);
    fmt::print("  and went on\n");
}

Coro<> makes_progress(Timeout& limit) {
    for (int part = 1; part <= 4; ++part) {
        co_await aio::sleep(4 * kSecond);
        fmt::print("  part {}\n", part);
        limit.reschedule(aio::get_running_loop().time() + 10 * kSecond);
    }
}

Coro<> blocks_that_go_on() {
    Timeout limit = aio::timeout(kSecond);
    co_await async_with(limit, says_no);
    fmt::print("ended well, expired: {}\n", limit.expired());

    co_await async_with(aio::timeout(10 * kSecond), makes_progress);
    fmt::print("all parts\n");
}

void blocks_that_are_not_stopped(const Options&) {
    aio::run(blocks_that_go_on());
}

// ── 8: no time at all ──

Coro<> no_time_at_all() {
    try {
        co_await async_with(aio::timeout(0s), []() -> Coro<> {
            fmt::print("  the block begins\n");
            co_await load("page", 0s);
        });
    } catch (const TimeoutError&) {
        fmt::print("timed out\n");
    }
    co_await async_with(aio::timeout(-1s), []() -> Coro<> {
        fmt::print("  the block never waits\n");
        co_return;
    });
    fmt::print("ended well\n");
    try {
        co_await aio::wait_for(load("page", 0s), 0s);
    } catch (const TimeoutError&) {
        fmt::print("timed out, and never begun\n");
    }
}

void no_time(const Options&) {
    aio::run(no_time_at_all());
}

// ── 9: who wakes whom ──

Coro<> too_slow() {
    const auto page = aio::create_task(load("page", 1h), "page");
    try {
        co_await aio::wait_for(page, kSecond);
    } catch (const TimeoutError&) {
        fmt::print("timed out\n");
    }
}

void who_wakes_whom(const Options&) {
    aio::run(too_slow());
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "Chapter 12: time-outs",
                               {{"A deadline by hand", by_hand},
                                {"wait_for: one thing, not for long", wait_for_one_thing},
                                {"Behind a shield", behind_a_shield},
                                {"A block of two awaits", a_block_of_two_awaits},
                                {"Whose request is it?", whose_request_it_is},
                                {"One inside another", one_inside_another},
                                {"Blocks that are not stopped", blocks_that_are_not_stopped},
                                {"No time at all", no_time},
                                {"Who wakes whom", who_wakes_whom}},
                               course::Loop::traceable);
}
