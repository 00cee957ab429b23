// TaskGroup: who waits for whom, who is cancelled, and what comes out.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "11_task_groups/except_star.hpp"
#include "11_task_groups/task_group.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/shape_of.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::async_with;
using aio::CancelledError;
using aio::Coro;
using aio::Future;
using aio::KeyError;
using aio::RuntimeError;
using aio::Task;
using aio::TaskGroup;
using aio::ValueError;

class TaskGroupTest : public ::testing::Test {
  protected:
    ~TaskGroupTest() override {
        if (!may_report) {
            EXPECT_EQ(log.text(), "") << "nobody had to report anything";
        }
    }

    /// Sleeps, and traces `name`, and " was cancelled" if it was.
    Coro<> sleeper(std::string name, aio::Duration time = 1h) {
        try {
            co_await aio::sleep(time);
        } catch (const CancelledError&) {
            trace(name + " was cancelled");
            throw;
        }
        trace(name);
    }
    /// Fails after `time`.
    static Coro<> crash(std::string what, aio::Duration time = 0s) {
        co_await aio::sleep(time);
        throw ValueError(what);
    }
    /// Fails when it is cancelled.
    static Coro<> crash_when_cancelled(std::string what) {
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        if (aio::was_cancelled(outcome)) throw ValueError(what);
    }
    /// Takes a second to react when it is cancelled.
    Coro<> slow_to_end() {
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        co_await aio::sleep(1s);
        trace("cleaned up");
        (void)outcome.value();
    }
    static Coro<> exit_with(int code) {
        co_await aio::sleep(1s);
        throw aio::SystemExit(code);
    }
    static Coro<> exit_when_cancelled() {
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        if (aio::was_cancelled(outcome)) throw aio::SystemExit(3);
    }
    /// A group whose body is just start(group).
    template <class Start>
    static Coro<> group_of(Start start) {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            start(group);
            co_return;
        });
    }
    /// Runs `main` to its end, and returns what it threw, or "nothing".
    template <class Main>
    std::string run(Main main) {
        return shape_of(thrown_by([&] { loop.run_until_complete(std::move(main)); }));
    }
    template <class Awaitable>
    auto started(Awaitable&& awaitable) {
        auto task = loop.create_task(std::forward<Awaitable>(awaitable));
        loop.one_turn();
        return task;
    }
    /// What awaiting `future` throws.
    template <class T>
    std::string error_of(const Future<T>& future) {
        return shape_of(thrown_by([&] { loop.run_until_complete(Future<T>(future)); }));
    }
    /// Keeps what the loop reports, as "message: error", and what was its source.
    void keep_reports() {
        loop.set_exception_handler([this](aio::EventLoop&, const aio::ExceptionContext& context) {
            reported(context.message + ": " + aio::describe(context.exception));
            source = context.source;
        });
    }
    [[nodiscard]] double seconds() {
        return std::chrono::duration<double>(loop.time() - start).count();
    }

    const CapturedLog log;
    bool may_report = false;
    Trace reported;
    std::string source;
    PatientLoop loop;
    Trace trace;
    const aio::TimePoint start = loop.time();
};

// ── when all goes well ──

TEST_F(TaskGroupTest, ThrowsNothingWhereNothingWentWrong) {
    const auto leave = [&] {
        loop.run_until_complete(group_of([](TaskGroup&) {}));
        std::_Exit(0);
    };
    // In a process of its own: to rethrow an exception_ptr that is null crashes.
    ASSERT_EXIT(leave(), testing::ExitedWithCode(0), "")
        << "there is no error, no request to stop and none to exit: all of them are null";
}

TEST_F(TaskGroupTest, WaitsForAllItsTasks) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_01"});
    const auto main = [&]() -> Coro<> {
        std::vector<Task<int>> tasks;
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            tasks.push_back(
                group.create_task([]() -> Coro<int> { co_return co_await aio::sleep(100ms, 42); }));
            tasks.push_back(
                group.create_task([]() -> Coro<int> { co_return co_await aio::sleep(200ms, 11); }));
            co_return;
        });
        EXPECT_EQ(ending_of(tasks.at(0)), "result 42");
        EXPECT_EQ(ending_of(tasks.at(1)), "result 11");
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_NEAR(seconds(), 0.2, 0.001) << "the tasks run at the same time";
}

