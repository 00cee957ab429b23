// Random programs: trees of task groups, deadlines, shields, gathers and cancels.
//
// A test of one feature cannot find what two of them do to each other. Here a million operations
// are put together at random, and nobody knows what should come out. But some laws hold for all
// programs, and they are checked at each step:
//
//  - no task outlives its group, and at the end no task is left;
//  - every error that is thrown reaches somebody: a handler, a group, or the loop's report;
//  - a group carries the errors of its children and of its body, each once, and nothing else;
//  - a deadline turns a CancelledError into a TimeoutError if, and only if, it has struck and
//    nobody else has asked, and it takes back its own request and no other;
//  - what is entered is left once, and what is made is destroyed once.
//
// Everything runs on a virtual clock and repeats exactly: a failure names its seed, and with
// AIO_SEED=that the tests play this one tree.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "09_cancellation/cancellation.hpp"
#include "09_cancellation/shield.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/task_group.hpp"
#include "12_timeouts/timeout.hpp"
#include "12_timeouts/wait_for.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/patient_loop.hpp"

namespace {

using namespace std::chrono_literals;
using aio::async_with;
using aio::CancelledError;
using aio::Coro;
using aio::outcome_of;
using aio::Task;
using aio::TaskGroup;
using aio::Timeout;

constexpr std::size_t kOperations = 100'000;  // of all trees of a test
constexpr std::size_t kMaxOfATree = 2'000;
constexpr int kDepth = 6;

/// An error that is tracked.
struct Fault : std::runtime_error {
    explicit Fault(std::size_t number) : std::runtime_error("fault"), id(number) {}
    std::size_t id;
};

/// One program, and what is known about it.
class Tree {
  public:
    explicit Tree(std::uint64_t seed) : dice_(seed) {
        loop_.set_exception_handler([this](aio::EventLoop&, const aio::ExceptionContext& context) {
            EXPECT_NE(context.exception, nullptr) << context.message << " " << context.source;
            see(context.exception);
        });
    }

    /// Plays it to its end. Returns the number of operations.
    std::size_t play() {
        root_.emplace(spawn(root()));
        loop_.run_until_complete(aio::until_done(*root_));
        while (!aio::all_tasks(loop_).empty()) {  // shields and gathers leave tasks behind
            loop_.run_until_complete(aio::until_done(aio::all_tasks(loop_).front()));
        }
        check_the_end();
        return operations_;
    }

  private:
    // ── dice ──

    std::size_t below(std::size_t end) { return static_cast<std::size_t>(dice_() % end); }
    bool chance(std::size_t percent) { return below(100) < percent; }
    aio::Duration some_time() { return std::chrono::milliseconds(below(10)); }

    // ── the tree ──

    /// Catches everything, and so lives to the end.
    Coro<> root() {
        for (int i = 0; i < 10; ++i) {
            const auto outcome = co_await outcome_of(node(kDepth));
            if (!outcome) see(outcome.exception());
            EXPECT_EQ(aio::current_task()->cancelling(), requests_to_root_)
                << "outside all blocks only the requests from outside are left";
        }
    }

    /// Some operations, one after another. Errors are caught or passed on.
    Coro<> node(int depth) {
        const Scope scope(*this);
        for (std::size_t left = 1 + below(6); left > 0 && operations_ < kMaxOfATree; --left) {
            ++operations_;
            const auto outcome = co_await outcome_of(operation(depth));
            if (!outcome) take_or_throw(outcome.exception());
        }
    }

    void take_or_throw(const std::exception_ptr& error) {
        const bool cancelled = aio::is_exactly<CancelledError>(error);
        if (cancelled && chance(10)) throw_fault();  // the cleanup has failed
        const bool takes = chance(cancelled ? 20 : 80);
        if (!takes) std::rethrow_exception(error);
        see(error);
    }

    [[noreturn]] void throw_fault() {
        seen_.push_back(false);
        throw Fault(seen_.size() - 1);
    }

    Coro<> operation(int depth) {
        const std::size_t kind = below(depth > 0 ? 16 : 6);
        if (kind < 4) return pause();
        if (kind < 5) return fail();
        if (kind < 6) return cancel_somebody();
        if (kind < 9) return in_group(depth - 1);
        if (kind < 11) return in_time(depth - 1);
        if (kind < 12) return waited_for(depth - 1);
        if (kind < 13) return shielded(depth - 1);
        if (kind < 14) return gathered(depth - 1);
        if (kind < 15) return gathered_with_errors(depth - 1);
        return cleaned_up(depth - 1);
    }

    // ── leaves ──

    Coro<> pause() { co_await aio::sleep(some_time()); }

    Coro<> fail() {
        if (chance(50)) co_await aio::sleep(some_time());
        throw_fault();
    }

    Coro<> cancel_somebody() {
        const std::size_t index = below(living_.size());
        const aio::AnyTask task = living_[index];
        const bool accepted = task.cancel();
        if (accepted && task == *root_) ++requests_to_root_;
        if (!accepted) {  // done: asking it to stop counts as having seen its error
            see(task.state()->error());
            living_[index] = living_.back();
            living_.pop_back();
        }
        if (chance(50)) co_await aio::sleep(0s);
    }

