// Chapter 01: who holds the position? Iterables, iterators, and what a for loop does with them.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "01_iterators/count_up.hpp"
#include "01_iterators/fruits.hpp"
#include "01_iterators/iterator.hpp"
#include "01_iterators/map_view.hpp"
#include "01_iterators/range.hpp"
#include "01_iterators/special_members.hpp"
#include "01_iterators/stop_iteration.hpp"
#include "common/console/table.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"

namespace {

using aio::Iterable;
using aio::Iterator;

template <class T>
std::string shown(const std::optional<T>& value) {
    return value ? fmt::format("{}", *value) : "exhausted";
}

const char* yes_or_no(bool value) {
    return value ? "yes" : "no";
}

// ── 1 ──
void list_iterator(const course::Options&) {
    const std::vector<int> list = {1, 2, 3, 4};
    auto it = aio::iter(list);
    for (int i = 0; i < 5; ++i) fmt::print("{}\n", shown(aio::next(it)));
}

// ── 2 ──
void for_by_hand(const course::Options&) {
    aio::my_for(aio::range(4), [](int x) { fmt::print("{}\n", x * x); });
}

// ── 3 ──
void two_iterators_of_one_range(const course::Options&) {
    const aio::Range three = aio::range(3);
    auto a = aio::iter(three);
    auto b = aio::iter(three);
    fmt::print("a: {}\n", shown(aio::next(a)));
    fmt::print("a: {}\n", shown(aio::next(a)));
    fmt::print("b: {}\n", shown(aio::next(b)));
    fmt::print("b: {}\n", shown(aio::next(b)));
    fmt::print("a: {}\n", shown(aio::next(a)));
    fmt::print("a: {}\n", shown(aio::next(a)));
}

// ── 4 ──
class CountUpIterator {
  public:
    explicit CountUpIterator(int limit) : count_(limit) {}

    CountUpIterator& iter() {
        fmt::print("iter called\n");
        return *this;
    }
    std::optional<int> next() {
        fmt::print("next called\n");
        return count_.next();
    }

  private:
    aio::CountUp count_;
};

void iterator_of_our_own(const course::Options&) {
    CountUpIterator it(3);
    auto& same = aio::iter(it);
    fmt::print("iter(it) is it: {}\n", yes_or_no(&same == &it));
    fmt::print("{}\n", shown(aio::next(it)));
    fmt::print("{}\n", shown(aio::next(same)));
    fmt::print("-- a for loop takes the rest\n");
    aio::my_for(it, [](int number) { fmt::print("{}\n", number); });
}

// ── 5 ──
template <Iterable X>
void eat(const char* how, X&& fruits) {
    fmt::print("{}:", how);
    for (const std::string& fruit : fruits) fmt::print(" {}", fruit);
    fmt::print("\n");
}

void fruits_in_three_ways(const course::Options&) {
    const std::vector<std::string> names = {"apple", "orange", "banana", "melon", "pineapple"};
    const aio::OpenFruits open{names};
    eat("reach in", open.fruits);
    const aio::Fruits fruits(names);
    eat("hand out", fruits);
    eat("hand out again", fruits);
    aio::ConsumingFruits consuming(names);
    eat("consume", consuming);
    eat("consume again", consuming);
}

// ── 6 ──
template <class T>
void add_row(course::Table& table, const char* what) {
    table.add({what, yes_or_no(Iterable<T>), yes_or_no(Iterator<T>)});
}

void which_is_which(const course::Options&) {
    using List = std::vector<int>;
    using Set = std::set<int>;
    using Map = std::map<std::string, int>;
    course::Table table({{"type"}, {"iterable"}, {"iterator"}});
    add_row<int>(table, "number");
    add_row<std::string>(table, "string");
    add_row<List>(table, "list");
    add_row<aio::Range>(table, "range");
    add_row<Map>(table, "map");
    add_row<decltype(aio::keys(Map()))>(table, "map keys");
    add_row<decltype(aio::values(Map()))>(table, "map values");
    add_row<decltype(aio::items(Map()))>(table, "map items");
    add_row<Set>(table, "set");
    add_row<decltype(aio::iter(std::declval<List&>()))>(table, "list iterator");
    add_row<decltype(aio::iter(std::declval<Set&>()))>(table, "set iterator");
    add_row<aio::CountUp>(table, "CountUp");
    add_row<std::ifstream>(table, "file");
    table.print();
}

// ── 7 ──
void first_and_last_moments() {
    auto say = [](std::string_view what) { fmt::print("{}\n", what); };
    auto foo = std::make_shared<aio::Announced>(say);
    fmt::print("attr: {}\n", foo->attr());
    auto bar = foo;
    fmt::print("name: {}\n", bar->name());
    fmt::print("drop foo\n");
    foo.reset();
    fmt::print("drop bar\n");
    bar.reset();
}

void numbered_tuple() {
    const aio::NumberedTuple<std::string> tuple({"foo", "bar", "baz"});
    for (const auto& [number, value] : tuple) fmt::print("({}, '{}')\n", number, value);
}

void special_members(const course::Options&) {
    first_and_last_moments();
    numbered_tuple();
}

// ── 8 ──
struct LoudPosition {
    int value;