TEST_F(TaskGroupTest, GivesWhatTheBodyReturns) {
    EXPECT_EQ(loop.run_until_complete(async_with(TaskGroup(),
                                                 [&](TaskGroup& group) -> Coro<int> {
                                                     group.create_task(sleeper("child", 1s));
                                                     co_return 7;
                                                 })),
              7);
    EXPECT_EQ(trace.text(), "child") << "the body's result waits for the children";
}

TEST_F(TaskGroupTest, PassesTheNameOn) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_task_name"});
    const auto main = [&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            EXPECT_EQ(group.create_task(sleeper("a", 1s), "yolo").get_name(), "yolo");
            EXPECT_EQ(group.create_task(sleeper("b", 1s), {.name = "options"}).get_name(),
                      "options");
        });
    };
    EXPECT_EQ(run(main), "nothing");
}

TEST_F(TaskGroupTest, LeavingAnEmptyOneDoesNotYield) {
    loop.call_soon([&] { trace("the next callback"); });
    loop.run_until_complete([&]() -> Coro<> {
        loop.call_soon([&] { trace("the next turn"); });
        co_await group_of([](TaskGroup&) {});
        trace("left");
    });
    EXPECT_EQ(trace.text(), "the next callback, left, the next turn");
}

TEST_F(TaskGroupTest, KeepsALambdaWithItsCaptures) {
    const auto main = [&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            for (const std::string name : {"one", "two"}) {
                group.create_task([this, name]() -> Coro<> {
                    co_await aio::sleep(1s);
                    trace(name);
                });
            }
        });
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(), "one, two");
}

TEST_F(TaskGroupTest, ChildrenMayAddSiblings) {
    const auto main = [&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            group.create_task([&]() -> Coro<> {
                co_await aio::sleep(1s);  // the body is over by now
                group.create_task(sleeper("sibling", 1s));
                trace("child");
            });
        });
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(), "child, sibling");
}

TEST_F(TaskGroupTest, LetsGoOfChildrenAsTheyEnd) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_23"});
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            const auto token = std::make_shared<int>(1);
            for (const auto time : {1s, 2s}) {
                group.create_task([time, token]() -> Coro<> { co_await aio::sleep(time); });
            }
            group.create_task([]() -> Coro<> { co_await aio::sleep(3s); });
            EXPECT_EQ(group.describe(), "<TaskGroup tasks=3 entered>");
            co_await aio::sleep(2500ms);
            EXPECT_EQ(group.describe(), "<TaskGroup tasks=1 entered>");
            EXPECT_EQ(token.use_count(), 1) << "nothing must be kept of a child that is done";
        });
    };
    EXPECT_EQ(run(main), "nothing");
}

TEST_F(TaskGroupTest, AChildThatIsCancelledHurtsNobody) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_03"});
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(sleeper("sibling", 1s));
            const auto victim = group.create_task(sleeper("victim", 1s));
            co_await aio::sleep(100ms);
            victim.cancel();
        });
        EXPECT_EQ(aio::current_task()->cancelling(), 0);
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(), "victim was cancelled, sibling");
}

TEST_F(TaskGroupTest, RunsTenThousandChildren) {
    int count = 0;
    const auto main = [&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            for (int i = 0; i < 10'000; ++i) {
                group.create_task([&count]() -> Coro<> {
                    co_await aio::sleep(1ms);
                    ++count;
                });
            }
        });
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(count, 10'000);
}

Coro<> recursive_groups(int width, int depth) {
    co_await async_with(TaskGroup(), [=](TaskGroup& group) -> Coro<> {
        for (int i = 0; depth > 0 && i < width; ++i) {
            group.create_task(recursive_groups(width, depth - 1));
        }
        co_return;
    });
}

TEST_F(TaskGroupTest, GroupsInGroupsMakeAsManyTasksAsThereAreCoroutines) {
    conforms_to({"test_eager_task_factory.BaseTaskCountingTests.test_recursive_taskgroups"});
    for (const bool eager : {false, true}) {
        int tasks = 0;
        int scheduled = 0;
        loop.set_task_factory([&](aio::EventLoop&, aio::TaskOptions& options) {
            ++tasks;
            options.eager_start = eager;
            if (!eager) ++scheduled;
        });
        std::size_t pending = 0;
        const auto main = [&]() -> Coro<> {
            co_await recursive_groups(5, 4);
            pending = aio::all_tasks().size();
        };
        EXPECT_EQ(run(main), "nothing");
        EXPECT_EQ(tasks, 781) << "1 + 5 + 25 + 125 + 625";
        EXPECT_EQ(pending, 1U) << "this one";
        EXPECT_EQ(scheduled, eager ? 0 : 781);
    }
}

