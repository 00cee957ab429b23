// The pool: blocks from free lists, one list for each size and thread.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "20_making_it_fast/pool.hpp"

namespace {

/// Asks an empty pool for two blocks, and fills them. Never returns.
[[noreturn]] void fill_the_first_two() {
    for (int i = 0; i < 2; ++i) {
        auto* block = static_cast<std::byte*>(aio::BasicPool<8>::allocate(40));
        std::fill(block, block + 40, std::byte(1));
    }
    std::_Exit(0);
}

TEST(Pool, BeginsWithNothing) {
    // In a process of its own: to look into a block that is not there crashes.
    ASSERT_EXIT(fill_the_first_two(), testing::ExitedWithCode(0), "")
        << "at first every list is empty, so its first block is null; and there is no chunk: fresh "
           "and fresh_end are null, and nothing fits between";
}

TEST(Pool, GivesBlocksThatDoNotOverlapAndAreAligned) {
    std::vector<std::pair<char*, std::size_t>> blocks;
    for (std::size_t size = 1; size <= 1024; size += 7) {
        auto* block = static_cast<char*>(aio::Pool::allocate(size));
        const auto address = reinterpret_cast<std::uintptr_t>(block);
        EXPECT_EQ(address % (size % 16 == 0 ? 16 : 8), 0U) << "block of " << size;
        std::fill(block, block + size, static_cast<char>(size));
        blocks.emplace_back(block, size);
    }
    for (const auto& [block, size] : blocks) {
        EXPECT_EQ(std::count(block, block + size, static_cast<char>(size)),
                  static_cast<std::ptrdiff_t>(size))
            << "somebody has written into the block of " << size;
        aio::Pool::deallocate(block, size);
    }
}

TEST(Pool, GivesBlocksOfSixteenTheirAlignmentInAnyOrder) {
    for (int i = 0; i < 100; ++i) {
        const std::size_t odd = 8 + 16 * static_cast<std::size_t>(i % 5);
        void* before = aio::Pool::allocate(odd);
        void* block = aio::Pool::allocate(32);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0U);
        aio::Pool::deallocate(block, 32);
        aio::Pool::deallocate(before, odd);
    }
}

TEST(Pool, GivesEveryFreeBlockOnce) {
    std::array<void*, 3> blocks{};
    for (void*& block : blocks) block = aio::Pool::allocate(200);
    for (void* block : blocks) aio::Pool::deallocate(block, 200);
    for (void*& block : blocks) block = aio::Pool::allocate(200);
    EXPECT_NE(blocks[0], blocks[1]) << "this block was in use, and was given away again";
    EXPECT_NE(blocks[1], blocks[2]) << "this block was in use, and was given away again";
    for (void* block : blocks) aio::Pool::deallocate(block, 200);
}

TEST(Pool, ARoomBelongsToItsBlockAlone) {
    constexpr std::size_t kRoom = 24;
    constexpr std::size_t kSize = 40;
    using PoolOfThisTest = aio::BasicPool<kRoom>;
    std::array<std::byte*, 10> rooms{};
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        rooms[i] = static_cast<std::byte*>(PoolOfThisTest::allocate(kSize)) - kRoom;
        std::fill(rooms[i], rooms[i] + kRoom + kSize, std::byte(i));
    }
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        EXPECT_EQ(std::count(rooms[i], rooms[i] + kRoom + kSize, std::byte(i)),
                  static_cast<std::ptrdiff_t>(kRoom + kSize))
            << "another block, or its room, lies over block " << i << " and its room";
        PoolOfThisTest::deallocate(rooms[i] + kRoom, kSize);
    }
}

TEST(Pool, ALargeBlockComesFromTheHeapAndHasItsRoomToo) {
    constexpr std::size_t kRoom = 24;
    constexpr std::size_t kSize = 2000;
    using PoolOfThisTest = aio::BasicPool<kRoom>;
    const auto fill_some = [] {
        std::array<std::byte*, 3> rooms{};
        for (std::byte*& room : rooms) {
            room = static_cast<std::byte*>(PoolOfThisTest::allocate(kSize)) - kRoom;
            std::fill(room, room + kRoom + kSize, std::byte(0xff));
        }
        for (std::byte* room : rooms) PoolOfThisTest::deallocate(room + kRoom, kSize);
        std::_Exit(0);
    };
    // In a process of its own: to overwrite what belongs to the heap ends it.
    EXPECT_EXIT(fill_some(), testing::ExitedWithCode(0), "")
        << "no list has blocks of 2000 bytes: on_heap() says so. Ask the heap for kHeapRoom + size "
           "bytes: the block begins kHeapRoom behind the first";
}

