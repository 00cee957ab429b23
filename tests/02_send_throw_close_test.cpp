// Talking to a suspended body: send, throw_, close, all without a chain.
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "01_iterators/stop_iteration.hpp"
#include "02_generators/generator_exit.hpp"
#include "02_generators/generator_promise.hpp"
#include "02_generators/plain_generator.hpp"
#include "02_generators/type_error.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::GeneratorExit;
using aio::PlainGenerator;

std::exception_ptr error(const std::string& what) {
    return std::make_exception_ptr(std::runtime_error(what));
}

// ── send ──

PlainGenerator<int, int> echo(Trace& trace) {
    int x = 0;
    while (true) {
        x = co_yield x;
        trace("x: " + std::to_string(x));
    }
}

TEST(Send, GivesTheValueToThePendingYieldAndReturnsTheNextOne) {
    conforms_to({"test_generators.__test__ (doctest).doctest:coroutine.send"});
    Trace trace;
    auto generator = echo(trace);
    EXPECT_EQ(generator.next(), 0);
    EXPECT_EQ(generator.send(1), 1);
    EXPECT_EQ(generator.send(2), 2);
    EXPECT_EQ(trace.text(), "x: 1, x: 2") << "each co_yield gives what was sent last";
}

TEST(Send, GivesNothingOfAnEarlierOneToNext) {
    Trace trace;
    auto generator = echo(trace);
    (void)generator.next();
    (void)generator.send(7);
    (void)generator.next();
    EXPECT_EQ(trace.text(), "x: 7, x: 0") << "next() sends S{}, not what was sent before";
}

TEST(Send, ToAGeneratorThatHasNotStartedIsAnErrorAndLeavesItStartable) {
    conforms_to({"test_generators.GeneratorTest.test_send_non_none_to_new_gen"});
    Trace trace;
    auto generator = echo(trace);
    EXPECT_EQ(error_of([&] { (void)generator.send(1); }),
              "can't send to a generator that has not started: call next()");
    EXPECT_EQ(trace.text(), "") << "the body must not run";
    EXPECT_EQ(generator.next(), 0) << "a send that is refused must not start it, nor end it";
}

TEST(Send, ToAGeneratorThatHasNotStartedIsATypeError) {
    Trace trace;
    auto generator = echo(trace);
    EXPECT_THROW((void)generator.send(1), aio::TypeError) << "as in Python";
    EXPECT_THROW((void)generator.send(1), std::logic_error) << "which it derives from";
}

TEST(Send, ToAnExhaustedGeneratorGivesNothing) {
    const auto send_once_too_often = [] {
        auto generator = []() -> PlainGenerator<int, int> { co_yield 1; }();
        (void)generator.next();
        for (int i = 0; i < 2; ++i) {
            std::fprintf(stderr, "%s ", generator.send(1) ? "a value" : "nothing");
        }
        std::_Exit(0);
    };
    // In a process of its own: to resume a body that has ended usually crashes.
    EXPECT_EXIT(send_once_too_often(), testing::ExitedWithCode(0), "^nothing nothing $")
        << "ask can_run() before you run(): the body may be over, and that is no error";
}

TEST(Send, LetsOutWhatTheBodyThrows) {
    auto generator = []() -> PlainGenerator<int, int> {
        const int sent = co_yield 1;
        throw std::runtime_error("sent: " + std::to_string(sent));
    }();
    (void)generator.next();
    EXPECT_EQ(error_of([&] { (void)generator.send(5); }), "sent: 5");
    EXPECT_EQ(generator.next(), std::nullopt) << "and that has ended the generator";
}

/// Tells whether it was made from nothing or from another one (into which it does not look).
struct Continuation {
    Continuation() = default;
    Continuation(Continuation&& /*other*/) noexcept : text("sent: another one") {}
    const char* text = "sent: nothing";
};

/// Sends to `self`, which runs, between its first and its second co_yield.
PlainGenerator<int, Continuation> sends_to_itself(PlainGenerator<int, Continuation>*& self,
                                                  Trace& trace) {
    co_yield 1;
    trace(error_of([&] { (void)self->send(Continuation()); }));
    const Continuation sent = co_yield 2;
    trace(sent.text);
}

