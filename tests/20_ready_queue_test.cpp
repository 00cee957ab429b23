// The linked queue: it is a queue like the plain one, and takes a whole list in one step.
#include "20_making_it_fast/ready_queue.hpp"
#include "tests/support/ready_queue_tests.hpp"
