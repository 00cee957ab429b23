// co_yield aio::from(inner): values, sends, errors and the exit signal through a chain.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "01_iterators/count_up.hpp"
#include "01_iterators/range.hpp"
#include "02_generators/delegation.hpp"
#include "02_generators/generator.hpp"
#include "02_generators/plain_generator.hpp"
#include "02_generators/type_error.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Generator;
using aio::GeneratorExit;
using aio::GeneratorState;

std::exception_ptr error(const std::string& what) {
    return std::make_exception_ptr(std::runtime_error(what));
}

std::exception_ptr exit_signal() {
    return std::make_exception_ptr(GeneratorExit());
}

Generator<int> count(int n) {
    for (int i = 0; i < n; ++i) co_yield i;
}

/// Tells when it starts and when it ends, and yields 1 and 2 in between.
Generator<int> told(Trace& trace, std::string name) {
    const AtExit exit(trace, "end " + name);
    trace("start " + name);
    co_yield 1;
    trace("go on " + name);
    co_yield 2;
}

/// Delegates to told("inner") and tells of itself.
Generator<int> delegating(Trace& trace) {
    const AtExit exit(trace, "end outer");
    trace("start outer");
    co_yield aio::from(told(trace, "inner"));
    trace("inner is over");
    co_yield 3;
}

/// Tells on stderr what `generator` yields: "0 1 2 ".
void tell_values(Generator<int> generator) {
    int most = 20;
    for (const int value : generator) {
        std::fprintf(stderr, "%d ", value);
        if (--most == 0) break;
    }
}
/// The same, and ends the process: for EXPECT_EXIT, as a step that resumes the wrong generator of a
/// chain usually crashes.
[[noreturn]] void tell(Generator<int> generator) {
    tell_values(std::move(generator));
    std::_Exit(0);
}

// ── values and results ──

TEST(Delegation, YieldsWhatTheInnerOneYields) {
    auto body = []() -> Generator<int> {
        co_yield aio::from(count(2));
        co_yield 10;
        co_yield aio::from(count(3));
    };
    EXPECT_EXIT(tell(body()), testing::ExitedWithCode(0), "^0 1 10 0 1 2 $")
        << "when the inner one ends, the one that waits for it, its parent_, goes on";
}

TEST(Delegation, YieldsAtEveryLevelWhatIsBelowAndThenGoesOn) {
    auto leaf = []() -> Generator<int> {
        co_yield 1;
        co_yield 2;
    };
    auto middle = [](auto below) -> Generator<int> {
        co_yield aio::from(below());
        co_yield 3;
    };
    auto root = [](auto below, auto bottom) -> Generator<int> {
        co_yield 0;
        co_yield aio::from(below(bottom));
        co_yield 4;
    };
    EXPECT_EXIT(tell(root(middle, leaf)), testing::ExitedWithCode(0), "^0 1 2 3 4 $")
        << "a step begins at the root: it is the root, root_, that must know the new leaf";
}

TEST(Delegation, StartsTheInnerOneAtTheFirstStepAndEndsItInside) {
    conforms_to(
        {"test_yield_from.TestPEP380Operation.test_delegation_of_initial_next_to_subgenerator"});
    Trace trace;
    auto generator = delegating(trace);
    EXPECT_EQ(trace.text(), "");
    for (const int value : generator) trace(std::to_string(value));
    EXPECT_EQ(
        trace.text(),
        "start outer, start inner, 1, go on inner, 2, end inner, inner is over, 3, end outer");
}

template <class R>
Generator<int, void, R> returns(R result) {
    co_yield 1;
    co_return std::move(result);
}

template <class R>
Generator<int, void, R> passes_on(Generator<int, void, R> inner) {
    co_return co_yield aio::from(std::move(inner));
}

TEST(Delegation, GivesWhatTheInnerOneReturns) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_generator_return_value"});
    const auto result_of = [](auto inner) {
        auto outer = passes_on(std::move(inner));
        while (outer.next()) continue;
        return std::move(outer.result());
    };
    EXPECT_EQ(result_of(returns(42)), 42);
    EXPECT_EQ(result_of(returns(std::tuple(1, std::string("two")))), std::tuple(1, "two"));
    EXPECT_EQ(*result_of(returns(std::make_unique<int>(7))), 7);
    EXPECT_STREQ(result_of(returns(std::runtime_error("a value"))).what(), "a value");
}

TEST(Delegation, ReturnsItsValueAtTheLastNext) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_next_and_return_with_value"});
    auto outer = passes_on(returns(std::string("END")));
    EXPECT_EQ(outer.next(), 1);
    EXPECT_EQ(outer.next(), std::nullopt);
    EXPECT_EQ(outer.result(), "END");
}

TEST(Delegation, ToAnEmptyRangeEndsAtOnce) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_yield_from_empty"});
    auto body = []() -> Generator<int> {
        const std::vector<int> nothing;
        co_yield aio::from(nothing);
        co_yield aio::from(count(0));
    };
    EXPECT_EQ(body().next(), std::nullopt);
}