// ── when a child fails ──

TEST_F(TaskGroupTest, TheFirstErrorCancelsTheOthersAndTheBody) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_cancel_children_on_child_error"});
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(sleeper("one"));
            group.create_task(crash("zero", 100ms));
            group.create_task(crash_when_cancelled("two"));
            co_await sleeper("body");
        });
    };
    EXPECT_EQ(run(main), "unhandled errors in a TaskGroup[ValueError: zero, ValueError: two]");
    EXPECT_EQ(trace.text(), "one was cancelled, body was cancelled");
    EXPECT_NEAR(seconds(), 0.1, 0.001);
}

TEST_F(TaskGroupTest, ErrorsComeInTheOrderInWhichTheTasksEnded) {
    const auto main = [&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            group.create_task(crash_when_cancelled("second"));
            group.create_task(crash("first", 1s));
        });
    };
    EXPECT_EQ(run(main), "unhandled errors in a TaskGroup[ValueError: first, ValueError: second]");
}

TEST_F(TaskGroupTest, AnErrorWhileItIsBeingLeftEndsTheOthersToo) {
    const auto main = [&]() -> Coro<> {
        try {
            co_await group_of([&](TaskGroup& group) {
                group.create_task(sleeper("one"));
                group.create_task(crash("zero", 1s));
            });
        } catch (const aio::ExceptionGroup& group) {
            trace(group.what());
        }
        EXPECT_EQ(aio::current_task()->cancelling(), 0);
        co_await aio::sleep(1s);
        trace("went on");
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(),
              "one was cancelled, unhandled errors in a TaskGroup (1 sub-exception), went on");
}

TEST_F(TaskGroupTest, SeveralErrorsCancelTheParentOnce) {
    const auto main = [&]() -> Coro<> {
        try {
            co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
                for (const char* name : {"one", "two", "three"}) group.create_task(crash(name));
                (void)co_await aio::outcome_of(aio::sleep(1h));
                trace(fmt::format("body: cancelling {}", aio::current_task()->cancelling()));
            });
        } catch (const aio::ExceptionGroup& group) {
            trace(shape_of(group.as_ptr()));
        }
        trace(fmt::format("cancelling {}", aio::current_task()->cancelling()));
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(
        trace.text(),
        "body: cancelling 1, unhandled errors in a TaskGroup[ValueError: one, ValueError: two, "
        "ValueError: three], cancelling 0");
}

TEST_F(TaskGroupTest, AnErrorOfTheBodyCancelsTheChildren) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_09"});
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(sleeper("one"));
            group.create_task(sleeper("two"));
            co_await aio::sleep(100ms);
            throw KeyError("body");
        });
    };
    EXPECT_EQ(run(main), "unhandled errors in a TaskGroup[KeyError: body]");
    EXPECT_EQ(trace.text(), "one was cancelled, two was cancelled");
}

TEST_F(TaskGroupTest, TheErrorOfTheBodyComesLast) {
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(crash_when_cancelled("child"));
            co_await aio::sleep(100ms);
            throw KeyError("body");
        });
    };
    EXPECT_EQ(run(main), "unhandled errors in a TaskGroup[ValueError: child, KeyError: body]");
}

TEST_F(TaskGroupTest, TheBodyMaySwallowTheGroupsCancellation) {
    const auto main = [&]() -> Coro<> {
        try {
            co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
                group.create_task(crash("child"));
                (void)co_await aio::outcome_of(aio::sleep(1h));
                EXPECT_EQ(aio::current_task()->cancelling(), 1);
                co_await aio::sleep(1s);
                trace("the body went on");
            });
        } catch (const aio::ExceptionGroup& group) {
            trace(shape_of(group.as_ptr()));
        }
        EXPECT_EQ(aio::current_task()->cancelling(), 0) << "the group takes back its own request";
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(), "the body went on, unhandled errors in a TaskGroup[ValueError: child]");
}

