// The mini task and the real one: what both can do is judged by the same tests.
#include <chrono>
#include <coroutine>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "05_selector_callbacks/get_at_once.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/mini_get.hpp"
#include "07_coroutine_tasks/mini_task.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "common/server/http_server.hpp"
#include "tests/support/stack_names.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;

struct Mini {
    static constexpr const char* kName = "Mini";
    using Loop = aio::mini::Loop;
    template <class T>
    using Future = aio::mini::Future<T>;
    template <class T>
    using Coro = aio::mini::Coro<T>;

    template <class T>
    static auto run(Loop& loop, Coro<T> coroutine) {
        return run_until_complete(loop, create_task(loop, std::move(coroutine)));
    }
    template <class T>
    static auto create_task(Loop& loop, Coro<T> coroutine) {
        return aio::mini::create_task(loop, std::move(coroutine));
    }
    static auto sleep(Loop& loop, std::chrono::milliseconds time) {
        return aio::mini::sleep(loop, time);
    }
};

struct Real {
    static constexpr const char* kName = "Real";
    using Loop = aio::EventLoop;
    template <class T>
    using Future = aio::Future<T>;
    template <class T>
    using Coro = aio::Coro<T>;

    template <class T>
    static auto run(Loop& loop, Coro<T> coroutine) {
        return loop.run_until_complete(std::move(coroutine));
    }
    template <class T>
    static auto create_task(Loop& loop, Coro<T> coroutine) {
        return loop.create_task(std::move(coroutine));
    }
    static auto sleep(Loop& /*loop*/, std::chrono::milliseconds time) { return aio::sleep(time); }
};

/// Coroutines of either stack.
template <class Stack>
struct Coroutines {
    using Loop = typename Stack::Loop;
    template <class T>
    using Coro = typename Stack::template Coro<T>;
    template <class T>
    using Future = typename Stack::template Future<T>;

    static Coro<int> number(int value) { co_return value; }
    static Coro<int> fails() {
        throw std::runtime_error("it failed");
        co_return 0;
    }
    static Coro<int> sum(Loop& loop, int a, int b) {
        co_await Stack::sleep(loop, 1ms);
        co_return a + b;
    }
    static Coro<std::string> waits(Future<std::string> future) { co_return co_await future; }
    static Coro<int> deep(int depth) {
        if (depth == 0) co_return 0;
        co_return 1 + co_await deep(depth - 1);
    }
    static Coro<int> many(int count) {
        int total = 0;
        for (int i = 0; i < count; ++i) total += co_await number(1);
        co_return total;
    }
    static Coro<void> naps(Loop& loop, Trace& trace, int milliseconds, std::string name) {
        trace(name + " begins");
        co_await Stack::sleep(loop, std::chrono::milliseconds(milliseconds));
        trace(name + " ends");
    }
};

// ── what happens when one coroutine awaits another ──

class MiniAwait : public ::testing::Test {
  protected:
    aio::mini::Coro<int> inner = Coroutines<Mini>::number(7);
    std::coroutine_handle<> outer = std::noop_coroutine();
};

TEST_F(MiniAwait, NotesInTheOneThatIsAwaitedWhoAwaitsIt) {
    inner.await_suspend(outer);
    EXPECT_TRUE(inner.handle.promise().awaiting == outer)
        << "at its end, the inner coroutine must know whom to resume";
}

TEST_F(MiniAwait, GoesOnWithTheOneThatIsAwaited) {
    const std::coroutine_handle<> next = inner.await_suspend(outer);
    EXPECT_TRUE(next == inner.handle) << "the compiler jumps to what is returned";
}

TEST_F(MiniAwait, RunsNothingItself) {
    inner.await_suspend(outer);
    EXPECT_FALSE(inner.handle.done())
        << "the inner coroutine has run within await_suspend, on top of the outer one's stack";
}

// ── how a task is made ──

class MiniCreateTask : public ::testing::Test {
  protected:
    aio::mini::Coro<int> gives(int value, std::shared_ptr<int> /*parameter*/ = nullptr) {
        trace("it runs");
        co_return value;
    }
    void turn() {
        loop.call_soon([] {});  // nobody sleeps in it
        loop.run_once();
    }

    aio::mini::Loop loop;
    Trace trace;
};

TEST_F(MiniCreateTask, ComesToItsEnd) {
    const auto run_one = [this] {
        const auto task = create_task(loop, gives(1));
        turn();
        std::_Exit(0);
    };
    // In a process of its own: a coroutine without a future to finish usually crashes.
    ASSERT_EXIT(run_one(), testing::ExitedWithCode(0), "")
        << "at its end the coroutine finishes the future that is noted in its promise: note it "
           "before you take the handle out of `coroutine`, and let the frame live until then";
}

TEST_F(MiniCreateTask, KeepsTheFrameUntilTheCoroutineIsOver) {
    const auto parameter = std::make_shared<int>();
    auto coroutine = gives(1, parameter);
    const auto handle = coroutine.handle;
    const auto task = create_task(loop, std::move(coroutine));
    ASSERT_EQ(parameter.use_count(), 2) << "the frame has gone, with its parameters";
    ASSERT_TRUE(handle.promise().task.has_value())
        << "at its end the coroutine must know which future it finishes";
    turn();
    EXPECT_EQ(parameter.use_count(), 1) << "the frame is still there";
}