TEST(Delegation, ToAnyRangeYieldsItsItems) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_delegation_of_next_to_non_generator",
                 "test_yield_from.TestPEP380Operation.test_conversion_of_sendNone_to_next"});
    auto body = []() -> Generator<int> {
        const std::vector<int> lvalue = {1, 2};
        co_yield aio::from(lvalue);
        co_yield aio::from(std::list<int>(2, 3));
        co_yield aio::from(aio::range(2));
    };
    EXPECT_EQ(list<int>(body()), (std::vector{1, 2, 3, 3, 0, 1}));
}

TEST(Delegation, ToARangeOfReferencesLendsItsItems) {
    std::vector<int> numbers = {1, 2};
    auto body = [](std::vector<int>& range) -> Generator<int&> { co_yield aio::from(range); };
    for (int& number : body(numbers)) number *= 10;
    EXPECT_EQ(numbers, (std::vector{10, 20}));
}

TEST(Delegation, ToABorrowedGeneratorGoesOnWhereItStands) {
    auto inner = count(4);
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    EXPECT_EQ(inner.next(), 0);
    EXPECT_EQ(list<int>(body(inner)), (std::vector{1, 2, 3}));
    EXPECT_EQ(inner.next(), std::nullopt) << "the inner one has been used up";
    EXPECT_EQ(list<int>(body(inner)), std::vector<int>()) << "an exhausted one yields nothing";
}

TEST(Delegation, ToAGeneratorThatDelegatesAlreadyJoinsTheChains) {
    Trace trace;
    auto inner = delegating(trace);
    EXPECT_EQ(inner.next(), 1);
    auto body = [](Generator<int>& source) -> Generator<int> {
        co_yield aio::from(source);
        co_yield 4;
    };
    ASSERT_EXIT(tell(body(inner)), testing::ExitedWithCode(0), "^2 3 4 $")
        << "the new leaf is the leaf that `inner` has, not `inner` itself";
    const auto tell_and_destroy = [&] {
        tell_values(body(inner));
        { const Generator<int> goes = std::move(inner); }
        std::fprintf(stderr, "gone");
        std::_Exit(0);
    };
    ASSERT_EXIT(tell_and_destroy(), testing::ExitedWithCode(0), "^2 3 4 gone$")
        << "from now on `inner` is its own leaf, or it looks for its old one when it is destroyed";
    EXPECT_EQ(list<int>(body(inner)), (std::vector{2, 3, 4}));
    EXPECT_EQ(trace.text(),
              "start outer, start inner, go on inner, end inner, inner is over, end outer");
}

// ── send ──

Generator<int, int> adds(int sum) {
    while (sum < 100) sum += co_yield sum;
}

TEST(Delegation, PassesWhatIsSentToTheInnerOne) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_delegation_of_send"});
    auto body = []() -> Generator<int, int> {
        co_yield aio::from(adds(1));
        const int sent = co_yield -1;
        co_yield sent;
    };
    auto generator = body();
    EXPECT_EQ(generator.next(), 1);
    EXPECT_EQ(generator.send(5), 6);
    EXPECT_EQ(generator.send(50), 56);
    EXPECT_EQ(generator.send(50), -1) << "the inner one is over: the outer one yields again";
    EXPECT_EQ(generator.send(7), 7) << "and is sent to itself";
}

TEST(Delegation, OfOneThatIsSentNothingDropsWhatIsSent) {
    auto body = []() -> Generator<int, int> {
        co_yield aio::from(count(2));
        co_yield co_yield 10;
    };
    auto generator = body();
    EXPECT_EQ(generator.next(), 0);
    EXPECT_EQ(generator.send(5), 1);
    EXPECT_EQ(generator.next(), 10);
    EXPECT_EQ(generator.send(6), 6);
}

/// Delegates to a range. If that fails it tells the error, and yields 10 and what it is sent.
Generator<int, int> over_a_range(Trace& trace) {
    const std::vector<int> numbers = {1, 2, 3};
    try {
        co_yield aio::from(numbers);
    } catch (const aio::TypeError& caught) {
        trace(caught.what());
    }
    co_yield co_yield 10;
}

TEST(Delegation, ToARangeRaisesATypeErrorForASentValueAtTheDelegation) {
    Trace trace;
    auto generator = over_a_range(trace);
    EXPECT_EQ(generator.next(), 1);
    EXPECT_EQ(generator.next(), 2) << "a range takes next()";
    EXPECT_EQ(generator.send(5), 10);
    EXPECT_EQ(trace.text(), "aio::from(): what is delegated to has no send()")
        << "what is sent must not be lost silently: the body hears of it";
    EXPECT_EQ(generator.send(6), 6) << "after that the body is sent to itself";
}

TEST(Delegation, ToARangeThroughOneThatIsSentNothingRaisesItTheDeepest) {
    Trace trace;
    auto inner = [](Trace& seen) -> Generator<int> {
        try {
            co_yield aio::from(aio::range(3));
        } catch (const aio::TypeError&) {
            seen("caught inside");
        }
        co_yield 10;
    };
    auto outer = [](auto source, Trace& seen) -> Generator<int, int> {
        co_yield aio::from(source(seen));
    };
    auto generator = outer(inner, trace);
    EXPECT_EQ(generator.next(), 0);
    EXPECT_EQ(generator.send(5), 10);
    EXPECT_EQ(trace.text(), "caught inside");
}

