// Iterating: values in order, how they are lent, the return value, the end, re-entry, destruction.
#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "01_iterators/iterator.hpp"
#include "01_iterators/stop_iteration.hpp"
#include "02_generators/generator.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Generator;

Generator<int> count(int n) {
    for (int i = 0; i < n; ++i) co_yield i;
}

TEST(Generator, YieldsItsValuesInOrderAndIsExhaustedForEver) {
    conforms_to({"test_generators.__test__ (doctest).doctest:tut.simple"});
    auto numbers = count(3);
    EXPECT_EQ(numbers.next(), 0);
    EXPECT_EQ(numbers.next(), 1);
    EXPECT_EQ(numbers.next(), 2);
    EXPECT_EQ(numbers.next(), std::nullopt) << "the body has ended: there is no fourth value";
    EXPECT_EQ(numbers.next(), std::nullopt) << "an exhausted generator stays exhausted";
    EXPECT_EQ(list<int>(count(4)), (std::vector{0, 1, 2, 3}));
}

TEST(Generator, RunsNothingBeforeTheFirstStep) {
    Trace trace;
    auto body = [](Trace& seen) -> Generator<int> {
        seen("start");
        co_yield 1;
        seen("after 1");
    };
    auto numbers = body(trace);
    trace("called");
    (void)numbers.next();
    trace("got 1");
    (void)numbers.next();
    EXPECT_EQ(trace.text(), "called, start, got 1, after 1");
}

TEST(Generator, EndsForGoodAtAReturnInTheMiddle) {
    conforms_to({"test_generators.__test__ (doctest).doctest:tut.return_stops"});
    auto body = []() -> Generator<int> {
        co_yield 1;
        if (true) co_return;
        co_yield 2;
    };
    EXPECT_EQ(list<int>(body()), (std::vector{1}));
}

TEST(Generator, IteratesOverAnotherOne) {
    conforms_to({"test_generators.__test__ (doctest).doctest:tut.nested"});
    auto triangle = [](int n) -> Generator<int> {
        for (const int i : count(n)) {
            for (const int j : count(i)) co_yield j;
        }
    };
    EXPECT_EQ(list<int>(triangle(4)), (std::vector{0, 0, 1, 0, 1, 2}));
}

int first_of(Generator<int>& numbers) {
    return *numbers.next();
}

TEST(Generator, GoesOnForWhoeverResumesIt) {
    conforms_to({"test_generators.__test__ (doctest).doctest:tut.most_recent_caller"});
    auto numbers = count(9);
    EXPECT_EQ(first_of(numbers), 0);
    auto moved = std::move(numbers);
    EXPECT_EQ(first_of(moved), 1);
    EXPECT_EQ(*moved.next(), 2);
}

TEST(Generator, GoesOnAfterABreakWithTheNextValue) {
    auto numbers = count(5);
    for (const int number : numbers) {
        if (number == 1) break;
    }
    std::vector<int> rest;
    for (const int number : numbers) rest.push_back(number);
    EXPECT_EQ(rest, (std::vector{2, 3, 4}));
}

TEST(Generator, ThatWasMovedFromIsExhausted) {
    auto numbers = count(3);
    auto moved = std::move(numbers);
    EXPECT_EQ(numbers.next(), std::nullopt);  // NOLINT(bugprone-use-after-move): the subject
    EXPECT_TRUE(numbers.begin() == numbers.end());
    numbers.close();
    EXPECT_EQ(error_of([&] { numbers.result(); }), "result() of an empty generator");
    numbers = count(1);
    EXPECT_EQ(numbers.next(), 0);
}

TEST(Generator, IsARangeAndAnIterator) {
    static_assert(std::input_iterator<Generator<int>::Iterator>);
    static_assert(std::sentinel_for<std::default_sentinel_t, Generator<int>::Iterator>);
    static_assert(aio::Iterator<Generator<int>>);
    auto numbers = count(5);
    EXPECT_EQ(std::ranges::count_if(numbers, [](int i) { return i % 2 == 0; }), 3);
    auto more = count(3);
    EXPECT_EQ(aio::next(more), 0);
}