TEST(Send, ThatIsRefusedChangesNothing) {
    const auto send_to_itself = [] {
        Trace trace;
        PlainGenerator<int, Continuation>* self = nullptr;
        auto generator = sends_to_itself(self, trace);
        self = &generator;
        while (generator.next()) continue;
        std::fputs(trace.text().c_str(), stderr);
        std::_Exit(0);
    };
    // In a process of its own: to resume a body that runs usually crashes.
    EXPECT_EXIT(send_to_itself(), testing::ExitedWithCode(0),
                "^generator already executing, sent: nothing$")
        << "ask can_run() first, and no later co_yield may find what was refused: it is gone";
}

TEST(Send, MovesWhatCannotBeCopied) {
    auto body = []() -> PlainGenerator<int, std::unique_ptr<int>> {
        const std::unique_ptr<int> sent = co_yield 0;
        co_yield *sent;
    };
    auto generator = body();
    (void)generator.next();
    EXPECT_EQ(generator.send(std::make_unique<int>(5)), 5);
}

TEST(Send, OfNothingIsSeenAsAnEmptyOptional) {
    auto body = []() -> PlainGenerator<std::string, std::optional<int>> {
        std::string seen = "start";
        while (true) {
            const std::optional<int> x = co_yield seen;
            seen = x ? std::to_string(*x) : "None";
        }
    };
    auto generator = body();
    EXPECT_EQ(generator.next(), "start");
    EXPECT_EQ(generator.send(1), "1");
    EXPECT_EQ(generator.next(), "None");
}

// ── throw_ ──

PlainGenerator<int> catches(Trace& trace) {
    for (int i = 0;; ++i) {
        try {
            co_yield i;
        } catch (const std::runtime_error& caught) {
            trace(std::string("caught ") + caught.what());
        }
    }
}

TEST(Throw, IsRaisedAtThePendingYieldAndReturnsTheNextValue) {
    conforms_to({"test_generators.__test__ (doctest).doctest:coroutine.throw"});
    Trace trace;
    auto generator = catches(trace);
    EXPECT_EQ(generator.next(), 0);
    EXPECT_EQ(generator.throw_(error("a")), 1) << "it is caught, so the body goes on to a yield";
    EXPECT_EQ(trace.text(), "caught a");
    const auto uncaught = std::make_exception_ptr(std::logic_error("b"));
    EXPECT_EQ(error_of([&] { (void)generator.throw_(uncaught); }), "b");
    EXPECT_EQ(generator.next(), std::nullopt) << "an error that comes out ends the generator";
}

TEST(Throw, WorksAgainAfterAnErrorThatWasHandled) {
    conforms_to({"test_generators.GeneratorThrowTest.test_throw_after_none_exc_type"});
    Trace trace;
    auto generator = catches(trace);
    (void)generator.next();
    EXPECT_EQ(generator.throw_(error("a")), 1);
    EXPECT_EQ(generator.next(), 2);
    EXPECT_EQ(generator.throw_(error("b")), 3);
    EXPECT_EQ(trace.text(), "caught a, caught b");
}

TEST(Throw, OnAnUnstartedOrFinishedGeneratorRunsNoBody) {
    conforms_to({"test_generators.__test__ (doctest).doctest:coroutine.throw_on_closed"});
    Trace trace;
    auto unstarted = catches(trace);
    EXPECT_EQ(error_of([&] { (void)unstarted.throw_(error("early")); }), "early");
    EXPECT_EQ(unstarted.next(), std::nullopt) << "it is finished, and its body never ran";
    EXPECT_EQ(trace.text(), "");

    auto finished = catches(trace);
    (void)finished.next();
    finished.close();
    EXPECT_EQ(error_of([&] { (void)finished.throw_(error("late")); }), "late");
    EXPECT_EQ(trace.text(), "");
}

/// Whether an error lies in thrown_in: the next generator that is resumed would raise it.
bool is_left() {
    return std::exchange(aio::thrown_in, nullptr) != nullptr;
}

TEST(Throw, OnAFinishedGeneratorLeavesNothingForTheNextOne) {
    auto finished = []() -> PlainGenerator<int> { co_yield 1; }();
    finished.close();
    (void)error_of([&] { (void)finished.throw_(error("late")); });
    EXPECT_FALSE(is_left()) << "no body has taken the error from thrown_in: the next generator "
                               "that is resumed, whichever it is, would raise it";
}

