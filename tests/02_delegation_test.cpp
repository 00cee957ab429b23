// co_yield aio::from(inner): values, sends, errors and the exit signal through a chain.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "01_iterators/range.hpp"
#include "02_generators/delegation.hpp"
#include "02_generators/generator.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Generator;
using aio::GeneratorExit;

std::exception_ptr error(const std::string& what) {
    return std::make_exception_ptr(std::runtime_error(what));
}

std::exception_ptr exit_signal() {
    return std::make_exception_ptr(GeneratorExit());
}

Generator<int> count(int n) {
    for (int i = 0; i < n; ++i) co_yield i;
}

/// Tells when it starts and when it goes, and yields 1 and 2 between.
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

/// Tells on stderr what `generator` yields, "0 1 2 ", and ends the process: with EXPECT_EXIT, for
/// a step that resumes the wrong generator of a chain usually crashes.
[[noreturn]] void tell(Generator<int> generator) {
    int most = 20;
    for (const int value : generator) {
        std::fprintf(stderr, "%d ", value);
        if (--most == 0) break;
    }
    std::_Exit(0);
}

// ── values and results ──

TEST(Delegation, YieldsWhatTheInnerOneYields) {
    auto body = []() -> Generator<int> {
        co_yield aio::from(count(2));
        co_yield 10;
        co_yield aio::from(count(3));
    };
    EXPECT_EQ(list<int>(body()), (std::vector{0, 1, 10, 0, 1, 2}));
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

/// What comes of throwing `thrown` in: the same object, GeneratorExit, or a message.
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

TEST(Delegation, OfAHundredThousandLevelsPassesErrorsBothWays) {
    auto thrown = deep(kDeep);
    (void)thrown.next();
    EXPECT_EQ(error_of([&] { (void)thrown.throw_(error("thrown")); }), "thrown");
    auto closed = deep(kDeep);
    (void)closed.next();
    closed.close();
    EXPECT_EQ(closed.next(), std::nullopt);
}

TEST(Delegation, AMillionTimesInALoopNeedsNoStack) {
    auto body = []() -> Generator<int> {
        for (int i = 0; i < 1'000'000; ++i) co_yield aio::from(count(0));
        co_yield 1;
    };
    EXPECT_EQ(list<int>(body()), (std::vector{1}));
}

}  // namespace
