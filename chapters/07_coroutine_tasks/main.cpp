// Chapter 07: coroutines and tasks. Code that waits, written as if it did not.
#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "03_blocking_sockets/http_get.hpp"
#include "05_selector_callbacks/get_at_once.hpp"
#include "06_futures/detail/log.hpp"
#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/detail/canary.hpp"
#include "07_coroutine_tasks/detail/coro_get.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/generator_task.hpp"
#include "07_coroutine_tasks/mini_get.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"
#include "common/server/site.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Canary;
using aio::Coro;
using aio::EventLoop;
using aio::Task;
using course::Options;

// ── 1: the way asyncio began ──

aio::Future<int> later(EventLoop& loop, int value) {
    auto future = loop.create_future<int>();
    loop.call_later(20ms, [=] { future.set_result(value); });
    return future;
}

aio::GeneratorTask<int>::Body add(EventLoop& loop, int a, int b) {
    fmt::print("Compute {} + {} ...\n", a, b);
    const int sum = co_yield later(loop, a + b);
    fmt::print("{} + {} = {}\n", a, b, sum);
    co_return sum;
}

void a_task_over_a_generator(const Options&) {
    EventLoop loop;
    aio::GeneratorTask<int> one(loop, add(loop, 1, 2));
    aio::GeneratorTask<int> two(loop, add(loop, 3, 4));
    loop.run_until_complete(one.result());
    loop.run_until_complete(two.result());
    fmt::print("in all: {}\n", one.result().result() + two.result().result());
}

// ── 2: a coroutine is an object ──

Coro<std::string> hello() {
    fmt::print("  hello runs\n");
    co_return "hello";
}

void called_is_not_run(const Options&) {
    Coro<std::string> coroutine = hello();
    fmt::print("called\n");
    const std::string result = coroutine.send();
    fmt::print("sent: it ran to its end, and returned \"{}\"\n", result);
    try {
        coroutine.send();
    } catch (const aio::RuntimeError& error) {
        fmt::print("sent again: {}\n", error.what());
    }
}

// ── 3: to await is not to suspend ──

Coro<> hello_twice() {
    fmt::print("main awaits\n");
    co_await hello();
    fmt::print("main awaits again\n");
    co_await hello();
    fmt::print("main returns\n");
}

void to_await_is_not_to_suspend(const Options&) {
    hello_twice().send();
    fmt::print("all of that in one send\n");
}

// ── 4: never awaited ──

void never_awaited(const Options&) {
    const auto before =
        aio::set_log_handler([](const std::string& text) { fmt::print("{}\n", text); });
    {
        const Coro<std::string> forgotten = hello();
        fmt::print("called, and forgotten\n");
    }
    aio::set_log_handler(before);
}

// ── 5: a chain of awaits ──

Coro<int> compute(int x, int y) {
    fmt::print("Compute {} + {} ...\n", x, y);
    co_await aio::sleep(100ms);
    co_return x + y;
}

Coro<> print_sum(int x, int y) {
    const int sum = co_await compute(x, y);
    fmt::print("{} + {} = {}\n", x, y, sum);
}

void a_chain_of_awaits(const Options&) {
    aio::run(print_sum(1, 2));
}

// ── 6: three tasks ──

constexpr auto kSecond = 11ms;  // what the example calls a second

Coro<> say(std::string what, int seconds) {
    co_await aio::sleep(seconds * kSecond);
    fmt::print("  {}\n", what);
}

Coro<> three_tasks() {
    const Task<> one = aio::create_task(say("one", 6));
    const Task<> two = aio::create_task(say("two", 5));
    const Task<> three = aio::create_task(say("three", 4));
    co_await one;
    co_await two;
    co_await three;
}

Coro<> three_awaits() {
    co_await say("one", 6);
    co_await say("two", 5);
    co_await say("three", 4);
}

Coro<> three_tasks_too_late() {
    co_await aio::create_task(say("one", 6));
    co_await aio::create_task(say("two", 5));
    co_await aio::create_task(say("three", 4));
}

void print_time_of(const char* what, Coro<> (*main)()) {
    fmt::print("{}\n", what);
    const auto cost = course::measure([&] { aio::run(main()); });
    fmt::print("  {:.3f} s\n", cost.wall.count());
}

void one_two_three(const Options&) {
    print_time_of("three tasks", three_tasks);
    print_time_of("three coroutines", three_awaits);
    print_time_of("three tasks, each awaited at once", three_tasks_too_late);
}

// ── 7: what there is ──

