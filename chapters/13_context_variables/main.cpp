// Chapter 13: variables that each task has for itself.
#include <any>
#include <chrono>
#include <latch>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "02_generators/generator.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "13_context_variables/context.hpp"
#include "common/program/program.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Context;
using aio::ContextVar;
using aio::copy_context;
using aio::Coro;
using course::Options;

// ── 1: a global ──

std::string user_of_all;

void log_for(const std::string& user, const std::string& logged) {
    fmt::print("{}'s request is logged for {}\n", user, logged);
}

Coro<> handle_with_a_global(std::string user) {
    user_of_all = user;
    co_await aio::sleep(0s);  // asks the database
    log_for(user, user_of_all);
}

void a_global(const Options&) {
    aio::run([]() -> Coro<> {
        co_await aio::gather(handle_with_a_global("ann"), handle_with_a_global("bob"));
    });
}

// ── 2: a thread_local ──

thread_local std::string user_of_thread;

std::string logged_in_a_thread(const std::string& user, std::latch& both_have_begun) {
    user_of_thread = user;
    both_have_begun.arrive_and_wait();
    return user_of_thread;
}

void one_thread_each() {
    std::latch both_have_begun(2);
    std::string ann;
    std::string bob;
    std::thread of_ann([&] { ann = logged_in_a_thread("ann", both_have_begun); });
    std::thread of_bob([&] { bob = logged_in_a_thread("bob", both_have_begun); });
    of_ann.join();
    of_bob.join();
    log_for("ann", ann);
    log_for("bob", bob);
}

Coro<> handle_with_a_thread_local(std::string user) {
    user_of_thread = user;
    co_await aio::sleep(0s);
    log_for(user, user_of_thread);
}

void a_thread_local(const Options&) {
    fmt::print("one thread each:\n");
    one_thread_each();
    fmt::print("one task each:\n");
    aio::run([]() -> Coro<> {
        co_await aio::gather(handle_with_a_thread_local("ann"), handle_with_a_thread_local("bob"));
    });
}

// ── 3: a map for each task ──

using Variables = std::map<std::string, std::string>;

Variables outside;
Variables* current = &outside;  // the map of whoever runs now

/// A task that is a generator, as in chapter 07, and its map.
struct Job {
    aio::Generator<int> steps;
    Variables variables = *current;  // a copy, made with the job
};

aio::Generator<int> handle_in_steps(std::string user) {
    (*current)["user"] = user;
    co_yield 0;  // asks the database
    log_for(user, (*current)["user"]);
}

void make_step(Job& job) {
    current = &job.variables;
    job.steps.next();
    current = &outside;
}

void a_map_for_each_task(const Options&) {
    Job ann{handle_in_steps("ann")};
    Job bob{handle_in_steps("bob")};
    for (Job* job : {&ann, &bob, &ann, &bob}) make_step(*job);
}

// ── 4: a context variable ──

const ContextVar<std::string> current_user("current_user");

Coro<> ask_the_database() {
    co_await aio::sleep(0s);
    fmt::print("  a query for {}\n", current_user.get());
}

Coro<> handle(std::string user) {
    current_user.set(user);
    co_await ask_the_database();
    log_for(user, current_user.get());
}

void a_context_variable(const Options&) {
    aio::run([]() -> Coro<> { co_await aio::gather(handle("ann"), handle("bob")); });
}

// ── 5: get, set, reset ──

const ContextVar<int> var("var");
const ContextVar<int> with_default("with_default", 42);

/// "LookupError", if that is what `action` throws.
template <class Action>
std::string error_of(Action action) {
    try {
        action();
        return "no error";
    } catch (...) {
        const std::string text = aio::describe(std::current_exception());
        return text.substr(0, text.find(':'));
    }
}

void get_set_reset(const Options&) {
    fmt::print("without a value: {}\n", error_of([] { (void)var.get(); }));
    fmt::print("get(7): {}, with a default: {}\n", var.get(7), with_default.get());

    const auto first = var.set(1);
    const auto second = var.set(2);
    fmt::print("after two sets: {}\n", var.get());
    fmt::print("the tokens know: {}, {}\n", first.old_value() ? "a value" : "missing",
               *second.old_value());
    var.reset(second);
    fmt::print("after the reset: {}\n", var.get());

    fmt::print("a token used twice: {}\n", error_of([&] { var.reset(second); }));
    fmt::print("another variable's: {}\n", error_of([&] { with_default.reset(first); }));
    fmt::print("another context's: {}\n",
               error_of([&] { copy_context().run([&] { var.reset(first); }); }));
    var.reset(first);
    fmt::print("after the first token: {}\n", var.get(7));
}

