#pragma once
// A clock that costs as little as a short callback, and is some milliseconds late.
//
// The kernel writes the time down at every tick, for those to whom that is good enough
// (CLOCK_MONOTONIC_COARSE). To read it takes 3 ns; the exact time takes 22.
#include <time.h>

#include "06_futures/detail/clock.hpp"

namespace aio {

/// The time of the last tick, at most 10 ms ago. Thread rule: any thread.
[[nodiscard]] inline TimePoint coarse_now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);  // cannot fail: the clock exists
    return TimePoint(std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec));
}

}  // namespace aio
