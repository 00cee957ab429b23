#include "common/program/measure.hpp"

#include <atomic>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <new>
#include <semaphore>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/environment.hpp"

namespace {

using namespace course;
using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

/// Keeps the calling thread busy until it has used `time` of CPU.
void burn(std::chrono::nanoseconds time) {
    const auto used = [] {
        timespec now{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    };
    for (const auto start = used(); used() - start < time;) continue;
}

/// Makes `bytes` of memory real, for a moment. It comes from the kernel and goes back there: an
/// allocator may keep what is freed, as AddressSanitizer's does.
void touch(std::size_t bytes) {
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    std::memset(memory, 1, bytes);
    ::munmap(memory, bytes);
}

/// Runs `work` in a forked process and waits for its end.
template <typename Work>
void in_child(Work work) {
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

TEST(Measure, TellsWaitingFromWorking) {
    const Cost cost = measure([] { std::this_thread::sleep_for(50ms); });
    EXPECT_GE(cost.wall, 50ms);
    EXPECT_LT(cost.cpu, 25ms) << "waiting costs no CPU time";
    EXPECT_GE(cost.switches, 1) << "a waiting thread gives the processor away";
}

TEST(Measure, CountsTheCpuTimeOfAllThreads) {
    const Cost cost = measure([] {
        std::thread other([] { burn(30ms); });
        burn(30ms);
        other.join();
    });
    EXPECT_GE(cost.cpu, 55ms);
}

TEST(Measure, CountsChildrenThatWereWaitedFor) {
    const Cost cost = measure([] { in_child([] { burn(50ms); }); });
    EXPECT_GE(cost.cpu, 40ms);
}

/// The embedded server is such a thread: it works for the scene, but it is not the reader's code.
TEST(Measure, LeavesAThreadOut) {
    std::binary_semaphore start{0};
    std::binary_semaphore ready{0};
    std::atomic<pid_t> id = 0;
    std::thread server([&] {
        id = ::gettid();
        ready.release();
        start.acquire();
        burn(200ms);
        ready.release();
        start.acquire();  // it stays alive until it is measured
    });
    ready.acquire();
    const Cost cost = measure(
        [&] {
            start.release();
            ready.acquire();
        },
        id);
    start.release();
    server.join();
    EXPECT_GE(cost.wall, 190ms);
    EXPECT_LT(cost.cpu, 100ms);
}

TEST(Measure, FindsThePeakOfTheWorkAndNotOfWhatWasBefore) {
    constexpr std::int64_t kMuch = 200'000'000;
    const Cost large = measure([] { touch(kMuch); });
    const Cost small = measure([] { touch(1'000'000); });
    EXPECT_GE(large.peak_bytes, kMuch);
    EXPECT_LT(small.peak_bytes, large.peak_bytes - kMuch / 2);
}

TEST(Measure, CountsTheMemoryOfTheLargestChild) {
    constexpr std::int64_t kMuch = 300'000'000;
    EXPECT_GE(measure([] { in_child([] { touch(kMuch); }); }).peak_bytes, kMuch);
}

TEST(Measure, LetsAnExceptionThrough) {
    EXPECT_THROW((void)measure([] { throw std::runtime_error("no luck"); }), std::runtime_error);
}

TEST(FormatSeconds, TakesTheUnitThatFits) {
    EXPECT_EQ(format_seconds(Seconds(12.3456)), "12.346 s");
    EXPECT_EQ(format_seconds(Seconds(0.268)), "0.268 s");
    EXPECT_EQ(format_seconds(Seconds(0.0253)), "25.3 ms");
    EXPECT_EQ(format_seconds(Seconds(0.00084)), "840 us");
    EXPECT_EQ(format_seconds(Seconds(1.42e-9)), "1.42 ns");
    EXPECT_EQ(format_seconds(Seconds(0)), "0 ns");
}

TEST(FormatSeconds, StepsToTheNextUnitWhenRoundingDoes) {
    EXPECT_EQ(format_seconds(Seconds(999.4e-6)), "999 us");
    EXPECT_EQ(format_seconds(Seconds(999.6e-6)), "1 ms");
    EXPECT_EQ(format_seconds(Seconds(999.6e-9)), "1 us");
    EXPECT_EQ(format_seconds(Seconds(0.09996)), "0.100 s");
}

TEST(FormatBytes, CountsInPowersOfAThousand) {
    EXPECT_EQ(format_bytes(0), "0 B");
    EXPECT_EQ(format_bytes(999), "999 B");
    EXPECT_EQ(format_bytes(1000), "1.0 kB");
    EXPECT_EQ(format_bytes(3'400'000), "3.4 MB");
    EXPECT_EQ(format_bytes(812'000), "812 kB");
    EXPECT_EQ(format_bytes(9'960'000), "10 MB");
    EXPECT_EQ(format_bytes(999'600), "1.0 MB");
    EXPECT_EQ(format_bytes(5'000'000'000'000'000), "5000 TB");
}

TEST(ReportCost, AddsALineToTheFileThatTheTourNames) {
    const auto file =
        std::filesystem::temp_directory_path() / fmt::format("aio_timings_{}", ::getpid());
    {
        const Environment timings("LEARN_TIMINGS", file.string());
        report_cost(5, "ten GETs, selector", {Seconds(0.025), Seconds(0.001), 7, 4096});
        report_cost(5, "again", {});
    }
    std::ifstream in(file);
    std::string first;
    std::string second;
    std::getline(in, first);
    std::getline(in, second);
    std::filesystem::remove(file);
    EXPECT_EQ(first, "5\tten GETs, selector\t0.025\t0.001\t7\t4096");
    EXPECT_EQ(second, "5\tagain\t0\t0\t0\t0");
}

TEST(ReportCost, DoesNothingUnlessAskedTo) {
    const Environment timings("LEARN_TIMINGS", std::nullopt);
    EXPECT_NO_THROW(report_cost(1, "x", {}));
}

TEST(ReportCost, SaysWhereItCouldNotWrite) {
    const Environment timings("LEARN_TIMINGS", "/no/such/folder/timings");
    EXPECT_THROW(report_cost(1, "x", {}), std::system_error);
}

}  // namespace
