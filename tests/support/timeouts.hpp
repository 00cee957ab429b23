#pragma once
// What the tests of deadlines share: a loop on a virtual clock, and how a coroutine ended.
#include <exception>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "12_timeouts/timeout.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/ending.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

class DeadlineTest : public ::testing::Test {
  protected:
    /// Runs it as a task: "result", "cancelled", "failed: TimeoutError: timed out".
    template <class Awaitable>
    std::string ending(Awaitable&& awaitable) {
        const auto task = loop.create_task(std::forward<Awaitable>(awaitable));
        loop.run_until_complete(aio::until_done(task));
        return ending_of(task);
    }

    /// Starts a task and lets it run until it waits.
    template <class Awaitable>
    auto started(Awaitable&& awaitable) {
        auto task = loop.create_task(std::forward<Awaitable>(awaitable));
        loop.one_turn();
        return task;
    }

    aio::Timeout in(aio::Duration delay) { return aio::timeout_at(loop.time() + delay); }

    /// The thread is busy for that long: the loop does not turn, and its clock goes on.
    void block(aio::Duration time) { loop.clock().advance(time); }

    PatientLoop loop;
    Trace trace;
};

inline const std::string kTimeUp = "failed: TimeoutError: timed out";

/// What `error` carries inside (std::nested_exception), described; "nothing" if it does not.
inline std::string cause_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::nested_exception& outer) {
        return aio::describe(outer.nested_ptr());
    } catch (...) {
        return "nothing";
    }
}
