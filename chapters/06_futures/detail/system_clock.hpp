#pragma once
// The clock of a loop that was given none: the machine's. (Chapter 20 has a cheaper one.)
#include "06_futures/detail/clock.hpp"

namespace aio {

using SystemClock = Clock;

}  // namespace aio