TEST(Delegation, ToARangeLetsTheTypeErrorOutIfNobodyCatchesIt) {
    auto body = []() -> Generator<int, int> { co_yield aio::from(aio::range(3)); };
    auto generator = body();
    (void)generator.next();
    EXPECT_THROW((void)generator.send(5), aio::TypeError);
    EXPECT_EQ(generator.next(), std::nullopt);
}

TEST(Delegation, ReturnsItsValueAtTheLastSend) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_send_and_return_with_value"});
    auto inner = []() -> Generator<int, int, int> { co_return co_yield 1; };
    auto outer = [](auto source) -> Generator<int, int, int> {
        co_return co_yield aio::from(source());
    };
    auto generator = outer(inner);
    (void)generator.next();
    EXPECT_EQ(generator.send(8), std::nullopt);
    EXPECT_EQ(generator.result(), 8);
}

TEST(Delegation, ReachesALambdaThatReturnsWhatItIsSent) {
    conforms_to({"test_generators.FinalizationTest.test_lambda_generator"});
    auto yields = []() -> Generator<int, int, int> { co_return co_yield 1; };
    auto delegates = [](auto inner) -> Generator<int, int, int> {
        co_return co_yield aio::from(inner());
    };
    auto direct = yields();
    (void)direct.next();
    EXPECT_EQ(direct.send(5), std::nullopt);
    EXPECT_EQ(direct.result(), 5);
    auto through = delegates(yields);
    (void)through.next();
    EXPECT_EQ(through.send(6), std::nullopt);
    EXPECT_EQ(through.result(), 6);
}

TEST(Delegation, LetsAnErrorOnASentValueOut) {
    conforms_to(
        {"test_yield_from.TestPEP380Operation.test_handling_exception_while_delegating_send"});
    auto inner = []() -> Generator<int, int> {
        const int sent = co_yield 1;
        if (sent == 2) throw std::runtime_error("not 2");
        co_yield 3;
    };
    auto outer = [](auto source) -> Generator<int, int> { co_yield aio::from(source()); };
    auto generator = outer(inner);
    (void)generator.next();
    EXPECT_EQ(error_of([&] { (void)generator.send(2); }), "not 2");
    EXPECT_EQ(generator.next(), std::nullopt);
}

// ── errors from inside ──

/// Throws at once, or after one value.
Generator<int> fails(Trace& trace, bool at_once) {
    const AtExit exit(trace, "end inner");
    if (!at_once) co_yield 1;
    throw std::runtime_error("inner error");
}

Generator<int> delegates_to_failure(Trace& trace, bool at_once) {
    const AtExit exit(trace, "end outer");
    co_yield aio::from(fails(trace, at_once));
    trace("not reached");
}

TEST(Delegation, EndsTheOuterOneByAnErrorInTheFirstStep) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_exception_in_initial_next_call"});
    Trace trace;
    auto generator = delegates_to_failure(trace, true);
    EXPECT_EQ(error_of([&] { (void)generator.next(); }), "inner error");
    EXPECT_EQ(trace.text(), "end inner, end outer");
    EXPECT_EQ(generator.next(), std::nullopt);
}

TEST(Delegation, RunsBothCleanupsOnAnErrorInALaterStep) {
    conforms_to(
        {"test_yield_from.TestPEP380Operation.test_raising_exception_in_delegated_next_call"});
    Trace trace;
    auto generator = delegates_to_failure(trace, false);
    EXPECT_EQ(generator.next(), 1);
    EXPECT_EQ(error_of([&] { (void)generator.next(); }), "inner error");
    EXPECT_EQ(trace.text(), "end inner, end outer");
}

TEST(Delegation, LetsTheOuterOneCatchAnErrorAndGoOn) {
    Trace trace;
    auto body = [](Trace& seen) -> Generator<int> {
        try {
            co_yield aio::from(fails(seen, false));
        } catch (const std::runtime_error& caught) {
            seen(std::string("caught ") + caught.what());
        }
        co_yield 2;
    };
    EXPECT_EQ(list<int>(body(trace)), (std::vector{1, 2}));
    EXPECT_EQ(trace.text(), "end inner, caught inner error");
}

// ── throw_ ──

TEST(Delegation, PassesAThrownErrorToTheInnerOne) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_delegating_throw"});
    Trace trace;
    auto generator = delegating(trace);
    (void)generator.next();
    EXPECT_EQ(error_of([&] { (void)generator.throw_(error("thrown")); }), "thrown");
    EXPECT_EQ(trace.text(), "start outer, start inner, end inner, end outer");
}

/// Says what it catches, and goes on.
Generator<int> says_what_it_catches(Trace& trace) {
    try {
        co_yield 1;
    } catch (const std::runtime_error& caught) {
        trace(std::string("leaf caught ") + caught.what());
    } catch (const GeneratorExit&) {
        trace("leaf is closed");
    }
}

/// Delegates to that, and says what comes out.
Generator<int> says_what_comes_out(Trace& trace) {
    try {
        co_yield aio::from(says_what_it_catches(trace));
        trace("leaf is over");
    } catch (const GeneratorExit&) {
        trace("root is told to exit");
    }
}