TEST(Generator, CannotBeCopied) {
    conforms_to({"test_generators.GeneratorTest.test_copy"});
    EXPECT_FALSE(std::is_copy_constructible_v<Generator<int>>);
    EXPECT_FALSE(std::is_copy_assignable_v<Generator<int>>);
    EXPECT_TRUE(std::is_nothrow_move_constructible_v<Generator<int>>);
}

// ── how values are seen ──

/// Counts its copies.
struct Counted {
    explicit Counted(int& copies) : copies(&copies) {}
    Counted(const Counted& other) : copies(other.copies) { ++*copies; }
    Counted& operator=(const Counted&) = delete;
    int* copies;
};

TEST(Generator, LendsAValueToARangeForWithoutACopy) {
    int copies = 0;
    auto body = [](int& count) -> Generator<Counted> {
        const Counted local(count);
        co_yield local;
        co_yield Counted(count);
    };
    for (const Counted& each : body(copies)) EXPECT_EQ(*each.copies, 0);
    EXPECT_EQ(copies, 0) << "a range-for sees the object that was yielded";
    (void)body(copies).next();
    EXPECT_EQ(copies, 1) << "next() gives a copy of its own";
}

TEST(Generator, HandsOverWhatCannotBeCopied) {
    auto pointers = []() -> Generator<std::unique_ptr<int>> {
        for (int i = 0; i < 3; ++i) co_yield std::make_unique<int>(i);
    };
    std::vector<std::unique_ptr<int>> kept;
    for (auto pointer : pointers()) kept.push_back(std::move(pointer));
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(*kept[2], 2);
    auto more = pointers();
    std::unique_ptr<int> first = *more.next();
    EXPECT_EQ(*first, 0);
}

TEST(Generator, OfReferencesLetsItsObjectsBeChanged) {
    std::array<int, 3> numbers = {1, 2, 3};
    auto each = [](auto& range) -> Generator<int&> {
        for (int& number : range) co_yield number;
    };
    for (int& number : each(numbers)) number *= 10;
    EXPECT_EQ(numbers, (std::array{10, 20, 30}));
    auto again = each(numbers);
    int& first = *again.next();
    first = 7;
    EXPECT_EQ(numbers[0], 7);
}

TEST(Generator, OfRvalueReferencesHandsOverItsObjects) {
    auto words = [](std::string word) -> Generator<std::string&&> { co_yield std::move(word); };
    std::string taken;
    for (std::string word : words("moved")) taken = word;
    EXPECT_EQ(taken, "moved");
}

TEST(Generator, ConvertsWhatItYields) {
    auto words = []() -> Generator<std::string> {
        co_yield "a literal";
        co_yield std::string(3, 'x');
    };
    EXPECT_EQ(list<std::string>(words()), (std::vector<std::string>{"a literal", "xxx"}));
}

// ── what the body returns ──

TEST(Generator, GivesItsReturnValueWhenItIsExhausted) {
    auto body = []() -> Generator<int, void, std::string> {
        co_yield 1;
        co_return "END";
    };
    auto numbers = body();
    EXPECT_EQ(numbers.next(), 1);
    EXPECT_EQ(error_of([&] { (void)numbers.result(); }), "the generator has not returned");
    EXPECT_EQ(numbers.next(), std::nullopt);
    EXPECT_EQ(numbers.result(), "END");
}

TEST(Generator, ReturnsATupleWhole) {
    conforms_to({"test_generators.ExceptionTest.test_return_tuple"});
    auto body = []() -> Generator<int, int, std::tuple<int, std::string>> {
        const int sent = co_yield 1;
        co_return std::tuple(sent, "two");
    };
    auto numbers = body();
    (void)numbers.next();
    EXPECT_EQ(numbers.send(5), std::nullopt);
    EXPECT_EQ(numbers.result(), std::tuple(5, "two"));
}

TEST(Generator, ReturnsAnExceptionObjectLikeAnyValue) {
    conforms_to({"test_generators.ExceptionTest.test_return_stopiteration"});
    auto body = []() -> Generator<int, void, aio::StopIteration> {
        co_yield 1;
        co_return aio::StopIteration();
    };
    auto numbers = body();
    EXPECT_EQ(numbers.next(), 1);
    EXPECT_EQ(numbers.next(), std::nullopt);
    EXPECT_STREQ(numbers.result().what(), "StopIteration");
}