    template <class Awaitable>
    Task<> spawn(Awaitable awaitable) {
        Task<> task = loop_.create_task(std::move(awaitable));
        living_.emplace_back(task);
        return task;
    }

    // ── groups ──

    using Errors = std::vector<std::exception_ptr>;

    /// A node; notes the error with which it ends, unless it is cancelled.
    Coro<> noted(Errors& errors, int depth) {
        const auto outcome = co_await outcome_of(node(depth));
        if (!outcome && !was_cancelled(outcome)) errors.push_back(outcome.exception());
        (void)outcome.value();
    }

    Coro<> in_group(int depth) {
        Errors of_children;
        Errors of_body;
        std::vector<Task<>> children;
        const auto body = [&](TaskGroup& group) -> Coro<> {
            for (std::size_t left = below(4); left > 0; --left) {
                children.push_back(group.create_task(noted(of_children, depth)));
                living_.emplace_back(children.back());
            }
            co_await noted(of_body, depth);
        };
        const auto outcome = co_await outcome_of(async_with(TaskGroup(), body));
        for (const Task<>& child : children) {
            EXPECT_TRUE(child.done()) << "a task has outlived its group: " << child.describe();
        }
        of_children.insert(of_children.end(), of_body.begin(), of_body.end());
        check_group(of_children, outcome.exception());
        (void)outcome.value();
    }

    static void check_group(const Errors& expected, const std::exception_ptr& error) {
        if (expected.empty()) {
            EXPECT_TRUE(error == nullptr || aio::is_exactly<CancelledError>(error))
                << "nobody has failed, and yet there is " << aio::describe(error);
            return;
        }
        const auto* group = aio::exception_ptr_cast<aio::ExceptionGroup>(error);
        ASSERT_NE(group, nullptr) << "errors are lost: there is " << aio::describe(error);
        EXPECT_EQ(group->exceptions(), expected) << "the errors of the children, then the body's";
    }

    // ── deadlines ──

    Coro<> in_time(int depth) {
        Timeout limit = aio::timeout(some_time() - 1ms);
        const aio::AnyTask me = *aio::current_task();
        const int requests_before = me.cancelling();
        int requests_at_end = 0;
        std::exception_ptr error;
        const auto body = [&]() -> Coro<> {
            if (chance(20)) limit.reschedule(loop_.time() + some_time());
            const auto outcome = co_await outcome_of(node(depth));
            requests_at_end = me.cancelling();
            error = outcome.exception();
            (void)outcome.value();
        };
        const auto outcome = co_await outcome_of(async_with(limit, body));
        const int requests = me.cancelling();
        EXPECT_EQ(requests, requests_at_end - (limit.expired() ? 1 : 0))
            << "a deadline takes back its own request, and no other";
        const bool was_us = limit.expired() && requests <= requests_before;
        check_deadline(error, outcome.exception(), was_us);
        (void)outcome.value();
    }

    static void check_deadline(const std::exception_ptr& inside, const std::exception_ptr& outside,
                               bool was_us) {
        if (was_us && aio::is_exactly<CancelledError>(inside)) {
            const auto* time_up = aio::exception_ptr_cast<std::nested_exception>(outside);
            ASSERT_NE(aio::exception_ptr_cast<aio::TimeoutError>(outside), nullptr)
                << "the deadline alone has asked, and yet there is " << aio::describe(outside);
            EXPECT_EQ(time_up->nested_ptr(), inside) << "it carries the CancelledError";
        } else {
            EXPECT_EQ(outside, inside)
                << "whatever else the block throws goes through: " << aio::describe(inside)
                << aio::describe(outside);
        }
    }

    Coro<> waited_for(int depth) { return aio::wait_for(node(depth), some_time()); }

    // ── separate tasks ──

    Coro<> shielded(int depth) {
        const Task<> inner = spawn(node(depth));
        const auto outcome = co_await outcome_of(aio::shield(inner));
        if (outcome) {
            EXPECT_TRUE(inner.done()) << "a shield ends as the task does";
        } else if (inner.done() && was_cancelled(outcome)) {
            see(inner.state()->error());  // done and cancelled in one turn: nobody is told
        } else if (!was_cancelled(outcome)) {
            EXPECT_EQ(outcome.exception(), inner.state()->error()) << "the task's own error";
        }
        (void)outcome.value();
    }

    std::vector<Task<>> spawn_some(int depth) {
        std::vector<Task<>> tasks;
        for (std::size_t left = 1 + below(3); left > 0; --left) tasks.push_back(spawn(node(depth)));
        gathered_.insert(gathered_.end(), tasks.begin(), tasks.end());
        return tasks;
    }