TEST_F(TaskGroupTest, AnyOtherBaseErrorStandsInABaseGroup) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_21a"});
    struct NoStandardException {};
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task([]() -> Coro<> {
                co_await aio::sleep(100ms);
                throw NoStandardException();
            });
            const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
            throw KeyError("body");
        });
    };
    const auto error = thrown_by([&] { loop.run_until_complete(main); });
    const aio::ExceptionGroupPtr group = error;
    EXPECT_EQ(aio::exception_ptr_cast<std::exception>(error), nullptr)
        << "a handler for errors must not swallow it";
    ASSERT_EQ(group->exceptions().size(), 2U);
    EXPECT_TRUE(aio::is_exactly<NoStandardException>(group->exceptions()[0]));
    EXPECT_EQ(shape_of(group->exceptions()[1]), "KeyError: body");
}

TEST_F(TaskGroupTest, AManagerInsideThatFailsOnItsWayOutAddsItsError) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_context_manager_exit_raises"});
    class Database {
      public:
        Database() = default;
        static Coro<> aenter() { co_return; }
        static Coro<bool> aexit(std::exception_ptr) {
            throw ValueError("database");
            co_return false;
        }
    };
    const auto main = [&]() -> Coro<> {
        try {
            co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
                co_await async_with(Database(), [&]() -> Coro<> {
                    group.create_task(crash("child"));
                    co_await aio::sleep(1h);
                });
            });
        } catch (...) {
            aio::except_star()
                .on<ValueError>([&](const aio::ExceptionGroup& group) {
                    trace(shape_of(group.as_ptr()));
                    EXPECT_EQ(aio::current_task()->cancelling(), 0);
                })
                .rethrow_rest();
        }
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(),
              "unhandled errors in a TaskGroup[ValueError: child, ValueError: database]");
}

TEST_F(TaskGroupTest, ASelfMultiplyingCrowdIsWhollyCancelled) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_25"});
    int running = 0;
    int started_tasks = 0;
    std::function<Coro<>(TaskGroup&)> multiply = [&](TaskGroup& group) -> Coro<> {
        ++running;
        ++started_tasks;
        const auto outcome = co_await aio::outcome_of([&]() -> Coro<> {
            for (;;) {
                co_await aio::sleep(10ms);
                group.create_task(multiply(group));
            }
        });
        --running;
        (void)outcome.value();
    };
    const auto main = [&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            group.create_task(multiply(group));
            group.create_task(crash("enough", 75ms));
        });
    };
    EXPECT_EQ(run(main), "unhandled errors in a TaskGroup[ValueError: enough]");
    EXPECT_EQ(running, 0);
    EXPECT_EQ(started_tasks, 128) << "doubled seven times";
}

TEST_F(TaskGroupTest, AnEagerChildThatFailsAtOnceEndsTheBodyAtItsNextAwait) {
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(
                []() -> Coro<> {
                    throw ValueError("eager");
                    co_return;
                },
                {.eager_start = true});
            trace("the body");
            co_await sleeper("body");
        });
    };
    EXPECT_EQ(run(main), "unhandled errors in a TaskGroup[ValueError: eager]");
    EXPECT_EQ(trace.text(), "the body, body was cancelled");
}

// ── when the parent is cancelled ──

TEST_F(TaskGroupTest, CancelledWhileItIsBeingLeftItCancelsTheChildren) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_cancellation",
                 "test_taskgroups.TestTaskGroup.test_taskgroup_22"});
    const auto parent = started([&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            group.create_task(sleeper("one"));
            group.create_task(sleeper("two"));
        });
    });
    loop.one_turn();
    parent.cancel("go home");
    EXPECT_EQ(error_of(parent), "CancelledError: go home");
    EXPECT_EQ(ending_of(parent), "cancelled: go home") << "no group, no error";
    EXPECT_EQ(trace.text(), "one was cancelled, two was cancelled");
}

TEST_F(TaskGroupTest, CancelledInTheBodyItCancelsTheBodyFirstAndThenTheChildren) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_07"});
    const auto parent = started([&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            for (int i = 0; i < 3; ++i) group.create_task(sleeper("child"));
            co_await sleeper("body");
        });
    });
    loop.one_turn();
    parent.cancel();
    EXPECT_EQ(error_of(parent), "CancelledError");
    EXPECT_EQ(trace.text(),
              "body was cancelled, child was cancelled, child was cancelled, child was cancelled");
}

TEST_F(TaskGroupTest, CancelledWithoutChildrenItPassesTheErrorOn) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_17"});
    const auto parent = started([&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup&) -> Coro<> { co_await sleeper("body"); });
    });
    parent.cancel();
    EXPECT_EQ(error_of(parent), "CancelledError");
    EXPECT_EQ(trace.text(), "body was cancelled");
}

