// gather: results in the order of the arguments, the first error, and what happens to the others.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::gather;
using aio::return_exceptions;
using aio::Task;
using Numbers = std::vector<int>;
using Futures = std::vector<Future<int>>;

Coro<int> number_after(aio::Duration delay, int number) {
    co_await aio::sleep(delay);
    co_return number;
}

Coro<int> fail_after(aio::Duration delay, std::string what) {
    co_await aio::sleep(delay);
    throw std::runtime_error(what);
}

/// The state of `future`, in a word or a message.
template <class T>
std::string outcome_of(const Future<T>& future) {
    if (!future.done()) return "pending";
    if (future.cancelled()) return "cancelled";
    return future.exception() ? aio::describe(future.exception()) : "result";
}

template <class T>
std::string outcome_of(const aio::Outcome<T>& outcome) {
    return outcome ? fmt::format("{}", outcome.value()) : aio::describe(outcome.exception());
}

class GatherTest : public ::testing::Test {
  protected:
    Futures futures(std::size_t count) {
        Futures all;
        while (all.size() < count) all.emplace_back(loop);
        return all;
    }

    PatientLoop loop;
    Trace trace;
};

// ── results ──

TEST_F(GatherTest, GivesResultsInTheOrderOfTheArguments) {
    const auto main = []() -> Coro<> {
        const auto start = aio::get_running_loop().time();
        const auto [slow, fast] = co_await gather(number_after(20s, 1), number_after(10s, 2));
        EXPECT_EQ(slow, 1) << "the first argument's result comes first, though it is done last";
        EXPECT_EQ(fast, 2);
        EXPECT_EQ(aio::get_running_loop().time() - start, 20s) << "both must run at once";
    };
    loop.run_until_complete(main());
}

TEST_F(GatherTest, StartsItsCoroutinesFromLeftToRight) {
    const auto say = [&](std::string what) -> Coro<> {
        trace(what);
        co_return;
    };
    const auto main = [&]() -> Coro<> {
        co_await gather(say("one"), say("two"), say("three"), say("four"));
    };
    loop.run_until_complete(main());
    EXPECT_EQ(trace.text(), "one, two, three, four");
}

TEST_F(GatherTest, MixesCoroutinesTasksAndFuturesOfAllTypes) {
    const auto future = loop.create_future<std::string>();
    future.set_result("a future");
    const auto main = [&]() -> Coro<> {
        const auto nothing = []() -> Coro<> { co_return; };
        const Task<int> task = aio::create_task(number_after(1s, 2));
        const auto results = co_await gather(number_after(2s, 1), task, future, nothing());
        EXPECT_EQ(results, (std::tuple{1, 2, std::string("a future"), std::monostate()}));
    };
    loop.run_until_complete(main());
}

TEST_F(GatherTest, TakesAVectorAndGivesAVector) {
    const auto main = []() -> Coro<Numbers> {
        std::vector<Coro<int>> all;
        for (int i = 0; i < 5; ++i) all.push_back(number_after((5 - i) * 1s, i));
        co_return co_await gather(std::move(all));
    };
    EXPECT_EQ(loop.run_until_complete(main()), (Numbers{0, 1, 2, 3, 4}));
}

TEST_F(GatherTest, BindsToTheRunningLoop) {
    conforms_to({"test_tasks.CoroutineGatherTests.test_constructor_use_running_loop"});
    const auto main = [&]() -> Coro<> {
        const auto future = gather(number_after(0s, 1), number_after(0s, 2));
        EXPECT_EQ(&future.get_loop(), &loop);
        co_await future;
    };
    loop.run_until_complete(main());
}

