// The task in front of its coroutine, and the words that it and its coroutine consist of.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "20_making_it_fast/continuation.hpp"
#include "20_making_it_fast/frame_memory.hpp"
#include "20_making_it_fast/task_label.hpp"
#include "tests/support/patient_loop.hpp"

namespace {

using aio::Coro;
using aio::EventLoop;
using aio::Future;

Coro<int> number(int value) {
    co_return value;
}

TEST(FrameMemory, LiesBehindTheRoomForItsTask) {
    PatientLoop loop;
    auto coroutine = number(7);
    const void* const room = aio::FrameMemory<int>::room_of(coroutine.handle().address());
    const auto task = loop.create_task(std::move(coroutine));
    EXPECT_EQ(task.state(), room) << "to create a task must allocate nothing";
    loop.one_turn();
    EXPECT_EQ(task.result(), 7);
}

TEST(FrameMemory, IsKeptAsLongAsSomebodyHoldsTheTask) {
    PatientLoop loop;
    const auto task = loop.create_task(number(7));
    loop.one_turn();
    auto coroutine = number(8);
    const void* const room = aio::FrameMemory<int>::room_of(coroutine.handle().address());
    coroutine.close();
    ASSERT_NE(room, task.state()) << "a new coroutine lies where a task is that somebody holds";
    EXPECT_EQ(task.result(), 7);
}

TEST(TaskLabel, IsOneWord) {
    EXPECT_EQ(sizeof(aio::TaskLabel), sizeof(void*));
}

#if defined(__GNUC__) && !defined(__clang__)
TEST(Continuation, IsOneWord) {
    EXPECT_EQ(sizeof(aio::Continuation), sizeof(void*));
}

Coro<> blocked(Future<void>& future) {
    co_await future;
}

/// What one more coroutine takes: the smallest distance between two of many.
std::size_t memory_of_a_coroutine() {
    EventLoop loop;
    auto future = loop.create_future<void>();
    std::vector<Coro<>> coroutines;
    std::vector<std::uintptr_t> frames;
    for (int i = 0; i < 1'000; ++i) {
        coroutines.push_back(blocked(future));
        frames.push_back(reinterpret_cast<std::uintptr_t>(coroutines.back().handle().address()));
    }
    for (auto& coroutine : coroutines) coroutine.close();
    std::sort(frames.begin(), frames.end());
    std::uintptr_t smallest = UINTPTR_MAX;
    for (std::size_t i = 1; i < frames.size(); ++i) {
        smallest = std::min(smallest, frames[i] - frames[i - 1]);
    }
    return smallest;
}

TEST(TaskMemory, ABlockedTaskTakes176Bytes) {
    EXPECT_EQ(sizeof(aio::TaskState<void>), 104U) << "the room for the task";
    EXPECT_EQ(memory_of_a_coroutine(), 104U + 72U) << "the room, and a frame that awaits a future";
}
#endif

}  // namespace
