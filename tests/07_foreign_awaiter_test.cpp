// Awaiters that know nothing of tasks: what a reader writes who has only read the language's rules.
#include <coroutine>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::EventLoop;
using aio::Task;
using Resume = std::coroutine_handle<>;

/// Hands its handle to a function, and gives what that has left in `value`.
struct Plain {
    explicit Plain(std::function<void(Resume)> leave) : leave_with(std::move(leave)) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(Resume handle) const { leave_with(handle); }
    [[nodiscard]] int await_resume() const noexcept { return 42; }

    std::function<void(Resume)> leave_with;
};

Plain in_a_second(EventLoop& loop) {
    return Plain([&loop](Resume handle) { loop.call_later(1s, [handle] { handle.resume(); }); });
}

TEST(ForeignAwaiter, ACallbackResumesTheTask) {
    PatientLoop loop;
    const auto task = loop.create_task([&]() -> Coro<int> {
        const int value = co_await in_a_second(loop);
        co_return value + 1;
    });
    EXPECT_EQ(loop.run_until_complete(task), 43);
}

TEST(ForeignAwaiter, TheBodyGoesOnInAStepOfItsTaskAndNotWhereResumeIsCalled) {
    PatientLoop loop;
    Trace trace;
    std::string current = "nobody";
    const Task<> task = loop.create_task(
        [&]() -> Coro<> {
            co_await Plain([&](Resume handle) {
                loop.call_soon([&, handle] {
                    handle.resume();
                    trace("resume() came back");
                });
            });
            trace("the body goes on");
            if (const auto running = aio::current_task()) current = running->get_name();
        },
        "mine");
    loop.run_until_complete(task);
    EXPECT_EQ(trace.text(), "resume() came back, the body goes on");
    EXPECT_EQ(current, "mine") << "after the await, the task must be the current one again";
}

TEST(ForeignAwaiter, ATaskCanStillSleepAfterIt) {
    PatientLoop loop;
    const auto task = loop.create_task([&]() -> Coro<std::string> {
        co_await in_a_second(loop);
        co_return co_await aio::sleep(1s, std::string("slept"));
    });
    EXPECT_EQ(loop.run_until_complete(task), "slept");
}

TEST(ForeignAwaiter, WaitsInACoroutineThatAnotherOneAwaits) {
    PatientLoop loop;
    const auto inner = [&]() -> Coro<int> { co_return co_await in_a_second(loop); };
    const auto outer = [&]() -> Coro<int> { co_return co_await inner() + co_await inner(); };
    EXPECT_EQ(loop.run_until_complete(outer()), 84);
}

TEST(ForeignAwaiter, CancelEndsTheWaitAtOnce) {
    PatientLoop loop;
    const Task<> task = loop.create_task([&]() -> Coro<> { co_await in_a_second(loop); });
    loop.call_soon([&] { task.cancel("enough"); });
    loop.run_until_complete(aio::until_done(task));
    EXPECT_EQ(ending_of(task), "cancelled: enough");
    EXPECT_EQ(loop.seconds(), 0) << "the task must not wait for the callback";
}

TEST(ForeignAwaiter, ToResumeATaskThatWasCancelledDoesNothing) {
    PatientLoop loop;
    Resume left;
    const Task<> task = loop.create_task([&]() -> Coro<> {
        try {
            co_await Plain([&](Resume handle) { left = handle; });
        } catch (const aio::CancelledError&) {
        }
        co_await aio::sleep(1s);
    });
    loop.call_soon([&] { task.cancel(); });
    loop.call_later(500ms, [&] { left.resume(); });
    loop.run_until_complete(task);
    EXPECT_EQ(loop.seconds(), 1) << "the sleep must not be cut short";
}

TEST(ForeignAwaiter, ResumeAndCancelInTheSameTurnWakeItOnce) {
    for (const bool cancel_first : {true, false}) {
        PatientLoop loop;
        Resume left;
        int wakes = 0;
        const Task<> task = loop.create_task([&]() -> Coro<> {
            try {
                co_await Plain([&](Resume handle) { left = handle; });
            } catch (const aio::CancelledError&) {
            }
            ++wakes;
            co_await aio::sleep(0s);
            ++wakes;
        });
        loop.call_soon([&] {
            if (cancel_first) task.cancel();
            left.resume();
            if (!cancel_first) task.cancel();
        });
        loop.run_until_complete(task);
        EXPECT_EQ(wakes, 2) << (cancel_first ? "cancelled first" : "resumed first");
    }
}

