// Tasks: how they are made, take steps, wait for futures, and end.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "06_futures/detail/context_snapshot.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::AnyTask;
using aio::Coro;
using aio::EventLoop;
using aio::Future;
using aio::Task;

class TaskTest : public ::testing::Test {
  protected:
    void one_turn() { loop.one_turn(); }

    PatientLoop loop;
    Trace trace;
};

Coro<int> number(int value) {
    co_return value;
}
Coro<int> wait_for(Future<int> future) {
    co_return co_await future;
}
Coro<int> failing() {
    throw std::runtime_error("it failed");
    co_return 0;
}

/// The end of what a task says of itself: what it waits for.
std::string wait_of(const AnyTask& task) {
    const std::string text = task.describe();
    const auto at = text.find(" wait_for=");
    return at == text.npos ? "nothing" : text.substr(at + 1);
}

// ── making ──

TEST_F(TaskTest, MakesAStepUpToWhereItsCoroutineWaits) {
    const auto future = loop.create_future<int>();
    const auto main = [&]() -> Coro<> {
        const AtExit end(trace, "ended for no reason");
        trace("began");
        co_await aio::sleep(0s);
        trace("went on");
        (void)co_await future;
    };
    const auto make_two_steps = [&] {
        (void)loop.create_task(main());
        for (const char* turn : {"second turn", "third turn", "end"}) {
            one_turn();
            trace(turn);
        }
        std::fputs(trace.text().c_str(), stderr);
        std::_Exit(0);
    };
    // In a process of its own: a coroutine that is resumed while it waits usually crashes.
    ASSERT_EXIT(make_two_steps(), testing::ExitedWithCode(0),
                "^began, second turn, went on, third turn, end$")
        << "a step resumes the coroutine once: where it waits, the step ends";
}

TEST_F(TaskTest, KnowsWhatItWaitsForBetweenItsSteps) {
    const auto future = loop.create_future<int>();
    const auto task = loop.create_task(
        [](Future<int> awaited) -> Coro<int> { co_return co_await awaited; }(future));
    one_turn();
    ASSERT_EQ(wait_of(task).substr(0, 24), "wait_for=<Future pending")
        << "a cancel would not find the future: " << task.describe();
    task.cancel();
}

TEST_F(TaskTest, IsWhatAFutureWakes) {
    const auto future = loop.create_future<int>();
    const auto task = loop.create_task(
        [](Future<int> awaited) -> Coro<int> { co_return co_await awaited; }(future), "waiter");
    one_turn();
    EXPECT_EQ(future.describe(), "<Future pending cb=[<wake-up of waiter>]>")
        << "only a step of its task may resume a coroutine: let the task wait, not the handle";
    task.cancel();
}

TEST_F(TaskTest, RunsACoroutineToItsResult) {
    conforms_to({"test_tasks.BaseTaskTests.test_task_class",
                 "test_tasks.BaseTaskTests.test_create_task_with_async_function",
                 "test_tasks.GenericTaskTests.test_future_subclass"});
    const Task<int> task = loop.create_task(number(7));
    EXPECT_FALSE(task.done()) << "the first step is made in the loop's next turn";
    one_turn();
    ASSERT_EQ(ending_of(task), "result 7") << "the coroutine has returned, and nothing went wrong";
    const Future<int>& future = task;
    EXPECT_EQ(loop.run_until_complete(future), 7);
    EXPECT_EQ(task.result(), 7);
    EXPECT_EQ(&task.get_loop(), &loop);
    EXPECT_EQ(loop.run_until_complete(loop.create_task(number(8))), 8);
}

TEST_F(TaskTest, AddsUpWhatTwoCoroutinesGive) {
    conforms_to({"test_tasks.BaseTaskTests.test_task_basics"});
    const auto sum = []() -> Coro<int> { co_return co_await number(1) + co_await number(2); };
    EXPECT_EQ(loop.run_until_complete(sum()), 3);
}

TEST_F(TaskTest, TakesACallableAndKeepsItsCaptures) {
    const auto text = std::make_shared<std::string>("captured");
    const auto task = [&] {
        return loop.create_task([text]() -> Coro<std::string> {
            co_await aio::sleep(1s);
            co_return *text;
        });  // the lambda is gone here; the task has a copy
    }();
    EXPECT_EQ(loop.run_until_complete(Future(task)), "captured");
    EXPECT_EQ(text.use_count(), 1) << "when the task is over, the captures must be gone";
}

