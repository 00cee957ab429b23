#pragma once
// What a piece of work cost: wall time, CPU time, memory, context switches.
//
// The embedded server runs in a thread of the same process; its part is taken out, so a figure is
// what the reader's code did. Children that were waited for are included.
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <sys/types.h>

namespace course {

struct Cost {
    std::chrono::duration<double> wall{};  ///< from start to end
    std::chrono::duration<double> cpu{};   ///< user and system time of all threads and children
    std::int64_t switches = 0;             ///< context switches, voluntary and not
    std::int64_t peak_bytes = 0;           ///< peak memory of the process and its largest child
};

/// Runs `work` once and says what it cost. `left_out` is a thread of this process whose CPU time
/// and switches do not count (the embedded server's thread_id()); 0 for none. Children count once
/// they have been waited for. peak_memory() starts again.
[[nodiscard]] Cost measure(const std::function<void()>& work, pid_t left_out = 0);

/// Peak memory of this process in bytes, since the last measure() began (proc(5), VmHWM).
[[nodiscard]] std::int64_t peak_memory();

/// "0.268 s", "25.3 ms", "840 us": three significant digits, in the unit that fits.
[[nodiscard]] std::string format_seconds(std::chrono::duration<double> time);

/// "3.4 MB", "812 kB", in powers of 1000.
[[nodiscard]] std::string format_bytes(std::int64_t bytes);

/// Tells the tour's table about a row: which chapter (5), what was done ("ten GETs, selector").
/// Does nothing unless the tour asked for it (it names a file in LEARN_TIMINGS). Throws
/// std::system_error if it cannot write there.
void report_cost(int chapter, const std::string& what, const Cost& cost);

}  // namespace course