TEST_F(TaskGroupTest, ABodyThatAnswersACancellationWithAnErrorFails) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_18"});
    const auto parent = started([&]() -> Coro<> {
        co_await async_with(TaskGroup(),
                            [](TaskGroup&) -> Coro<> { co_await crash_when_cancelled("body"); });
    });
    parent.cancel();
    EXPECT_EQ(error_of(parent), "unhandled errors in a TaskGroup[ValueError: body]");
}

/// Waits in a group in which a child fails at 0.3 s, and takes its time to react to a request.
Coro<> slow_to_react() {
    co_await async_with(TaskGroup(), [](TaskGroup& group) -> Coro<> {
        group.create_task([]() -> Coro<> {
            co_await aio::sleep(300ms);
            throw ValueError("child");
        });
        const auto outcome = co_await aio::outcome_of(aio::sleep(1h));
        co_await aio::sleep(500ms);
        (void)outcome.value();
    });
}

TEST_F(TaskGroupTest, AnErrorThatComesWhileTheBodyReactsWinsOverTheCancellation) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_15"});
    const auto parent = started(slow_to_react());
    loop.call_later(100ms, [&] { parent.cancel(); });
    EXPECT_EQ(error_of(parent), "unhandled errors in a TaskGroup[ValueError: child]");
}

TEST_F(TaskGroupTest, TheSameInATaskThatTheCancelledOneAwaits) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_16"});
    const auto parent = started([]() -> Coro<> { co_await aio::create_task(slow_to_react()); });
    loop.call_later(100ms, [&] { parent.cancel(); });
    EXPECT_EQ(error_of(parent), "unhandled errors in a TaskGroup[ValueError: child]");
}

TEST_F(TaskGroupTest, ARequestThatLostAgainstAnErrorIsMadeAnew) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_error_and_cancel"});
    const auto parent = started([&]() -> Coro<> {
        try {
            co_await group_of(
                [&](TaskGroup& group) { group.create_task(crash_when_cancelled("child")); });
        } catch (const aio::ExceptionGroup& group) {
            trace(shape_of(group.as_ptr()));
        }
        trace(fmt::format("cancelling {}", aio::current_task()->cancelling()));
        co_await sleeper("after it");
    });
    loop.one_turn();
    parent.cancel();
    EXPECT_EQ(error_of(parent), "CancelledError");
    EXPECT_EQ(trace.text(),
              "unhandled errors in a TaskGroup[ValueError: child], cancelling 1, "
              "after it was cancelled");
}

TEST_F(TaskGroupTest, FurtherRequestsJustWaitOn) {
    const auto parent = started([&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) { group.create_task(slow_to_end()); });
    });
    loop.one_turn();
    for (const char* message : {"first", "second", "third"}) {
        parent.cancel(message);
        loop.one_turn();
        loop.one_turn();
        EXPECT_EQ(ending_of(parent), "pending") << "a child is not done yet";
    }
    EXPECT_EQ(error_of(parent), "CancelledError: first") << "the others change nothing";
    EXPECT_EQ(trace.text(), "cleaned up") << "the child must not be disturbed";
    EXPECT_EQ(parent.cancelling(), 3) << "the group must take back no request from outside";
}

TEST_F(TaskGroupTest, ARequestThatComesAfterTheErrorOfTheBodyIsMadeAnew) {
    const auto parent = started([&]() -> Coro<> {
        try {
            co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
                group.create_task(slow_to_end());
                co_await aio::sleep(0s);
                throw KeyError("body");
            });
        } catch (const aio::ExceptionGroup& group) {
            trace(shape_of(group.as_ptr()));
        }
        co_await sleeper("after it");
    });
    loop.call_later(500ms, [&] { parent.cancel(); });
    EXPECT_EQ(error_of(parent), "CancelledError") << "the request must be heard";
    EXPECT_EQ(trace.text(),
              "cleaned up, unhandled errors in a TaskGroup[KeyError: body], "
              "after it was cancelled")
        << "the children knew already, and the error must not be lost";
}

TEST_F(TaskGroupTest, AChildThatEndsInTheTurnOfTheRequestKeepsItsResult) {
    const auto done = loop.create_future<int>();
    std::vector<Task<int>> child;
    const auto parent = started([&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            child.push_back(group.create_task([&done]() -> Coro<int> { co_return co_await done; }));
        });
    });
    loop.one_turn();
    done.set_result(7);
    parent.cancel();
    EXPECT_EQ(error_of(parent), "CancelledError");
    EXPECT_EQ(ending_of(child.front()), "result 7")
        << "the children are cancelled when the parent hears of it, one turn later";
}

