// A task's label in one word: its number, or the address of all the rest.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "20_making_it_fast/task_label.hpp"

namespace {

using aio::TaskLabel;

/// The number of a label that has no name: "Task-7" is 7.
std::uint64_t number_of(const TaskLabel& label) {
    const std::string name = label.name();
    return name.starts_with("Task-") ? std::stoull(name.substr(5)) : 0;
}

TEST(TaskLabel, CountsTheTasks) {
    const TaskLabel first("");
    const TaskLabel second("");
    EXPECT_EQ(number_of(second), number_of(first) + 1) << first.name() << ", " << second.name();
}

TEST(TaskLabel, HasTheNameThatItWasGiven) {
    const auto tell_the_name = [] {
        const TaskLabel label("reader");
        std::fputs(label.name().c_str(), stderr);
        std::_Exit(0);
    };
    // In a process of its own: to take a number for an address usually crashes.
    ASSERT_EXIT(tell_the_name(), testing::ExitedWithCode(0), "^reader$")
        << "of a number make a Rest, whose address, which is even, is the word from then on";
    TaskLabel label("reader");
    label.set_name("writer");
    EXPECT_EQ(label.name(), "writer");
}

TEST(TaskLabel, KeepsItsNumberForTheDayItsNameIsTakenAway) {
    const TaskLabel before("");
    TaskLabel label("reader");
    label.set_name("");
    EXPECT_EQ(number_of(label), number_of(before) + 1)
        << "it is " << label.name() << ", and the one before it is " << before.name();
}

TEST(TaskLabel, KeepsItsNumberWhenItIsAskedToCancel) {
    TaskLabel label("");
    const std::string name = label.name();
    EXPECT_EQ(label.add_cancels(1), 1);
    EXPECT_EQ(label.name(), name);
}

TEST(TaskLabel, KeepsAllTheRestTogether) {
    TaskLabel label("");
    label.set_name("reader");
    label.add_cancels(1);
    label.set_cancel_message("too late");
    label.add_cancels(1);
    EXPECT_EQ(label.name(), "reader");
    EXPECT_EQ(label.cancels(), 2);
    EXPECT_EQ(label.cancel_message(), "too late");
}

TEST(TaskLabel, HasNothingToSayAtFirst) {
    const TaskLabel label("");
    EXPECT_EQ(label.cancels(), 0);
    EXPECT_EQ(label.cancel_message(), "");
}

}  // namespace