TEST_F(GatherTest, BelongsToTheLoopOfItsChildrenWhateverLoopIsSet) {
    conforms_to({"test_tasks.FutureGatherTests.test_constructor_homogenous_futures"});
    const aio::EventLoop other;
    const auto children = futures(3);
    EXPECT_EQ(&gather(children[0], children[1], children[2]).get_loop(), &loop);
    const auto again = gather(children);
    EXPECT_EQ(&again.get_loop(), &loop);
    for (const auto& child : children) child.set_result(1);
    EXPECT_EQ(loop.run_until_complete(again), (Numbers{1, 1, 1}));
}

TEST_F(GatherTest, RefusesFuturesOfDifferentLoopsAndLeavesThemAlone) {
    conforms_to({"test_tasks.FutureGatherTests.test_constructor_heterogenous_futures"});
    PatientLoop other;
    const Future<int> here(loop);
    const Future<int> there(other);
    const std::string refusal =
        "The future belongs to a different loop than the one specified as the loop argument";
    EXPECT_EQ(error_of([&] { (void)gather(here, there); }), refusal);
    EXPECT_EQ(error_of([&] { (void)gather(std::vector{here, there}); }), refusal);
    EXPECT_THROW((void)gather(here, there), aio::ValueError);
    here.set_result(1);
    loop.one_turn();
    EXPECT_EQ(here.result(), 1) << "a gather that failed must not still watch it";
}

TEST_F(GatherTest, TakesTheSameFutureTwice) {
    const auto future = loop.create_future<int>();
    const auto both = gather(future, future);
    future.set_result(4);
    EXPECT_EQ(loop.run_until_complete(both), (std::tuple{4, 4}));
}

TEST_F(GatherTest, OfNothingIsDoneAtOnce) {
    conforms_to({"test_tasks.FutureGatherTests.test_constructor_empty_sequence_use_running_loop"});
    const auto main = [&]() -> Coro<> {
        const auto nothing = gather(Futures());
        EXPECT_TRUE(nothing.done());
        EXPECT_EQ(&nothing.get_loop(), &loop);
        EXPECT_EQ(co_await nothing, Numbers());
        EXPECT_TRUE(gather().done());
        EXPECT_TRUE(gather(return_exceptions).done());
        EXPECT_TRUE(gather(return_exceptions, Futures()).done());
    };
    loop.run_until_complete(main());
}

TEST_F(GatherTest, OfNothingOutsideACoroutineUsesTheLoopThatIsSet) {
    conforms_to({"test_tasks.FutureGatherTests.test_constructor_empty_sequence_use_global_loop"});
    std::thread([&] {  // a thread of its own, with a loop of its own
        aio::set_event_loop(&loop);
        const auto nothing = gather();
        EXPECT_EQ(&nothing.get_loop(), &loop);
        EXPECT_TRUE(nothing.done());
    })
        .join();
}

TEST_F(GatherTest, WithoutALoopIsAnError) {
    conforms_to({"test_tasks.FutureGatherTests.test_constructor_empty_sequence_without_loop",
                 "test_tasks.CoroutineGatherTests.test_constructor_without_loop"});
    std::thread([] {
        aio::set_event_loop(nullptr);
        const std::string refusal = "There is no current event loop in this thread";
        EXPECT_EQ(error_of([] { (void)gather(); }), refusal);
        EXPECT_EQ(error_of([] { (void)gather(Futures()); }), refusal);
        const CapturedLog log;  // the coroutine is never awaited, and the log says so
        EXPECT_EQ(error_of([] { (void)gather(number_after(0s, 1)); }), refusal);
    }).join();
}

TEST_F(GatherTest, OfWhatIsDoneIsDone) {
    const auto children = futures(2);
    children[0].set_result(1);
    children[1].set_result(2);
    const auto both = gather(children);
    ASSERT_TRUE(both.done()) << "nobody is left to wait for: no turn of the loop is needed";
    EXPECT_EQ(both.result(), (Numbers{1, 2}));
}