// ── groups in groups ──

TEST_F(TaskGroupTest, ErrorsOfAnInnerGroupComeAsAGroupInAGroup) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_11"});
    const auto parent = started([&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup&) -> Coro<> {
            co_await async_with(TaskGroup(), [&](TaskGroup& inner) -> Coro<> {
                inner.create_task(crash_when_cancelled("one"));
                inner.create_task(crash_when_cancelled("two"));
                co_await sleeper("body");
            });
        });
    });
    loop.one_turn();
    parent.cancel();
    EXPECT_EQ(error_of(parent),
              "unhandled errors in a TaskGroup[unhandled errors in a TaskGroup[ValueError: one, "
              "ValueError: two]]");
}

TEST_F(TaskGroupTest, AnOuterChildThatIsCancelledWithThemAddsNothing) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_12"});
    const auto parent = started([&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& outer) -> Coro<> {
            outer.create_task(sleeper("outer child"));
            co_await async_with(TaskGroup(), [&](TaskGroup& inner) -> Coro<> {
                inner.create_task(crash_when_cancelled("one"));
                co_await sleeper("body");
            });
        });
    });
    loop.one_turn();
    parent.cancel();
    EXPECT_EQ(error_of(parent),
              "unhandled errors in a TaskGroup[unhandled errors in a TaskGroup[ValueError: one]]");
    EXPECT_EQ(trace.text(), "body was cancelled, outer child was cancelled");
}

TEST_F(TaskGroupTest, AnErrorInAnInnerGroupAbortsTheOuterOneToo) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_14"});
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& outer) -> Coro<> {
            outer.create_task(sleeper("outer child"));
            co_await async_with(TaskGroup(), [&](TaskGroup& inner) -> Coro<> {
                inner.create_task(sleeper("inner child"));
                inner.create_task(crash("inner", 100ms));
                co_await sleeper("body");
            });
        });
    };
    EXPECT_EQ(
        run(main),
        "unhandled errors in a TaskGroup[unhandled errors in a TaskGroup[ValueError: inner]]");
    EXPECT_EQ(trace.text(),
              "inner child was cancelled, body was cancelled, outer child was cancelled");
}

TEST_F(TaskGroupTest, WhenBothFailInOneTurnTheInnerHandlerSeesTheRequestOfTheOuter) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_nested_groups_both_cancelled"});
    const auto main = [&]() -> Coro<> {
        try {
            co_await async_with(TaskGroup(), [&](TaskGroup& outer) -> Coro<> {
                outer.create_task(crash("outer"));
                try {
                    co_await async_with(TaskGroup(), [&](TaskGroup& inner) -> Coro<> {
                        inner.create_task(crash("inner"));
                        co_return;
                    });
                } catch (const aio::ExceptionGroup& group) {
                    trace(shape_of(group.as_ptr()));
                    trace(fmt::format("cancelling {}", aio::current_task()->cancelling()));
                }
                co_await sleeper("outer body");
            });
        } catch (const aio::ExceptionGroup& group) {
            trace(shape_of(group.as_ptr()));
        }
        trace(fmt::format("cancelling {}", aio::current_task()->cancelling()));
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(),
              "unhandled errors in a TaskGroup[ValueError: inner], cancelling 1, "
              "outer body was cancelled, "
              "unhandled errors in a TaskGroup[ValueError: outer], cancelling 0");
}

// ── requests to exit ──

TEST_F(TaskGroupTest, ARequestToExitOfTheBodyComesOutBare) {
    const auto parent = started([&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(crash_when_cancelled("child"));
            co_await aio::sleep(1s);
            throw aio::SystemExit(3);
        });
    });
    EXPECT_EQ(error_of(parent), "SystemExit") << "it leaves the loop";
    EXPECT_EQ(ending_of(parent), "failed: SystemExit");
}

