// Chapter 08: many things at once, and what to do with their results and their errors.
#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "03_blocking_sockets/http_get.hpp"
#include "05_selector_callbacks/get_at_once.hpp"
#include "07_coroutine_tasks/detail/coro_get.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/as_completed.hpp"
#include "08_gather/gather.hpp"
#include "08_gather/staggered_race.hpp"
#include "08_gather/wait.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"
#include "common/server/site.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::Task;
using course::Options;

constexpr std::chrono::milliseconds kSecond{11};  // what the examples call a second

std::string message_of(const std::exception_ptr& error) try {
    std::rethrow_exception(error);
} catch (const std::exception& failure) {
    return failure.what();
}

// ── 1: results in the order of the arguments ──

Coro<std::string> say_after(int seconds, std::string what) {
    co_await aio::sleep(seconds * kSecond);
    fmt::print("  {}\n", what);
    co_return what;
}

Coro<int> answer_after(int seconds) {
    co_await aio::sleep(seconds * kSecond);
    fmt::print("  the answer\n");
    co_return 42;
}

Coro<> hello_world() {
    const auto [world, hello, answer] =
        co_await aio::gather(say_after(20, "world"), say_after(10, "hello"), answer_after(15));
    fmt::print("{}, {}, {}\n", world, hello, answer);
}

void in_the_order_of_the_arguments(const Options&) {
    const auto cost = course::measure([] { aio::run(hello_world()); });
    fmt::print("{:.3f} s\n", cost.wall.count());
}

// ── 2: the first error ──

using Number = std::variant<int, std::string>;  // what Python does not ask for

Coro<int> f(Number x) {
    if (x.index() == 1) {
        throw std::invalid_argument("unsupported operand type(s) for /: 'int' and 'str'");
    }
    const int number = std::get<int>(x);
    if (number == 0) throw std::domain_error("division by zero");
    co_await aio::sleep(std::chrono::duration<double>(kSecond) / number);
    co_return number;
}

std::vector<Coro<int>> five() {
    std::vector<Coro<int>> all;
    for (const Number& x : {Number(11), Number(0), Number(12), Number("13"), Number(14)}) {
        all.push_back(f(x));
    }
    return all;
}

Coro<> the_first_error() {
    try {
        const std::vector<int> results = co_await aio::gather(five());
        fmt::print("{} results\n", results.size());
    } catch (const std::exception& error) {
        fmt::print("gather: {}\n", error.what());
    }
    fmt::print("gather with return_exceptions:\n");
    const auto outcomes = co_await aio::gather(aio::return_exceptions, five());
    for (const aio::Outcome<int>& outcome : outcomes) {
        fmt::print("  {}\n",
                   outcome ? fmt::format("{}", outcome.value()) : message_of(outcome.exception()));
    }
}

void one_error_or_all(const Options&) {
    aio::run(the_first_error());
}

// ── 3: what happens to the others ──

Coro<> fail_after(int seconds, std::string what) {
    co_await aio::sleep(seconds * kSecond);
    fmt::print("  {} fails\n", what);
    throw std::runtime_error(what + " has failed");
}

Coro<> others_run_on() {
    try {
        co_await aio::gather(fail_after(1, "one"), fail_after(2, "two"), say_after(3, "three"));
    } catch (const std::exception& error) {
        fmt::print("caught: {}\n", error.what());
    }
    co_await aio::sleep(4 * kSecond);
}

void the_others_run_on(const Options&) {
    aio::run(others_run_on());
}

// ── 4: wait ──

/// Three tasks: one succeeds early, one fails, one succeeds late.
std::vector<Task<>> three_tasks() {
    std::vector<Task<>> tasks;
    const auto succeed = [](int seconds) -> Coro<> { co_await aio::sleep(seconds * kSecond); };
    const auto fail = [](int seconds) -> Coro<> {
        co_await aio::sleep(seconds * kSecond);
        throw std::runtime_error("it failed");
    };
    tasks.push_back(aio::create_task(succeed(1), "early"));
    tasks.push_back(aio::create_task(fail(3), "failing"));
    tasks.push_back(aio::create_task(succeed(5), "late"));
    return tasks;
}

std::string names(const std::vector<Task<>>& tasks) {
    std::vector<std::string> names;
    for (const Task<>& task : tasks) names.push_back(task.get_name());
    std::sort(names.begin(), names.end());
    return names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "));
}

Coro<> wait_for_three(std::string how, aio::WaitOptions options, bool ask = false) {
    const auto [done, pending] = co_await aio::wait(three_tasks(), options);
    fmt::print("{}\n  done: {}\n  pending: {}\n", how, names(done), names(pending));
    for (const Task<>& task : done) {
        if (ask && task.exception()) fmt::print("  error: {}\n", message_of(task.exception()));
    }
    if (!pending.empty()) co_await aio::wait(pending);
}

