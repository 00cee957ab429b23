// The timers on the heap with four children to a node behave like those on any other.
#include "06_futures/timer_heap.hpp"
#include "20_making_it_fast/deadline_heap.hpp"
#include "tests/support/timer_heap_tests.hpp"
