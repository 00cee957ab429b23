#pragma once
// Memory for small things that come and go by the million: callbacks, futures, coroutine frames.
//
// All of them ask here, and none of them asks the heap. So the day the heap turns out to be slow,
// there is one place to change. (Chapter 20 changes it.)
#include <cstddef>
#include <new>

namespace aio {

/// Thread rule: any thread; a block may be freed by another thread than the one that allocated it.
struct Pool {
    /// A block of at least `size` bytes. Throws std::bad_alloc.
    [[nodiscard]] static void* allocate(std::size_t size) { return ::operator new(size); }

    /// Takes back a block that allocate(size) gave.
    static void deallocate(void* block, [[maybe_unused]] std::size_t size) noexcept {
        ::operator delete(block);
    }
};

/// Derive from it, and `new` takes its memory from the Pool.
struct Pooled {
    static void* operator new(std::size_t size) { return Pool::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
        Pool::deallocate(memory, size);
    }
};

}  // namespace aio