Coro<> four_waits() {
    aio::get_running_loop().set_exception_handler(
        [](aio::EventLoop&, const aio::ExceptionContext& context) {
            fmt::print("  (the loop: {})\n", context.message);
        });
    co_await wait_for_three("the first to be done", {.return_when = aio::FIRST_COMPLETED});
    co_await wait_for_three("the first to fail", {.return_when = aio::FIRST_EXCEPTION}, true);
    co_await wait_for_three("all", {.return_when = aio::ALL_COMPLETED});
    co_await wait_for_three("all, or two seconds", {.timeout = 2 * kSecond});
}

void wait_in_four_ways(const Options&) {
    aio::run(four_waits());
}

// ── 5: as_completed ──

Coro<std::string> after(int seconds, std::string what) {
    co_await aio::sleep(seconds * kSecond);
    co_return what;
}

std::vector<Task<std::string>> three_words() {
    std::vector<Task<std::string>> tasks;
    tasks.push_back(aio::create_task(after(3, "slow")));
    tasks.push_back(aio::create_task(after(1, "fast")));
    tasks.push_back(aio::create_task(after(2, "medium")));
    return tasks;
}

Coro<> as_they_come() {
    for (auto next : aio::as_completed(three_words())) fmt::print("{}\n", co_await next);
    fmt::print("with a time-out:\n");
    for (auto next : aio::as_completed(three_words(), 3 * kSecond / 2)) {
        try {
            fmt::print("  {}\n", co_await next);
        } catch (const aio::TimeoutError&) {
            fmt::print("  TimeoutError\n");
        }
    }
}

void results_as_they_come(const Options&) {
    aio::run(as_they_come());
}

// ── 6: a race ──

Coro<> race() {
    const auto refused = []() -> Coro<std::string> {
        co_await aio::sleep(1 * kSecond);
        throw std::runtime_error("refused");
    };
    std::vector<std::function<Coro<std::string>()>> ways;
    ways.emplace_back([] { return after(1000, "a dead address"); });
    ways.emplace_back(refused);
    ways.emplace_back([] { return after(1, "a good address"); });
    ways.emplace_back([] { return after(1, "never tried"); });
    const auto result = co_await aio::staggered_race(std::move(ways), 3 * kSecond);
    fmt::print("way {}: {}\n", result.index.value(), result.winner.value());
    fmt::print("{} of 4 were tried\n", result.errors.size());
    fmt::print("way 1: {}\n", message_of(result.errors[1]));
}

void a_staggered_race(const Options&) {
    const auto cost = course::measure([] { aio::run(race()); });
    fmt::print("{:.3f} s\n", cost.wall.count());
}

// ── 7: ten GETs ──

Coro<> get_all(std::string url, int count) {
    const aio::Url parts = aio::parse_url(url);
    const aio::Address address = aio::address_of(parts);
    std::vector<Coro<aio::Response>> gets;
    for (int i = 0; i < count; ++i) gets.push_back(aio::get(parts, address));
    for (const aio::Response& response : co_await aio::gather(std::move(gets))) {
        fmt::print("{} {}, {} bytes\n", response.status, response.reason, response.body.size());
    }
}

void ten_gets(const Options& options) {
    const course::Site site(options);
    const auto cost =
        course::measure([&] { aio::run(get_all(site.url(), options.count)); }, site.thread_id());
    fmt::print("{} GETs, gathered: {:.3f} s\n", options.count, cost.wall.count());
    course::report_cost(8, "ten GETs, gathered", cost);
}

// ── 8: who wakes whom ──

Coro<int> one_turn_later(int value) {
    co_await aio::sleep(0s);
    co_return value;
}

Coro<> gather_two() {
    const auto one = aio::create_task(one_turn_later(1), "one");
    const auto two = aio::create_task(one_turn_later(2), "two");
    const auto [first, second] = co_await aio::gather(one, two);
    fmt::print("{}, {}\n", first, second);
}

void who_wakes_whom(const Options&) {
    aio::run(gather_two());
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(
        argc, argv, "Chapter 08: many at once",
        {{"gather: results in the order of the arguments", in_the_order_of_the_arguments},
         {"gather: the first error, or all of them", one_error_or_all},
         {"After the first error the others run on", the_others_run_on},
         {"wait, in four ways", wait_in_four_ways},
         {"as_completed: results as they come", results_as_they_come},
         {"A staggered race", a_staggered_race},
         {"Ten GETs, gathered", ten_gets},
         {"Who wakes whom", who_wakes_whom}},
        course::Loop::traceable);
}