Coro<int> answer() {
    co_return 42;
}

Coro<std::string> name_of_the_current_task() {
    co_return aio::current_task()->get_name();
}

std::vector<std::string> names_of_all_tasks() {
    std::vector<std::string> names;
    for (const aio::AnyTask& task : aio::all_tasks()) names.push_back(task.get_name());
    std::sort(names.begin(), names.end());
    return names;
}

Coro<> names_and_tasks() {
    aio::current_task()->set_name("main");
    const auto one = aio::create_task(name_of_the_current_task(), "one");
    const auto two = aio::create_task(name_of_the_current_task(), "two");
    fmt::print("all tasks: {}\n", fmt::join(names_of_all_tasks(), ", "));
    fmt::print("names: {}, {}\n", co_await one, co_await two);
    fmt::print("all tasks: {}\n", fmt::join(names_of_all_tasks(), ", "));
    fmt::print("current: {}\n", co_await name_of_the_current_task());
    fmt::print("sleep gives: {}\n", co_await aio::sleep(1ms, std::string("this")));
}

Coro<> ensured_futures() {
    const auto future = aio::get_running_loop().create_future<int>();
    future.set_result(1);
    const auto task = aio::create_task(answer());
    fmt::print("a future stays: {}\n", aio::ensure_future(future) == future);
    fmt::print("a task stays: {}\n", aio::ensure_future(task) == task);
    fmt::print("a coroutine becomes a task: {}\n", co_await aio::ensure_future(answer()));
    co_await task;
}

void what_there_is(const Options&) {
    fmt::print("run gives: {}\n", aio::run(answer()));
    aio::Runner runner;
    const EventLoop* loop = &runner.get_loop();
    runner.run(names_and_tasks());
    runner.run(ensured_futures());
    fmt::print("all on one loop: {}\n", loop == &runner.get_loop());
    runner.close();
}

// ── 8: a run in a run ──

Coro<> run_in_a_run() {
    Coro<int> inner = answer();
    try {
        aio::run(std::move(inner));
    } catch (const aio::RuntimeError& error) {
        fmt::print("RuntimeError: {}\n", error.what());
    }
    inner.close();
    co_return;
}

void a_run_in_a_run(const Options&) {
    aio::run(run_in_a_run());
}

// ── 9: a run in a run, when asked for ──

Coro<> count(std::string name) {
    for (int i = 1; i <= 3; ++i) {
        fmt::print("  {} {}\n", name, i);
        co_await aio::sleep(10ms);
    }
}

Coro<> nested() {
    EventLoop& loop = aio::get_running_loop();
    loop.set_nested_running(true);
    const auto other = aio::create_task(count("the other task"));
    fmt::print("a call, not an await:\n");
    loop.run_until_complete(count("the inner run"));
    fmt::print("back\n");
    co_await other;
}

void a_nested_run(const Options&) {
    aio::run(nested());
}

// ── 10: eager ──

Coro<> work(std::string name) {
    fmt::print("  {} begins\n", name);
    co_await aio::sleep(0s);
    fmt::print("  {} ends\n", name);
}

Coro<> eager_and_not() {
    const auto soon = aio::create_task(work("soon"));
    fmt::print("made\n");
    co_await soon;
    const auto eager = aio::create_task(work("eager"), {.eager_start = true});
    fmt::print("made\n");
    co_await eager;
    fmt::print("done at once: {}\n", aio::create_task(answer(), {.eager_start = true}).done());
}

void eager_start(const Options&) {
    aio::run(eager_and_not());
}

// ── 11: the lifetime lab ──

Coro<> by_reference(const Canary& canary) {
    co_await aio::sleep(0s);
    fmt::print("by reference: {}\n", Canary::sings(&canary) ? "alive" : "DEAD");
}

Coro<> by_value(Canary canary) {
    co_await aio::sleep(0s);
    fmt::print("by value:     {}\n", Canary::sings(&canary) ? "alive" : "DEAD");
}

Coro<> parameters() {
    const auto dangling = aio::create_task(by_reference(Canary()));  // gone at the semicolon
    co_await dangling;
    co_await by_reference(Canary());  // lives until the semicolon, and the await is over by then
    const auto kept = aio::create_task(by_value(Canary()));
    co_await kept;
}