TEST(Generator, ReturnsWhatCannotBeCopied) {
    auto body = []() -> Generator<int, void, std::unique_ptr<int>> {
        co_yield 1;
        co_return std::make_unique<int>(42);
    };
    auto numbers = body();
    while (numbers.next()) continue;
    const std::unique_ptr<int> result = std::move(numbers.result());
    EXPECT_EQ(*result, 42);
}

// ── errors ──

TEST(Generator, ThatThrowsIsExhausted) {
    conforms_to({"test_generators.__test__ (doctest).doctest:pep.error_ends"});
    auto body = []() -> Generator<int> {
        co_yield 1;
        throw std::runtime_error("division by zero");
    };
    auto numbers = body();
    EXPECT_EQ(numbers.next(), 1);
    EXPECT_EQ(error_of([&] { (void)numbers.next(); }), "division by zero");
    EXPECT_EQ(numbers.next(), std::nullopt);
    EXPECT_EQ(error_of([&] { numbers.result(); }), "the generator has not returned");
}

TEST(Generator, ThatThrowsInARangeForIsCaughtOutsideTheLoop) {
    conforms_to({"test_generators.GeneratorTest.test_issue103488"});
    auto body = []() -> Generator<int> {
        co_yield 1;
        throw std::runtime_error("after a yield");
    };
    std::vector<int> seen;
    const std::string error = error_of([&] {
        for (const int number : body()) seen.push_back(number);
    });
    EXPECT_EQ(error, "after a yield");
    EXPECT_EQ(seen, (std::vector{1}));
}

TEST(Generator, CannotBeSteppedFromInside) {
    conforms_to({"test_generators.__test__ (doctest).doctest:pep.reentrancy"});
    Generator<int>* self = nullptr;
    auto body = [](Generator<int>*& me) -> Generator<int> {
        co_yield 1;
        (void)me->next();
        co_yield 2;
    };
    auto numbers = body(self);
    self = &numbers;
    EXPECT_EQ(numbers.next(), 1);
    EXPECT_EQ(error_of([&] { (void)numbers.next(); }), "generator already executing");
}

TEST(Generator, CannotBeIteratedFromInside) {
    Generator<int>* self = nullptr;
    auto body = [](Generator<int>*& me) -> Generator<int> {
        for (const int number : *me) co_yield number;
    };
    auto numbers = body(self);
    self = &numbers;
    EXPECT_THROW((void)numbers.next(), std::logic_error);
}

TEST(Generator, YieldsFromNestedTryBlocksInOrder) {
    conforms_to({"test_generators.__test__ (doctest).doctest:pep.try_finally_order"});
    // A handler cannot hold a co_yield: the error is kept, and handled after the handler.
    auto body = []() -> Generator<int> {
        try {
            co_yield 1;
            std::exception_ptr error;
            try {
                co_yield 2;
                throw std::domain_error("1 / 0");
            } catch (const std::domain_error&) {
                error = std::current_exception();
            }
            co_yield 4;
            co_yield 5;
            std::rethrow_exception(error);
        } catch (...) {
        }
        co_yield 8;
        co_yield 9;
    };
    EXPECT_EQ(list<int>(body()), (std::vector{1, 2, 4, 5, 8, 9}));
}

TEST(Generator, SeesWhatTheConsumerSetsAndTheConsumerWhatItSets) {
    // A generator has no context of its own: a variable is the consumer's, both ways.
    static thread_local int variable = 0;
    auto body = []() -> Generator<int> {
        co_yield variable;
        variable = 2;
        co_yield variable;
    };
    auto numbers = body();
    variable = 1;
    EXPECT_EQ(numbers.next(), 1);
    (void)numbers.next();
    EXPECT_EQ(variable, 2);
}

// ── told from outside ──