/// Five at each of four levels, and how many of these tasks had to wait for the loop.
Coro<int> tree(int depth, int& waited) {
    if (depth == 0) co_return 1;
    std::vector<Task<int>> children;
    for (int i = 0; i < 5; ++i) {
        children.push_back(aio::create_task(tree(depth - 1, waited)));
        if (!children.back().done()) ++waited;
    }
    int sum = 1;
    for (const int part : co_await gather(children)) sum += part;
    co_return sum;
}

TEST_F(GatherTest, NestedFiveWideAndFourDeepMakesNoTaskWaitWhenEager) {
    conforms_to({"test_eager_task_factory.BaseTaskCountingTests.test_recursive_gather"});
    int waited = 1;  // the root
    EXPECT_EQ(loop.run_until_complete(tree(4, waited)), 781);
    EXPECT_EQ(waited, 781) << "each task is put into the loop's queue";
    loop.set_task_factory(aio::eager_task_factory);
    waited = 0;
    const auto main = [&]() -> Coro<int> { co_return co_await tree(4, waited); };
    EXPECT_EQ(loop.run_until_complete(main()), 781);
    EXPECT_EQ(waited, 0) << "gathering what is done must not wait for a turn";
}

// ── who owns a result ──

/// Counts its copies.
struct Copied {
    explicit Copied(int& counter) : copies(&counter) {}
    Copied(const Copied& other) : copies(other.copies) { ++*copies; }
    Copied(Copied&&) = default;
    Copied& operator=(const Copied&) = default;
    Copied& operator=(Copied&&) = default;
    ~Copied() = default;
    int* copies;
};

Coro<Copied> make_copied(int& copies) {
    co_await aio::sleep(1s);
    co_return Copied(copies);
}

TEST_F(GatherTest, MovesAResultThatNobodyElseCanAskFor) {
    int copies = 0;
    const auto main = [&]() -> Coro<> {
        std::vector<Coro<Copied>> all;
        for (int i = 0; i < 3; ++i) all.push_back(make_copied(copies));
        co_await gather(std::move(all));
        EXPECT_EQ(copies, 0) << "only gather refers to the tasks";
        const auto task = aio::create_task(make_copied(copies));
        co_await gather(task);
        EXPECT_EQ(copies, 1) << "the task's holder may still ask for the result";
        EXPECT_EQ(task.result().copies, &copies);
    };
    loop.run_until_complete(main());
}

TEST_F(GatherTest, MovesAResultThatCannotBeCopied) {
    const auto make = [](int value) -> Coro<std::unique_ptr<int>> {
        co_return std::make_unique<int>(value);
    };
    const auto main = [&]() -> Coro<int> {
        const auto [a, b] = co_await gather(make(1), make(2));
        co_return 10 * *a + *b;
    };
    EXPECT_EQ(loop.run_until_complete(main()), 12);
}

TEST_F(GatherTest, OfAVectorMovesResultsThatCannotBeCopied) {
    const auto make = [](int value) -> Coro<std::unique_ptr<int>> {
        co_return std::make_unique<int>(value);
    };
    const auto main = [&]() -> Coro<int> {
        std::vector<Coro<std::unique_ptr<int>>> both;
        both.push_back(make(1));
        both.push_back(make(2));
        const auto [made, three] = co_await gather(gather(std::move(both)), make(3));
        co_return 100 * *made[0] + 10 * *made[1] + *three;
    };
    EXPECT_EQ(loop.run_until_complete(main()), 123);
}

Coro<std::unique_ptr<int>> make_owned(int value) {
    co_await aio::sleep(1s);
    co_return std::make_unique<int>(value);
}

