// The linked queue: it is a queue like the plain one, and takes a whole list in one step.
#include <new>

#include <sys/mman.h>

#include "20_making_it_fast/ready_queue.hpp"
#include "tests/support/ready_queue_tests.hpp"

namespace {

/// Splices a list whose middle callback lies in memory that nobody may read or write.
[[noreturn]] void splice_around_the_untouchable() {
    constexpr std::size_t kPage = 4096;
    Named first("first"), last("last");
    void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    auto* middle = new (page) Named("middle");
    aio::CallbackList list;
    for (auto* each : {&first, middle, &last}) list.push_back(*each);
    aio::ReadyQueue queue;
    mprotect(page, kPage, PROT_NONE);
    queue.splice(list);
    std::_Exit(0);
}

TEST(ReadyQueue, SplicesWithoutTouchingThoseInTheMiddle) {
    // In a process of its own: to touch that memory ends it.
    EXPECT_EXIT(splice_around_the_untouchable(), testing::ExitedWithCode(0), "")
        << "a list joins in one move, however long it is: look at its first and at its last one";
}

}  // namespace