TEST(Delegation, RaisesAThrownErrorInItsLeaf) {
    Trace trace;
    auto generator = says_what_comes_out(trace);
    (void)generator.next();
    EXPECT_EQ(generator.throw_(error("a")), std::nullopt);
    EXPECT_EQ(trace.text(), "leaf caught a, leaf is over");
}

TEST(Delegation, RaisesTheExitSignalAboveTooWhenTheLeafHasEnded) {
    Trace trace;
    auto generator = says_what_comes_out(trace);
    (void)generator.next();
    EXPECT_EQ(generator.throw_(std::make_exception_ptr(GeneratorExit())), std::nullopt);
    EXPECT_EQ(trace.text(), "leaf is closed, root is told to exit")
        << "the leaf ended, but the root must hear of the signal too";
}

/// Returns 42 if an error is thrown in.
Generator<int, void, int> recovers() {
    try {
        co_yield 1;
    } catch (const std::runtime_error&) {
        co_return 42;
    }
    co_return 0;
}

TEST(Delegation, GivesTheReturnValueOfAnInnerOneThatCaughtTheError) {
    conforms_to(
        {"test_yield_from.TestPEP380Operation."
         "test_catching_exception_from_subgen_and_returning"});
    auto body = []() -> Generator<int> {
        const int result = co_yield aio::from(recovers());
        co_yield result;
    };
    auto generator = body();
    (void)generator.next();
    EXPECT_EQ(generator.throw_(error("thrown")), 42);
}

TEST(Delegation, ToARangeRaisesAThrownErrorAtTheDelegation) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_delegating_throw_to_non_generator"});
    auto body = []() -> Generator<int> {
        const std::vector<int> numbers = {1, 2};
        try {
            co_yield aio::from(numbers);
        } catch (const std::runtime_error&) {
        }
        co_yield 10;
    };
    auto generator = body();
    (void)generator.next();
    EXPECT_EQ(generator.throw_(error("thrown")), 10);
}

// ── an iterator of our own ──

/// An iterator that hears all that a generator can be told. It ends when it is sent 0.
class Hearing {
  public:
    explicit Hearing(Trace& trace) : trace_(&trace) {}

    std::optional<int> next() { return count_++; }
    std::optional<int> send(int value) {
        (*trace_)("send " + std::to_string(value));
        if (value < 0) throw std::invalid_argument("below zero");
        return value == 0 ? std::nullopt : std::optional(100 + value);
    }
    std::optional<int> throw_(const std::exception_ptr& thrown) {
        (*trace_)("throw_ " + error_of([&] { std::rethrow_exception(thrown); }));
        return 200;
    }
    void close() { (*trace_)("close"); }
    [[nodiscard]] std::string result() const { return std::to_string(count_) + " given"; }

  private:
    Trace* trace_;
    int count_ = 0;
};

/// An iterator that only gives.
class Deaf {
  public:
    std::optional<int> next() { return count_++; }

  private:
    int count_ = 0;
};

template <class Source>
Generator<int, int, std::string> around_iterator(Source source, Trace& trace) {
    const AtExit exit(trace, "end");
    try {
        co_yield aio::from(source);
    } catch (const std::logic_error& caught) {
        trace(caught.what());
    }
    co_return "unheard";
}

Generator<int, int, std::string> around_hearing(Trace& trace) {
    co_return co_yield aio::from(Hearing(trace));
}

TEST(Delegation, ToAnIteratorSpeaksToItByItsOwnMethods) {
    Trace trace;
    auto generator = around_hearing(trace);
    EXPECT_EQ(generator.next(), 0);
    EXPECT_EQ(generator.send(5), 105);
    EXPECT_EQ(generator.next(), 1);
    EXPECT_EQ(generator.throw_(error("thrown")), 200);
    EXPECT_EQ(generator.next(), 2);
    EXPECT_EQ(trace.text(), "send 5, throw_ thrown");
}

TEST(Delegation, ToAnIteratorGivesItsResult) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_custom_iterator_return"});
    Trace trace;
    auto generator = around_hearing(trace);
    (void)generator.next();
    EXPECT_EQ(generator.send(0), std::nullopt);
    EXPECT_EQ(generator.result(), "1 given");
}

TEST(Delegation, ToAnIteratorRaisesWhatItThrowsAtTheDelegation) {
    Trace trace;
    auto generator = around_iterator(Hearing(trace), trace);
    (void)generator.next();
    EXPECT_EQ(generator.send(-1), std::nullopt);
    EXPECT_EQ(trace.text(), "send -1, below zero, end");
}

TEST(Delegation, ToAnIteratorClosesIt) {
    Trace trace;
    auto closed = around_iterator(Hearing(trace), trace);
    (void)closed.next();
    closed.close();
    auto exited = around_iterator(Hearing(trace), trace);
    (void)exited.next();
    EXPECT_THROW((void)exited.throw_(exit_signal()), GeneratorExit);
    EXPECT_EQ(trace.text(), "close, end, close, end");
}