TEST_F(GatherTest, RefusesTheSameTaskTwiceIfItsResultCannotBeCopied) {
    const Task<std::unique_ptr<int>> task = loop.create_task(make_owned(7), "seven");
    EXPECT_THROW((void)gather(task, task), aio::ValueError);
    const std::string text = error_of([&] { (void)gather(task, task); });
    EXPECT_NE(text.find("'seven'"), std::string::npos) << "it does not name the task: " << text;
    EXPECT_NE(text.find("std::shared_ptr"), std::string::npos)
        << "it does not say what to do: " << text;
    const Future<std::unique_ptr<int>> future = task;
    EXPECT_EQ(error_of([&] { (void)gather(task, number_after(0s, 1), future); }), text);
    EXPECT_EQ(error_of([&] { (void)gather(std::vector{task, task}); }), text);
    EXPECT_EQ(error_of([&] { (void)gather(return_exceptions, task, task); }), text);
    EXPECT_EQ(error_of([&] { (void)gather(return_exceptions, std::vector{task, task}); }), text);
    const auto [seven] = loop.run_until_complete(gather(task));
    ASSERT_NE(seven, nullptr) << "a refused gather has taken the result";
    EXPECT_EQ(*seven, 7);
}

TEST_F(GatherTest, RefusesItAlsoWhenItIsDone) {
    const auto task = loop.create_task(make_owned(7));
    loop.run_until_complete(number_after(2s, 0));
    EXPECT_THROW((void)gather(task, task), aio::ValueError);
    EXPECT_THROW((void)gather(std::vector{task, task}), aio::ValueError);
    const auto [seven] = loop.run_until_complete(gather(task));
    EXPECT_NE(seven, nullptr) << "a refused gather has taken the result";
}

TEST_F(GatherTest, WhatCanBeCopiedMayStandTwiceBesideWhatCannot) {
    const auto task = loop.create_task(number_after(1s, 3));
    const auto [a, owned, b, other] =
        loop.run_until_complete(gather(task, make_owned(7), task, make_owned(8)));
    EXPECT_EQ((std::vector{a, *owned, b, *other}), (Numbers{3, 7, 3, 8}));
    EXPECT_EQ(loop.run_until_complete(gather(std::vector{task, task})), (Numbers{3, 3}));
}

struct FailsToCopy {
    FailsToCopy() = default;
    FailsToCopy(const FailsToCopy&) { throw std::runtime_error("no copy today"); }
    FailsToCopy& operator=(const FailsToCopy&) = default;
    ~FailsToCopy() = default;
};

TEST_F(GatherTest, FailsIfAResultCannotBeBroughtHome) {
    const auto future = loop.create_future<FailsToCopy>();
    const auto both = gather(future, future);
    static_cast<aio::FutureState<FailsToCopy>&>(*future.state()).finish_with();
    loop.one_turn();
    EXPECT_EQ(outcome_of(Future(both)), "std::runtime_error: no copy today");
}

// ── the first error ──

TEST_F(GatherTest, TheFirstErrorEndsItAtOnce) {
    conforms_to({"test_tasks.GatherTestsBase.test_one_exception"});
    const auto children = futures(5);
    const auto all = gather(children);
    children[0].set_result(1);
    loop.one_turn();
    EXPECT_EQ(outcome_of(all), "pending");
    children[1].set_exception(std::domain_error("the first"));
    loop.one_turn();
    EXPECT_EQ(outcome_of(all), "std::domain_error: the first")
        << "it must not wait for the three that are left";
    EXPECT_EQ(all.exception(), children[1].exception()) << "the very same error";
    children[2].set_result(3);
    children[3].cancel();
    children[4].set_exception(std::runtime_error("too late"));
    loop.one_turn();
    EXPECT_EQ(outcome_of(all), "std::domain_error: the first");
}

TEST_F(GatherTest, AChildCancelledByOthersIsAnErrorLikeAnyOther) {
    conforms_to({"test_tasks.FutureGatherTests.test_one_cancellation"});
    const auto children = futures(3);
    const auto two = gather(children[0], children[2]);
    const auto other_two = gather(children[1], children[2]);
    children[0].cancel("by others");
    children[1].cancel();
    loop.one_turn();
    EXPECT_EQ(outcome_of(two), "CancelledError: by others") << "its error, not its own end";
    EXPECT_EQ(outcome_of(other_two), "CancelledError") << "with a message or without";
    EXPECT_FALSE(children[2].done()) << "the other is left alone";
    children[2].set_result(2);
    loop.one_turn();
}