TEST(Throw, FromInsideIsAnError) {
    const auto throw_into_itself = [] {
        PlainGenerator<int>* self = nullptr;
        auto body = [](PlainGenerator<int>*& me) -> PlainGenerator<int> {
            (void)me->throw_(error("thrown in"));
            co_yield 1;
        };
        auto generator = body(self);
        self = &generator;
        std::fputs(error_of([&] { (void)generator.next(); }).c_str(), stderr);
        std::fputs(is_left() ? ", and the error is left in thrown_in" : "", stderr);
        std::_Exit(0);
    };
    // In a process of its own: to resume a body that runs usually crashes.
    EXPECT_EXIT(throw_into_itself(), testing::ExitedWithCode(0), "^generator already executing$")
        << "ask can_run() first: a body that runs stands at no co_yield";
}

TEST(Throw, KeepsAnErrorAcrossYieldsToRethrowIt) {
    conforms_to({"test_generators.ExceptionTest.test_except_throw"});
    auto body = []() -> PlainGenerator<int> {
        std::exception_ptr kept;
        try {
            co_yield 1;
        } catch (const std::runtime_error&) {
            kept = std::current_exception();
        }
        co_yield 2;
        std::rethrow_exception(kept);
    };
    auto generator = body();
    (void)generator.next();
    EXPECT_EQ(generator.throw_(error("kept")), 2);
    EXPECT_EQ(error_of([&] { (void)generator.next(); }), "kept");
}

TEST(Throw, LetsAnErrorNestTheOneThatWasThrownIn) {
    conforms_to({"test_generators.ExceptionTest.test_except_throw_exception_context"});
    auto body = []() -> PlainGenerator<int> {
        try {
            co_yield 1;
        } catch (const std::runtime_error&) {
            std::throw_with_nested(std::logic_error("outer"));
        }
    };
    auto generator = body();
    (void)generator.next();
    try {
        (void)generator.throw_(error("inner"));
        ADD_FAILURE() << "the error must come out";
    } catch (const std::logic_error& outer) {
        EXPECT_STREQ(outer.what(), "outer");
        EXPECT_EQ(error_of([&] { std::rethrow_if_nested(outer); }), "inner");
    }
}

TEST(Throw, OfNothingIsAnError) {
    Trace trace;
    auto generator = catches(trace);
    EXPECT_THROW((void)generator.throw_(nullptr), std::invalid_argument);
    EXPECT_EQ(generator.next(), 0);
}

TEST(Throw, OfTheExitSignalMayBeAnsweredByAValue) {
    auto body = []() -> PlainGenerator<int> {
        try {
            co_yield 1;
        } catch (const GeneratorExit&) {
        }
        co_yield 2;
    };
    auto generator = body();
    (void)generator.next();
    EXPECT_EQ(generator.throw_(std::make_exception_ptr(GeneratorExit())), 2);
}

// ── close ──

/// Yields 1, and returns 42 if it is closed there.
PlainGenerator<int, void, int> answers_exit() {
    try {
        co_yield 1;
    } catch (const GeneratorExit&) {
        co_return 42;
    }
    co_return 0;
}

PlainGenerator<int, void, int> plain() {
    co_yield 1;
    co_return 7;
}

TEST(Close, ReturnsWhatTheBodyReturnsAfterTheExitSignal) {
    conforms_to({"test_generators.GeneratorCloseTest.test_close_return_value"});
    auto generator = answers_exit();
    (void)generator.next();
    EXPECT_EQ(generator.close(), 42);
}

TEST(Close, ReturnsNothingIfTheBodyDoesNotCatch) {
    conforms_to({"test_generators.GeneratorCloseTest.test_close_not_catching_exit",
                 "test_generators.GeneratorCloseTest.test_close_no_return_value"});
    auto generator = plain();
    (void)generator.next();
    std::optional<int> result;
    EXPECT_EQ(error_of([&] { result = generator.close(); }), "no error")
        << "the exit signal comes out of the body, and ends at close()";
    EXPECT_EQ(result, std::nullopt);
    EXPECT_EQ(generator.next(), std::nullopt);
}

TEST(Close, ReturnsNothingTheSecondTime) {
    conforms_to({"test_generators.GeneratorCloseTest.test_close_closed"});
    auto generator = answers_exit();
    (void)generator.next();
    EXPECT_EQ(generator.close(), 42);
    EXPECT_EQ(generator.close(), std::nullopt);
}