TEST(Delegation, ToAnIteratorThatOnlyGivesRaisesTheRestAtTheDelegation) {
    Trace trace;
    auto sent = around_iterator(Deaf(), trace);
    EXPECT_EQ(sent.next(), 0);
    EXPECT_EQ(sent.next(), 1);
    EXPECT_EQ(sent.send(5), std::nullopt);
    auto thrown = around_iterator(Deaf(), trace);
    (void)thrown.next();
    EXPECT_EQ(thrown.throw_(std::make_exception_ptr(std::logic_error("thrown"))), std::nullopt);
    auto closed = around_iterator(Deaf(), trace);
    (void)closed.next();
    closed.close();
    EXPECT_EQ(trace.text(),
              "aio::from(): what is delegated to has no send(), end, thrown, end, end");
}

TEST(Delegation, ToABorrowedIteratorGoesOnWhereItStands) {
    aio::CountUp numbers(4);
    auto body = [](aio::CountUp& source) -> Generator<int> { co_yield aio::from(source); };
    EXPECT_EQ(numbers.next(), 0);
    EXPECT_EQ(body(numbers).next(), 1);
    EXPECT_EQ(list<int>(body(numbers)), (std::vector{2, 3}));
}

TEST(Delegation, ToAFileYieldsItsLines) {
    std::istringstream file("one\ntwo");
    auto body = [](std::istream& source) -> Generator<std::string> { co_yield aio::from(source); };
    EXPECT_EQ(list<std::string>(body(file)), (std::vector<std::string>{"one", "two"}));
}

TEST(Delegation, ToAnIteratorHandsOverWhatCannotBeCopied) {
    struct Boxes {
        std::optional<std::unique_ptr<int>> next() {
            if (left == 0) return std::nullopt;
            return std::make_unique<int>(left--);
        }
        int left = 2;
    };
    auto body = []() -> Generator<std::unique_ptr<int>> { co_yield aio::from(Boxes()); };
    auto generator = body();
    const std::unique_ptr<int> first = std::move(*generator.next());
    const std::unique_ptr<int> second = std::move(*generator.next());
    EXPECT_EQ(*first, 2);
    EXPECT_EQ(*second, 1);
    EXPECT_FALSE(generator.next().has_value());
}

TEST(Delegation, ToAPlainGeneratorIsToAnIterator) {
    auto plain = []() -> aio::PlainGenerator<int, int, int> {
        try {
            co_return co_yield 1;
        } catch (const std::runtime_error&) {
        }
        co_return -1;
    };
    auto outer = [](auto inner) -> Generator<int, int, int> {
        co_return co_yield aio::from(inner());
    };
    auto sent = outer(plain);
    EXPECT_EQ(sent.next(), 1);
    EXPECT_EQ(sent.send(5), std::nullopt);
    EXPECT_EQ(sent.result(), 5);
    auto thrown = outer(plain);
    (void)thrown.next();
    EXPECT_EQ(thrown.throw_(error("thrown")), std::nullopt);
    EXPECT_EQ(thrown.result(), -1);
}

// ── close, and the exit signal ──

TEST(Delegation, ClosesTheInnerOneFirst) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_delegating_close"});
    Trace trace;
    auto generator = delegating(trace);
    (void)generator.next();
    generator.close();
    EXPECT_EQ(trace.text(), "start outer, start inner, end inner, end outer");
}

TEST(Delegation, ToARangeOnlyRunsTheOuterCleanupWhenClosed) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_delegation_of_close_to_non_generator"});
    Trace trace;
    auto body = [](Trace& seen) -> Generator<int> {
        const AtExit exit(seen, "end outer");
        co_yield aio::from(std::vector<int>(3, 1));
    };
    auto generator = body(trace);
    (void)generator.next();
    generator.close();
    EXPECT_EQ(trace.text(), "end outer");
}

/// An inner generator that answers the exit signal, or any other error, in its own way.
enum class Answer { pass, give_back, fail, yield };

Generator<int, void, int> answering(Answer answer) {
    bool stopped = false;
    try {
        co_yield 1;
    } catch (...) {
        if (answer == Answer::pass) throw;
        if (answer == Answer::fail) throw std::logic_error("cleanup failed");
        stopped = true;
    }
    if (stopped && answer == Answer::yield) co_yield 9;
    co_return 42;
}

Generator<int, void, int> around(Answer answer) {
    co_return co_yield aio::from(answering(answer));
}

/// An `around`, suspended in its inner one.
Generator<int, void, int> started(Answer answer) {
    auto generator = around(answer);
    (void)generator.next();
    return generator;
}

/// What comes of throwing `thrown` in, in words.
template <class G>
std::string outcome(G& generator, const std::exception_ptr& thrown) {
    try {
        const auto value = generator.throw_(thrown);
        return value ? "yields " + std::to_string(*value) : "ends";
    } catch (...) {
        if (std::current_exception() == thrown) return "the same error";
    }
    return "another error";
}

TEST(Delegation, LetsAnErrorThroughAnInnerOneWithoutHandler) {
    conforms_to({"test_yield_from.TestInterestingEdgeCases.test_close_and_throw_work"});
    auto closed = started(Answer::pass);
    EXPECT_EQ(closed.close(), std::nullopt);
    auto exited = started(Answer::pass);
    EXPECT_EQ(outcome(exited, exit_signal()), "the same error");
    auto failed = started(Answer::pass);
    EXPECT_EQ(outcome(failed, error("thrown")), "the same error");
    EXPECT_EQ(failed.next(), std::nullopt);
}