/// Anything with an operator co_await will do.
struct Doubled {
    Future<int> future;
    auto operator co_await() const {
        struct Awaiter : aio::FutureAwaiter<int> {
            int await_resume() { return 2 * FutureAwaiter::await_resume(); }
        };
        return Awaiter{aio::FutureAwaiter<int>(future)};
    }
};

TEST_F(TaskTest, TakesAnythingThatCanBeAwaited) {
    conforms_to({"test_tasks.BaseTaskTests.test_create_task_with_asynclike_function",
                 "test_tasks.BaseTaskTests.test_ensure_future_task_awaitable"});
    const auto future = loop.create_future<int>();
    loop.call_later(1s, [&] { future.set_result(21); });
    EXPECT_EQ(loop.run_until_complete(loop.create_task(Doubled{future})), 42);
    EXPECT_EQ(loop.run_until_complete(aio::ensure_future(Doubled{future}, loop)), 42);
}

TEST_F(TaskTest, MadeWithoutARunningLoopIsAnError) {
    auto coroutine = number(1);
    EXPECT_EQ(error_of([&] { aio::create_task(std::move(coroutine)); }), "no running event loop");
    EXPECT_EQ(coroutine.send(), 1) << "a coroutine that was not taken must stay usable";
}

TEST_F(TaskTest, OnAClosedLoopTheCoroutineIsClosedWithoutAReport) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_create_task_error_closes_coro"});
    const CapturedLog log;
    loop.close();
    EXPECT_EQ(error_of([&] { loop.create_task(number(1)); }), "Event loop is closed");
    EXPECT_EQ(error_of([&] { aio::ensure_future(number(1), loop); }), "Event loop is closed");
    EXPECT_EQ(log.text(), "") << "nobody forgot to await it";
}

TEST_F(TaskTest, OfACoroutineThatWasAwaitedIsAnError) {
    Coro<int> coroutine = number(1);
    coroutine.send();
    EXPECT_EQ(error_of([&] { loop.create_task(std::move(coroutine)); }),
              "cannot reuse already awaited coroutine");
}

// ── steps ──

TEST_F(TaskTest, StartInTheOrderInWhichTheyWereMade) {
    const auto say = [&](std::string what) -> Coro<> {
        trace(what);
        co_return;
    };
    for (const char* what : {"one", "two", "three"}) (void)loop.create_task(say(what));
    trace("made");
    one_turn();
    EXPECT_EQ(trace.text(), "made, one, two, three");
}

TEST_F(TaskTest, WaitsForAFutureAndIsWokenOneTurnAfterIt) {
    const auto future = loop.create_future<int>();
    const auto waiter = [&]() -> Coro<> {
        trace("waits");
        trace("got " + std::to_string(co_await future));
    };
    const auto wait_once = [&] {
        (void)loop.create_task(waiter());
        one_turn();
        future.set_result(5);
        one_turn();
        std::_Exit(0);
    };
    // In a process of its own: a coroutine that runs outside of its task usually crashes.
    ASSERT_EXIT(wait_once(), testing::ExitedWithCode(0), "")
        << "it is the task that waits, and whose next step goes on with the coroutine: nobody else "
           "may resume it";
    (void)loop.create_task(waiter());
    one_turn();
    loop.call_soon([&] {
        future.set_result(5);
        trace("set");
    });
    loop.call_soon([&] { trace("same turn"); });
    one_turn();
    EXPECT_EQ(trace.text(), "waits, set, same turn") << "to be woken is a callback like any other";
    one_turn();
    EXPECT_EQ(trace.text(), "waits, set, same turn, got 5");
}

TEST_F(TaskTest, DoesNotYieldForAFutureThatIsDone) {
    conforms_to({"test_futures.BaseFutureTests.test_future_stop_iteration_args"});
    const auto done = loop.create_future<std::tuple<int, int>>();
    done.set_result(std::tuple(1, 2));
    const auto main = [&]() -> Coro<> {
        loop.call_soon([&] { trace("callback"); });
        EXPECT_EQ(co_await done, std::tuple(1, 2));
        (void)co_await number(2);
        trace("main");
        co_await aio::sleep(0s);
    };
    loop.run_until_complete(main());
    EXPECT_EQ(trace.text(), "main, callback");
}