TEST(Close, OfAnExhaustedGeneratorReturnsNothing) {
    conforms_to({"test_generators.GeneratorCloseTest.test_close_exhausted"});
    auto generator = plain();
    while (generator.next()) continue;
    EXPECT_EQ(generator.close(), std::nullopt);
    EXPECT_EQ(generator.result(), 7);
}

/// Yields 1, and throws `answer` if it is closed there.
template <class Answer>
PlainGenerator<int> answers_exit_by(Answer answer) {
    try {
        co_yield 1;
    } catch (const GeneratorExit&) {
        throw answer;
    }
}

TEST(Close, LetsAnotherErrorOut) {
    conforms_to({"test_generators.GeneratorCloseTest.test_close_raises"});
    auto generator = answers_exit_by(std::runtime_error("cleanup failed"));
    (void)generator.next();
    EXPECT_EQ(error_of([&] { generator.close(); }), "cleanup failed");
    EXPECT_EQ(generator.next(), std::nullopt);
    auto odd = answers_exit_by(7);
    (void)odd.next();
    EXPECT_THROW(odd.close(), int) << "an error need not be a std::exception";
}

TEST(Close, TakesANewExitSignalForTheEndToo) {
    auto generator = answers_exit_by(GeneratorExit());
    (void)generator.next();
    EXPECT_EQ(error_of([&] { generator.close(); }), "no error")
        << "any GeneratorExit that comes out says that the body has ended";
}

TEST(Close, RaisesTheExitSignalAtThePendingYieldOnly) {
    conforms_to({"test_generators.__test__ (doctest).doctest:coroutine.close"});
    auto body = [](Trace& trace) -> PlainGenerator<int> {
        try {
            co_yield 1;
        } catch (const GeneratorExit&) {
            trace("exiting");
            throw;
        }
    };
    Trace trace;
    auto generator = body(trace);
    (void)generator.next();
    generator.close();
    generator.close();
    EXPECT_EQ(trace.text(), "exiting") << "a second close() does nothing";
    auto unstarted = body(trace);
    unstarted.close();
    EXPECT_EQ(trace.text(), "exiting") << "nor does close() of one that has not started";
    EXPECT_EQ(unstarted.next(), std::nullopt);
}

TEST(Close, IsNotSwallowedByAHandlerOfStdException) {
    Trace trace;
    auto body = [](Trace& seen) -> PlainGenerator<int> {
        const AtExit exit(seen, "cleanup");
        try {
            co_yield 1;
        } catch (const std::exception&) {
            seen("swallowed");
        }
        co_yield 2;
    };
    auto generator = body(trace);
    (void)generator.next();
    generator.close();
    EXPECT_EQ(trace.text(), "cleanup");
}

TEST(Close, OfABodyThatYieldsIsAnError) {
    auto stubborn = []() -> PlainGenerator<int> {
        for (int i = 0; i < 100; ++i) {  // whoever asks until it gives in comes to an end
            try {
                co_yield i;
            } catch (const GeneratorExit&) {
            }
        }
    };
    auto generator = stubborn();
    (void)generator.next();
    EXPECT_EQ(error_of([&] { generator.close(); }), "generator ignored GeneratorExit");
    ASSERT_EQ(generator.next(), 2) << "it is still suspended, at the yield it answered with";
    EXPECT_THROW(generator.close(), std::runtime_error);
}

/// A promise without a body: it keeps what is raised in it, and ends.
class Ends : public aio::GeneratorPromise<int&> {
  public:
    Ends() : GeneratorPromise(std::noop_coroutine()) {}
    int* throw_(std::exception_ptr error) {
        raised = std::move(error);
        finish();
        return nullptr;
    }
    std::exception_ptr raised;
};

TEST(Close, RaisesTheExitSignalThatItIsGiven) {
    Ends generator;
    const auto exit = std::make_exception_ptr(GeneratorExit());
    aio::close_by(generator, exit);
    EXPECT_TRUE(generator.raised == exit)
        << "in a chain of generators it may be an error that came out of an inner one";
}

TEST(Close, FromInsideIsAnError) {
    PlainGenerator<int>* self = nullptr;
    auto body = [](PlainGenerator<int>*& me) -> PlainGenerator<int> {
        me->close();
        co_yield 1;
    };
    auto generator = body(self);
    self = &generator;
    EXPECT_EQ(error_of([&] { (void)generator.next(); }), "generator already executing");
}

}  // namespace