TEST(Delegation, ToAnInnerOneThatReturnsOnTheExitSignal) {
    conforms_to({"test_yield_from.TestInterestingEdgeCases.test_close_and_throw_return",
                 "test_yield_from.TestPEP380Operation.test_throwing_GeneratorExit_into_subgen_that_"
                 "returns"});
    auto closed = started(Answer::give_back);
    EXPECT_EQ(closed.close(), std::nullopt) << "what an inner one returns on close is dropped";
    auto exited = started(Answer::give_back);
    EXPECT_EQ(outcome(exited, exit_signal()), "the same error");
    auto failed = started(Answer::give_back);
    EXPECT_EQ(outcome(failed, error("thrown")), "ends");
    EXPECT_EQ(failed.result(), 42) << "any other error is swallowed, and the value handed on";
}

TEST(Delegation, ToAnInnerOneThatFailsOnTheExitSignal) {
    conforms_to(
        {"test_yield_from.TestInterestingEdgeCases.test_close_and_throw_raise_exception",
         "test_yield_from.TestPEP380Operation.test_handing_exception_while_delegating_close"});
    auto closed = started(Answer::fail);
    EXPECT_EQ(error_of([&] { (void)closed.close(); }), "cleanup failed");
    auto exited = started(Answer::fail);
    EXPECT_EQ(error_of([&] { (void)exited.throw_(exit_signal()); }), "cleanup failed");
    auto failed = started(Answer::fail);
    EXPECT_EQ(error_of([&] { (void)failed.throw_(error("thrown")); }), "cleanup failed");
}

TEST(Delegation, ToAnInnerOneThatYieldsOnTheExitSignal) {
    conforms_to({"test_yield_from.TestInterestingEdgeCases.test_close_and_throw_yield",
                 "test_yield_from.TestPEP380Operation."
                 "test_throwing_GeneratorExit_into_subgenerator_that_yields"});
    auto closed = started(Answer::yield);
    EXPECT_EQ(error_of([&] { (void)closed.close(); }), "generator ignored GeneratorExit");
    auto exited = started(Answer::yield);
    EXPECT_EQ(error_of([&] { (void)exited.throw_(exit_signal()); }),
              "generator ignored GeneratorExit");
    auto failed = started(Answer::yield);
    EXPECT_EQ(outcome(failed, error("thrown")), "yields 9");
    EXPECT_EQ(failed.next(), std::nullopt);
}

TEST(Delegation, RaisesTheExitSignalInEachLevelAfterTheOneBelow) {
    Trace trace;
    auto leaf = [](Trace& seen) -> Generator<int> {
        try {
            co_yield 1;
        } catch (const GeneratorExit&) {
            seen("leaf returns");
        }
    };
    auto middle = [](Trace& seen, auto below) -> Generator<int> {
        try {
            co_yield aio::from(below(seen));
        } catch (const GeneratorExit&) {
            seen("middle fails");
            throw std::runtime_error("middle error");
        }
    };
    auto root = [](Trace& seen, auto below, auto bottom) -> Generator<int> {
        try {
            co_yield aio::from(below(seen, bottom));
        } catch (const std::runtime_error& caught) {
            seen(std::string("root caught ") + caught.what());
        }
        co_yield 2;
    };
    auto generator = root(trace, middle, leaf);
    (void)generator.next();
    EXPECT_EQ(generator.throw_(exit_signal()), 2);
    EXPECT_EQ(trace.text(), "leaf returns, middle fails, root caught middle error");
    EXPECT_EQ(generator.next(), std::nullopt);
}

/// Answers the exit signal by delegating once more.
Generator<int> delegates_again() {
    bool stopped = false;
    try {
        co_yield 1;
    } catch (const GeneratorExit&) {
        stopped = true;
    }
    if (stopped) co_yield aio::from(count(2));
}

TEST(Delegation, ToAnotherOnTheExitSignalIsToYield) {
    auto generator = delegates_again();
    (void)generator.next();
    EXPECT_EQ(error_of([&] { generator.close(); }), "generator ignored GeneratorExit");
    EXPECT_EQ(generator.next(), 1) << "it is suspended, at the first yield of the other";
    auto body = [](auto inner) -> Generator<int> { co_yield aio::from(inner()); };
    auto outer = body(delegates_again);
    (void)outer.next();
    EXPECT_EQ(error_of([&] { outer.close(); }), "generator ignored GeneratorExit");
}

// ── re-entry ──

/// Steps `outer` in four ways from inside a delegation; collects what comes of it.
Generator<int, int> meddles(Generator<int, int>*& outer, Trace& trace) {
    trace(error_of([&] { (void)outer->next(); }));
    trace(error_of([&] { (void)outer->send(1); }));
    trace(error_of([&] { (void)outer->throw_(error("thrown")); }));
    trace(error_of([&] { outer->close(); }));
    co_yield 1;
}

TEST(Delegation, CountsTheOuterOneAsRunning) {
    conforms_to(
        {"test_yield_from.TestPEP380Operation."
         "test_delegating_generators_claim_to_be_running"});
    Trace trace;
    Generator<int, int>* self = nullptr;
    auto body = [](Generator<int, int>*& me, Trace& seen) -> Generator<int, int> {
        co_yield 0;
        co_yield aio::from(meddles(me, seen));
    };
    auto generator = body(self, trace);
    self = &generator;
    (void)generator.next();
    EXPECT_EQ(generator.next(), 1);
    const std::string running = "generator already executing";
    EXPECT_EQ(trace.text(), running + ", " + running + ", " + running + ", " + running);
}

