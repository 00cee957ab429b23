// The two lists that callbacks are linked into: those who wait, and those whose time has come.
#include <algorithm>

#include <gtest/gtest.h>

#include "06_futures/ready_queue.hpp"
#include "tests/support/trace.hpp"

namespace {

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
std::string shown(const aio::CallbackList& list) {
    Trace names;
    list.for_each([&](const aio::Callback& callback) { names(callback.describe()); });
    return names.text();
}

/// Takes everything out of `queue`, and says what it was. (After ten it stops: no test has so many,
/// so the queue must be a ring.)
std::string taken(aio::ReadyQueue& queue) {
    Trace names;
    for (int i = 0; i < 10 && !queue.empty(); ++i) names(queue.pop_front().describe());
    return names.text();
}

TEST(CallbackList, KeepsTheOrderInWhichTheyCame) {
    Named a("a"), b("b"), c("c");
    aio::CallbackList list;
    EXPECT_TRUE(list.empty());
    for (auto* each : {&a, &b, &c}) list.push_back(*each);
    EXPECT_EQ(shown(list), "a, b, c");
    EXPECT_EQ(list.pop_front(), &a);
    EXPECT_EQ(shown(list), "b, c");
}

TEST(CallbackList, GivesNullptrWhenItIsEmpty) {
    Named a("a");
    aio::CallbackList list;
    EXPECT_EQ(list.pop_front(), nullptr);
    list.push_back(a);
    EXPECT_EQ(list.pop_front(), &a);
    EXPECT_EQ(list.pop_front(), nullptr);
    EXPECT_TRUE(list.empty());
}

TEST(CallbackList, RemovesFromEveryPlace) {
    for (const std::string gone : {"a", "b", "c"}) {
        Named a("a"), b("b"), c("c");
        aio::CallbackList list;
        for (auto* each : {&a, &b, &c}) list.push_back(*each);
        Named& which = gone == "a" ? a : gone == "b" ? b : c;
        EXPECT_TRUE(list.remove(which));
        EXPECT_FALSE(list.remove(which)) << gone << " was removed before";
        Named d("d");
        list.push_back(d);
        std::string left = "a, b, c, ";
        left.erase(left.find(gone), 3);
        EXPECT_EQ(shown(list), left + "d") << "after " << gone << " was removed";
    }
}

TEST(CallbackList, IsEmptyAfterItsOnlyOneWasRemoved) {
    Named a("a");
    aio::CallbackList list;
    EXPECT_FALSE(list.remove(a));
    list.push_back(a);
    EXPECT_TRUE(list.remove(a));
    EXPECT_TRUE(list.empty());
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
    EXPECT_EQ(queue.back(), &d) << "the last of the list is now the last of the queue";
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
    queue.splice(list);
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
    queue.splice(nobody);
    EXPECT_TRUE(queue.empty());
    queue.push_back(a);
    queue.splice(nobody);
    EXPECT_EQ(taken(queue), "a");
}

}  // namespace