TEST_F(TaskTest, AwaitsAFutureTwiceAndWaitsOnce) {
    conforms_to({"test_futures.BaseFutureTests.test_yield_from_twice"});
    const auto future = loop.create_future<int>();
    const auto task = loop.create_task([&]() -> Coro<int> {
        const int first = co_await future;
        trace("once");
        co_return 10 * first + co_await future;
    });
    one_turn();
    future.set_result(3);
    loop.call_soon([&] { trace("callback"); });
    one_turn();
    EXPECT_EQ(trace.text(), "once, callback");
    EXPECT_EQ(task.result(), 33);
}

TEST_F(TaskTest, ManyWaitForOneFutureAndWakeInOrder) {
    const auto future = loop.create_future<int>();
    const auto waiter = [&](std::string name) -> Coro<> {
        (void)co_await future;
        trace(name);
    };
    for (const char* name : {"a", "b", "c"}) (void)loop.create_task(waiter(name));
    one_turn();
    future.set_result(0);
    one_turn();
    EXPECT_EQ(trace.text(), "a, b, c");
}

TEST_F(TaskTest, WaitsAtTheBottomOfAChain) {
    const auto future = loop.create_future<int>();
    const auto bottom = [&]() -> Coro<int> { co_return co_await future; };
    const auto middle = [&]() -> Coro<int> { co_return 1 + co_await bottom(); };
    const auto top = [&]() -> Coro<int> { co_return 1 + co_await middle(); };
    const auto task = loop.create_task(top());
    one_turn();
    future.set_result(40);
    EXPECT_EQ(loop.run_until_complete(Future(task)), 42);
}

TEST_F(TaskTest, AChainOfAwaitsIsOneTask) {
    conforms_to({"test_eager_task_factory.BaseTaskCountingTests.test_awaitables_chain"});
    int made = 0;
    loop.set_task_factory([&](EventLoop&, aio::TaskOptions&) { ++made; });
    struct Chain {
        static Coro<int> of(int length) {
            if (length == 0) co_return 0;
            co_return 1 + co_await of(length - 1);
        }
    };
    EXPECT_EQ(loop.run_until_complete(Chain::of(100)), 100);
    EXPECT_EQ(made, 1);
}

TEST_F(TaskTest, AwaitingATaskGivesItsResultToEachWhoAwaits) {
    const auto work = []() -> Coro<std::string> {
        co_await aio::sleep(1s);
        co_return "work";
    };
    const auto main = [&]() -> Coro<> {
        const auto task = aio::create_task(work());
        trace(co_await task);
        trace(co_await task);
    };
    loop.run_until_complete(main());
    EXPECT_EQ(trace.text(), "work, work");
}

TEST_F(TaskTest, AwaitingItselfIsAnError) {
    conforms_to({"test_tasks.BaseTaskTests.test_task_awaits_on_itself"});
    std::optional<Task<>> itself;
    std::string error;
    const auto main = [&]() -> Coro<> {
        try {
            co_await *itself;
        } catch (const aio::RuntimeError& e) {
            error = e.what();
        }
    };
    itself = loop.create_task(main());
    loop.run_until_complete(Future(*itself));
    EXPECT_EQ(error.substr(0, error.find(':')), "Task cannot await on itself") << error;
}

/// A task that waits for a future of another loop is told so, and who they are.
void expect_refused(const std::string& error) {
    const std::string diagnosis =
        "a task cannot wait for a future of another loop: wait_for() says so. It said: " + error;
    EXPECT_TRUE(error.starts_with("Task <Task pending name='mine'")) << diagnosis;
    EXPECT_TRUE(error.ends_with("got Future <Future pending> attached to a different loop"))
        << diagnosis;
}

TEST_F(TaskTest, AwaitingAFutureWithoutATaskIsAnError) {
    const auto future = loop.create_future<int>();
    const auto send_it = [&] {
        std::fputs(error_of([&] { (void)wait_for(future).send(); }).c_str(), stderr);
        std::_Exit(0);
    };
    // In a process of its own: to ask a task that is not there usually crashes.
    EXPECT_EXIT(send_it(), testing::ExitedWithCode(0), "^only a task can wait: use create_task$")
        << "no loop runs, so there is no task that could wait: running_task() refuses";
}

