// What ten GETs cost one after another, with a thread each, with a process each.
#include "bench/ten_gets.hpp"

BENCHMARK(ten_gets::blocking)
    ->Name("ten_gets_blocking")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(ten_gets::threads)
    ->Name("ten_gets_threads")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(ten_gets::processes)
    ->Name("ten_gets_processes")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
