#pragma once
// Memory for small things that come and go by the million, from free lists and not from the heap.
//
// The plain header of chapter 06 asks the heap. This one has the same names, and a BasicPool.
#include <cstddef>

#include "20_making_it_fast/basic_pool.hpp"

namespace aio {

/// Blocks with nothing before them.
using Pool = BasicPool<0>;

/// Derive from it, and `new` takes its memory from the Pool.
struct Pooled {
    static void* operator new(std::size_t size) { return Pool::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
        Pool::deallocate(memory, size);
    }
};

}  // namespace aio
