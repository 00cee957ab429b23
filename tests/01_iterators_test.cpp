// The iterator protocol: what next(), iter(), my_for() and a range-for promise.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "01_iterators/count_up.hpp"
#include "01_iterators/fruits.hpp"
#include "01_iterators/iterator.hpp"
#include "01_iterators/map_view.hpp"
#include "01_iterators/range.hpp"
#include "01_iterators/special_members.hpp"
#include "01_iterators/stop_iteration.hpp"

namespace {

using Ints = std::vector<int>;
using Strings = std::vector<std::string>;

/// No loop of these tests has that many values: if one goes on forever, the test says so.
constexpr std::size_t kTooMany = 20;

/// The values that next() gives until it is empty.
template <class It>
auto taken(It&& it) {
    std::vector<std::remove_cvref_t<decltype(*aio::next(it))>> values;
    while (auto value = aio::next(it)) {
        values.push_back(*std::move(value));
        if (values.size() == kTooMany) break;
    }
    return values;
}

/// The values that the body of a range-for sees; it breaks after `most` of them.
template <class X>
auto looped(X&& iterable, std::size_t most = kTooMany) {
    std::vector<std::ranges::range_value_t<X&>> values;
    for (const auto& value : iterable) {
        values.push_back(value);
        if (values.size() == most) break;
    }
    return values;
}

/// The values that the function of my_for() is called with.
template <class Value, class X>
std::vector<Value> called_with(X&& iterable) {
    std::vector<Value> values;
    aio::my_for(iterable, [&](const Value& value) {
        values.push_back(value);
        if (values.size() == kTooMany) throw std::logic_error("my_for does not come to an end");
    });
    return values;
}

/// The first four of five numbers: reading beyond the end gives 99.
class Four {
  public:
    [[nodiscard]] std::span<const int> list() const { return {numbers_.data(), 4}; }

