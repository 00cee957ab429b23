// The chapter's smaller parts: the minimal generator, lines of a file, taking turns.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "02_generators/generator.hpp"
#include "02_generators/lines.hpp"
#include "02_generators/minimal_generator.hpp"
#include "02_generators/round_robin.hpp"
#include "02_generators/sparse_file.hpp"
#include "common/program/measure.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Generator;

// ── the minimal generator ──

aio::MinimalGenerator one_and_two_zeros(Trace& trace) {
    trace("begins");
    co_yield 1;
    trace("goes on");
    co_yield 0;
    trace("goes on");
    co_yield 0;
    trace("ends");
}

std::string shown(std::optional<int> value) {
    return value ? std::to_string(*value) : "nothing";
}

TEST(MinimalGenerator, StaysExhausted) {
    const auto take_five_of_three = [] {
        {
            Trace trace;
            auto numbers = one_and_two_zeros(trace);
            for (int i = 0; i < 5; ++i) std::fputs(numbers.next() ? "one " : "none ", stderr);
        }
        std::_Exit(0);
    };
    // In a process of its own: to resume a body that has ended usually crashes.
    EXPECT_EXIT(take_five_of_three(), testing::ExitedWithCode(0), "^one one one none none $")
        << "three values, then none: a body that has ended must not be resumed, so ask done(). Its "
           "frame stays, for the destructor to destroy";
}

TEST(MinimalGenerator, RunsItsBodyFromYieldToYield) {
    Trace trace;
    auto numbers = one_and_two_zeros(trace);
    trace("called");
    for (int i = 0; i < 4; ++i) trace(shown(numbers.next()));
    EXPECT_EQ(trace.text(), "called, begins, 1, goes on, 0, goes on, 0, ends, nothing")
        << "one call of next() runs the body from one co_yield to the next, and no further";
}

TEST(MinimalGenerator, DestroysItsFrameInTheMiddle) {
    Trace trace;
    auto body = [](Trace& seen) -> aio::MinimalGenerator {
        const AtExit exit(seen, "cleanup");
        co_yield 1;
    };
    {
        auto numbers = body(trace);
        trace(shown(numbers.next()));
    }
    EXPECT_EQ(trace.text(), "1, cleanup");
}

// ── lines ──

/// A file with a text in it, removed at the end.
class TextFile {
  public:
    explicit TextFile(const std::string& text) : file_(0, 1) { std::ofstream(path()) << text; }
    [[nodiscard]] std::filesystem::path path() const { return file_.path(); }

  private:
    aio::SparseFile file_;
};

using Lines = std::vector<std::string>;

/// The lines of a file with this text; twenty if they go on for ever.
Lines lines_of(const std::string& text) {
    const TextFile file(text);
    Lines all;
    for (const std::string& line : aio::lines(file.path())) {
        all.push_back(line);
        if (all.size() == 20) break;
    }
    return all;
}

TEST(Lines, ComeOneByOneWithoutTheirEnds) {
    EXPECT_EQ(lines_of("one\n  two words\n\nfour\n"), (Lines{"one", "  two words", "", "four"}))
        << "each line as it is, an empty one too, and nothing after the last line end";
}

TEST(Lines, KeepALastOneThatHasNoEnd) {
    EXPECT_EQ(lines_of("one\ntwo"), (Lines{"one", "two"})) << "the end of the file ends it, too";
}

TEST(Lines, OfAnEmptyFileAreNone) {
    EXPECT_EQ(lines_of(""), Lines()) << "no byte, no line";
}

TEST(Lines, OpenTheFileAtTheFirstStep) {
    auto lines = aio::lines("/there/is/no/such/file");
    EXPECT_EQ(error_of([&] { (void)lines.next(); }),
              "open /there/is/no/such/file: No such file or directory");
    EXPECT_THROW((void)aio::lines("/there/is/no/such/file").next(), std::system_error)
        << "its code() can be asked for the reason";
}

TEST(Lines, ReportAFileThatCannotBeRead) {
    auto lines = aio::lines("/");
    EXPECT_EQ(error_of([&] { (void)lines.next(); }), "read /: Is a directory");
}