Coro<> lambdas() {
    const auto captures = [canary = Canary()]() -> Coro<> {
        co_await aio::sleep(0s);
        fmt::print("captured:     {}\n", Canary::sings(&canary) ? "alive" : "DEAD");
    };
    auto copy = std::make_unique<decltype(captures)>(captures);
    const auto dangling = aio::create_task((*copy)());  // the coroutine lives in its lambda
    copy.reset();
    co_await dangling;
    const auto kept = aio::create_task(captures);  // no call: the task keeps a copy
    co_await kept;
}

void the_lifetime_lab(const Options&) {
    aio::run(parameters());
    aio::run(lambdas());
}

// ── 12: ten GETs ──

Coro<> get_all(std::string url, int count) {
    const aio::Url parts = aio::parse_url(url);
    const aio::Address address = aio::address_of(parts);
    std::vector<Task<aio::Response>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(aio::create_task(aio::get(parts, address)));
    for (const auto& task : tasks) {
        const aio::Response response = co_await task;
        fmt::print("{} {}, {} bytes\n", response.status, response.reason, response.body.size());
    }
}

void ten_gets(const Options& options) {
    const course::Site site(options);
    const auto cost =
        course::measure([&] { aio::run(get_all(site.url(), options.count)); }, site.thread_id());
    fmt::print("{} GETs, a task each: {:.3f} s\n", options.count, cost.wall.count());
    course::report_cost(7, "ten GETs, tasks", cost);
}

// ── 13: an awaiter of your own ──

/// Somebody waits until it is pressed.
class Button {
  public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
    void await_resume() const noexcept {}

    void press() const {
        fmt::print("pressed\n");
        waiting_.resume();
        fmt::print("press() is over\n");
    }

  private:
    std::coroutine_handle<> waiting_;
};

Coro<> wait_for(Button& button) {
    co_await button;
    fmt::print("{} goes on\n", aio::current_task()->get_name());
}

Coro<> press_a_button() {
    Button button;
    const auto task = aio::create_task(wait_for(button), "the task that waited");
    co_await aio::sleep(0s);
    button.press();
    co_await task;
}

void an_awaiter_of_our_own(const Options&) {
    aio::run(press_a_button());
}

// ── 14: the mini stack fetches, too ──

void two_hundred_lines_fetch(const Options& options) {
    const course::Site site(options);
    const auto fetch = [&](std::size_t count, const char* what) {
        const auto cost =
            course::measure([&] { (void)aio::mini::get_all(site.url(), count); }, site.thread_id());
        fmt::print("{} GETs in two hundred lines: {:.3f} s\n", count, cost.wall.count());
        course::report_cost(7, what, cost);
    };
    fetch(10, "ten GETs, mini stack");
    if (options.url.empty()) fetch(10'000, "10,000 GETs, mini stack");  // nobody else's server
}

// ── 15: who wakes whom ──

Coro<> waits_for_a_timer() {
    const aio::Future<int> future = later(aio::get_running_loop(), 5);
    fmt::print("it gives {}\n", co_await future);
}

void who_wakes_whom(const Options&) {
    aio::run(waits_for_a_timer());
}

// ── 16 ──

aio::mini::Coro<> mini_fails() {
    fmt::print("it fails\n");
    throw std::runtime_error("a mistake");
    co_return;
}

void what_the_mini_task_cannot_do(const Options&) {
    aio::mini::Loop loop;
    { const auto forgotten = mini_fails(); }
    fmt::print("called and forgotten: nothing has run, and nobody says so\n");
    create_task(loop, mini_fails());
    loop.run_once();
    fmt::print("a task has failed, and nobody says so\n");
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(
        argc, argv, "Chapter 07: coroutines and tasks",
        {{"The way asyncio began: a task over a generator", a_task_over_a_generator},
         {"A coroutine that is called does not run", called_is_not_run},
         {"To await is not to suspend", to_await_is_not_to_suspend},
         {"Never awaited", never_awaited},
         {"A chain of awaits", a_chain_of_awaits},
         {"Three tasks, three awaits", one_two_three},
         {"run, Runner, names, all tasks, ensure_future", what_there_is},
         {"A run in a run", a_run_in_a_run},
         {"A run in a run, when asked for", a_nested_run},
         {"Soon, and at once", eager_start},
         {"The lifetime lab", the_lifetime_lab},
         {"Ten GETs, a task each", ten_gets},
         {"An awaiter of our own", an_awaiter_of_our_own},
         {"Two hundred lines fetch, too", two_hundred_lines_fetch},
         {"Who wakes whom", who_wakes_whom},
         {"What the mini task cannot do", what_the_mini_task_cannot_do}},
        course::Loop::traceable);
}
