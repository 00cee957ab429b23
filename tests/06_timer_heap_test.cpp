// The heap of timers, as it is on the include path.
#include "06_futures/timer_heap.hpp"
#include "tests/support/timer_heap_tests.hpp"
