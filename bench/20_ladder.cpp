// One step of the ladder: the operations, on the stack that this file is compiled with.
#include <span>

#include "bench/gather_operations.hpp"
#include "bench/ladder.hpp"
#include "bench/task_operations.hpp"
#include "bench/timeout_operations.hpp"

namespace aio {  // on the command line, it gets the name of the step

std::span<const ladder::Operation> ladder_operations() {
    static constexpr ladder::Operation kOperations[] = {
        {"spawn_join", operations::spawn_join},
        {"nested_await", operations::nested_await},
        {"yield_1", operations::yield_1},
        {"yield_1000", operations::yield_1000},
        {"call_soon", operations::call_soon},
        {"wake", operations::wake},
        {"timer_arm_cancel", operations::timer_arm_cancel},
        {"timer_pair", operations::timer_pair},
        {"sleep_100k", operations::sleep_100k},
        {"gather_1m", operations::gather_1m},
        {"timeout_disarmed", operations::timeout_disarmed},
    };
    return kOperations;
}

}  // namespace aio
