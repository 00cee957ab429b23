#include <array>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/fd.hpp"
#include "tests/support/peer.hpp"

namespace {

using aio::Fd;

int open_null() {
    return aio::check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open");
}

TEST(Fd, ClosesWhatItOwnsAtTheEndOfTheScope) {
    int number = 0;
    {
        const Fd fd(open_null());
        number = fd.number();
        ASSERT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number)) << "the descriptor is still open after its Fd has gone";
}

TEST(Fd, OwnsNothingByDefault) {
    const Fd fd;
    EXPECT_FALSE(fd);
    EXPECT_EQ(fd.number(), Fd::kNone);
}

TEST(Fd, IsMovedAndNeverCopied) {
    static_assert(!std::is_copy_constructible_v<Fd> && !std::is_copy_assignable_v<Fd>);
    static_assert(std::is_nothrow_move_constructible_v<Fd>);
    static_assert(std::is_nothrow_move_assignable_v<Fd>);
    Fd from(open_null());
    const int number = from.number();
    const Fd to(std::move(from));
    EXPECT_EQ(to.number(), number) << "the new owner has the descriptor";
    EXPECT_EQ(from.number(), Fd::kNone) << "the moved-from Fd owns nothing";  // NOLINT
    EXPECT_TRUE(is_open(number)) << "moving must not close";
}

TEST(Fd, ReleaseGivesTheDescriptorAway) {
    int number = 0;
    {
        Fd fd(open_null());
        number = fd.release();
        EXPECT_FALSE(fd) << "after release() an Fd owns nothing";
    }
    EXPECT_TRUE(is_open(number)) << "the caller of release() is to close it";
    ::close(number);
}

TEST(FdReset, ClosesTheOldDescriptor) {
    Fd fd(open_null());
    const int old = fd.number();
    const int other = open_null();
    fd.reset(other);
    EXPECT_FALSE(is_open(old)) << "reset() left the old descriptor open: a leak";
    EXPECT_EQ(fd.number(), other) << "reset(n) makes n its own";
    EXPECT_TRUE(is_open(other)) << "reset(n) closed n instead of the old descriptor";
    if (fd.number() != other) ::close(other);
}

TEST(FdReset, WithoutANumberOwnsNothingAfterwards) {
    Fd fd(open_null());
    fd.reset();
    EXPECT_EQ(fd.number(), Fd::kNone)
        << "it still claims a number that is closed: that number will soon be somebody else's";
}

TEST(FdReset, NeverClosesADescriptorThatSomebodyElseHasOpenedSince) {
    Fd fd(open_null());
    const int number = fd.number();
    fd.reset();
    const Fd stranger(open_null());  // the kernel gives out the lowest free number
    ASSERT_EQ(stranger.number(), number);
    fd.reset();
    EXPECT_TRUE(is_open(stranger.number()))
        << "a second reset() closed descriptor " << number << ", which is another Fd's by now";
}

TEST(FdReset, ClosesDescriptorZeroToo) {
    const auto take_and_close_zero = [] {
        ::close(STDIN_FILENO);
        Fd fd(open_null());  // the kernel gives out the lowest free number
        std::fprintf(stderr, "%d is open, ", fd.number());
        fd.reset();
        std::fprintf(stderr, "then %s", is_open(STDIN_FILENO) ? "still open" : "closed");
        std::_Exit(0);
    };
    // In a process of its own: it gives its standard input away.
    EXPECT_EXIT(take_and_close_zero(), testing::ExitedWithCode(0), "^0 is open, then closed$")
        << "0 is a descriptor like any other: none is kNone, -1";
}

TEST(Fd, ClosesWhatItHadWhenItIsAssignedTo) {
    Fd to(open_null());
    const int old = to.number();
    Fd from(open_null());
    const int number = from.number();
    to = std::move(from);
    EXPECT_EQ(to.number(), number) << "the target has the source's descriptor";
    EXPECT_FALSE(is_open(old)) << "what the target had before is closed";
    EXPECT_FALSE(from) << "the source owns nothing";  // NOLINT(bugprone-use-after-move)
}

TEST(Fd, AssignedToItselfKeepsItsDescriptor) {
    Fd fd(open_null());
    Fd& same = fd;
    fd = std::move(same);
    EXPECT_TRUE(fd && is_open(fd.number())) << "self-assignment must not close";
}

TEST(Check, PassesAResultOn) {
    EXPECT_EQ(aio::check(7, "open"), 7);
}

TEST(Check, NamesTheCallTheSubjectAndTheReason) {
    errno = ENOENT;
    EXPECT_EQ(error_of<aio::SystemError>([] { aio::check(-1, "open", "/no/such/file"); }),
              "open(/no/such/file): No such file or directory");
    errno = EMFILE;
    EXPECT_EQ(error_of<aio::SystemError>([] { aio::check(-1, "socket"); }),
              "socket: Too many open files");
}

TEST(Check, GivesAnErrorCodeThatCanBeCompared) {
    try {
        errno = ECONNREFUSED;
        aio::check(-1, "connect", aio::Address::ipv4("127.0.0.1", 9));
        FAIL() << "check(-1) must throw";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::connection_refused);
        EXPECT_STREQ(error.what(), "connect(127.0.0.1:9): Connection refused");
    }
}

}  // namespace
