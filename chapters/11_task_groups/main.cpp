// Chapter 11: tasks that end with the block in which they were started, and all their errors.
#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "02_generators/type_error.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "11_task_groups/except_star.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/format_exception.hpp"
#include "11_task_groups/task_group.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"

// The error of Python's division. It is outside any namespace, so that it prints as Python's name.
struct ZeroDivisionError : std::domain_error {
    ZeroDivisionError() : std::domain_error("division by zero") {}
};

namespace {

using aio::async_with;
using aio::Coro;
using aio::except_star;
using aio::ExceptionGroup;
using aio::Task;
using aio::TaskGroup;
using aio::TypeError;
using aio::ValueError;
using course::Options;

constexpr std::chrono::milliseconds kSecond{11};  // what the examples call a second

/// How many tasks there are besides this one.
std::size_t others() {
    return aio::all_tasks().size() - 1;
}

/// Runs a scene. It must leave no task behind.
void run_scene(const std::function<Coro<>()>& scene) {
    aio::run([&]() -> Coro<> {
        co_await scene();
        if (others() > 0) throw aio::RuntimeError("the scene has left tasks behind");
    });
}

// ── 1: what gather leaves behind ──

Coro<> work(std::string name, int seconds) {
    co_await aio::sleep(seconds * kSecond);
    fmt::print("  {}: done\n", name);
}

Coro<> fail(std::string name, int seconds) {
    co_await aio::sleep(seconds * kSecond);
    throw std::runtime_error(name + " has failed");
}

Coro<> gather_leaves_something() {
    try {
        co_await aio::gather(work("one", 3), fail("two", 1), fail("three", 2));
    } catch (const std::exception& error) {
        fmt::print("caught: {}\n", error.what());
    }
    fmt::print("still running: {}\n", others());
    co_await aio::sleep(4 * kSecond);
}

void what_gather_leaves(const Options&) {
    run_scene(gather_leaves_something);
}

// ── 2: three tasks in a group ──

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

Coro<std::tuple<Task<std::string>, Task<std::string>, Task<int>>> start_three(TaskGroup& group) {
    co_return {group.create_task(say_after(20, "world")), group.create_task(say_after(10, "hello")),
               group.create_task(answer_after(15))};
}

Coro<> hello_world() {
    const auto [world, hello, answer] = co_await async_with(TaskGroup(), start_three);
    fmt::print("{}, {}, {}\n", world.result(), hello.result(), answer.result());
}

void three_in_a_group(const Options&) {
    const auto cost = course::measure([] { run_scene(hello_world); });
    fmt::print("{:.3f} s\n", cost.wall.count());
}

// ── 3: one fails ──

/// Works for a long time. When it is cancelled, it needs a second to clean up.
Coro<> careful(std::string name) {
    const auto outcome = co_await aio::outcome_of(aio::sleep(100 * kSecond));
    if (aio::was_cancelled(outcome)) {
        fmt::print("  {}: cancelled\n", name);
        co_await aio::sleep(kSecond);
        fmt::print("  {}: cleaned up\n", name);
    }
    (void)outcome.value();
}

Coro<> waiting_body(TaskGroup& group) {
    group.create_task(careful("one"));
    group.create_task(fail("two", 1));
    const auto outcome = co_await aio::outcome_of(aio::sleep(100 * kSecond));
    fmt::print("  body: over\n");
    (void)outcome.value();
}

Coro<> one_fails() {
    try {
        co_await async_with(TaskGroup(), waiting_body);
    } catch (const ExceptionGroup& group) {
        fmt::print("caught: {}\n", group.what());
    }
    fmt::print("still running: {}, cancelling: {}\n", others(), aio::current_task()->cancelling());
}

void when_one_fails(const Options&) {
    run_scene(one_fails);
}

// ── 4: two errors at once ──

using Number = std::variant<int, std::string>;  // what Python does not ask for

Coro<int> foo(Number x) {
    if (x.index() == 1) throw TypeError("unsupported operand type(s) for /: 'int' and 'str'");
    const int number = std::get<int>(x);
    if (number == 0) throw ZeroDivisionError();
    co_await aio::sleep(std::chrono::duration<double>(kSecond) / number);
    co_return number;
}

Coro<> five(TaskGroup& group) {
    for (const Number& x : {Number(11), Number(0), Number(12), Number("13"), Number(14)}) {
        group.create_task(foo(x));
    }
    co_return;
}

/// "division by zero, ...": the texts of all errors of a group.
std::string texts(const aio::BaseExceptionGroup& group) {
    std::string all;
    for (const auto& error : aio::leaves(group)) {
        if (!all.empty()) all += ", ";
        all += aio::exception_ptr_cast<std::exception>(error)->what();
    }
    return all;
}

Coro<> two_errors() {
    try {
        co_await async_with(TaskGroup(), five);
    } catch (const ExceptionGroup& group) {
        except_star(group)
            .on<ZeroDivisionError>([](const ExceptionGroup& errors) {
                fmt::print("ZeroDivisionError: {}\n", texts(errors));
            })
            .on<TypeError>(
                [](const ExceptionGroup& errors) { fmt::print("TypeError: {}\n", texts(errors)); })
            .rethrow_rest();
    }
    fmt::print("still running: {}\n", others());
}

void two_errors_at_once(const Options&) {
    run_scene(two_errors);
}

// ── 5: a group is a tree ──

/// "eg[1, inner[2, 3]]": a group in one line.
std::string shape(const std::exception_ptr& error) {
    if (error == nullptr) return "nothing";
    const auto* group = aio::exception_ptr_cast<aio::BaseExceptionGroup>(error);
    if (group == nullptr) return aio::exception_ptr_cast<std::exception>(error)->what();
    std::string members;
    for (const auto& member : group->exceptions()) {
        members += (members.empty() ? "" : ", ") + shape(member);
    }
    return fmt::format("{}[{}]", group->message(), members);
}

template <class E>
std::exception_ptr error(const std::string& text) {
    return std::make_exception_ptr(E(text));
}

/// Values are odd, types are even.
ExceptionGroup tree() {
    const ExceptionGroup inner("inner", {error<TypeError>("2"), error<ValueError>("3")});
    const ExceptionGroup other("other", {error<TypeError>("4")});
    return {"eg", {error<ValueError>("1"), inner.as_ptr(), other.as_ptr()}};
}

bool is_3_or_4(const std::exception_ptr& error) {
    return shape(error) == "3" || shape(error) == "4";
}

void a_group_is_a_tree(const Options&) {
    const ExceptionGroup eg = tree();
    fmt::print("{}", aio::format_exception(eg));
    fmt::print("message: {}, members: {}, text: {}\n", eg.message(), eg.exceptions().size(),
               eg.what());
    fmt::print("values: {}\n", shape(eg.subgroup<ValueError>()));
    fmt::print("timeouts: {}\n", shape(eg.subgroup<aio::TimeoutError>()));
    const auto [types, no_types] = eg.split<TypeError>();
    fmt::print("types: {} and the rest: {}\n", shape(types), shape(no_types));
    const auto [match, rest] = eg.split(is_3_or_4);
    fmt::print("3 and 4: {} and the rest: {}\n", shape(match), shape(rest));
    fmt::print("all errors are the same group: {}\n", *eg.subgroup<std::exception>() == eg);
}

// ── 6: handlers ──

/// Runs `handle`, and prints what comes out of it.
void print_rest(const std::string& title, void (*handle)()) {
    try {
        handle();
        fmt::print("{}: nothing is left\n", title);
    } catch (...) {
        fmt::print("{}: {}\n", title, shape(std::current_exception()));
    }
}

void prints_values(const ExceptionGroup& group) {
    fmt::print("  values: {}\n", shape(group.as_ptr()));
}

void prints_types(const ExceptionGroup& group) {
    fmt::print("  types: {}\n", shape(group.as_ptr()));
}

void both_are_handled() {
    except_star(tree()).on<ValueError>(prints_values).on<TypeError>(prints_types).rethrow_rest();
}

void one_is_handled() {
    except_star(tree()).on<ValueError>(prints_values).rethrow_rest();
}

void one_is_rethrown() {
    except_star(tree()).on<ValueError>(prints_values).on<TypeError>([] { throw; }).rethrow_rest();
}

void one_throws_anew() {
    except_star(tree()).on<TypeError>([] { throw ValueError("new"); }).rethrow_rest();
}

void an_error_alone() {
    except_star(error<ValueError>("1")).on<ValueError>(prints_values).rethrow_rest();
}

void several_handlers(const Options&) {
    print_rest("both are handled", both_are_handled);
    print_rest("one is handled", one_is_handled);
    print_rest("one is rethrown", one_is_rethrown);
    print_rest("one throws anew", one_throws_anew);
    print_rest("an error alone", an_error_alone);
}

// ── 7: cancelled from outside ──

Coro<> parent_of_one() {
    co_await async_with(TaskGroup(), [](TaskGroup& group) -> Coro<> {
        group.create_task(careful("child"));
        co_return;
    });
}

Coro<> cancelled_from_outside() {
    const auto parent = aio::create_task(parent_of_one());
    co_await aio::sleep(kSecond);
    parent.cancel();
    co_await aio::until_done(parent);
    fmt::print("cancelled: {}, still running: {}\n", parent.cancelled(), others());
}

void when_the_parent_is_cancelled(const Options&) {
    run_scene(cancelled_from_outside);
}

// ── 8: both at once ──

Coro<> fails_when_cancelled() {
    (void)co_await aio::outcome_of(aio::sleep(100 * kSecond));
    throw std::runtime_error("the cleanup has failed");
}

Coro<> goes_on() {
    try {
        co_await async_with(TaskGroup(), [](TaskGroup& group) -> Coro<> {
            group.create_task(fails_when_cancelled());
            co_return;
        });
    } catch (const ExceptionGroup& group) {
        fmt::print("  caught: {}\n", shape(group.as_ptr()));
    }
    fmt::print("  cancelling: {}\n", aio::current_task()->cancelling());
    co_await aio::sleep(kSecond);
    fmt::print("  never printed\n");
}

Coro<> error_and_request() {
    const auto parent = aio::create_task(goes_on());
    co_await aio::sleep(kSecond);
    parent.cancel();
    co_await aio::until_done(parent);
    fmt::print("cancelled: {}, still running: {}\n", parent.cancelled(), others());
}

void both_at_once(const Options&) {
    run_scene(error_and_request);
}

// ── 9: who may still join ──

/// Adds a child to the group, and says so; or says why not.
void try_to_add(TaskGroup& group, const std::string& name) {
    try {
        group.create_task(work(name, 1));
        fmt::print("{}: started\n", name);
    } catch (const aio::RuntimeError& error) {
        fmt::print("{}: {}\n", name, error.what());
    }
}

Coro<> joins_late(TaskGroup& group) {
    co_await aio::sleep(kSecond);
    try_to_add(group, "sibling");
}

Coro<> who_may_join() {
    TaskGroup group;
    try_to_add(group, "too early");
    co_await async_with(group, [](TaskGroup& entered) -> Coro<> {
        entered.create_task(joins_late(entered));
        co_return;
    });
    try_to_add(group, "too late");
}

void who_may_still_join(const Options&) {
    run_scene(who_may_join);
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "Chapter 11: task groups",
                               {{"What gather leaves behind", what_gather_leaves},
                                {"Three tasks in a group", three_in_a_group},
                                {"One fails", when_one_fails},
                                {"Two errors at once", two_errors_at_once},
                                {"A group is a tree", a_group_is_a_tree},
                                {"Several handlers", several_handlers},
                                {"Cancelled from outside", when_the_parent_is_cancelled},
                                {"An error and a request at once", both_at_once},
                                {"Who may still join", who_may_still_join}},
                               course::Loop::traceable);
}