TEST_F(TaskGroupTest, ARequestToExitOfAChildLeavesTheLoopAndThenTheGroup) {
    const auto parent = started([&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(sleeper("sibling"));
            group.create_task([]() -> Coro<> {
                co_await aio::sleep(1s);
                throw aio::KeyboardInterrupt();
            });
            co_await sleeper("body");
        });
    });
    EXPECT_EQ(shape_of(thrown_by([&] { loop.run_forever(); })), "KeyboardInterrupt")
        << "the child's own error";
    EXPECT_EQ(ending_of(parent), "pending");
    EXPECT_EQ(error_of(parent), "KeyboardInterrupt") << "bare, and in no group";
    EXPECT_EQ(trace.text(), "sibling was cancelled, body was cancelled");
    EXPECT_EQ(parent.cancelling(), 0);
}

TEST_F(TaskGroupTest, OfTwoRequestsToExitTheFirstOneComesOut) {
    const auto parent = started([]() -> Coro<> {
        co_await group_of([](TaskGroup& group) {
            for (const int code : {1, 2}) group.create_task(exit_with(code));
        });
    });
    const auto code_of = [&](const auto& runs) {
        const auto error = thrown_by(runs);
        const auto* request = aio::exception_ptr_cast<aio::SystemExit>(error);
        return request == nullptr ? shape_of(error) : fmt::format("exit {}", request->code());
    };
    const auto runs_on = [&] { loop.run_forever(); };
    EXPECT_EQ(code_of(runs_on), "exit 1") << "the first child's own";
    EXPECT_EQ(code_of(runs_on), "exit 2") << "the second child's own";
    EXPECT_EQ(code_of([&] { loop.run_until_complete(Future(parent)); }), "exit 1")
        << "the group's: the first one";
}

TEST_F(TaskGroupTest, ARequestToExitGoesBeforeErrorsAndBeforeACancellation) {
    const auto parent = started([&]() -> Coro<> {
        co_await group_of([&](TaskGroup& group) {
            group.create_task(crash("child"));
            group.create_task(exit_when_cancelled());
        });
    });
    EXPECT_EQ(shape_of(thrown_by([&] { loop.run_forever(); })), "SystemExit");
    parent.cancel();
    EXPECT_EQ(error_of(parent), "SystemExit") << "bare, whatever else has happened";
    EXPECT_EQ(parent.cancelling(), 1) << "the request from outside, and none of ours";
}

// ── when it is misused ──

TEST_F(TaskGroupTest, BeforeItIsEnteredItTakesNoTask) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_not_entered"});
    loop.run_until_complete([&]() -> Coro<> {
        TaskGroup group;
        EXPECT_EQ(::error_of([&] { group.create_task(sleeper("never")); }),
                  "TaskGroup <TaskGroup> has not been entered");
        co_return;
    });
}

TEST_F(TaskGroupTest, WhenItIsFinishedItTakesNoTaskAndClosesTheCoroutine) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_finished",
                 "test_taskgroups.TestTaskGroup.test_coro_closed_when_tg_closed"});
    const auto parameter = std::make_shared<int>(1);
    const auto body = [](std::shared_ptr<int>) -> Coro<> { co_return; };
    loop.run_until_complete([&]() -> Coro<> {
        TaskGroup group;
        co_await async_with(group, [](TaskGroup&) -> Coro<> { co_return; });
        EXPECT_EQ(::error_of([&] { group.create_task(body(parameter)); }),
                  "TaskGroup <TaskGroup entered> is finished");
    });
    EXPECT_EQ(parameter.use_count(), 1) << "the coroutine must be destroyed, without a report";
}

TEST_F(TaskGroupTest, WhileItIsBeingAbortedItTakesNoTask) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_no_create_task_after_failure"});
    const auto main = [&]() -> Coro<> {
        co_await async_with(TaskGroup(), [&](TaskGroup& group) -> Coro<> {
            group.create_task(crash("first"));
            group.create_task(sleeper("sibling"));
            (void)co_await aio::outcome_of(aio::sleep(1h));
            trace(::error_of([&] { group.create_task(sleeper("never")); }));
        });
    };
    EXPECT_EQ(run(main), "unhandled errors in a TaskGroup[ValueError: first]");
    EXPECT_EQ(trace.text(),
              "sibling was cancelled, TaskGroup <TaskGroup tasks=1 errors=1 cancelling> is "
              "shutting down");
}

TEST_F(TaskGroupTest, BeforeItIsEnteredItCannotBeLeft) {
    const auto main = []() -> Coro<> {
        TaskGroup group;
        co_await group.aexit(nullptr);
    };
    const auto leave = [&] {
        std::fputs(run(main).c_str(), stderr);
        std::_Exit(0);
    };
    // In a process of its own: to ask a state that is not there crashes.
    EXPECT_EXIT(leave(), testing::ExitedWithCode(0),
                "^RuntimeError: TaskGroup <TaskGroup> has not been entered$")
        << "state_ is null until the group is entered";
}

