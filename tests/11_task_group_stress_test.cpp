// Random trees of groups: nothing is left running, no error is lost, none comes twice.
#include <chrono>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "09_cancellation/cancellation.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "11_task_groups/task_group.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;
using aio::TaskGroup;

/// One tree. Its seed decides what happens in it.
class Tree {
  public:
    explicit Tree(unsigned seed) : random_(seed) {}

    /// A group with up to four children; each is a worker, or a group itself.
    Coro<> grow(int depth) {
        const Living alive(*this);
        co_await aio::async_with(TaskGroup(), [this, depth](TaskGroup& group) -> Coro<> {
            for (int i = draw(4); i >= 0; --i) add_child(group, depth);
            if (draw(2) == 0) co_await work();
        });
    }

    [[nodiscard]] int draw(int below) { return static_cast<int>(random_() % below); }

    int started = 0;
    int ended = 0;
    int thrown = 0;

  private:
    struct Living {
        explicit Living(Tree& of) : tree(of) { ++tree.started; }
        ~Living() { ++tree.ended; }
        Living(const Living&) = delete;
        Living& operator=(const Living&) = delete;
        Tree& tree;
    };

    void add_child(TaskGroup& group, int depth) {
        const bool eager = draw(4) == 0;
        auto child = depth > 0 && draw(2) == 0 ? grow(depth - 1) : work();
        const auto task = group.create_task(std::move(child), {.eager_start = eager});
        if (draw(8) == 0) task.cancel();
    }

    /// Takes some time, reacts to a cancellation sooner or later, and may fail in the end.
    Coro<> work() {
        const Living alive(*this);
        const auto outcome = co_await aio::outcome_of(aio::sleep(draw(5) * 1ms));
        if (draw(4) == 0) (void)co_await aio::outcome_of(aio::sleep(draw(3) * 1ms));
        if (draw(6) == 0) {
            ++thrown;
            throw aio::ValueError("by chance");
        }
        (void)outcome.value();
    }

    std::mt19937 random_;
};

/// How many errors there are in what came out; a CancelledError does not count.
std::size_t errors_in(const std::exception_ptr& error) {
    if (error == nullptr || aio::is_exactly<aio::CancelledError>(error)) return 0;
    return aio::leaves(*aio::ExceptionGroupPtr(error)).size();
}

TEST(TaskGroupStress, EveryTreeEndsWithAllItsErrors) {
    const CapturedLog log;
    int failed = 0;
    int cancelled = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        VirtualLoop loop;
        Tree tree(seed);
        std::exception_ptr error;
        loop.run_until_complete([&]() -> Coro<> {
            const auto root = aio::create_task(tree.grow(4));
            for (int i = tree.draw(3); i > 0; --i) {
                co_await aio::sleep(tree.draw(4) * 1ms);
                root.cancel();
            }
            const auto outcome = co_await aio::outcome_of(root);
            error = outcome.exception();
            EXPECT_EQ(aio::all_tasks().size(), 1U) << "a task outlived its group, seed " << seed;
            EXPECT_EQ(aio::current_task()->cancelling(), 0);
        });
        EXPECT_EQ(tree.ended, tree.started) << "a coroutine was not destroyed, seed " << seed;
        EXPECT_EQ(errors_in(error), static_cast<std::size_t>(tree.thrown))
            << "an error was lost, or came twice, seed " << seed;
        if (tree.thrown > 0) ++failed;
        if (aio::is_exactly<aio::CancelledError>(error)) ++cancelled;
    }
    EXPECT_GT(failed, 100) << "the trees are too tame";
    EXPECT_GT(cancelled, 100) << "the trees are too tame";
    EXPECT_EQ(log.text(), "") << "every error has come out: there is nothing to report";
}

}  // namespace