TEST(Generator, ThatDelegatesToNobodyIsToldAllThatAPlainOneIs) {
    auto body = []() -> Generator<int, int, int> {
        int sent = 0;
        try {
            while (true) sent = co_yield sent;
        } catch (const std::runtime_error&) {
        }
        co_yield -1;
        co_return 42;
    };
    auto numbers = body();
    EXPECT_THROW((void)numbers.send(1), std::logic_error) << "it has not started";
    EXPECT_EQ(numbers.next(), 0);
    EXPECT_EQ(numbers.send(5), 5);
    EXPECT_EQ(numbers.throw_(std::make_exception_ptr(std::runtime_error("thrown"))), -1);
    EXPECT_EQ(numbers.next(), std::nullopt);
    EXPECT_EQ(numbers.result(), 42);
    auto closed = body();
    (void)closed.next();
    EXPECT_EQ(closed.close(), std::nullopt);
    EXPECT_EQ(closed.next(), std::nullopt);
}

// ── asked from outside ──

TEST(Generator, TellsWhereItStands) {
    Trace trace;
    Generator<int>* self = nullptr;
    auto body = [](Generator<int>*& me, Trace& seen) -> Generator<int> {
        seen(std::string(describe(me->state())));
        co_yield 1;
    };
    auto generator = body(self, trace);
    self = &generator;
    EXPECT_EQ(describe(generator.state()), "created");
    (void)generator.next();
    EXPECT_EQ(describe(generator.state()), "suspended");
    EXPECT_EQ(trace.text(), "running") << "as the body sees itself";
    (void)generator.next();
    EXPECT_EQ(describe(generator.state()), "closed");
}

TEST(Generator, IsClosedByCloseByAnErrorAndByAMove) {
    auto closed = count(3);
    closed.close();
    EXPECT_EQ(describe(closed.state()), "closed") << "also if it was never started";
    auto failed = count(3);
    const auto error = std::make_exception_ptr(std::runtime_error("thrown"));
    (void)failed.next();
    EXPECT_EQ(error_of([&] { (void)failed.throw_(error); }), "thrown");
    EXPECT_EQ(describe(failed.state()), "closed");
    auto source = count(3);
    const auto target = std::move(source);
    EXPECT_EQ(describe(source.state()), "closed") << "nothing is left of it";  // NOLINT
    EXPECT_EQ(describe(target.state()), "created");
}

// ── destruction ──

TEST(Generator, ThatIsDroppedInTheMiddleRunsItsDestructors) {
    Trace trace;
    auto body = [](Trace& seen) -> Generator<int> {
        const AtExit first(seen, "first");
        const AtExit second(seen, "second");
        co_yield 1;
        seen("not reached");
    };
    {
        auto numbers = body(trace);
        (void)numbers.next();
        trace("dropped");
    }
    EXPECT_EQ(trace.text(), "dropped, second, first");
}

TEST(Generator, ThatIsDroppedUnstartedRunsNothing) {
    Trace trace;
    auto body = [](Trace& seen) -> Generator<int> {
        const AtExit never(seen, "ran");
        co_yield 1;
    };
    { auto numbers = body(trace); }
    EXPECT_EQ(trace.text(), "");
}

TEST(Generator, IsDestroyedWhenAnotherIsMovedOverIt) {
    Trace trace;
    auto body = [](Trace& seen, std::string name) -> Generator<int> {
        const AtExit exit(seen, name);
        co_yield 1;
    };
    auto numbers = body(trace, "a");
    (void)numbers.next();
    numbers = body(trace, "b");
    EXPECT_EQ(trace.text(), "a");
    EXPECT_EQ(numbers.next(), 1);
}

TEST(Generator, ThatIsClosedInsideItsOwnRangeForEndsTheLoop) {
    auto numbers = count(9);
    std::vector<int> seen;
    for (const int number : numbers) {
        seen.push_back(number);
        if (number == 1) numbers.close();
    }
    EXPECT_EQ(seen, (std::vector{0, 1}));
}

#ifdef __cpp_lib_ranges
#if !defined(__clang__) || __clang_major__ >= 16  // older ones cannot compile GCC's views
TEST(Generator, WorksWithViews) {
    std::vector<int> seen;
    for (const int i : count(10) | std::views::filter([](int n) { return n % 3 == 0; })) {
        seen.push_back(i);
    }
    EXPECT_EQ(seen, (std::vector{0, 3, 6, 9}));
}
#endif
#endif

}  // namespace