TEST_F(MiniCreateTask, StartsNothingBeforeTheNextTurn) {
    const auto task = create_task(loop, gives(1));
    trace("made");
    turn();
    EXPECT_EQ(trace.text(), "made, it runs");
}

TEST_F(MiniCreateTask, ItsFutureIsFinishedByTheCoroutine) {
    const auto task = create_task(loop, gives(7));
    turn();
    ASSERT_TRUE(task.done()) << "the coroutine is over, and the future does not know";
    EXPECT_EQ(task.result(), 7);
}

// ── what both stacks can do ──

template <class Stack>
class MiniAndRealTask : public ::testing::Test {
  protected:
    using On = Coroutines<Stack>;
    template <class T>
    using Coro = typename Stack::template Coro<T>;
    template <class T>
    using Future = typename Stack::template Future<T>;

    typename Stack::Loop loop;
    Trace trace;
};

using Stacks = ::testing::Types<Mini, Real>;
TYPED_TEST_SUITE(MiniAndRealTask, Stacks, StackNames);

TYPED_TEST(MiniAndRealTask, GivesWhatItsCoroutineReturns) {
    using On = typename TestFixture::On;
    EXPECT_EQ(TypeParam::run(this->loop, On::number(7)), 7);
    EXPECT_EQ(TypeParam::run(this->loop, On::sum(this->loop, 1, 2)), 3);
}

TYPED_TEST(MiniAndRealTask, BeginsInTheLoopsNextTurn) {
    using On = typename TestFixture::On;
    const auto task =
        TypeParam::create_task(this->loop, On::naps(this->loop, this->trace, 0, "task"));
    EXPECT_EQ(this->trace.text(), "");
    this->loop.call_soon([this] { this->loop.stop(); });
    this->loop.run_forever();
    EXPECT_EQ(this->trace.text(), "task begins");
    const auto wait = [](auto waited_for) ->
        typename TestFixture::template Coro<void> { co_await waited_for; };
    TypeParam::run(this->loop, wait(task));
}

TYPED_TEST(MiniAndRealTask, AnErrorTravelsThroughTheAwaits) {
    using On = typename TestFixture::On;
    const auto catches = []() -> typename TestFixture::template Coro<std::string> {
        try {
            co_await On::fails();
        } catch (const std::runtime_error& error) {
            co_return "caught: " + std::string(error.what());
        }
        co_return "nothing";
    };
    EXPECT_EQ(TypeParam::run(this->loop, catches()), "caught: it failed");
    EXPECT_EQ(error_of([&] { TypeParam::run(this->loop, On::fails()); }), "it failed");
}

TYPED_TEST(MiniAndRealTask, SleepsWhileOthersRun) {
    using On = typename TestFixture::On;
    const auto both = [&](auto& loop, Trace& trace) -> typename TestFixture::template Coro<void> {
        const auto slow = TypeParam::create_task(loop, On::naps(loop, trace, 4, "slow"));
        const auto fast = TypeParam::create_task(loop, On::naps(loop, trace, 1, "fast"));
        co_await slow;
        co_await fast;
    };
    TypeParam::run(this->loop, both(this->loop, this->trace));
    EXPECT_EQ(this->trace.text(), "slow begins, fast begins, fast ends, slow ends");
}

TYPED_TEST(MiniAndRealTask, AllWhoAwaitAFutureGetItsResult) {
    using On = typename TestFixture::On;
    const typename TestFixture::template Future<std::string> future(this->loop);
    const auto one = TypeParam::create_task(this->loop, On::waits(future));
    const auto two = TypeParam::create_task(this->loop, On::waits(future));
    this->loop.call_later(1ms, [=] { future.set_result("hello"); });
    EXPECT_EQ(TypeParam::run(this->loop, On::waits(future)), "hello");
    this->loop.call_soon([this] { this->loop.stop(); });
    this->loop.run_forever();
    EXPECT_EQ(one.result(), "hello");
    EXPECT_EQ(two.result(), "hello");
}

TYPED_TEST(MiniAndRealTask, ARecursionOfCoroutinesTakesNoStack) {
    using On = typename TestFixture::On;
    EXPECT_EQ(TypeParam::run(this->loop, On::deep(100'000)), 100'000);
}

TYPED_TEST(MiniAndRealTask, AMillionAwaitsTakeNoStack) {
    using On = typename TestFixture::On;
    EXPECT_EQ(TypeParam::run(this->loop, On::many(1'000'000)), 1'000'000);
}

TEST(MiniGet, FetchesTenAtOnce) {
    const course::HttpServer server;
    const std::string url = server.url(20ms, 1000);
    const auto responses = aio::mini::get_all(url, 10);
    ASSERT_EQ(responses.size(), 10U);
    for (const auto& response : responses) {
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body.size(), 1000U);
    }
}

}  // namespace