    Coro<> gathered(int depth) {
        const std::vector<Task<>> tasks = spawn_some(depth);
        const auto outcome = co_await outcome_of(aio::gather(tasks));
        if (outcome) {
            for (const Task<>& task : tasks) EXPECT_TRUE(task.state()->has_result());
        } else if (!was_cancelled(outcome)) {
            EXPECT_TRUE(std::any_of(
                tasks.begin(), tasks.end(),
                [&](const Task<>& task) { return task.state()->error() == outcome.exception(); }))
                << "an error that no child threw: " << aio::describe(outcome.exception());
        }
        (void)outcome.value();
    }

    Coro<> gathered_with_errors(int depth) {
        const std::vector<Task<>> tasks = spawn_some(depth);
        const auto all = co_await aio::gather(aio::return_exceptions, tasks);
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            EXPECT_TRUE(tasks[i].done()) << "gather waits for all of them";
            if (tasks[i].cancelled()) continue;
            EXPECT_EQ(all[i].exception(), tasks[i].state()->error());
        }
    }

    // ── cleanups ──

    /// Counts that a coroutine's frame is made and destroyed.
    class Scope {
      public:
        explicit Scope(Tree& tree) noexcept : tree_(tree) { ++tree_.scopes_open_; }
        ~Scope() { --tree_.scopes_open_; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        Tree& tree_;
    };

    /// Counts that it is entered and left, and takes time to leave.
    class Cleanup {
      public:
        explicit Cleanup(Tree& tree) noexcept : tree_(tree), number_(tree.times_left_.size()) {}

        [[nodiscard]] aio::Immediate<bool> aenter() {
            number_ = tree_.times_left_.size();
            tree_.times_left_.push_back(0);
            return aio::Immediate<bool>(true);
        }
        Coro<bool> aexit(std::exception_ptr error) {
            ++tree_.times_left_[number_];
            const auto outcome = co_await outcome_of(aio::sleep(tree_.some_time()));
            if (!outcome) tree_.see(error);  // interrupted: the new error takes its place
            (void)outcome.value();
            co_return false;
        }

      private:
        Tree& tree_;
        std::size_t number_;
    };

    Coro<> cleaned_up(int depth) {
        return async_with(Cleanup(*this), [this, depth] { return node(depth); });
    }

    // ── what is known ──

    /// Somebody has received `error`, and everything in it.
    void see(const std::exception_ptr& error) {
        if (const auto* fault = aio::exception_ptr_cast<Fault>(error)) seen_.at(fault->id) = true;
        if (const auto* group = aio::exception_ptr_cast<aio::BaseExceptionGroup>(error)) {
            for (const std::exception_ptr& member : group->exceptions()) see(member);
        }
    }

    /// What the tree has gathered has shown its errors. Everything else is dropped, and errors that
    /// nobody has asked for are reported then.
    void check_the_end() {
        EXPECT_EQ(root_->cancelling(), requests_to_root_);
        root_->state()->mark_retrieved();
        gathered_.push_back(*root_);
        for (const Task<>& task : gathered_) see(task.state()->error());
        gathered_.clear();
        living_.clear();
        root_.reset();
        loop_.close();
        for (std::size_t id = 0; id < seen_.size(); ++id) {
            EXPECT_TRUE(seen_[id]) << "error number " << id << " is lost";
        }
        for (const int times : times_left_) {
            EXPECT_EQ(times, 1) << "what is entered must be left once";
        }
        EXPECT_EQ(scopes_open_, 0) << "a coroutine's frame was never destroyed, or destroyed twice";
        EXPECT_EQ(log_.text(), "");
    }

    const CapturedLog log_;
    PatientLoop loop_;
    std::mt19937_64 dice_;
    std::size_t operations_ = 0;
    std::optional<Task<>> root_;
    int requests_to_root_ = 0;
    std::vector<aio::AnyTask> living_;  // can be cancelled; some may be done
    std::vector<Task<>> gathered_;
    std::vector<bool> seen_;       // of each fault, whether somebody has received it
    std::vector<int> times_left_;  // of each Cleanup
    int scopes_open_ = 0;
};

std::uint64_t playing = 0;  // the seed, to reproduce a crash

// The sanitizer calls this before an error ends the program.
extern "C" void __asan_on_error() {  // NOLINT: its name
    std::fprintf(stderr, "the seed is %llu\n", static_cast<unsigned long long>(playing));
}

std::size_t play(std::uint64_t seed) {
    playing = seed;
    SCOPED_TRACE("AIO_SEED=" + std::to_string(seed));
    return Tree(seed).play();
}

/// Ten tests, so that each is short: who waits for one that hangs need not wait long.
struct RandomTrees : testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomTrees, KeepTheLawsThroughAHundredThousandOperations) {
    if (const char* seed = std::getenv("AIO_SEED")) {
        play(std::strtoull(seed, nullptr, 10));
        return;
    }
    std::size_t operations = 0;
    for (std::uint64_t seed = GetParam(); operations < kOperations && !HasFailure(); ++seed) {
        operations += play(seed);
    }
}

INSTANTIATE_TEST_SUITE_P(FromSeed, RandomTrees, testing::Range(1'000UL, 11'000UL, 1'000UL),
                         testing::PrintToStringParamName());

}  // namespace
