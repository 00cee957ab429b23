// The two lists that callbacks are linked into: those who wait, and those whose time has come.
#include "06_futures/ready_queue.hpp"
#include "tests/support/ready_queue_tests.hpp"

namespace {

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

}  // namespace