TEST(ForeignAwaiter, ResumedWithinAwaitSuspendItGoesOnAtOnce) {
    PatientLoop loop;
    const auto task = loop.create_task([&]() -> Coro<int> {
        int sum = 0;
        for (int i = 0; i < 1000; ++i) {
            sum += co_await Plain([](Resume handle) { handle.resume(); });
        }
        co_return sum;
    });
    EXPECT_EQ(loop.run_until_complete(task), 42'000);
}

/// Who has the handle gives up: an executor that is shut down, for example.
TEST(ForeignAwaiter, AHandleThatIsDestroyedIsNeverResumedButTheTaskCanBeCancelled) {
    PatientLoop loop;
    const Task<> task = loop.create_task([&]() -> Coro<> {
        co_await Plain([&](Resume handle) { loop.call_soon([handle] { handle.destroy(); }); });
    });
    loop.call_later(1s, [&] { task.cancel(); });
    EXPECT_THROW(loop.run_until_complete(task), aio::CancelledError);
}

TEST(ForeignAwaiter, AResumeThatTheLoopHasNotSeenWhenItIsClosedIsDropped) {
    const CapturedLog log;
    PatientLoop loop;
    Resume left;
    const Task<> task = loop.create_task(
        [&]() -> Coro<> { co_await Plain([&](Resume handle) { left = handle; }); });
    loop.run_until_complete(aio::sleep(0s));
    std::thread([&] { left.resume(); }).join();
    loop.close();
    EXPECT_EQ(ending_of(task), "pending");
}

/// Gives an awaiter of ours that lies elsewhere.
struct GivesReference {
    aio::Sleep<>& operator co_await() noexcept { return sleep; }
    aio::Sleep<> sleep = aio::sleep(1s);
};

TEST(ForeignAwaiter, AnOperatorMayGiveAReferenceToAnAwaiterOfOurs) {
    PatientLoop loop;
    loop.run_until_complete([]() -> Coro<> {
        GivesReference gives;
        co_await gives;
    });
}

TEST(ForeignAwaiter, AnotherThreadMayResumeIt) {
    aio::run([]() -> Coro<> {
        std::thread helper;
        const auto here = std::this_thread::get_id();
        co_await Plain([&](Resume handle) { helper = std::thread([handle] { handle.resume(); }); });
        EXPECT_EQ(std::this_thread::get_id(), here) << "the body must stay in the loop's thread";
        helper.join();
    });
}

TEST(ForeignAwaiter, AThreadThatComesWhenTheLoopIsGoneDoesNothing) {
    Resume left;
    {
        PatientLoop loop;
        loop.create_task([&]() -> Coro<> { co_await Plain([&](Resume h) { left = h; }); });
        loop.turn();
        loop.set_exception_handler([](EventLoop&, const aio::ExceptionContext&) {});
    }
    std::thread([left] { left.resume(); }).join();
}

struct Maybe : Plain {
    Maybe(bool waits, std::function<void(Resume)> leave)
        : Plain(std::move(leave)), suspends(waits) {}
    [[nodiscard]] bool await_suspend(Resume handle) const {
        if (suspends) leave_with(handle);
        return suspends;
    }
    bool suspends;
};

TEST(ForeignAwaiter, AFalseOfAwaitSuspendGoesOnAtOnce) {
    PatientLoop loop;
    const auto task = loop.create_task([&]() -> Coro<int> {
        const int one = co_await Maybe(false, [](Resume) {});
        const int two = co_await Maybe(
            true, [&](Resume handle) { loop.call_soon([handle] { handle.resume(); }); });
        co_return one + two;
    });
    EXPECT_EQ(loop.run_until_complete(task), 84);
}

/// The smallest coroutine type of somebody else: it starts when it is awaited, and jumps back.
class Theirs {
  public:
    struct promise_type {
        Theirs get_return_object() {
            return Theirs(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        struct JumpBack {
            bool await_ready() noexcept { return false; }
            Resume await_suspend(std::coroutine_handle<promise_type> self) noexcept {
                return self.promise().awaiting;
            }
            void await_resume() noexcept {}
        };
        JumpBack final_suspend() noexcept { return {}; }
        void return_value(int result) noexcept { value = result; }
        void unhandled_exception() noexcept {}
        Resume awaiting;
        int value = 0;
    };

    explicit Theirs(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
    Theirs(Theirs&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Theirs& operator=(Theirs&&) = delete;
    ~Theirs() {
        if (handle_) handle_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[nodiscard]] Resume await_suspend(Resume awaiting) const noexcept {
        handle_.promise().awaiting = awaiting;
        return handle_;
    }
    [[nodiscard]] int await_resume() const noexcept { return handle_.promise().value; }

  private:
    std::coroutine_handle<promise_type> handle_;
};

Theirs at_once() {
    co_return 1;
}
/// In a coroutine of theirs nobody helps: it goes on where resume() is called.
Theirs later(EventLoop& loop) {
    (void)co_await in_a_second(loop);
    co_return 2;
}

TEST(ForeignAwaiter, ACoroutineOfAnotherLibraryCanBeAwaited) {
    PatientLoop loop;
    const auto task = loop.create_task(
        [&]() -> Coro<int> { co_return co_await at_once() + co_await later(loop); });
    EXPECT_EQ(loop.run_until_complete(task), 3);
}

struct Throwing : Plain {
    Throwing() : Plain([](Resume) {}) {}
    void await_suspend(Resume /*handle*/) const { throw std::runtime_error("cannot wait"); }
};

TEST(ForeignAwaiter, WhatAwaitSuspendThrowsComesOutOfTheAwait) {
    PatientLoop loop;
    const auto task = loop.create_task([&]() -> Coro<> { co_await Throwing(); });
    EXPECT_EQ(error_of([&] { loop.run_until_complete(task); }), "cannot wait");
}

TEST(ForeignAwaiter, OneThatIsReadyNeedsNoTask) {
    const auto ready = []() -> Coro<int> {
        co_await std::suspend_never();
        co_return 7;
    };
    EXPECT_EQ(ready().send(), 7);
}

TEST(ForeignAwaiter, WithoutATaskNobodyCanWait) {
    const auto body = []() -> Coro<> { co_await std::suspend_always(); };
    EXPECT_EQ(error_of([&] { body().send(); }), "only a task can wait: use create_task");
}

TEST(ForeignAwaiter, IsTakenByCreateTask) {
    PatientLoop loop;
    EXPECT_EQ(loop.run_until_complete(loop.create_task(in_a_second(loop))), 42);
}

}  // namespace