// ── 6: a Context in the hand ──

const ContextVar<std::string> color("color", "red");

void a_context_in_the_hand(const Options&) {
    const auto token = var.set(1);
    const Context copy = copy_context();
    var.set(2);
    fmt::print("here {}, in the copy {}\n", var.get(), copy[var]);

    const int sum = copy.run(
        [](int a, int b) {
            color.set("blue");
            return a + b + var.get();
        },
        10, 20);
    fmt::print("run gave {}, here {}, in the copy {}\n", sum, color.get(), copy[color]);

    std::vector<std::string> names;
    for (const auto& key : copy.keys()) names.push_back(key.name());
    fmt::print("{} variables: {}\n", copy.size(), fmt::join(names, ", "));
    fmt::print("contains with_default: {}, get: {}\n", copy.contains(with_default),
               copy.get(with_default, 0));
    fmt::print("copy == copy.copy(): {}\n", copy == copy.copy());
    fmt::print("entered twice: {}\n", error_of([&] { copy.run([&] { copy.run([] {}); }); }));
    var.reset(token);
}

// ── 7: who shares, who copies ──

Coro<> foo() {
    fmt::print("foo {}\n", var.get());
    var.set(2);
    co_return;
}

Coro<> awaits_foo() {
    var.set(1);
    const Context copy = copy_context();
    fmt::print("main {}\n", var.get());
    co_await foo();
    fmt::print("main {}\n", var.get());
    fmt::print("the copy {}\n", copy[var]);
}

Coro<> makes_a_task_of_foo() {
    var.set(1);
    fmt::print("main {}\n", var.get());
    co_await aio::create_task(foo());
    fmt::print("main {}\n", var.get());
}

Coro<> makes_a_task_of_foo_in_a_context() {
    var.set(1);
    const Context shared = copy_context();
    co_await aio::create_task(foo(), {.context = shared});
    fmt::print("main {}, the shared one {}\n", var.get(), shared[var]);
}

void who_shares_who_copies(const Options&) {
    fmt::print("awaited:\n");
    aio::run(awaits_foo());
    fmt::print("a task:\n");
    aio::run(makes_a_task_of_foo());
    fmt::print("a task in a context that we hold:\n");
    aio::run(makes_a_task_of_foo_in_a_context());
}

// ── 8: what else the loop runs ──

Coro<> what_is_scheduled() {
    auto& loop = aio::get_running_loop();
    const auto future = loop.create_future<void>();
    const Context context;
    context.run([] { var.set(100); });

    var.set(1);
    loop.call_soon([] { fmt::print("a callback: {}\n", var.get()); });
    var.set(2);
    future.add_done_callback([] { fmt::print("a done-callback: {}\n", var.get()); });
    loop.call_later(0s, [] { fmt::print("a timer: {}\n", var.get()); });
    var.set(3);
    loop.call_soon(context, [] { fmt::print("in a context that we hold: {}\n", var.get()); });
    var.set(4);
    future.set_result();
    co_await aio::sleep(1ms);
    fmt::print("main: {}\n", var.get());
}

void what_else_the_loop_runs(const Options&) {
    aio::run(what_is_scheduled());
}

// ── 9: generators ──

aio::Generator<int> counter() {
    for (;;) {
        var.set(var.get(0) + 1);
        co_yield var.get();
    }
}

void generators_have_none(const Options&) {
    auto one = counter();
    const Context other;
    const int first = *one.next();
    const int second = *one.next();
    fmt::print("here: {}, {}; var is {}\n", first, second, var.get());
    const int elsewhere = other.run([&] { return *one.next(); });
    fmt::print("in another context: {}; var is {} there, {} here\n", elsewhere, other[var],
               var.get());
    aio::ContextSnapshot::set_current({});
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "Chapter 13: context variables",
                               {{"A global", a_global},
                                {"A thread_local", a_thread_local},
                                {"A map for each task", a_map_for_each_task},
                                {"A context variable", a_context_variable},
                                {"Get, set, reset", get_set_reset},
                                {"A Context in the hand", a_context_in_the_hand},
                                {"Who shares, who copies", who_shares_who_copies},
                                {"What else the loop runs", what_else_the_loop_runs},
                                {"Generators have none of their own", generators_have_none}},
                               course::Loop::traceable);
}
