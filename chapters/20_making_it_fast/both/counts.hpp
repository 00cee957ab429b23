#pragma once
// What a stack asks others for while it works, counted: blocks of the heap, looks at descriptors.
//
// counts.cpp is compiled twice, on the plain parts and on the fast ones, each time with another
// name for the namespace aio (common/cmake/fast.cmake). So both stacks are in one program.
#include <cstdint>
#include <vector>

namespace counts {

/// How often something was asked for.
struct Count {
    const char* what;
    double times;
};

/// How often this program has called operator new. Defined in main.cpp.
[[nodiscard]] std::int64_t allocations() noexcept;

/// What a loop with a hundred thousand short turns did about its one socket.
struct BusyLoop {
    std::int64_t looks;       ///< how often it asked the kernel
    std::int64_t turns_late;  ///< turns from the arrival of a byte to its being read
    std::int64_t slow_late;   ///< the same, where callbacks take a tenth of a millisecond
};

}  // namespace counts

// The two stacks, on each of them:
//   blocks_per_operation()  the blocks of the heap that one operation takes, when all is warm
//   busy_loop()             see above
namespace aio_plain {
std::vector<counts::Count> blocks_per_operation();
counts::BusyLoop busy_loop();
}  // namespace aio_plain

namespace aio_fast {
std::vector<counts::Count> blocks_per_operation();
counts::BusyLoop busy_loop();
}  // namespace aio_fast
