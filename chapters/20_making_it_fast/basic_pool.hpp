#pragma once
// Free lists of blocks, one for each size, for small things that come and go by the million.
//
// A thread keeps one list of free blocks for every size. To allocate is to take the first block
// off a list, to free is to put it back: about a nanosecond each, where malloc takes five to ten.
// New blocks are cut one after another from large chunks, so what was made together lies together,
// and is in the cache together when it is needed. Memory goes back to the lists, never to the
// system. Under a sanitizer every block comes from the heap, so that mistakes are seen.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define AIO_POOL_ON_HEAP 1
#endif
#endif

namespace aio {

/// Blocks of up to 1024 bytes, each with `kRoom` bytes before it that belong to it: for a second
/// object, which is needed whenever the first one is, as a task is with its coroutine. A block
/// whose size is a multiple of 16 is aligned to 16, any other to 8: a type that needs 16 has such a
/// size. A room is aligned as its size is. Thread rule: any thread; a block may be freed by another
/// thread than the one that allocated it.
template <std::size_t kRoom>
class BasicPool {
    static_assert(kRoom % 8 == 0);

  public:
    /// A thread's first chunk, in bytes. Every further one is twice as large, up to a limit: pages
    /// that lie together cost the processor less to find.
    static constexpr std::size_t kFirstChunk = std::size_t{64} * 1024;

    /// A block of at least `size` bytes, behind its room. Throws std::bad_alloc.
    [[nodiscard]] static void* allocate(std::size_t size) {
        if (on_heap(size))
            return static_cast<std::byte*>(::operator new(kHeapRoom + size)) + kHeapRoom;
        FreeBlock*& first = cache_.lists[index_of(size)];
        if (first == nullptr) [[unlikely]]
            return cache_.refill(rounded(size));
        FreeBlock* block = first;
        first = block->next;
        __builtin_prefetch(first);  // who allocates once allocates twice
        return block;
    }

    /// Takes back a block that allocate(size) gave.
    static void deallocate(void* block, std::size_t size) noexcept {
        if (on_heap(size)) return ::operator delete(static_cast<std::byte*>(block) - kHeapRoom);
        FreeBlock*& first = cache_.lists[index_of(size)];
        first = ::new (block) FreeBlock{first};
    }

  private:
    struct FreeBlock {
        FreeBlock* next;
    };

    static constexpr std::size_t kLargest = 1024;
    static constexpr std::size_t kLargestChunk = std::size_t{4} * 1024 * 1024;
    static constexpr std::size_t kHeapRoom = (kRoom + 15) / 16 * 16;
    using Lists = std::array<FreeBlock*, kLargest / 8 + 1>;

    static constexpr std::size_t rounded(std::size_t size) noexcept { return (size + 7) / 8 * 8; }
    static constexpr std::size_t index_of(std::size_t size) noexcept { return (size + 7) / 8; }
    static constexpr bool on_heap([[maybe_unused]] std::size_t size) noexcept {
#ifdef AIO_POOL_ON_HEAP
        return true;
#else
        return size > kLargest || kRoom > kLargest;
#endif
    }

    /// What threads that have ended left behind, for those that come after them.
    struct Depot {
        std::mutex mutex;
        Lists lists{};
    };
    static Depot& depot() {
        static Depot* const depot = ::new Depot;  // never destroyed: threads may outlive main()
        return *depot;
    }

    /// The lists of one thread. No constructor runs for it, so to reach it costs one instruction.
    struct Cache {
        Lists lists;
        std::byte* fresh;
        std::byte* fresh_end;
        std::size_t chunk;  // its size

        /// The list of this size is empty: cuts a new block, or, where the chunk is used up, takes
        /// what other threads have left before asking the system.
        void* refill(std::size_t size) {
            if (void* block = cut(size)) return block;
            hand_over_at_thread_exit();
            if (void* block = from_depot(size)) return block;
            chunk = chunk == 0 ? kFirstChunk : std::min(2 * chunk, kLargestChunk);
            fresh = static_cast<std::byte*>(::operator new(chunk));
            fresh_end = fresh + chunk;
            return cut(size);
        }

        /// The next block of the chunk; nullptr if the chunk is used up, or there is none.
        void* cut(std::size_t size) {
            const std::size_t before = padding(size) + kRoom;
            if (before + size > static_cast<std::size_t>(fresh_end - fresh)) return nullptr;
            std::byte* const block = fresh + before;
            fresh = block + size;
            return block;
        }

        [[nodiscard]] std::size_t padding(std::size_t size) const noexcept {
            const bool is_odd = (reinterpret_cast<std::uintptr_t>(fresh) + kRoom) % 16 != 0;
            const bool room_needs_16 = kRoom != 0 && kRoom % 16 == 0;
            return is_odd && (size % 16 == 0 || room_needs_16) ? 8 : 0;
        }

        void* from_depot(std::size_t size) {
            Depot& shared = depot();
            const std::lock_guard lock(shared.mutex);
            FreeBlock*& first = shared.lists[index_of(size)];
            if (first == nullptr) return nullptr;
            FreeBlock* block = first;
            lists[index_of(size)] = block->next;
            first = nullptr;
            return block;
        }
    };

    static void hand_over_at_thread_exit() {
        struct Guard {
            ~Guard() { give_to_depot(); }
        };
        thread_local Guard guard;
    }

    static void give_to_depot() {
        Depot& shared = depot();
        const std::lock_guard lock(shared.mutex);
        for (std::size_t i = 0; i < shared.lists.size(); ++i) {
            while (FreeBlock* block = cache_.lists[i]) {
                cache_.lists[i] = block->next;
                block->next = shared.lists[i];
                shared.lists[i] = block;
            }
        }
    }

    static constinit thread_local Cache cache_;
};

template <std::size_t kRoom>
constinit thread_local typename BasicPool<kRoom>::Cache BasicPool<kRoom>::cache_{};

}  // namespace aio
