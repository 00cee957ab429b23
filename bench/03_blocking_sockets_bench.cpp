// What ten GETs cost: one after another, with a thread each, with a process each.
#include "bench/ten_gets.hpp"

BENCHMARK(ten_gets::blocking)->Name("ten_gets_blocking")->Apply(ten_gets::in_wall_time);
BENCHMARK(ten_gets::threads)->Name("ten_gets_threads")->Apply(ten_gets::in_wall_time);
BENCHMARK(ten_gets::processes)->Name("ten_gets_processes")->Apply(ten_gets::in_wall_time);