TEST_F(GatherTest, AfterTheFirstErrorTheOthersRunOn) {
    const auto other = [&]() -> Coro<> {
        co_await aio::sleep(2s);
        trace("the other is done");
    };
    const auto main = [&]() -> Coro<> {
        try {
            co_await gather(fail_after(1s, "failed"), other());
        } catch (const std::runtime_error& error) {
            trace(error.what());
        }
        co_await aio::sleep(2s);
    };
    loop.run_until_complete(main());
    EXPECT_EQ(trace.text(), "failed, the other is done") << "a sibling's error must not stop it";
}

TEST_F(GatherTest, LaterErrorsCountAsSeen) {
    conforms_to({"test_tasks.CoroutineGatherTests.test_exception_marking"});
    const CapturedLog log;
    const auto main = [&]() -> Coro<> {
        try {
            co_await gather(fail_after(1s, "first"), fail_after(2s, "second"),
                            fail_after(3s, "third"));
        } catch (const std::runtime_error& error) {
            trace(error.what());
        }
        co_await aio::sleep(5s);
    };
    loop.run_until_complete(main());
    EXPECT_EQ(trace.text(), "first");
    EXPECT_EQ(log.text(), "") << "gathering asks for the errors of all";
}

TEST_F(GatherTest, LaterErrorsCountAsSeenAlsoWhileItIsStillHeld) {
    const CapturedLog log;
    {
        const auto all = gather(loop.create_task(fail_after(1s, "first")),
                                loop.create_task(fail_after(2s, "second")));
        loop.run_until_complete(number_after(3s, 0));
        EXPECT_EQ(outcome_of(all), "std::runtime_error: first");
    }
    EXPECT_EQ(log.text(), "") << "gathering asks for the errors of all";
}

TEST_F(GatherTest, AnErrorThatNobodyTookIsReported) {
    const CapturedLog log;
    {
        const auto all = gather(loop.create_task(fail_after(1s, "first")));
        loop.run_until_complete(number_after(2s, 0));
        EXPECT_TRUE(all.done());
        EXPECT_EQ(log.text(), "");
    }
    EXPECT_EQ(log.text(),
              "GatheringFuture exception was never retrieved\n"
              "  in: <GatheringFuture finished exception=std::runtime_error: first>\n"
              "  std::runtime_error: first");
}

TEST_F(GatherTest, LetGoWhileItIsPendingEachErrorIsReported) {
    const CapturedLog log;
    (void)gather(loop.create_task(fail_after(1s, "one")), loop.create_task(fail_after(2s, "two")));
    loop.run_until_complete(number_after(3s, 0));
    for (const char* what : {"std::runtime_error: one", "std::runtime_error: two"}) {
        EXPECT_NE(log.text().find(what), std::string::npos)
            << "nobody can see it any more: " << log.text();
    }
}

// ── errors as results ──

TEST_F(GatherTest, WithReturnExceptionsErrorsAreResultsAtTheirPlaces) {
    conforms_to({"test_tasks.GatherTestsBase.test_return_exceptions"});
    const auto children = futures(4);
    const auto all = gather(return_exceptions, children);
    children[1].set_exception(std::runtime_error("failed"));
    loop.one_turn();
    EXPECT_EQ(outcome_of(all), "pending") << "errors do not end it: it waits for all";
    children[3].set_result(3);
    children[2].set_exception(std::domain_error("failed too"));
    children[0].set_result(0);
    const auto outcomes = loop.run_until_complete(all);
    EXPECT_EQ(outcome_of(outcomes.at(0)), "0");
    EXPECT_EQ(outcome_of(outcomes.at(1)), "std::runtime_error: failed");
    EXPECT_EQ(outcome_of(outcomes.at(2)), "std::domain_error: failed too");
    EXPECT_EQ(outcome_of(outcomes.at(3)), "3");
    EXPECT_THROW((void)outcomes.at(1).value(), std::runtime_error);
    EXPECT_EQ(outcomes.at(0).exception(), nullptr);
}