TEST(Lines, TakeTheMemoryOfOneLineHoweverLongTheFileIs) {
    const aio::SparseFile file(640, 100'000);  // 64 MB
    const std::int64_t before = course::peak_memory();
    int count = 0;
    for (const std::string& line : aio::lines(file.path())) {
        ++count;
        ASSERT_EQ(line.size(), 99'999U);
    }
    EXPECT_EQ(count, 640);
    EXPECT_LT(course::peak_memory() - before, 16'000'000)
        << "64 MB went by: more than one line of 0.1 MB is being kept";
}

TEST(SparseFile, IsLongAndTakesLittleRoom) {
    std::filesystem::path path;
    {
        const aio::SparseFile file(4, 1'000'000);
        path = file.path();
        EXPECT_EQ(file.size(), 4'000'000);
        EXPECT_LT(file.bytes_on_disk(), 1'000'000);
    }
    EXPECT_FALSE(std::filesystem::exists(path)) << "it must be removed with its object";
}

// ── taking turns ──

Generator<int, void, std::string> steps(Trace& trace, std::string name, int count) {
    for (int i = 0; i < count; ++i) {
        trace(name);
        co_yield i;
    }
    co_return name;
}

using Tasks = std::deque<Generator<int, void, std::string>>;

/// A step of a generator; of an int, the steps that it has left. No test here takes a hundred.
struct Step {
    int most = 100;

    template <class Task>
    bool operator()(Task& task) {
        if (most-- == 0) throw std::logic_error("round_robin does not come to an end");
        if constexpr (std::is_same_v<Task, int>) {
            return --task > 0;
        } else {
            return task.next().has_value();
        }
    }
};

TEST(RoundRobin, PutsWhoeverGoesOnBehindThoseWhoWait) {
    std::deque<int> steps_left = {3, 1, 4};
    const int finished = aio::round_robin(steps_left, Step());
    EXPECT_EQ(finished, 0) << "the second one has only one step to take";
    EXPECT_EQ(steps_left, (std::deque<int>{4, 2}))
        << "one has not had its turn yet, one has 2 steps left and stands behind it";
}

TEST(RoundRobin, GivesEachOneStepInTurnUntilOneHasFinished) {
    Trace trace;
    Tasks tasks;
    tasks.push_back(steps(trace, "a", 3));
    tasks.push_back(steps(trace, "b", 2));
    tasks.push_back(steps(trace, "c", 4));
    auto finished = aio::round_robin(tasks, Step());
    EXPECT_EQ(trace.text(), "a, b, c, a, b, c, a") << "each goes to the back after its step";
    EXPECT_EQ(finished.result(), "b") << "the first to finish comes out";
    EXPECT_EQ(tasks.size(), 2U) << "the others wait for more turns";
}

TEST(RoundRobin, GoesOnWithTheOthersWhereTheyStand) {
    Trace trace;
    Tasks tasks;
    tasks.push_back(steps(trace, "a", 3));
    tasks.push_back(steps(trace, "b", 1));
    tasks.push_back(steps(trace, "c", 3));
    std::string order;
    while (!tasks.empty()) order += aio::round_robin(tasks, Step()).result();
    EXPECT_EQ(trace.text(), "a, b, c, a, c, a, c") << "when b has finished, it is the turn of c";
    EXPECT_EQ(order, "bac");
}

TEST(RoundRobin, LosesOnlyATaskThatThrows) {
    Trace trace;
    auto failing = [](Trace&) -> Generator<int, void, std::string> {
        throw std::runtime_error("failed");
        co_return "";
    };
    Tasks tasks;
    tasks.push_back(failing(trace));
    tasks.push_back(steps(trace, "b", 1));
    EXPECT_EQ(error_of([&] { (void)aio::round_robin(tasks, Step()); }), "failed");
    ASSERT_EQ(tasks.size(), 1U) << "the one that has thrown must be gone, and no other";
    EXPECT_EQ(aio::round_robin(tasks, Step()).result(), "b");
}

TEST(RoundRobin, OfNothingIsAnError) {
    const auto take_turns_of_nobody = [] {
        Tasks tasks;
        try {
            (void)aio::round_robin(tasks, Step());
        } catch (const std::invalid_argument& error) {
            std::fprintf(stderr, "%s", error.what());
        }
        std::_Exit(0);
    };
    // In a process of its own: front() of an empty queue usually crashes.
    EXPECT_EXIT(take_turns_of_nobody(), testing::ExitedWithCode(0),
                "^round_robin: there are no tasks$")
        << "look whether there are tasks before you take the first";
}

}  // namespace
