// What ten GETs cost when they are polled, beside the blocking ones.
#include "bench/ten_gets_polling.hpp"

BENCHMARK(ten_gets::blocking)
    ->Name("ten_gets_blocking")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(ten_gets::polling)
    ->Name("ten_gets_polling")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(ten_gets::polling_in_turns)
    ->Name("ten_gets_polling_in_turns")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