TEST(Delegation, OfTwoToOneAnotherIsAnError) {
    conforms_to({"test_yield_from.TestPEP380Operation.test_attempted_yield_from_loop"});
    Generator<int>* other = nullptr;
    auto body = [](Generator<int>*& next) -> Generator<int> { co_yield aio::from(*next); };
    auto first = body(other);
    Generator<int>* back = &first;
    auto second = body(back);
    other = &second;
    EXPECT_EQ(error_of([&] { (void)first.next(); }), "generator already executing");
}

TEST(Delegation, OccupiesTheInnerOne) {
    auto inner = count(3);
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    auto outer = body(inner);
    auto other = body(inner);
    EXPECT_EQ(outer.next(), 0);
    EXPECT_EQ(error_of([&] { (void)inner.next(); }), "generator already executing");
    EXPECT_EQ(error_of([&] { (void)other.next(); }), "generator already executing");
    EXPECT_EQ(outer.next(), 1) << "the one it works for is not disturbed";
}

TEST(Delegation, OccupiesAnInnerOneThatDelegatesItself) {
    Trace trace;
    auto inner = delegating(trace);
    (void)inner.next();
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    auto outer = body(inner);
    EXPECT_EQ(outer.next(), 2);
    EXPECT_EQ(error_of([&] { (void)inner.next(); }), "generator already executing")
        << "while it yields for another, the value_ of the inner one must be empty";
    EXPECT_EQ(outer.next(), 3) << "the one it works for is not disturbed";
}

// ── asked from outside ──

TEST(Delegation, CanBeAskedForTheOneThatItDelegatesTo) {
    auto inner = count(1);
    auto body = [](Generator<int>& source) -> Generator<int> {
        co_yield -1;
        co_yield aio::from(source);
        co_yield 10;
    };
    auto outer = body(inner);
    EXPECT_EQ(outer.gi_yieldfrom(), nullptr) << "it has not begun";
    EXPECT_EQ(outer.next(), -1);
    EXPECT_EQ(outer.gi_yieldfrom(), nullptr) << "it yields itself";
    EXPECT_EQ(outer.next(), 0);
    EXPECT_TRUE(outer.gi_yieldfrom() == inner);
    EXPECT_FALSE(outer.gi_yieldfrom() == outer);
    EXPECT_EQ(inner.gi_yieldfrom(), nullptr);
    EXPECT_EQ(outer.next(), 10);
    EXPECT_EQ(outer.gi_yieldfrom(), nullptr) << "the inner one is over";
    EXPECT_EQ(inner.state(), GeneratorState::closed);
    EXPECT_EQ(outer.next(), std::nullopt);
    EXPECT_EQ(outer.gi_yieldfrom(), nullptr);
}

TEST(Delegation, CanBeFollowedDownToTheLeaf) {
    auto leaf = count(2);
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    auto middle = body(leaf);
    auto root = body(middle);
    (void)root.next();
    EXPECT_TRUE(root.gi_yieldfrom() == middle);
    EXPECT_TRUE(middle.gi_yieldfrom() == leaf);
    EXPECT_TRUE(root.gi_yieldfrom()->gi_yieldfrom() == leaf);
    EXPECT_EQ(root.gi_yieldfrom()->gi_yieldfrom()->gi_yieldfrom(), nullptr);
}

TEST(Delegation, OfOneThatIsGoneDelegatesToNobody) {
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    auto inner = std::make_unique<Generator<int>>(count(3));
    auto outer = body(*inner);
    (void)outer.next();
    inner.reset();
    EXPECT_EQ(outer.gi_yieldfrom(), nullptr);
    EXPECT_EQ(outer.state(), GeneratorState::suspended) << "until a step raises the error in it";
}

/// Tells the states of `outer` and `inner` while they run.
Generator<int> tells_states(Generator<int>*& outer, Generator<int>*& inner, Trace& trace) {
    for (int step = 0;; ++step) {
        trace("outer " + std::string(describe(outer->state())));
        trace("inner " + std::string(describe(inner->state())));
        trace(outer->gi_yieldfrom() == nullptr ? "to none" : "to one");
        co_yield step;
    }
}

TEST(Delegation, IsRunningOrSuspendedAsAWhole) {
    Trace trace;
    Generator<int>* at_outer = nullptr;
    Generator<int>* at_inner = nullptr;
    auto inner = tells_states(at_outer, at_inner, trace);
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    auto outer = body(inner);
    at_outer = &outer;
    at_inner = &inner;
    (void)outer.next();
    EXPECT_EQ(describe(outer.state()), "suspended");
    EXPECT_EQ(describe(inner.state()), "suspended");
    (void)outer.next();
    EXPECT_EQ(trace.text(),
              "outer running, inner running, to none, outer running, inner running, to none")
        << "and while it runs it cannot be asked whom it delegates to, as in Python";
    outer.close();
    EXPECT_EQ(describe(outer.state()), "closed");
    EXPECT_EQ(describe(inner.state()), "closed");
}