TEST_F(TaskTest, AwaitingAFutureOfALoopThatDoesNotRunIsAnError) {
    EventLoop other;
    const auto theirs = other.create_future<int>();
    PatientLoop ours;  // closed first
    const auto task = ours.create_task(wait_for(theirs), "mine");
    expect_refused(error_of([&] { ours.run_until_complete(task); }));
}

TEST_F(TaskTest, AwaitingAFutureOfALoopThatIsInAStepIsAnError) {
    loop.set_nested_running(true);
    const auto theirs = loop.create_future<int>();
    std::string error;
    const auto outer = [&]() -> Coro<std::string> {
        PatientLoop inner;
        inner.set_nested_running(true);
        const auto task = inner.create_task(wait_for(theirs), "mine");
        error = error_of([&] { inner.run_until_complete(task); });
        loop.call_later(1s, [&] { theirs.set_result(1); });
        co_return co_await aio::sleep(2s, std::string("slept"));
    };
    EXPECT_EQ(loop.run_until_complete(outer()), "slept");
    EXPECT_EQ(loop.seconds(), 2) << "the outer task must sleep on: it never waited for the future";
    expect_refused(error);
}

TEST_F(TaskTest, AwaitingAFutureOfALoopThatIsInAStepInAnotherThreadIsAnError) {
    std::string error;
    const auto outer = [&]() -> Coro<> {
        const auto theirs = loop.create_future<int>();
        std::thread([&] {
            PatientLoop other;
            const auto task = other.create_task(wait_for(theirs), "mine");
            error = error_of([&] { other.run_until_complete(task); });
        }).join();
        co_return;
    };
    loop.run_until_complete(outer());
    expect_refused(error);
}

TEST_F(TaskTest, RunningATaskUntilItIsDoneMakesNoOtherAroundIt) {
    std::size_t tasks = 0;
    const auto task = loop.create_task([&]() -> Coro<int> {
        tasks = aio::all_tasks().size();
        co_return 1;
    });
    EXPECT_EQ(loop.run_until_complete(task), 1);
    EXPECT_EQ(tasks, 1);
}

TEST_F(TaskTest, AnyTaskIsAFuture) {
    const AnyTask any = loop.create_task(number(1));
    EXPECT_EQ(aio::ensure_future(any, loop), any) << "no second task is made around it";
    loop.run_until_complete(any);
    EXPECT_TRUE(any.done());
    const AnyTask bad = loop.create_task(failing());
    EXPECT_EQ(error_of([&] { loop.run_until_complete(bad); }), "it failed");
    Trace trace;
    bad.add_done_callback([&](const Future<void>& done) { trace(done.describe()); });
    one_turn();
    EXPECT_EQ(trace.text(), bad.describe()) << "the callback is given the task";
}

// ── the end ──

TEST_F(TaskTest, KeepsTheErrorForWhoeverAwaits) {
    const auto task = loop.create_task(failing());
    EXPECT_EQ(error_of([&] { loop.run_until_complete(Future(task)); }), "it failed");
    EXPECT_EQ(error_of([&] { (void)task.result(); }), "it failed");
    EXPECT_NE(task.exception(), nullptr);
}

TEST_F(TaskTest, IsReportedIfNobodyHasSeenItsError) {
    const CapturedLog log;
    (void)loop.create_task(failing());
    one_turn();
    EXPECT_EQ(log.text().substr(0, 34), "Task exception was never retrieved")
        << "an error that nobody asks for must not get lost: " << log.text();
}

TEST_F(TaskTest, ThrowsTheSameErrorAtEveryAwait) {
    conforms_to({"test_futures2.FutureTests.test_future_traceback"});
    std::vector<const void*> seen;
    const auto main = [&]() -> Coro<> {
        const auto task = aio::create_task(failing());
        for (int i = 0; i < 5; ++i) {
            try {
                co_await task;
            } catch (const std::runtime_error& error) {
                seen.push_back(&error);
            }
        }
    };
    loop.run_until_complete(main());
    EXPECT_EQ(seen, std::vector<const void*>(5, seen.front()));
}