  private:
    std::array<int, 5> numbers_ = {1, 2, 3, 4, 99};
};

// The fourth is too long to lie inside its std::string: it goes when the string goes.
const Strings kFruits = {"apple", "orange", "banana", "the longest fruit", "pineapple"};

// ── Which is which, decided by the compiler ──

static_assert(aio::Iterable<Ints> && !aio::Iterator<Ints>);
static_assert(aio::Iterable<const Ints> && aio::Iterable<int[3]>);
static_assert(aio::Iterable<aio::Range> && !aio::Iterator<aio::Range>);
static_assert(aio::Iterable<aio::Fruits> && !aio::Iterator<aio::Fruits>);
static_assert(aio::Iterable<aio::ConsumingFruits> && aio::Iterator<aio::ConsumingFruits>);
static_assert(aio::Iterable<aio::CountUp> && aio::Iterator<aio::CountUp>);
static_assert(aio::Iterable<std::ifstream> && aio::Iterator<std::ifstream>);
static_assert(!aio::Iterable<int> && !aio::Iterator<int>);
// A C++ position is not an iterator in Python's sense: it does not know where the end is.
static_assert(!aio::Iterable<Ints::iterator> && !aio::Iterator<Ints::iterator>);

static_assert(std::forward_iterator<aio::Range::Iterator>);
static_assert(std::input_iterator<aio::InputIterator<aio::CountUp>>);
static_assert(!std::forward_iterator<aio::InputIterator<aio::CountUp>>);

// ── next ──

TEST(Next, GivesTheValuesInOrder) {
    const Four four;
    const std::span<const int> list = four.list();
    auto it = aio::iter(list);
    EXPECT_EQ(aio::next(it), 1) << "the first call gives the first value";
    EXPECT_EQ(aio::next(it), 2) << "each call moves on by one";
    EXPECT_EQ(aio::next(it), 3);
    EXPECT_EQ(aio::next(it), 4) << "the last value is a value, not the end";
}

TEST(Next, IsEmptyAtTheEndAndStaysEmpty) {
    const Four four;
    const std::span<const int> list = four.list();
    auto it = aio::iter(list);
    EXPECT_EQ(taken(it), Ints({1, 2, 3, 4})) << "the list ends before 99";
    EXPECT_EQ(aio::next(it), std::nullopt) << "once exhausted, always exhausted";
}

TEST(Next, IsEmptyAtOnceForAnEmptyList) {
    const auto take_from_nothing = [] {
        const Ints empty;
        auto it = aio::iter(empty);
        std::fprintf(stderr, "%s", aio::next(it) ? "a value" : "nothing");
        std::_Exit(0);
    };
    // In a process of its own: to read a value that is not there usually crashes.
    EXPECT_EXIT(take_from_nothing(), testing::ExitedWithCode(0), "^nothing$")
        << "look whether the list is over before you read";
}

TEST(Next, TellsAZeroFromTheEnd) {
    const Ints zeros = {0, 0};
    auto it = aio::iter(zeros);
    EXPECT_EQ(taken(it), zeros) << "zero is a value like any other";
}

TEST(Next, GivesCopiesAndLeavesTheListAsItWas) {
    Strings fruits = kFruits;
    EXPECT_EQ(taken(aio::iter(fruits)), kFruits);
    EXPECT_EQ(fruits, kFruits) << "the values were moved out of the list, not copied";
}

TEST(Next, GivesTheValueOfAPositionThatKeepsItInside) {
    using Words = std::istream_iterator<std::string>;
    std::istringstream text("one two three");
    aio::Iter it{Words(text), Words()};
    EXPECT_EQ(taken(it), Strings({"one", "two", "three"}))
        << "such a position holds one value, and ++ overwrites it: copy it first";
}

TEST(Next, GivesMoveOnlyValuesThroughMovingPositions) {
    std::array<std::unique_ptr<int>, 2> owners = {std::make_unique<int>(7), nullptr};
    aio::Iter it(std::make_move_iterator(owners.begin()),
                 std::make_move_iterator(owners.begin() + 1));
    const auto value = aio::next(it);
    ASSERT_TRUE(value.has_value() && *value != nullptr)
        << "the first value is the one that holds 7";
    EXPECT_EQ(**value, 7);
    EXPECT_EQ(owners[0], nullptr) << "the value was moved out, not copied";
}

TEST(Next, ReadsAFileLineByLine) {
    std::istringstream file("one\n\nthree");
    EXPECT_EQ(taken(file), Strings({"one", "", "three"}));
    EXPECT_EQ(aio::next(file), std::nullopt);
}

TEST(Next, SaysThatAFileCannotBeReadInsteadOfCallingItEmpty) {
    std::ifstream missing("no/such/file");
    EXPECT_THROW((void)aio::next(missing), std::ios_base::failure);
    std::ifstream directory("/");
    EXPECT_THROW((void)aio::next(directory), std::ios_base::failure);
}

// ── iter ──

TEST(Iter, OfAnIteratorIsTheIteratorItself) {
    aio::CountUp it(3);
    EXPECT_EQ(&aio::iter(it), &it);
}

TEST(Iter, OfAListIsNewEachTime) {
    const Ints list = {1, 2};
    auto a = aio::iter(list);
    auto b = aio::iter(list);
    EXPECT_EQ(aio::next(a), 1);
    EXPECT_EQ(aio::next(a), 2);
    EXPECT_EQ(aio::next(b), 1) << "b has a position of its own";
}

TEST(Iter, AsksAClassThatAnswersItself) {
    struct Backwards {
        Ints list = {1, 2, 3};
        auto iter() { return aio::Iter(list.rbegin(), list.rend()); }
    } backwards;
    static_assert(aio::Iterable<Backwards> && !aio::Iterator<Backwards>);
    EXPECT_EQ(taken(aio::iter(backwards)), Ints({3, 2, 1}));
    EXPECT_EQ(called_with<int>(backwards), Ints({3, 2, 1}));
}

// ── my_for ──

TEST(MyFor, CallsTheFunctionWithEveryValueInOrder) {
    Ints squares;
    aio::my_for(Ints{0, 1, 2, 3}, [&](int x) {
        squares.push_back(x * x);
        if (squares.size() == kTooMany) throw std::logic_error("my_for does not come to an end");
    });
    EXPECT_EQ(squares, Ints({0, 1, 4, 9})) << "the function gets every value, each once";
}

TEST(MyFor, DoesNothingForAnEmptyList) {
    EXPECT_EQ(called_with<int>(Ints{}), Ints{}) << "no value, no call";
}

TEST(MyFor, DoesNotTakeAZeroForTheEnd) {
    EXPECT_EQ(called_with<int>(Ints{3, 0, 5}), Ints({3, 0, 5}))
        << "only an empty optional is the end, a zero is not";
}

TEST(MyFor, WalksOverAListAgainAndAgain) {
    const Ints list = {1, 2, 3};
    EXPECT_EQ(called_with<int>(list), list);
    EXPECT_EQ(called_with<int>(list), list) << "a list is not consumed: it holds no position";
}

TEST(MyFor, GoesOnWhereAnIteratorIs) {
    aio::CountUp it(4);
    EXPECT_EQ(aio::next(it), 0);
    EXPECT_EQ(called_with<int>(it), Ints({1, 2, 3}));
}

TEST(MyFor, ConsumesTheIteratorItWasGiven) {
    aio::CountUp it(4);
    EXPECT_EQ(called_with<int>(it), Ints({0, 1, 2, 3}));
    EXPECT_EQ(aio::next(it), std::nullopt)
        << "iter(it) is `it` itself: the loop must take from it, not from a copy";
}

TEST(MyFor, TakesNoMoreThanTheFunctionSaw) {
    aio::CountUp it(4);
    const auto stops_at_one = [](int number) {
        if (number == 1) throw std::logic_error("enough");
    };
    EXPECT_THROW(aio::my_for(it, stops_at_one), std::logic_error)
        << "what the function throws comes out";
    EXPECT_EQ(aio::next(it), 2) << "give each value to the function before you ask for the next";
}

TEST(MyFor, ReadsTheLinesOfAFile) {
    std::istringstream file("one\ntwo\n");
    EXPECT_EQ(called_with<std::string>(file), Strings({"one", "two"}));
}

// ── Range ──

TEST(Range, CountsUpToButNotIncludingItsEnd) {
    EXPECT_EQ(looped(aio::range(3)), Ints({0, 1, 2}));
    EXPECT_EQ(looped(aio::range(2, 5)), Ints({2, 3, 4}));
    EXPECT_EQ(looped(aio::range(0)), Ints{});
    EXPECT_EQ(looped(aio::range(5, 2)), Ints{});
}

TEST(Range, CountsInItsSteps) {
    EXPECT_EQ(looped(aio::range(0, 7, 3)), Ints({0, 3, 6}));
    EXPECT_EQ(looped(aio::range(0, 6, 3)), Ints({0, 3})) << "the end itself is not in the range";
    EXPECT_EQ(looped(aio::range(3, 0, -1)), Ints({3, 2, 1}));
    EXPECT_EQ(looped(aio::range(5, 0, -2)), Ints({5, 3, 1}));
    EXPECT_EQ(looped(aio::range(0, 5, -1)), Ints{});
}

TEST(Range, GivesIteratorsThatAdvanceIndependently) {
    const aio::Range three = aio::range(3);
    auto a = aio::iter(three);
    auto b = aio::iter(three);
    EXPECT_EQ(aio::next(a), 0);
    EXPECT_EQ(aio::next(a), 1);
    EXPECT_EQ(aio::next(b), 0) << "b does not move when a does";
    EXPECT_EQ(aio::next(b), 1);
    EXPECT_EQ(aio::next(a), 2);
    EXPECT_EQ(aio::next(a), std::nullopt);
    EXPECT_EQ(aio::next(b), 2) << "b is not exhausted when a is";
}

TEST(Range, IsNotConsumedByALoop) {
    const aio::Range three = aio::range(3);
    EXPECT_EQ(looped(three), Ints({0, 1, 2}));
    EXPECT_EQ(looped(three), Ints({0, 1, 2})) << "each loop begins at the beginning";
}

TEST(Range, MovesThePositionItself) {
    const aio::Range three = aio::range(3);
    auto position = three.begin();
    auto& same = ++position;
    EXPECT_EQ(*position, 1) << "++ moves the position itself, not a copy";
    EXPECT_EQ(&same, &position) << "and returns it";
    EXPECT_EQ(*position++, 1) << "the postfix form gives the position before the move";
    EXPECT_EQ(*position, 2);
}

TEST(Range, WorksWithTheStandardsAlgorithms) {
    const aio::Range range = aio::range(0, 10, 5);
    ASSERT_EQ(looped(range), Ints({0, 5})) << "a loop over this range never ends";
    EXPECT_EQ(std::ranges::distance(range), 2);
    const auto found_at = [&range](int number) {
        return std::ranges::distance(range.begin(), std::ranges::find(range, number));
    };
    EXPECT_EQ(found_at(5), 1);
    EXPECT_EQ(found_at(4), 2) << "4 is not among them: what is found is the end";
}

TEST(Range, HoldsTheLimitsOfAnInt) {
    constexpr int kMax = std::numeric_limits<int>::max();
    constexpr int kMin = std::numeric_limits<int>::min();
    EXPECT_EQ(looped(aio::range(kMax - 1, kMax, 5)), Ints({kMax - 1}))
        << "the end lies beyond the last int: a position must not come round to the first one";
    EXPECT_EQ(looped(aio::range(kMin, kMax, kMax)), Ints({kMin, -1, kMax - 1}));
    EXPECT_EQ(looped(aio::range(kMax, kMin, kMin)), Ints({kMax, -1}));
}

TEST(Range, RefusesAStepOfZero) {
    EXPECT_THROW((void)aio::range(0, 3, 0), std::invalid_argument);
}

// ── CountUp and Fruits ──

TEST(CountUp, GivesAsManyNumbersAsItsLimit) {
    EXPECT_EQ(taken(aio::CountUp(3)), Ints({0, 1, 2}));
    EXPECT_EQ(taken(aio::CountUp(0)), Ints{});
    EXPECT_EQ(taken(aio::CountUp(-1)), Ints{});
}

TEST(CountUp, StaysExhausted) {
    aio::CountUp it(1);
    EXPECT_EQ(aio::next(it), 0);
    EXPECT_EQ(aio::next(it), std::nullopt);
    EXPECT_EQ(aio::next(it), std::nullopt);
}

TEST(Fruits, CanBeLoopedOverAgain) {
    const aio::Fruits fruits(kFruits);
    EXPECT_EQ(looped(fruits), kFruits);
    EXPECT_EQ(looped(fruits), kFruits);
}

TEST(ConsumingFruits, GivesTheFruitsInOrder) {
    aio::ConsumingFruits fruits(kFruits);
    for (const std::string& fruit : kFruits) {
        EXPECT_EQ(aio::next(fruits), fruit)
            << "the fruit that lies first is taken first, each once";
    }
}

TEST(ConsumingFruits, IsEmptyWhenTheLastFruitIsTaken) {
    const auto take_four_of_two = [] {
        { const std::string dirt(511, 'x'); }  // what lies behind the last fruit is no string
        aio::ConsumingFruits fruits({"apple", "melon"});
        for (int i = 0; i < 4; ++i) {
            std::fprintf(stderr, "'%s' ", aio::next(fruits).value_or("nothing").c_str());
        }
        std::_Exit(0);
    };
    // In a process of its own: front() of an empty box usually crashes.
    EXPECT_EXIT(take_four_of_two(), testing::ExitedWithCode(0),
                "^'apple' 'melon' 'nothing' 'nothing' $")
        << "look whether the box is empty before you take: an empty box gives nothing, not a name";
}

TEST(ConsumingFruits, GiveOneWithoutANameToo) {
    aio::ConsumingFruits fruits({"", "apple"});
    EXPECT_EQ(aio::next(fruits), "") << "only an empty box is the end, an empty name is not";
    EXPECT_EQ(aio::next(fruits), "apple");
}

TEST(ConsumingFruits, LeaveNothingForASecondLoop) {
    aio::ConsumingFruits fruits(kFruits);
    EXPECT_EQ(taken(fruits), kFruits);
    EXPECT_EQ(taken(fruits), Strings{}) << "what was given is gone";
}

TEST(ConsumingFruits, KeepWhatWasNotTaken) {
    aio::ConsumingFruits fruits({"apple", "orange", "banana"});
    EXPECT_EQ(aio::next(fruits), "apple");
    EXPECT_EQ(aio::next(fruits), "orange") << "next() takes one fruit and leaves the others";
    EXPECT_EQ(aio::next(fruits), "banana");
}

// ── An iterator in a range-for ──

TEST(RangeFor, GivesEveryValueOfAnIterator) {
    EXPECT_EQ(looped(aio::CountUp(4)), Ints({0, 1, 2, 3}));
    EXPECT_EQ(looped(aio::CountUp(0)), Ints{});
    EXPECT_EQ(looped(aio::ConsumingFruits({"", "apple", ""})), Strings({"", "apple", ""}))
        << "only an empty optional is the end, an empty string is not";
}

TEST(RangeFor, GoesOnWhereTheIteratorIs) {
    aio::CountUp it(4);
    EXPECT_EQ(aio::next(it), 0);
    EXPECT_EQ(looped(it), Ints({1, 2, 3}));
    EXPECT_EQ(aio::next(it), std::nullopt) << "the loop takes from the iterator, not from a copy";
}

TEST(RangeFor, TakesNoMoreThanItsBodySaw) {
    aio::CountUp it(4);
    EXPECT_EQ(looped(it, 2), Ints({0, 1})) << "the body sees 0 and 1, then breaks";
    EXPECT_EQ(aio::next(it), 2) << "so 2 is next";
}

TEST(RangeFor, AsksNoMoreAfterTheEnd) {
    struct OnlyOnce {
        int calls = 0;
        std::optional<int> next() {
            if (++calls > 3) throw std::logic_error("next() was called after it said: exhausted");
            return calls < 3 ? std::optional(calls) : std::nullopt;
        }
    } it;
    auto position = aio::begin(it);
    EXPECT_EQ(*position, 1);
    EXPECT_EQ(*++position, 2);
    EXPECT_TRUE(++position == aio::end(it)) << "next() has said that it is exhausted";
    EXPECT_TRUE(position == aio::end(it)) << "comparing takes nothing";
}

// ── Views of a map ──

TEST(MapView, ShowsKeysAndValuesInTheOrderOfTheMap) {
    const std::map<std::string, int> map = {{"b", 2}, {"a", 1}};
    EXPECT_EQ(looped(aio::keys(map)), Strings({"a", "b"}));
    EXPECT_EQ(looped(aio::values(map)), Ints({1, 2}));
    EXPECT_EQ(&aio::items(map), &map);
}

TEST(MapView, ShowsWhatTheMapHoldsNow) {
    std::map<std::string, int> map;
    const auto keys = aio::keys(map);
    map["late"] = 1;
    EXPECT_EQ(looped(keys), Strings({"late"})) << "a view holds no copy";
}

// ── StopIteration ──

TEST(NextOrThrow, GivesTheValuesAndThenThrowsStopIteration) {
    aio::CountUp it(2);
    EXPECT_EQ(aio::next_or_throw(it), 0);
    EXPECT_EQ(aio::next_or_throw(it), 1);
    EXPECT_THROW((void)aio::next_or_throw(it), aio::StopIteration);
}

// ── Special members ──

TEST(Announced, SaysItsMomentsInOrder) {
    Strings said;
    auto foo =
        std::make_shared<aio::Announced>([&](std::string_view what) { said.emplace_back(what); });
    EXPECT_EQ(said, Strings({"created", "initialised"}));
    EXPECT_EQ(foo->attr(), "set when it was created");
    EXPECT_EQ(foo->name(), "foo");
}

TEST(Announced, EndsWithItsLastAlias) {
    Strings said;
    auto foo =
        std::make_shared<aio::Announced>([&](std::string_view what) { said.emplace_back(what); });
    auto bar = foo;
    said.clear();
    foo.reset();
    EXPECT_EQ(said, Strings{}) << "bar still holds it";
    bar.reset();
    EXPECT_EQ(said, Strings({"destroyed"}));
}

TEST(NumberedTuple, NumbersItsValuesFromZero) {
    const aio::NumberedTuple<std::string> tuple({"foo", "bar", "baz"});
    using Item = std::pair<int, std::string>;
    EXPECT_EQ(std::vector<Item>(tuple.begin(), tuple.end()),
              (std::vector<Item>{{0, "foo"}, {1, "bar"}, {2, "baz"}}));
}

}  // namespace