#ifndef AIO_POOL_ON_HEAP
TEST(Pool, HandsOutTheBlockThatCameBackLast) {
    std::array<void*, 3> blocks{};
    for (void*& block : blocks) block = aio::Pool::allocate(48);
    for (void* block : blocks) aio::Pool::deallocate(block, 48);
    EXPECT_EQ(aio::Pool::allocate(41), blocks[2]) << "41 bytes fit into a block of 48";
    EXPECT_EQ(aio::Pool::allocate(48), blocks[1]) << "the list goes on behind the block taken off";
    EXPECT_EQ(aio::Pool::allocate(48), blocks[0]) << "the list goes on to its end";
    for (void* block : blocks) aio::Pool::deallocate(block, 48);
}

TEST(Pool, UsesItsChunkToTheLastByte) {
    constexpr std::size_t kRoom = 48;
    constexpr std::size_t kSize = 16;
    using PoolOfThisTest = aio::BasicPool<kRoom>;
    constexpr std::size_t kCount = PoolOfThisTest::kFirstChunk / (kRoom + kSize);
    const auto* first = static_cast<std::byte*>(PoolOfThisTest::allocate(kSize));
    const std::byte* last = first;
    for (std::size_t i = 1; i < kCount; ++i) {
        last = static_cast<std::byte*>(PoolOfThisTest::allocate(kSize));
    }
    EXPECT_EQ(last, first + (kCount - 1) * (kRoom + kSize))
        << "a block that fits exactly into what is left fits";
}

TEST(Pool, StaysWithinItsChunkWhenAlignmentWouldLeadBeyondIt) {
    using PoolOfThisTest = aio::BasicPool<8>;
    const auto next = [](std::size_t size) {
        return static_cast<std::byte*>(PoolOfThisTest::allocate(size)) - 8;
    };
    const std::byte* first = next(8);
    const std::byte* end = first + PoolOfThisTest::kFirstChunk;
    for (const std::byte* last = first; last + 32 < end; last = next(8)) {
        ASSERT_LT(last, end);
    }
    const std::byte* aligned = next(16) + 8;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % 16, 0U);
    EXPECT_FALSE(first < aligned && aligned < end + 16)
        << "sixteen bytes were left: aligned, this block would end behind the chunk";
}

TEST(Pool, StaysWithinItsChunkWhenTheAlignmentOfARoomWouldLeadBeyondIt) {
    using PoolOfThisTest = aio::BasicPool<16>;
    const auto next = [](std::size_t size) {
        return static_cast<std::byte*>(PoolOfThisTest::allocate(size)) - 16;
    };
    const std::byte* first = next(24);  // 40 bytes with its room, and each of the next ones 32
    const std::byte* end = first + PoolOfThisTest::kFirstChunk;
    const std::byte* room = first;
    for (int i = 0; i < 10'000 && first <= room && room < end; ++i) {
        room = next(8);
        ASSERT_FALSE(room < end && end < room + 16 + 8)
            << "twenty-four bytes were left: aligned, this block would end behind the chunk";
    }
}

TEST(Pool, CutsOneBlockDirectlyBehindTheOther) {
    using PoolOfThisTest = aio::BasicPool<40>;
    const auto* one = static_cast<std::byte*>(PoolOfThisTest::allocate(24));
    const auto* two = static_cast<std::byte*>(PoolOfThisTest::allocate(24));
    EXPECT_EQ(two - one, 40 + 24) << "from a block to the next it is a room and a block, no more";
}

TEST(Pool, InheritsWhatAThreadLeavesBehind) {
    const auto borrowed_in_a_thread = [] {
        const auto borrow = [] {
            void* block = aio::Pool::allocate(1000);
            aio::Pool::deallocate(block, 1000);
            return block;
        };
        return std::async(std::launch::async, borrow).get();
    };
    const void* left = borrowed_in_a_thread();
    const void* inherited = borrowed_in_a_thread();
    EXPECT_EQ(inherited, left) << "memory of a thread that has ended must not be lost";
}

TEST(Pool, AMillionBlocksOneAfterAnotherAreOneBlock) {
    void* first = aio::Pool::allocate(96);
    aio::Pool::deallocate(first, 96);
    int others = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        void* block = aio::Pool::allocate(96);
        others += block == first ? 0 : 1;
        aio::Pool::deallocate(block, 96);
    }
    EXPECT_EQ(others, 0) << "every block must have come back";
}
#endif

TEST(Pool, ABlockMayBeFreedByAnotherThread) {
    void* block = aio::Pool::allocate(64);
    std::thread([=] { aio::Pool::deallocate(block, 64); }).join();
    void* again = aio::Pool::allocate(64);
    EXPECT_NE(again, nullptr);
    aio::Pool::deallocate(again, 64);
}

}  // namespace