TEST_F(TaskTest, DestroysTheCoroutineWhenItIsOver) {
    const auto main = [&]() -> Coro<> {
        const AtExit local(trace, "local");
        co_return;
    };
    const auto task = loop.create_task([&trace = trace, main]() -> Coro<> {
        const AtExit outer(trace, "outer");
        co_await main();
    });
    loop.run_until_complete(Future(task));
    EXPECT_EQ(trace.text(), "local, outer");
    EXPECT_EQ(task.get_coro(), "") << "nothing is left of the coroutine";
}

/// Cannot be moved twice: once into the promise, and no further.
struct Stubborn {
    Stubborn() = default;
    Stubborn(Stubborn&& other) : moves(other.moves + 1) {
        if (moves > 1) throw std::runtime_error("moved too often");
    }
    int moves = 0;
};

TEST_F(TaskTest, FailsIfItsResultCannotBeMoved) {
    const auto make = []() -> Coro<Stubborn> { co_return Stubborn(); };
    const auto task = loop.create_task(make());
    one_turn();
    EXPECT_TRUE(task.done());
    EXPECT_EQ(error_of([&] { (void)task.result(); }), "moved too often");
}

TEST_F(TaskTest, IsCancelledByACancelledErrorThatComesOutOfIt) {
    const auto main = []() -> Coro<int> {
        throw aio::CancelledError("from within");
        co_return 1;
    };
    const auto task = loop.create_task(main());
    one_turn();
    EXPECT_EQ(task.describe().substr(0, 15), "<Task cancelled")
        << "a cancellation is no failure: " << task.describe();
    EXPECT_EQ(ending_of(task), "cancelled: from within") << "what the error says must be kept";
}

TEST_F(TaskTest, ThatWasToldToStopAndDidNotSeeItIsCancelled) {
    const auto main = []() -> Coro<int> {
        aio::current_task()->cancel("enough");
        co_return 1;
    };
    const auto task = loop.create_task(main());
    one_turn();
    EXPECT_TRUE(task.cancelled()) << "a request that came before the end must not be lost";
}

TEST_F(TaskTest, ThatWasToldToStopAndFailedHasFailed) {
    const auto main = []() -> Coro<int> {
        aio::current_task()->cancel("enough");
        throw std::runtime_error("it failed");
        co_return 1;
    };
    const auto task = loop.create_task(main());
    one_turn();
    EXPECT_EQ(ending_of(task), "failed: std::runtime_error: it failed")
        << "an error stays an error";
}

TEST_F(TaskTest, CannotBeFinishedFromOutside) {
    conforms_to({"test_tasks.BaseTaskTests.test_task_set_methods"});
    const auto task = loop.create_task(number(1));
    EXPECT_THROW(task.set_result(2), aio::RuntimeError);
    EXPECT_THROW(task.set_exception(std::runtime_error("no")), aio::RuntimeError);
    EXPECT_EQ(loop.run_until_complete(Future(task)), 1);
}

TEST_F(TaskTest, AnExitRequestIsStoredAndLeavesTheLoopAsWell) {
    const auto main = []() -> Coro<> {
        throw aio::SystemExit(3);
        co_return;
    };
    const auto task = loop.create_task(main());
    EXPECT_THROW(loop.run_forever(), aio::SystemExit);
    ASSERT_TRUE(task.done());
    EXPECT_TRUE(aio::is_exactly<aio::SystemExit>(task.exception()));
}

TEST_F(TaskTest, RunsOnWhenNobodyHoldsIt) {
    const auto work = [&]() -> Coro<> {
        co_await aio::sleep(1s);
        trace("done");
    };
    const auto main = [&]() -> Coro<> {
        (void)aio::create_task(work());
        co_await aio::sleep(2s);
    };
    loop.run_until_complete(main());
    EXPECT_EQ(trace.text(), "done") << "the loop keeps a task until it is done";
}

TEST_F(TaskTest, CancelledBeforeItsFirstStepTheBodyNeverRuns) {
    const auto parameter = std::make_shared<int>(1);
    const auto body = [](Trace& trace, std::shared_ptr<int>) -> Coro<> {
        trace("body");
        co_return;
    };
    const auto task = loop.create_task(body(trace, parameter));
    EXPECT_TRUE(task.cancel());
    one_turn();
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(parameter.use_count(), 1) << "its parameters must be destroyed";
}

