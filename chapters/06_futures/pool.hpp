#pragma once
// Memory for small things that come and go by the million: callbacks, futures, coroutine frames.
//
// A thread keeps one list of free blocks for every size. To allocate is to take the first block
// off a list, to free is to put it back: about a nanosecond each, where malloc takes five to ten.
// New blocks are cut one after another from large chunks, so what was made together lies together,
// and is in the cache together when it is needed. Memory goes back to the lists, never to the
// system. Under a sanitizer every block comes from the heap, so that mistakes are seen.
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

/// Blocks of up to 1024 bytes. A block whose size is a multiple of 16 is aligned to 16, any other
/// to 8: a type that needs 16 has such a size. Thread rule: any thread; a block may be freed by
/// another thread than the one that allocated it.
class Pool {
  public:
    /// A block of at least `size` bytes. Throws std::bad_alloc.
    [[nodiscard]] static void* allocate(std::size_t size) {
        if (on_heap(size)) return ::operator new(size);
        FreeBlock*& first = cache_.lists[index_of(size)];
        if (first == nullptr) [[unlikely]]
            return cache_.refill(rounded(size));
        FreeBlock* block = first;
        first = block->next;
        __builtin_prefetch(first);  // who allocates once allocates twice
        return block;
    }

    /// Takes back a block that allocate(size) gave.
    static void deallocate(void* memory, std::size_t size) noexcept {
        if (on_heap(size)) return ::operator delete(memory);
        FreeBlock*& first = cache_.lists[index_of(size)];
        first = ::new (memory) FreeBlock{first};
    }

  private:
    struct FreeBlock {
        FreeBlock* next;
    };

    static constexpr std::size_t kLargest = 1024;
    static constexpr std::size_t kChunk = std::size_t{256} * 1024;
    using Lists = std::array<FreeBlock*, kLargest / 8 + 1>;

    static constexpr std::size_t rounded(std::size_t size) noexcept { return (size + 7) / 8 * 8; }
    static constexpr std::size_t index_of(std::size_t size) noexcept { return (size + 7) / 8; }
    static constexpr bool on_heap([[maybe_unused]] std::size_t size) noexcept {
#ifdef AIO_POOL_ON_HEAP
        return true;
#else
        return size > kLargest;
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

        /// The list of this size is empty: cuts a new block, or, where the chunk is used up, takes
        /// what other threads have left before asking the system.
        void* refill(std::size_t size) {
            const bool is_odd = reinterpret_cast<std::uintptr_t>(fresh) % 16 != 0;
            if (is_odd && size % 16 == 0) fresh += 8;
            if (fresh == nullptr || size > static_cast<std::size_t>(fresh_end - fresh)) {
                hand_over_at_thread_exit();
                if (void* block = from_depot(size)) return block;
                fresh = static_cast<std::byte*>(::operator new(kChunk));
                fresh_end = fresh + kChunk - 8;  // room to align the next block
            }
            void* block = fresh;
            fresh += size;
            return block;
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

inline constinit thread_local Pool::Cache Pool::cache_{};

/// Derive from it, and `new` takes its memory from the Pool.
struct Pooled {
    static void* operator new(std::size_t size) { return Pool::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
        Pool::deallocate(memory, size);
    }
};

}  // namespace aio
