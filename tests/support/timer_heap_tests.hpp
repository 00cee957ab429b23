#pragma once
// What holds for the timers on every heap, the plain one of chapter 06 and the fast one of chapter
// 20: the earliest first, whatever the order in which they came or went. Each has a test program
// that includes its own DeadlineHeap first.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "06_futures/detail/timer_handle.hpp"
#include "tests/support/conforms_to.hpp"

/// A timer that does nothing.
class Quiet final : public aio::Timer {
  public:
    [[nodiscard]] std::string describe() const override { return "quiet"; }

  private:
    void run() override {}
    void clear() noexcept override {}
};

/// A heap whose timers are known by their deadlines, in milliseconds.
class Heap {
  public:
    aio::TimerHandle add(int ms) {
        auto& timer = *new Quiet;
        heap_.push(timer, aio::TimePoint(std::chrono::milliseconds(ms)));
        return aio::TimerHandle(timer);
    }

    /// Takes out all that is due at `ms`.
    std::vector<int> take(int ms) {
        std::vector<int> all;
        while (aio::Timer* timer = heap_.pop_due(aio::TimePoint(std::chrono::milliseconds(ms)))) {
            all.push_back(
                static_cast<int>(timer->when().time_since_epoch() / std::chrono::milliseconds(1)));
            timer->release();
        }
        return all;
    }
    /// The same as a text: "1, 2, 3".
    std::string due(int ms) { return fmt::format("{}", fmt::join(take(ms), ", ")); }

    [[nodiscard]] int earliest() const {
        return static_cast<int>(heap_.earliest().time_since_epoch() / std::chrono::milliseconds(1));
    }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    void drop_cancelled_top() { heap_.drop_cancelled_top(); }
    void clear() { heap_.clear(); }
    bool takes_out_nothing(int ms) {
        return heap_.pop_due(aio::TimePoint(std::chrono::milliseconds(ms))) == nullptr;
    }

  private:
    aio::TimerHeap heap_;
};

TEST(TimerHeap, LooksForNobodyAboveTheTop) {
    const auto take_some = [] {
        Heap heap;
        for (const int ms : {-5, -3, -9, -1, -7}) heap.add(ms);  // earlier than what is not there
        std::_Exit(0);
    };
    // In a process of its own: to look above the top usually crashes.
    ASSERT_EXIT(take_some(), testing::ExitedWithCode(0), "")
        << "who has arrived at the top, as the first one at once, has no parent";
}

TEST(TimerHeap, KnowsTheEarliestWhateverTheOrder) {
    Heap heap;
    for (const int ms : {5, 3, 9, 1, 7}) heap.add(ms);
    EXPECT_EQ(heap.earliest(), 1) << "the earliest must be at the top after every push";
    EXPECT_EQ(heap.due(100), "1, 3, 5, 7, 9");
}

TEST(TimerHeap, ANewEarliestRisesToTheTop) {
    Heap heap;
    for (int ms = 100; ms > 0; --ms) {
        heap.add(ms);
        ASSERT_EQ(heap.earliest(), ms) << "the timer just pushed is earlier than all others";
    }
}

TEST(TimerHeap, ALaterOneStaysBelow) {
    Heap heap;
    for (int ms = 1; ms <= 100; ++ms) {
        heap.add(ms);
        ASSERT_EQ(heap.earliest(), 1) << "a later timer must not push the earliest aside";
    }
}

TEST(TimerHeap, GivesOnlyWhatIsDue) {
    Heap heap;
    for (const int ms : {5, 3, 9, 1, 7}) heap.add(ms);
    EXPECT_EQ(heap.due(5), "1, 3, 5") << "a timer is due at its deadline, not after it";
    EXPECT_EQ(heap.size(), 2U);
    EXPECT_EQ(heap.due(5), "");
    EXPECT_EQ(heap.due(9), "7, 9");
}

TEST(TimerHeap, SortsAThousandRandomDeadlines) {
    std::mt19937 random(7);
    std::uniform_int_distribution<int> any(0, 500);
    Heap heap;
    std::vector<int> deadlines;
    for (int i = 0; i < 1000; ++i) {
        deadlines.push_back(any(random));
        heap.add(deadlines.back());
    }
    std::sort(deadlines.begin(), deadlines.end());
    const std::vector<int> taken = heap.take(500);
    const auto late = std::is_sorted_until(taken.begin(), taken.end());
    ASSERT_TRUE(late == taken.end())
        << "the timer of " << *late << " ms came after the one of " << *std::prev(late) << " ms";
    EXPECT_TRUE(taken == deadlines) << "some were lost, or came twice";
}