TEST_F(TaskTest, ThatCatchesWhateverGoesWrongIsStillCancelled) {
    const auto task = loop.create_task([&]() -> Coro<> {
        try {
            co_await aio::sleep(1h);
        } catch (const std::exception& error) {  // CancelledError is none
            trace(error.what());
        }
        trace("went on");
    });
    one_turn();
    task.cancel();
    one_turn();
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(trace.text(), "");
}

// ── current_task, all_tasks ──

TEST_F(TaskTest, IsTheCurrentTaskWhileItRunsAndNotBetween) {
    conforms_to({"test_tasks.BaseTaskTests.test_current_task",
                 "test_tasks.BaseTaskIntrospectionTests.test__leave_task",
                 "test_tasks.BaseCurrentLoopTests.test_current_task_with_implicit_loop"});
    const auto current = [&] {
        const auto task = aio::current_task(loop);
        return task ? task->get_name() : "nobody";
    };
    EXPECT_EQ(current(), "nobody");
    std::optional<Task<>> one;
    std::optional<Task<>> two;
    const auto check = [](const std::optional<Task<>>& self) -> Coro<> {
        for (int i = 0; i < 3; ++i) {
            const auto running = aio::current_task();
            EXPECT_TRUE(running && *self == *running) << "while it runs, it is the current one";
            co_await aio::sleep(0s);
        }
    };
    one = loop.create_task(check(one));
    two = loop.create_task(check(two));
    loop.call_soon([&] { EXPECT_EQ(current(), "nobody") << "after a step"; });
    loop.run_until_complete(Future(*one));
    loop.run_until_complete(Future(*two));
    EXPECT_EQ(current(), "nobody") << "after the run";
}

TEST_F(TaskTest, IsTheCurrentTaskNoMoreWhenItIsOver) {
    const auto task = loop.create_task(number(1));
    loop.call_soon([&] { trace(loop.current_task() == nullptr ? "nobody" : "the task"); });
    one_turn();
    EXPECT_TRUE(task.done());
    EXPECT_EQ(trace.text(), "nobody") << "after its last step, too, there is no current task";
}

TEST_F(TaskTest, AStepWithinAStepGivesTheCurrentTaskBack) {
    const auto note = [&](const std::string& when) {
        const auto task = aio::current_task();
        trace(when + (task ? task->get_name() : "nobody"));
    };
    const auto inner = [&]() -> Coro<> {
        note("inside: ");
        co_return;
    };
    const auto outer = [&]() -> Coro<> {
        note("before: ");
        (void)aio::create_task(inner(), {.name = "inner", .eager_start = true});
        note("after: ");
        co_return;
    };
    const auto task = loop.create_task(outer(), "outer");
    one_turn();
    EXPECT_EQ(trace.text(), "before: outer, inside: inner, after: outer");
}

TEST_F(TaskTest, WaitsForNothingWhileItRuns) {
    std::optional<Future<int>> own = loop.create_future<int>();
    std::optional<Future<int>> stranger;  // which may lie where `own` has been
    const auto task = loop.create_task([&]() -> Coro<> {
        (void)co_await *own;
        own.reset();
        stranger = loop.create_future<int>();
        aio::current_task()->cancel();
        co_await aio::sleep(1h);
    });
    one_turn();
    own->set_result(1);
    one_turn();
    ASSERT_TRUE(stranger.has_value()) << "the task has not gone on after its wait";
    EXPECT_EQ(ending_of(*stranger), "pending")
        << "the task has cancelled what it does not wait for: what it waited for last is over";
    one_turn();
    EXPECT_EQ(ending_of(task), "cancelled") << "its own next wait must be cut short";
}

TEST_F(TaskTest, CurrentTaskWithoutARunningLoopIsAnError) {
    conforms_to({"test_tasks.BaseCurrentLoopTests.test_current_task_no_running_loop_implicit"});
    EXPECT_EQ(error_of([] { (void)aio::current_task(); }), "no running event loop");
}

