// The heap with four children to a node is a heap like any other.
#include "20_making_it_fast/timer_heap.hpp"
#include "tests/support/timer_heap_tests.hpp"