TEST(TimerHeap, StaysInOrderWhileSomeComeAndSomeGo) {
    std::mt19937 random(11);
    std::uniform_int_distribution<int> delay(1, 50);
    Heap heap;
    std::vector<int> expected;
    for (int now = 0; now < 300; ++now) {
        for (int i = 0; i < 3; ++i) {
            expected.push_back(now + delay(random));
            heap.add(expected.back());
        }
        std::sort(expected.begin(), expected.end());
        const auto end = std::upper_bound(expected.begin(), expected.end(), now);
        ASSERT_EQ(heap.due(now), fmt::format("{}", fmt::join(expected.begin(), end, ", ")));
        expected.erase(expected.begin(), end);
    }
}

TEST(TimerHeap, PassesOverCancelledOnes) {
    conforms_to({"test_base_events.BaseEventLoopTests.test__add_callback_cancelled_handle"});
    Heap heap;
    auto first = heap.add(1);
    heap.add(2);
    auto third = heap.add(3);
    heap.add(4);
    first.cancel();
    third.cancel();
    EXPECT_EQ(heap.due(10), "2, 4");
}

TEST(TimerHeap, ACancelledOneAtTheTopIsDroppedWhenAsked) {
    Heap heap;
    auto first = heap.add(1);
    heap.add(2);
    first.cancel();
    heap.drop_cancelled_top();
    EXPECT_EQ(heap.earliest(), 2);
    EXPECT_EQ(heap.size(), 1U);
}

TEST(TimerHeap, TheLastOfTheArrayGoesAtOnce) {
    Heap heap;
    heap.add(1);
    auto last = heap.add(2);
    last.cancel();
    EXPECT_EQ(heap.size(), 1U) << "to arm a timer and cancel it at once leaves nothing behind";
    last.cancel();
    EXPECT_EQ(heap.size(), 1U) << "to cancel twice is to cancel once";
}

TEST(TimerHeap, SweepsOnlyAboveAHundredAndWhenMoreThanHalfAreCancelled) {
    conforms_to({"test_base_events.BaseEventLoopTests.test__run_once_cancelled_event_cleanup"});
    Heap heap;
    std::vector<aio::TimerHandle> timers;
    for (int i = 1; i <= 102; ++i) timers.push_back(heap.add(i));
    // From the middle on, so that neither the top nor the end of the array is cancelled.
    for (int i = 25; i < 76; ++i) timers.at(static_cast<std::size_t>(i)).cancel();
    EXPECT_EQ(heap.size(), 102U) << "51 of 102 are cancelled: half, not more";
    timers[76].cancel();
    EXPECT_EQ(heap.size(), 50U) << "52 of 102 are cancelled: more than half, all are swept out";

    std::string left;
    for (int i = 1; i <= 102; ++i) {
        if (i < 26 || i > 77) left += fmt::format("{}{}", left.empty() ? "" : ", ", i);
    }
    EXPECT_EQ(heap.due(200), left) << "after a sweep the heap must be a heap again";
}

TEST(TimerHeap, AHundredMayAllBeCancelled) {
    Heap heap;
    std::vector<aio::TimerHandle> timers;
    for (int i = 1; i <= 100; ++i) timers.push_back(heap.add(i));
    for (int i = 0; i < 99; ++i) timers.at(static_cast<std::size_t>(i)).cancel();
    EXPECT_EQ(heap.size(), 100U) << "few timers are not worth a sweep";
    EXPECT_EQ(heap.due(100), "100");
}

TEST(TimerHeap, ATimerOutlivesTheHeapInItsHandle) {
    auto heap = std::make_unique<Heap>();
    auto timer = heap->add(1);
    heap.reset();
    EXPECT_TRUE(timer.cancelled()) << "who is left behind by its heap will never fire";
    timer.cancel();
}

TEST(TimerHeap, ClearCancelsAll) {
    Heap heap;
    auto one = heap.add(1);
    auto two = heap.add(2);
    heap.clear();
    EXPECT_TRUE(one.cancelled() && two.cancelled());
    EXPECT_EQ(heap.size(), 0U);
    EXPECT_TRUE(heap.takes_out_nothing(10));
    heap.add(3);
    EXPECT_EQ(heap.due(3), "3");
}