TEST_F(TaskTest, AllTasksAreThoseThatAreNotDone) {
    const auto future = loop.create_future<int>();
    const auto blocked = loop.create_task(wait_for(future), "blocked");
    const auto quick = loop.create_task(number(1), "quick");
    EXPECT_EQ(aio::all_tasks(loop).size(), 2U);
    one_turn();
    const auto left = aio::all_tasks(loop);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left.front().get_name(), "blocked");
    future.set_result(1);
    one_turn();
    EXPECT_TRUE(aio::all_tasks(loop).empty());
}

TEST_F(TaskTest, AnyTaskCanBeAwaitedForItsEndOrForItsSuccess) {
    std::string error;
    const auto main = [&]() -> Coro<> {
        const AnyTask good = aio::create_task(number(1));
        const AnyTask bad = aio::create_task(failing());
        co_await good;
        co_await aio::until_done(bad);
        EXPECT_TRUE(bad.done());
        try {
            co_await bad;
        } catch (const std::runtime_error& e) {
            error = e.what();
        }
    };
    loop.run_until_complete(main());
    EXPECT_EQ(error, "it failed");
}

// ── names ──

TEST_F(TaskTest, UnnamedOnesAreNumbered) {
    conforms_to({"test_tasks.BaseTaskTests.test_task_repr_autogenerated"});
    const auto one = loop.create_task(number(1));
    const auto two = loop.create_task(number(2));
    EXPECT_EQ(one.get_name().substr(0, 5), "Task-");
    EXPECT_EQ(std::stoi(two.get_name().substr(5)), std::stoi(one.get_name().substr(5)) + 1);
    one_turn();
}

TEST_F(TaskTest, HasTheNameItWasGiven) {
    conforms_to({"test_tasks.BaseTaskTests.test_bare_create_named_task"});
    const auto task = loop.create_task(number(1), "fetch");
    EXPECT_EQ(task.get_name(), "fetch");
    task.set_name("fetch again");
    EXPECT_EQ(task.get_name(), "fetch again");
    one_turn();
    EXPECT_EQ(task.get_name(), "fetch again");
    loop.run_until_complete([]() -> Coro<> {
        const auto other = aio::create_task(number(1), {.name = "with options"});
        EXPECT_EQ(other.get_name(), "with options");
        co_await other;
    });
}

TEST_F(TaskTest, SaysWhichCoroutineItRuns) {
    const auto task = loop.create_task(number(1), "n");
    const std::string coro = task.get_coro();
    EXPECT_EQ(coro.substr(0, coro.find(':')), "number (07_task_test.cpp");
    EXPECT_EQ(task.describe(), "<Task pending name='n' coro=" + coro + ">");
    one_turn();
    EXPECT_EQ(task.describe(), "<Task finished name='n' result=1>");
    EXPECT_EQ(task.get_coro(), "");
}

TEST_F(TaskTest, SaysHowItStands) {
    const auto nap = loop.create_task(aio::sleep(1h), "nap");
    const auto fails = loop.create_task(failing(), "fails");
    one_turn();
    EXPECT_EQ(fails.describe(),
              "<Task finished name='fails' exception=std::runtime_error: it failed>");
    EXPECT_NE(fails.exception(), nullptr);
    nap.cancel();
    EXPECT_EQ(nap.describe().substr(0, 29), "<Task cancelling name='nap' c");
    one_turn();
    EXPECT_EQ(nap.describe(), "<Task cancelled name='nap'>");
}

TEST_F(TaskTest, SaysWhatItWaitsFor) {
    const auto future = loop.create_future<int>();
    const auto first = loop.create_task(wait_for(future), "first");
    const auto second = loop.create_task([=]() -> Coro<> { co_await first; }, "second");
    const auto nap = loop.create_task(aio::sleep(1h));
    EXPECT_EQ(wait_of(first), "nothing") << "it has not begun";
    one_turn();
    EXPECT_EQ(wait_of(first), "wait_for=<Future pending cb=[<wake-up of first>]>>");
    EXPECT_EQ(wait_of(second).substr(0, 35), "wait_for=<Task pending name='first'");
    EXPECT_EQ(wait_of(nap), "wait_for=<sleep>>");
    future.set_result(1);
    one_turn();
    EXPECT_EQ(wait_of(first), "nothing");
    nap.cancel();
    loop.run_until_complete(aio::until_done(nap));
}

