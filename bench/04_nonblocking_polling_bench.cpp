// What ten GETs cost when they are polled, beside the blocking ones.
#include "bench/ten_gets_polling.hpp"

BENCHMARK(ten_gets::blocking)->Name("ten_gets_blocking")->Apply(ten_gets::in_wall_time);
BENCHMARK(ten_gets::polling)->Name("ten_gets_polling")->Apply(ten_gets::in_wall_time);
BENCHMARK(ten_gets::polling_in_turns)
    ->Name("ten_gets_polling_in_turns")
    ->Apply(ten_gets::in_wall_time);
