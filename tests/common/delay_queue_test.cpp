#include "common/server/delay_queue.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace {

using course::Delayed;
using course::DelayQueue;
using course::TimePoint;

TimePoint at(int microseconds) {
    return TimePoint(std::chrono::microseconds(microseconds));
}

TEST(DelayQueue, HandsOutTheEarliestFirst) {
    std::vector<Delayed> waiting(5);
    DelayQueue queue;
    for (const int i : {3, 0, 4, 1, 2}) queue.push(at(i), waiting[static_cast<std::size_t>(i)]);
    for (auto& expected : waiting) EXPECT_EQ(&queue.pop(), &expected);
    EXPECT_TRUE(queue.empty());
}

TEST(DelayQueue, ForgetsWhoIsRemoved) {
    std::vector<Delayed> waiting(3);
    DelayQueue queue;
    for (int i = 0; i < 3; ++i) queue.push(at(i), waiting[static_cast<std::size_t>(i)]);
    queue.remove(waiting[0]);
    EXPECT_FALSE(waiting[0].is_queued());
    EXPECT_EQ(queue.deadline(), at(1));
    queue.remove(waiting[0]);
    EXPECT_EQ(&queue.pop(), &waiting[1]) << "removing twice must not remove another one";
}

/// The same steps with a std::multimap, whose order nobody doubts.
TEST(DelayQueue, AgreesWithAMapThroughAHundredThousandRandomSteps) {
    std::mt19937 random(1);
    std::vector<Delayed> waiting(300);
    std::vector<int> when(waiting.size());
    std::multimap<int, Delayed*> model;
    DelayQueue queue;
    const auto erase = [&](std::size_t i) {
        auto [it, last] = model.equal_range(when[i]);
        while (it->second != &waiting[i]) ++it;
        model.erase(it);
    };
    for (int step = 0; step < 100'000; ++step) {
        const std::size_t i = random() % waiting.size();
        if (!waiting[i].is_queued()) {
            when[i] = static_cast<int>(random() % 1000);
            queue.push(at(when[i]), waiting[i]);
            model.emplace(when[i], &waiting[i]);
        } else if (random() % 2 == 0) {
            queue.remove(waiting[i]);
            erase(i);
        } else {
            ASSERT_EQ(queue.deadline(), at(model.begin()->first)) << "at step " << step;
            erase(static_cast<std::size_t>(&queue.pop() - waiting.data()));
        }
        ASSERT_EQ(queue.empty(), model.empty()) << "at step " << step;
    }
}

}  // namespace