TEST_F(TaskTest, TwoThatWaitForEachOtherCanBeDescribed) {
    const CapturedLog log;  // they are destroyed while they wait
    std::optional<Task<>> other;
    const auto waits = [&](std::optional<Task<>>& task) -> Coro<> { co_await *task; };
    std::optional<Task<>> one = loop.create_task(waits(other), "one");
    other = loop.create_task(waits(one), "other");
    one_turn();
    EXPECT_EQ(wait_of(*one).substr(0, 35), "wait_for=<Task pending name='other'");
}

TEST_F(TaskTest, SaysWhichCoroutineItRunsAlsoFromWithinItsStep) {
    struct Inner {
        static Coro<> naps(int depth) {
            co_await aio::sleep(0s);  // suspended here, and gone when we are asked
            if (depth > 0) co_await naps(depth - 1);
        }
    };
    const auto main = []() -> Coro<std::string> {
        co_await Inner::naps(3);
        co_return aio::current_task()->get_coro();
    };
    const auto task = loop.create_task(main());
    const std::string before = task.get_coro();
    EXPECT_EQ(loop.run_until_complete(Future(task)), before);
}

// ── ensure_future ──

TEST_F(TaskTest, EnsureFutureGivesAFutureOrATaskAsItIs) {
    conforms_to({"test_tasks.BaseTaskTests.test_ensure_future_future"});
    const auto future = loop.create_future<int>();
    EXPECT_TRUE(aio::ensure_future(future) == future);
    const auto task = loop.create_task(number(1));
    EXPECT_TRUE(aio::ensure_future(task) == task);
    EXPECT_TRUE(aio::ensure_future(task, loop) == task);
    EventLoop other;
    EXPECT_THROW((void)aio::ensure_future(future, other), aio::ValueError);
    one_turn();
}

TEST_F(TaskTest, EnsureFutureMakesATaskOnTheGivenTheRunningOrTheSetLoop) {
    conforms_to({"test_tasks.BaseTaskTests.test_ensure_future_coroutine"});
    EXPECT_EQ(loop.run_until_complete(aio::ensure_future(number(1), loop)), 1);
    aio::set_event_loop(&loop);
    const auto on_the_set_one = aio::ensure_future(number(2));
    EXPECT_EQ(&on_the_set_one.get_loop(), &loop);
    EXPECT_EQ(loop.run_until_complete(Future(on_the_set_one)), 2);
    aio::set_event_loop(nullptr);
    const auto main = [&]() -> Coro<> {
        const auto on_the_running_one = aio::ensure_future([]() -> Coro<int> { co_return 3; });
        EXPECT_EQ(&on_the_running_one.get_loop(), &loop);
        EXPECT_EQ(co_await on_the_running_one, 3);
    };
    loop.run_until_complete(main());
    auto coroutine = number(4);
    EXPECT_EQ(error_of([&] { (void)aio::ensure_future(std::move(coroutine)); }),
              "There is no current event loop in this thread");
    coroutine.close();
}

TEST_F(TaskTest, EnsureFutureAsksTheTaskFactoryToo) {
    conforms_to({"test_base_events.BaseEventLoopTests.test_create_task"});
    loop.set_task_factory([&](EventLoop&, aio::TaskOptions& options) { options.name = "mine"; });
    const auto task = aio::ensure_future(number(1), loop);
    EXPECT_EQ(task.get_name(), "mine");
    one_turn();
}

// ── contexts (chapter 13 says what they are good for) ──

struct Context final : aio::ContextData {};

TEST_F(TaskTest, StepsRunInTheContextOfItsMaking) {
    const aio::ContextSnapshot ours(new Context);
    const auto current = [] { return aio::ContextSnapshot::current().get(); };
    aio::ContextSnapshot::set_current(ours);
    const auto task = loop.create_task([&]() -> Coro<> {
        EXPECT_EQ(current(), ours.get());
        co_await aio::sleep(0s);
        EXPECT_EQ(current(), ours.get());
        aio::ContextSnapshot::set_current(aio::ContextSnapshot(new Context));
        co_await aio::sleep(0s);
        EXPECT_NE(current(), ours.get()) << "what a task sets is there in its next step";
    });
    aio::ContextSnapshot::set_current({});
    EXPECT_EQ(current(), nullptr);
    loop.run_until_complete(Future(task));
    EXPECT_EQ(current(), nullptr) << "what a task sets must not leak into its caller";
}

}  // namespace
