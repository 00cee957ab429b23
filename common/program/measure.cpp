#include "common/program/measure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <sys/resource.h>
#include <time.h>

#include <fmt/format.h>

namespace course {
namespace {

using Seconds = std::chrono::duration<double>;

struct Used {
    Seconds cpu{};
    std::int64_t switches = 0;
};

rusage usage_of(int who) {
    rusage usage{};
    getrusage(who, &usage);
    return usage;
}

std::int64_t peak_of(int who) {
    return usage_of(who).ru_maxrss * 1024;
}

Seconds seconds(const timeval& time) {
    return Seconds(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6);
}

std::int64_t switches_of(const rusage& usage) {
    return usage.ru_nvcsw + usage.ru_nivcsw;
}

/// What a CPU clock shows. Unlike getrusage() and /proc, these clocks count up to the very moment,
/// even for a running thread, so one can be subtracted from another.
Seconds time_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return Seconds(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9);
}

/// The CPU clock of any thread of this process, as pthread_getcpuclockid(3) makes it of a
/// pthread_t.
clockid_t cpu_clock_of(pid_t thread) {
    constexpr unsigned kScheduledTimeOfAThread = 6;
    return static_cast<clockid_t>(~static_cast<unsigned>(thread) << 3 | kScheduledTimeOfAThread);
}

/// What thread `id` of this process used (proc(5): status counts switches).
Used used_by_thread(pid_t id) {
    Used used{time_of(cpu_clock_of(id)), 0};
    std::ifstream status(fmt::format("/proc/self/task/{}/status", id));
    for (std::string line; std::getline(status, line);) {
        const std::size_t colon = line.find("ctxt_switches:");
        if (colon != std::string::npos) used.switches += std::atoll(&line[colon + 14]);
    }
    return used;
}

Used used_so_far(pid_t left_out) {
    const rusage children = usage_of(RUSAGE_CHILDREN);
    const Used other = left_out == 0 ? Used{} : used_by_thread(left_out);
    const Seconds cpu = time_of(CLOCK_PROCESS_CPUTIME_ID) + seconds(children.ru_utime) +
                        seconds(children.ru_stime) - other.cpu;
    return {cpu, switches_of(usage_of(RUSAGE_SELF)) + switches_of(children) - other.switches};
}

/// Makes the present memory the new peak (proc(5), clear_refs). If that is not allowed, the peak
/// is that of the whole program.
void reset_peak() {
    std::ofstream("/proc/self/clear_refs") << 5;
}

}  // namespace

Cost measure(const std::function<void()>& work, pid_t left_out) {
    reset_peak();
    const Used before = used_so_far(left_out);
    const auto start = std::chrono::steady_clock::now();
    work();
    const auto end = std::chrono::steady_clock::now();
    const Used after = used_so_far(left_out);
    // The kernel updates the two clocks at different moments: never less than nothing.
    return {end - start, std::max(after.cpu - before.cpu, Seconds(0)),
            std::max(after.switches - before.switches, std::int64_t{0}),
            peak_memory() + peak_of(RUSAGE_CHILDREN)};
}

/// getrusage() would also remember what this process was before it became our program.
std::int64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word != "VmHWM:") continue;
        std::int64_t kibibytes = 0;
        status >> kibibytes;
        return kibibytes * 1024;
    }
    return peak_of(RUSAGE_SELF);
}

std::string format_seconds(std::chrono::duration<double> time) {
    // Just below the next unit: 999.6 us fits into three digits only as 1 ms.
    const double s = time.count();
    if (s >= 0.09995) return fmt::format("{:.3f} s", s);
    if (s >= 0.9995e-3) return fmt::format("{:.3g} ms", s * 1e3);
    if (s >= 0.9995e-6) return fmt::format("{:.3g} us", s * 1e6);
    return fmt::format("{:.3g} ns", s * 1e9);
}

std::string format_bytes(std::int64_t bytes) {
    static constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
    return fmt::format("{:.{}f} {}", value, unit == 0 || value >= 9.95 ? 0 : 1, kUnits.at(unit));
}

void report_cost(int chapter, const std::string& what, const Cost& cost) {
    const char* file = std::getenv("LEARN_TIMINGS");
    if (file == nullptr) return;
    std::ofstream out(file, std::ios::app);
    out << fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", chapter, what, cost.wall.count(),
                       cost.cpu.count(), cost.switches, cost.peak_bytes);
    if (!out.flush()) {
        throw std::system_error(errno, std::generic_category(), fmt::format("write {}", file));
    }
}

}  // namespace course
