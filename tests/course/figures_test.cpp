// Timings: the tour's table, and Google Benchmark's JSON of several programs, merged.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/learn/commands/benchmarks.hpp"
#include "common/learn/commands/timings.hpp"
#include "common/learn/course/course.hpp"

namespace learn {
namespace {

TEST(Timings, AreReadLineByLine) {
    const auto rows = read_timings(
        "3\tten GETs, blocking\t0.268\t0.004\t21\t3400000\n"
        "a line that is no row\n"
        "5\tten GETs, selector\t0.034\t0.002\t7\t3500000\n");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].what, "ten GETs, selector");
    EXPECT_EQ(rows[1].chapter, 5);
    EXPECT_DOUBLE_EQ(rows[1].cost.wall.count(), 0.034);
    EXPECT_EQ(rows[1].cost.switches, 7);
}

TEST(Timings, OfAProgramThatRanTwiceAreTheLastOnes) {
    const auto rows = read_timings("3\ta\t1\t0\t0\t0\n3\ta\t2\t0\t0\t0\n");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_DOUBLE_EQ(rows[0].cost.wall.count(), 2);
}

TEST(Timings, AreComparedWithTheFirstThatDidTheSameJob) {
    const std::string table =
        timing_table(read_timings("3\tten GETs, blocking\t0.4\t0\t0\t0\n"
                                  "5\tten GETs, selector\t0.1\t0\t0\t0\n"
                                  "5\t1,000 GETs, selector\t0.2\t0\t0\t0\n"));
    EXPECT_NE(table.find("1.0x"), std::string::npos) << table;
    EXPECT_NE(table.find("4.0x"), std::string::npos) << table;
    EXPECT_EQ(table.find("2.0x"), std::string::npos) << "a thousand is another job\n" << table;
}

std::string run_of(const std::string& name, double time) {
    return fmt::format(R"({{"context": {{"host": "x"}}, "benchmarks": [{{"name": "{}",
        "run_name": "{}", "run_type": "iteration", "real_time": {}, "cpu_time": 1,
        "time_unit": "us"}}]}})",
                       name, name, time);
}

TEST(Benchmarks, OfSeveralProgramsAreMergedAndDoubleNamesDropped) {
    const auto times =
        benchmark_times(merge_benchmarks({run_of("a", 1), run_of("b", 2), run_of("a", 3)}));
    ASSERT_EQ(times.size(), 2U);
    EXPECT_EQ(times[0].name, "a");
    EXPECT_DOUBLE_EQ(times[0].real, 1e-6);
    EXPECT_EQ(times[1].name, "b");
}

TEST(Benchmarks, AreMergedByTheNamesThatTheSourceGivesThem) {
    EXPECT_EQ(plain_name("ten_gets_selector/real_time"), "ten_gets_selector");
    EXPECT_EQ(plain_name("splice/1000/iterations:50/manual_time"), "splice/1000");
    EXPECT_EQ(plain_name("wait_epoll/10"), "wait_epoll/10");
    const auto times = benchmark_times(merge_benchmarks({run_of("a/real_time", 1)}));
    ASSERT_EQ(times.size(), 1U);
    EXPECT_EQ(times[0].name, "a");
}

TEST(Benchmarks, OfSeveralRunsAreTheMedian) {
    const auto times =
        benchmark_times(median_run({run_of("a", 9), run_of("a", 2), run_of("a", 3)}));
    ASSERT_EQ(times.size(), 1U);
    EXPECT_DOUBLE_EQ(times[0].real, 3e-6);
}

TEST(Benchmarks, OfOursBearAPrefix) {
    EXPECT_EQ(benchmark_times(with_prefix(run_of("a", 1), "ours/"))[0].name, "ours/a");
}

TEST(Benchmarks, RefuseHalfAFile) {
    EXPECT_THROW((void)benchmark_times("{\"context\": {"), UserError);
    EXPECT_THROW((void)benchmark_times(""), UserError);
}

/// A benchmark that took so many seconds.
BenchmarkTime took(const std::string& name, double seconds) {
    return {name, seconds, seconds, ""};
}

TEST(Benchmarks, OfOneOperationInSeveralWaysAreAMatrix) {
    const auto matrix = matrix_of({took("post/plain", 3), took("post/+pool", 2),
                                   took("wake/plain", 9), took("wake/+pool", 8)});
    EXPECT_EQ(matrix.operations, (std::vector<std::string>{"post", "wake"}));
    EXPECT_EQ(matrix.ways, (std::vector<std::string>{"plain", "+pool"}));
    EXPECT_DOUBLE_EQ(matrix.cells.at({"wake", "+pool"}).real, 8);
    EXPECT_TRUE(matrix.others.empty()) << matrix.others[0].name << " has a cell";
}

TEST(Benchmarks, OfAnotherLibraryStandInTheRowOfTheirOperation) {
    const auto matrix = matrix_of({took("yield_1_asio", 1), took("yield_1/plain", 3),
                                   took("yield_1000/plain", 4), took("yield_1000_asio", 2)});
    EXPECT_EQ(matrix.ways, (std::vector<std::string>{"plain", "asio"}));
    EXPECT_DOUBLE_EQ(matrix.cells.at({"yield_1", "asio"}).real, 1);
    EXPECT_DOUBLE_EQ(matrix.cells.at({"yield_1000", "asio"}).real, 2);
}

TEST(Benchmarks, OfManySizesAreAListAsBefore) {
    const auto matrix = matrix_of({took("gather_of/10", 1), took("gather_of/100", 2),
                                   took("ten_gets/real_time", 3), took("call_soon_asio", 4)});
    EXPECT_TRUE(matrix.operations.empty()) << matrix.operations[0] << " is no row of a matrix";
    EXPECT_EQ(matrix.others.size(), 4U);
}

}  // namespace
}  // namespace learn