// ── lifetime and depth ──

TEST(Delegation, ThatIsDroppedInTheMiddleDestroysTheInnermostFirst) {
    Trace trace;
    {
        auto generator = delegating(trace);
        (void)generator.next();
        trace("dropped");
    }
    EXPECT_EQ(trace.text(), "start outer, start inner, dropped, end inner, end outer");
}

TEST(Delegation, ThatIsDroppedEndsABorrowedGenerator) {
    Trace trace;
    auto inner = told(trace, "inner");
    {
        auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
        auto outer = body(inner);
        (void)outer.next();
    }
    EXPECT_EQ(trace.text(), "start inner, end inner");
    EXPECT_EQ(inner.next(), std::nullopt);
}

TEST(Delegation, ToAGeneratorThatGoesAwayIsAnError) {
    Trace trace;
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    auto inner = std::make_unique<Generator<int>>(delegating(trace));
    auto outer = body(*inner);
    (void)outer.next();
    inner.reset();
    EXPECT_EQ(trace.text(), "start outer, start inner, end inner, end outer");
    EXPECT_EQ(error_of([&] { (void)outer.next(); }), "the generator delegated to was destroyed");
}

TEST(Delegation, ToAGeneratorThatWentAwayCanBeClosed) {
    auto body = [](Generator<int>& source) -> Generator<int> {
        try {
            co_yield aio::from(source);
        } catch (const GeneratorExit&) {
        }
    };
    auto inner = std::make_unique<Generator<int>>(count(3));
    auto outer = body(*inner);
    (void)outer.next();
    inner.reset();
    EXPECT_EQ(error_of([&] { outer.close(); }), "no error");
}

/// Delegates to `source`. If that fails it tells the error and from then on what it is sent.
Generator<int, int> outlives(Generator<int, int>& source, Trace& trace) {
    try {
        co_yield aio::from(source);
    } catch (const std::logic_error& caught) {
        trace(caught.what());
    }
    for (int count = 10;; ++count) {
        const int sent = co_yield count;
        trace("sent: " + std::to_string(sent));
    }
}

TEST(Delegation, ToAGeneratorThatWentAwayLosesWhatIsSentToIt) {
    Trace trace;
    auto inner = std::make_unique<Generator<int, int>>(adds(1));
    auto outer = outlives(*inner, trace);
    (void)outer.next();
    inner.reset();
    EXPECT_EQ(outer.send(5), 10);
    EXPECT_EQ(outer.next(), 11);
    EXPECT_EQ(outer.send(6), 12);
    EXPECT_EQ(trace.text(), "the generator delegated to was destroyed, sent: 0, sent: 6")
        << "the 5 was for the one that is gone: a later co_yield must not find its address";
}

TEST(Delegation, ToAMovedFromGeneratorIsAnError) {
    auto inner = count(3);
    auto moved = std::move(inner);
    auto body = [](Generator<int>& source) -> Generator<int> { co_yield aio::from(source); };
    auto outer = body(inner);  // NOLINT(bugprone-use-after-move): the subject
    EXPECT_EQ(error_of([&] { (void)outer.next(); }), "aio::from() of an empty generator");
}

Generator<int> deep(int depth) {
    if (depth > 0) co_yield aio::from(deep(depth - 1));
    co_yield depth;
}

constexpr int kDeep = 100'000;

TEST(Delegation, OfAHundredThousandLevelsRunsToItsEnd) {
    int expected = 0;
    int wrong = 0;
    for (const int level : deep(kDeep)) wrong += level == expected++ ? 0 : 1;
    EXPECT_EQ(expected, kDeep + 1);
    EXPECT_EQ(wrong, 0);
}

TEST(Delegation, OfAHundredThousandLevelsCanBeDroppedInTheMiddle) {
    auto generator = deep(kDeep);
    EXPECT_EQ(generator.next(), 0);
    EXPECT_EQ(generator.next(), 1);
}

Generator<int> deep_in_locals(int depth) {
    if (depth > 0) {
        auto inner = deep_in_locals(depth - 1);
        co_yield aio::from(inner);
    }
    co_yield depth;
}

TEST(Delegation, ToLocalsOfAHundredThousandLevelsCanBeDroppedInTheMiddle) {
    auto generator = deep_in_locals(kDeep);
    EXPECT_EQ(generator.next(), 0);
}

TEST(Delegation, OfFiftyThousandLevelsLetsAnErrorOut) {
    auto generator = deep(kDeep / 2);
    (void)generator.next();
    EXPECT_EQ(error_of([&] { (void)generator.throw_(error("thrown")); }), "thrown");
}

TEST(Delegation, OfFiftyThousandLevelsCanBeClosed) {
    auto generator = deep(kDeep / 2);
    (void)generator.next();
    generator.close();
    EXPECT_EQ(generator.next(), std::nullopt);
}

TEST(Delegation, AMillionTimesInALoopNeedsNoStack) {
    auto body = []() -> Generator<int> {
        for (int i = 0; i < 1'000'000; ++i) co_yield aio::from(count(0));
        co_yield 1;
    };
    EXPECT_EQ(list<int>(body()), (std::vector{1}));
}

}  // namespace