TEST_F(GatherTest, WithReturnExceptionsAChildCancelledByOthersIsAResult) {
    conforms_to({"test_tasks.FutureGatherTests.test_result_exception_one_cancellation"});
    for (const std::size_t last : {0U, 1U}) {
        const auto children = futures(2);
        const auto all = gather(return_exceptions, children);
        if (last == 1) children[0].cancel("by others");
        if (last == 0) children[1].set_result(2);
        loop.one_turn();
        EXPECT_EQ(outcome_of(all), "pending") << "it waits for child " << last;
        if (last == 0) children[0].cancel("by others");
        if (last == 1) children[1].set_result(2);
        loop.one_turn();
        ASSERT_EQ(outcome_of(all), "result") << "nobody has cancelled the gathering";
        EXPECT_EQ(outcome_of(all.result().at(0)), "CancelledError: by others");
        EXPECT_EQ(outcome_of(all.result().at(1)), "2");
    }
}

TEST_F(GatherTest, WithReturnExceptionsATupleOfOutcomes) {
    const auto main = []() -> Coro<> {
        const auto [good, bad, nothing] =
            co_await gather(return_exceptions, number_after(1s, 1), fail_after(1s, "failed"),
                            []() -> Coro<> { co_await aio::sleep(1s); });
        EXPECT_EQ(good.value(), 1);
        EXPECT_EQ(outcome_of(bad), "std::runtime_error: failed");
        EXPECT_TRUE(nothing.has_value());
    };
    loop.run_until_complete(main());
}

TEST_F(GatherTest, WithReturnExceptionsNoErrorIsReported) {
    const CapturedLog log;
    const auto main = []() -> Coro<> {
        (void)co_await gather(return_exceptions, fail_after(1s, "a"), fail_after(2s, "b"));
    };
    loop.run_until_complete(main());
    EXPECT_EQ(log.text(), "");
}

// ── told to stop ──

/// Waits for `future`, and does not let itself be cancelled.
Coro<int> stubborn(Future<int> future) {
    try {
        co_return co_await future;
    } catch (const CancelledError&) {
    }
    co_return 1;
}

TEST_F(GatherTest, ToldToStopItWaitsForTheLastAndGivesNoResults) {
    const auto children = futures(2);
    const auto last = loop.create_task(stubborn(children[1]));
    const auto all = gather(return_exceptions, children[0], last);
    loop.one_turn();
    all.cancel("enough");
    loop.one_turn();
    EXPECT_EQ(outcome_of(all), "pending") << "one child has ended, and the other has not";
    loop.one_turn();
    EXPECT_EQ(outcome_of(all), "CancelledError")
        << "a waiter that was told to stop must not get an answer, though the last child has one";
}

TEST_F(GatherTest, ToldToStopItEndsWithTheErrorOfTheLast) {
    const auto all = gather(return_exceptions, futures(2));
    all.cancel("enough");
    loop.one_turn();
    EXPECT_EQ(outcome_of(all), "CancelledError: enough");
}

TEST_F(GatherTest, ToldToStopAnotherErrorOfAChildComesOut) {
    const auto fails_to_stop = [](Future<int> future) -> Coro<int> {
        try {
            co_return co_await future;
        } catch (const CancelledError&) {
            throw std::runtime_error("it cannot stop");
        }
    };
    const auto children = futures(1);
    const auto all = gather(loop.create_task(fails_to_stop(children[0])));
    loop.one_turn();
    all.cancel("enough");
    loop.run_until_complete(number_after(1s, 0));
    EXPECT_EQ(outcome_of(all), "std::runtime_error: it cannot stop");
}

}  // namespace
