#pragma once
// The same ten GETs with non-blocking sockets that are tried again and again (chapter 4).
#include <string>

#include <benchmark/benchmark.h>

#include "04_nonblocking_polling/polled_get.hpp"
#include "bench/ten_gets.hpp"

namespace ten_gets {

/// One after another, each polled to its end.
inline void polling(benchmark::State& state) {
    run(state, [](const std::string& url) { return aio::get_polled(url, kCount).useless; });
}

/// All at once, in turns.
inline void polling_in_turns(benchmark::State& state) {
    run(state,
        [](const std::string& url) { return aio::get_polled_in_turns(url, kCount).useless; });
}

}  // namespace ten_gets