    int operator*() const {
        fmt::print("  *       -> {}\n", value);
        return value;
    }
    LoudPosition& operator++() {
        fmt::print("  ++\n");
        ++value;
        return *this;
    }
    bool operator!=(const LoudPosition& other) const {
        fmt::print("  !=      -> {}\n", yes_or_no(value != other.value));
        return value != other.value;
    }
};

struct LoudRange {
    int stop;

    [[nodiscard]] LoudPosition begin() const {
        fmt::print("  begin()\n");
        return {0};
    }
    [[nodiscard]] LoudPosition end() const {
        fmt::print("  end()\n");
        return {stop};
    }
};

void what_a_range_for_calls(const course::Options&) {
    for (const int number : LoudRange{2}) fmt::print("the body gets {}\n", number);
}

// ── 9 ──
int sum_with_optional(int limit) {
    aio::CountUp it(limit);
    int sum = 0;
    while (auto value = aio::next(it)) sum += *value;
    return sum;
}

int sum_with_exception(int limit) {
    aio::CountUp it(limit);
    int sum = 0;
    try {
        while (true) sum += aio::next_or_throw(it);
    } catch (const aio::StopIteration&) {
        return sum;
    }
}

/// The time of one call of `sum(limit)`: the best of many runs, as other programs disturb some.
std::chrono::duration<double> time_of_one(int (*sum)(int), int limit) {
    constexpr int kCalls = 100;
    std::chrono::duration<double> best = std::chrono::hours(1);
    for (int run = 0; run < 50; ++run) {
        long total = 0;
        const course::Cost cost = course::measure([&] {
            for (int i = 0; i < kCalls; ++i) total += sum(limit);
        });
        if (total != long{kCalls} * limit * (limit - 1) / 2) throw std::logic_error("a wrong sum");
        best = std::min(best, cost.wall / kCalls);
    }
    return best;
}

void what_an_exception_costs(const course::Options&) {
    course::Table table({{"one loop over", course::Align::right},
                         {"optional", course::Align::right},
                         {"StopIteration", course::Align::right}});
    for (const int values : {0, 4, 100}) {
        table.add({fmt::format("{} values", values),
                   course::format_seconds(time_of_one(sum_with_optional, values)),
                   course::format_seconds(time_of_one(sum_with_exception, values))});
    }
    table.print();
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "01 Iterators",
                               {{"An iterator gives its values and is exhausted", list_iterator},
                                {"A for loop written by hand", for_by_hand},
                                {"Two iterators of one range", two_iterators_of_one_range},
                                {"An iterator that says when it is used", iterator_of_our_own},
                                {"Fruits in three ways", fruits_in_three_ways},
                                {"What is iterable, and what is an iterator", which_is_which},
                                {"When an object begins and ends", special_members},
                                {"What a range-for calls", what_a_range_for_calls},
                                {"What an exception costs", what_an_exception_costs}});
}