TEST_F(TaskGroupTest, CanBeEnteredOnlyOnce) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_already_entered",
                 "test_taskgroups.TestTaskGroup.test_taskgroup_double_enter"});
    TaskGroup group;
    const auto again = [&]() -> Coro<> {
        co_await async_with(group, [](TaskGroup&) -> Coro<> { co_return; });
    };
    const auto main = [&]() -> Coro<> {
        co_await async_with(group, [&](TaskGroup&) -> Coro<> {
            const auto inside = co_await aio::outcome_of(again);
            trace(shape_of(inside.exception()));
        });
        const auto after = co_await aio::outcome_of(again);
        trace(shape_of(after.exception()));
    };
    EXPECT_EQ(run(main), "nothing");
    EXPECT_EQ(trace.text(),
              "RuntimeError: TaskGroup <TaskGroup entered> has already been entered, "
              "RuntimeError: TaskGroup <TaskGroup entered> has already been entered");
}

TEST_F(TaskGroupTest, NeedsATask) {
    conforms_to({"test_taskgroups.TestTaskGroup.test_taskgroup_without_parent_task"});
    TaskGroup group;
    loop.call_soon([&] {
        trace(::error_of([&] { (void)group.aenter().await_resume(); }));
        trace(::error_of([&] { group.create_task(sleeper("never")); }));
    });
    loop.one_turn();
    EXPECT_EQ(trace.text(),
              "TaskGroup <TaskGroup> cannot determine the parent task, TaskGroup <TaskGroup> has "
              "not been entered");
}

// ── when the loop ends first ──

TEST_F(TaskGroupTest, ALoopThatIsClosedOverItLeavesNothingBehind) {
    const auto token = std::make_shared<int>(1);
    {
        PatientLoop short_lived;
        short_lived.create_task([token]() -> Coro<> {
            co_await group_of([&token](TaskGroup& group) {
                for (int i = 0; i < 3; ++i) {
                    group.create_task([token]() -> Coro<> { co_await aio::sleep(1h); });
                }
            });
        });
        for (int turn = 0; turn < 3; ++turn) short_lived.one_turn();
        EXPECT_GT(token.use_count(), 1);
    }
    EXPECT_EQ(token.use_count(), 1) << "all coroutines must be destroyed";
    EXPECT_NE(log.text().find("Task was destroyed but it is pending!"), std::string::npos);
    may_report = true;
}

TEST_F(TaskGroupTest, AnErrorThatNobodyCanGetAnyMoreIsReported) {
    keep_reports();
    loop.run_until_complete([&]() -> Coro<> {
        TaskGroup group;
        (co_await group.aenter()).create_task(crash("child"), "a lost child");
    });  // and never left
    loop.one_turn();
    loop.one_turn();
    EXPECT_EQ(reported.text(),
              "A child of a TaskGroup failed when its parent was over: ValueError: child");
    EXPECT_NE(source.find("a lost child"), std::string::npos)
        << "the report must say which task has failed, and not '" << source << "'";
}

TEST_F(TaskGroupTest, AnErrorInAGroupThatHasOutlivedItsParentIsReported) {
    keep_reports();
    TaskGroup group;
    loop.run_until_complete(
        [&]() -> Coro<> { (co_await group.aenter()).create_task(crash("child", 1s)); });
    loop.run_until_complete(aio::sleep(2s));
    EXPECT_EQ(reported.text(),
              "A child of a TaskGroup failed when its parent was over: ValueError: child");
    EXPECT_EQ(group.describe(), "<TaskGroup entered>") << "what was reported is not kept, too";
}

TEST_F(TaskGroupTest, AnErrorAfterTheEndOfTheGroupIsReportedAndCancelsNobody) {
    keep_reports();
    const auto main = [&]() -> Coro<> {
        {
            TaskGroup group;
            (co_await group.aenter()).create_task(crash("child", 1s));
        }
        co_await aio::sleep(2s);
    };
    EXPECT_EQ(run(main), "nothing") << "the parent must go on";
    EXPECT_EQ(reported.text(),
              "A child of a TaskGroup failed when its parent was over: ValueError: child");
}

}  // namespace
