// Chapter 02: a function that stops in the middle, and goes on where it stopped.
#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "02_generators/generator.hpp"
#include "02_generators/lines.hpp"
#include "02_generators/minimal_generator.hpp"
#include "02_generators/round_robin.hpp"
#include "02_generators/sparse_file.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"

namespace {

using aio::Generator;
using course::Options;

// ── 1 ──
Generator<int, void, std::string> one_two_three() {
    co_yield 1;
    co_yield 2;
    co_yield 3;
    co_return "END";
}

void values_and_a_result(const Options&) {
    auto numbers = one_two_three();
    while (const std::optional<int> number = numbers.next()) fmt::print("{}\n", *number);
    fmt::print("{}\n", numbers.result());
}

// ── 2 ──
int with_return() {
    return 100 + 200;
}

Generator<int> with_yield() {
    for (int i = 0; i < 3; ++i) {
        co_yield i + 200;
        fmt::print("hello: {}\n", i);
    }
    co_yield 10 + 20;
}

void return_against_yield(const Options&) {
    auto generator = with_yield();
    for (int call = 1; call <= 4; ++call) {
        fmt::print("call {}\n", call);
        fmt::print("{}\n", with_return());
        fmt::print("{}\n", *generator.next());
    }
}

// ── 3 ──
Generator<std::string> say(std::string word) {
    co_yield word;
}

Generator<std::string> both(Generator<std::string> first, Generator<std::string> second) {
    co_yield aio::from(first);
    co_yield aio::from(second);
}

Generator<int, void, std::string> delegate() {
    const std::string result = co_yield aio::from(one_two_three());
    co_return "one_two_three() returned " + result;
}

void yield_from(const Options&) {
    for (const std::string& word : both(say("one"), say("two"))) fmt::print("{}\n", word);
    auto numbers = delegate();
    for (const int number : numbers) fmt::print("{}\n", number);
    fmt::print("{}\n", numbers.result());
}

// ── 4 ──
Generator<int> counter() {
    for (int i = 1;; ++i) co_yield i;
}

void print_five(Generator<int>& numbers) {
    for (int i = 0; i < 5; ++i) fmt::print(" {}", *numbers.next());
    fmt::print("\n");
}

void five_at_a_time(const Options&) {
    auto numbers = counter();
    print_five(numbers);
    print_five(numbers);
}

// ── 5 ──
using MaybeInt = std::optional<int>;

Generator<std::monostate, MaybeInt> listener() {
    while (true) {
        const MaybeInt x = co_yield std::monostate();
        fmt::print("x: {}\n", x ? fmt::to_string(*x) : "None");
    }
}

Generator<int, MaybeInt> resettable_counter() {
    int count = 0;
    while (true) {
        const MaybeInt reset = co_yield count;
        count = reset ? *reset : count + 1;
    }
}

void print_next(Generator<int, MaybeInt>& count, int times) {
    for (int i = 0; i < times; ++i) fmt::print(" {}", *count.next());
    fmt::print("\n");
}

void send(const Options&) {
    auto hears = listener();
    hears.next();  // runs to the first co_yield: from now on it can be sent to
    hears.send(1);
    hears.send(2);
    hears.next();  // sends nothing

    auto count = resettable_counter();
    print_next(count, 5);
    fmt::print(" {}", *count.send(0));
    print_next(count, 4);
    fmt::print(" {}", *count.send(10));
    print_next(count, 4);
}

// ── 6 ──
/// Yields its health, is sent the damage, returns its name when it is dead.
Generator<int, int, std::string> fighter(std::string name, int health) {
    while (health > 0) {
        const int damage = co_yield health;
        health = std::max(0, health - damage);
        fmt::print("{} takes {} and has {} left\n", name, damage, health);
    }
    co_return name;
}

void fight(const Options&) {
    std::minstd_rand dice(2);
    std::deque<Generator<int, int, std::string>> fighters;
    fighters.push_back(fighter("hero", 100));
    fighters.push_back(fighter("slime", 20));
    for (auto& each : fighters) each.next();

    auto dead = aio::round_robin(fighters, [&](auto& each) {
        return each.send(5 + static_cast<int>(dice() % 6)).has_value();
    });
    fmt::print("{} is dead\n", dead.result());
}

// ── 7 ──
void a_gigabyte_of_lines(const Options&) {
    const aio::SparseFile file(1000, 1'000'000);
    const std::int64_t before = course::peak_memory();
    std::int64_t count = 0;
    std::int64_t bytes = 0;
    for (const std::string& line : aio::lines(file.path())) {
        ++count;
        bytes += static_cast<std::int64_t>(line.size()) + 1;
    }
    fmt::print("{} read in {} lines (the file takes {} of the disk)\n", course::format_bytes(bytes),
               count, course::format_bytes(file.bytes_on_disk()));
    fmt::print("peak memory: {} before, {} after\n", course::format_bytes(before),
               course::format_bytes(course::peak_memory()));
}

// ── 8 ──
constexpr std::chrono::milliseconds kUnit{100};

Generator<int, void, std::string> f(int tag) {
    for (int i = 0; i < 3; ++i) {
        co_yield tag;
        std::this_thread::sleep_for(kUnit);
        fmt::print("f({})\n", tag);
    }
    co_return fmt::format("hello {}", tag);
}

void switching_is_not_waiting(const Options&) {
    std::deque<Generator<int, void, std::string>> tasks;
    for (int tag = 0; tag < 3; ++tag) tasks.push_back(f(tag));

    const course::Cost cost = course::measure([&] {
        while (!tasks.empty()) {
            auto done = aio::round_robin(tasks, [](auto& task) { return task.next().has_value(); });
            fmt::print("{}\n", done.result());
        }
    });
    fmt::print("9 units of 0.1 s took {:.1f} s\n", cost.wall.count());
}

// ── 9 ──
aio::MinimalGenerator countdown(int n) {
    fmt::print("the body begins\n");
    for (; n > 0; --n) co_yield n;
    fmt::print("the body ends\n");
}

void the_smallest_generator(const Options&) {
    auto numbers = countdown(2);
    fmt::print("called\n");
    while (const auto number = numbers.next()) fmt::print("{}\n", *number);
}

// ── 10 ──
struct Cleanup {
    ~Cleanup() { fmt::print("cleanup\n"); }
};

Generator<int> patient() {
    const Cleanup cleanup;
    for (int i = 0;; ++i) {
        try {
            co_yield i;
        } catch (const std::runtime_error& error) {
            fmt::print("caught: {}\n", error.what());
        }
    }
}

void throw_and_close(const Options&) {
    auto numbers = patient();
    fmt::print("{}\n", *numbers.next());
    const auto error = std::make_exception_ptr(std::runtime_error("a stone"));
    fmt::print("{}\n", *numbers.throw_(error));
    numbers.close();
    fmt::print("{}\n", numbers.next() ? "goes on" : "exhausted");
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "02 · Generators",
                               {
                                   {"Three values, and a result", values_and_a_result},
                                   {"Return against yield", return_against_yield},
                                   {"One generator yields for another", yield_from},
                                   {"Five at a time", five_at_a_time},
                                   {"Sending values in", send},
                                   {"A fight: two generators take turns", fight},
                                   {"A gigabyte, line by line", a_gigabyte_of_lines},
                                   {"Switching is not waiting", switching_is_not_waiting},
                                   {"The smallest generator", the_smallest_generator},
                                   {"Throwing in, and closing", throw_and_close},
                               });
}
