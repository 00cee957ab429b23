#pragma once
// What holds for every queue of callbacks, the plain one of chapter 06 and the fast one of chapter
// 20. Each has a test program that includes its own ReadyQueue first.
#include <cstdlib>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "06_futures/callback.hpp"
#include "tests/support/trace.hpp"

/// A callback that can be recognised.
class Named final : public aio::Callback {
  public:
    explicit Named(std::string name) : name_(std::move(name)) {}
    void run() override {}
    void drop() noexcept override {}
    [[nodiscard]] std::string describe() const override { return name_; }

  private:
    std::string name_;
};

/// What is in `list`, in order.
inline std::string shown(const aio::CallbackList& list) {
    Trace names;
    list.for_each([&](const aio::Callback& callback) { names(callback.describe()); });
    return names.text();
}

/// Takes everything out of `queue`, and says what it was. (After ten it stops: no test has so many,
/// so the queue must be a ring.)
inline std::string taken(aio::ReadyQueue& queue) {
    Trace names;
    for (int i = 0; i < 10 && !queue.empty(); ++i) names(queue.pop_front().describe());
    return names.text();
}

TEST(ReadyQueue, ShowsWhatIsInItFromAnyPlaceOn) {
    Named a("a"), b("b"), c("c");
    aio::ReadyQueue queue;
    EXPECT_EQ(queue.begin(), queue.end());
    EXPECT_EQ(queue.after(nullptr), queue.end());
    for (auto* each : {&a, &b, &c}) queue.push_back(*each);
    const auto from = [&](auto at) {
        Trace names;
        for (; at != queue.end(); ++at) names((*at)->describe());
        return names.text();
    };
    EXPECT_EQ(from(queue.begin()), "a, b, c");
    EXPECT_EQ(from(queue.after(nullptr)), "a, b, c");
    EXPECT_EQ(from(queue.after(&a)), "b, c");
    EXPECT_EQ(from(queue.after(&c)), "");
    EXPECT_EQ(taken(queue), "a, b, c") << "to look must change nothing";
}

TEST(ReadyQueue, IsFirstInFirstOut) {
    Named a("a"), b("b"), c("c");
    aio::ReadyQueue queue;
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.back(), nullptr) << "an empty queue has no last one";
    for (auto* each : {&a, &b, &c}) queue.push_back(*each);
    EXPECT_EQ(queue.back(), &c);
    EXPECT_EQ(taken(queue), "a, b, c");
    queue.push_back(b);
    EXPECT_EQ(taken(queue), "b") << "a queue that was emptied takes the next one";
}

TEST(ReadyQueue, SplicesAListBehindWhatIsThere) {
    Named a("a"), b("b"), c("c"), d("d");
    aio::ReadyQueue queue;
    queue.push_back(a);
    aio::CallbackList list;
    for (auto* each : {&b, &c, &d}) list.push_back(*each);
    queue.splice(list);
    ASSERT_EQ(queue.back(), &d) << "the last of the list is now the last of the queue";
    EXPECT_EQ(taken(queue), "a, b, c, d");
}

TEST(ReadyQueue, SplicesIntoAnEmptyQueue) {
    Named a("a"), b("b");
    aio::ReadyQueue queue;
    aio::CallbackList list;
    list.push_back(a);
    list.push_back(b);
    queue.splice(list);
    EXPECT_EQ(taken(queue), "a, b");
}

TEST(ReadyQueue, EmptiesTheListThatItSplices) {
    Named a("a"), b("b");
    aio::ReadyQueue queue;
    aio::CallbackList list;
    list.push_back(a);
    queue.splice(list);
    ASSERT_TRUE(list.empty()) << "whoever was moved must not be moved again";
    EXPECT_EQ(taken(queue), "a");
    list.push_back(b);
    EXPECT_EQ(shown(list), "b") << "the list can be filled anew";
}

TEST(ReadyQueue, TakesMoreAfterASplice) {
    Named a("a"), b("b"), c("c");
    aio::ReadyQueue queue;
    aio::CallbackList list;
    list.push_back(a);
    list.push_back(b);
    queue.splice(list);
    queue.push_back(c);
    EXPECT_EQ(taken(queue), "a, b, c") << "who comes after the splice stands behind it";
}

TEST(ReadyQueue, SplicingNobodyChangesNothing) {
    Named a("a");
    aio::ReadyQueue queue;
    aio::CallbackList nobody;
    const auto splice_nobody = [&] {
        queue.splice(nobody);
        std::_Exit(0);
    };
    // In a process of its own: to look behind a last one that is not there usually crashes.
    ASSERT_EXIT(splice_nobody(), testing::ExitedWithCode(0), "")
        << "an empty list has no last one, last_ is null: look at that first";
    queue.splice(nobody);
    EXPECT_TRUE(queue.empty());
    queue.push_back(a);
    queue.splice(nobody);
    EXPECT_EQ(taken(queue), "a");
}
