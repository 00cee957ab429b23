// Many and deep: ten million tasks, a million awaits in a loop, a recursion of 100,000. Memory and
// stack must not grow with any of them.
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "common/program/measure.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Coro;

constexpr std::int64_t kMegabyte = 1'000'000;
#if defined(AIO_POOL_ON_HEAP)
constexpr int kTasks = 30'000;  // sanitizers are slow, and keep freed memory for a while
constexpr int kAwaits = 100'000;
constexpr std::int64_t kFlat = 400 * kMegabyte;
#elif defined(NDEBUG)
constexpr int kTasks = 10'000'000;
constexpr int kAwaits = 1'000'000;
constexpr std::int64_t kFlat = 16 * kMegabyte;
#else
constexpr int kTasks = 300'000;
constexpr int kAwaits = 1'000'000;
constexpr std::int64_t kFlat = 16 * kMegabyte;
#endif
constexpr int kDepth = 100'000;

/// How far down the stack of this thread has been.
class Stack {
  public:
    void note() noexcept {
        const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        lowest_ = std::min(lowest_, here);
        highest_ = std::max(highest_, here);
    }
    [[nodiscard]] std::uintptr_t grown() const noexcept { return highest_ - lowest_; }

  private:
    std::uintptr_t lowest_ = UINTPTR_MAX;
    std::uintptr_t highest_ = 0;
};

/// How much more memory `work` needs than to do nothing.
template <class Work>
std::int64_t memory_of(Work work) {
    const auto before = course::measure([] {}).peak_bytes;
    return course::measure(work).peak_bytes - before;
}

Coro<int> one() {
    co_return 1;
}
Coro<int> one_later() {
    co_await aio::sleep(0s);
    co_return 1;
}

TEST(Many, MillionsOfTasksInOneRunTakeNoMoreMemoryThanOne) {
    std::int64_t sum = 0;
    const auto main = [&]() -> Coro<> {
        for (int i = 0; i < kTasks; ++i) sum += co_await aio::create_task(one());
    };
    const std::int64_t memory = memory_of([&] { aio::run(main); });
    EXPECT_EQ(sum, kTasks);
    EXPECT_LT(memory, kFlat);
}

TEST(Many, TasksThatWaitTakeNoMoreMemoryEither) {
    std::int64_t sum = 0;
    const auto main = [&]() -> Coro<> {
        for (int i = 0; i < kTasks / 10; ++i) sum += co_await aio::create_task(one_later());
    };
    const std::int64_t memory = memory_of([&] { aio::run(main); });
    EXPECT_EQ(sum, kTasks / 10);
    EXPECT_LT(memory, kFlat);
}

Coro<int> noting(Stack& stack) {
    stack.note();
    co_return 1;
}

TEST(Many, AMillionAwaitsInALoopDoNotGrowTheStack) {
    Stack stack;
    const auto main = [&]() -> Coro<std::int64_t> {
        std::int64_t sum = 0;
        for (int i = 0; i < kAwaits; ++i) sum += co_await noting(stack);
        co_return sum;
    };
    const std::int64_t memory = memory_of([&] { EXPECT_EQ(aio::run(main), kAwaits); });
    EXPECT_LT(stack.grown(), 1'000U) << "to await a coroutine must be a jump, not a call";
    EXPECT_LT(memory, kFlat);
}

Coro<int> depth(int left, Stack& stack) {
    stack.note();
    if (left == 0) co_return 0;
    const int below = co_await depth(left - 1, stack);
    stack.note();
    co_return below + 1;
}

TEST(Many, ADeepRecursionDoesNotGrowTheStack) {
    Stack stack;
    EXPECT_EQ(aio::run(depth(kDepth, stack)), kDepth);
    EXPECT_LT(stack.grown(), 1'000U) << "neither on the way in nor on the way back";
}

Coro<int> depth_that_waits(int left, Stack& stack) {
    if (left == 0) co_return co_await aio::sleep(0s, 0);
    const int below = co_await depth_that_waits(left - 1, stack);
    stack.note();
    co_return below + 1;
}

TEST(Many, ADeepRecursionThatWaitsAtTheBottomComesBackWithoutStack) {
    Stack stack;
    EXPECT_EQ(aio::run(depth_that_waits(kDepth, stack)), kDepth);
    EXPECT_LT(stack.grown(), 1'000U);
}

Coro<int> depth_that_fails(int left) {
    if (left == 0) throw std::runtime_error("at the bottom");
    co_return 1 + co_await depth_that_fails(left - 1);
}

TEST(Many, AnErrorComesUpFromTheDepthsWithoutStack) {
    EXPECT_EQ(error_of([] { aio::run(depth_that_fails(kDepth / 10)); }), "at the bottom");
}

}  // namespace
