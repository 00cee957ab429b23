#include "common/console/console.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "common/console/bar.hpp"
#include "common/console/progress.hpp"
#include "common/console/table.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/terminal.hpp"

namespace {

using namespace course;

/// A temporary file, which is not a terminal.
class File {
  public:
    File() : stream_(std::tmpfile()) {}
    ~File() { std::fclose(stream_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] std::FILE* stream() const noexcept { return stream_; }

    [[nodiscard]] std::string text() const {
        std::rewind(stream_);
        std::string text(1000, '\0');
        text.resize(std::fread(text.data(), 1, text.size(), stream_));
        return text;
    }

  private:
    std::FILE* stream_;
};

// ---- colours

class ColourOnATerminal : public testing::Test {
  protected:
    Environment no_colour_{"NO_COLOR", std::nullopt};
    Environment term_{"TERM", "xterm"};
    void SetUp() override {
        NEEDS_TERMINAL();
        terminal_.emplace(80);
    }
    std::optional<Terminal> terminal_;
};

TEST_F(ColourOnATerminal, IsShown) {
    EXPECT_TRUE(has_colour(terminal_->stream()));
    EXPECT_EQ(paint(Colour::green, "ok", terminal_->stream()), "\x1b[32mok\x1b[0m");
}

TEST_F(ColourOnATerminal, IsLeftOutWhereNoColorIsSet) {
    const Environment no_colour("NO_COLOR", "1");
    EXPECT_EQ(paint(Colour::green, "ok", terminal_->stream()), "ok");
}

TEST_F(ColourOnATerminal, IsShownWhereNoColorIsSetToNothing) {
    const Environment no_colour("NO_COLOR", "");
    EXPECT_TRUE(has_colour(terminal_->stream())) << "https://no-color.org: set and not empty";
}

TEST_F(ColourOnATerminal, IsLeftOutWhereTheTerminalIsDumb) {
    const Environment term("TERM", "dumb");
    EXPECT_EQ(paint(Colour::red, "no", terminal_->stream()), "no");
}

TEST(Colour, IsNeverWrittenToAFile) {
    const File file;
    EXPECT_EQ(paint(Colour::bold, "plain", file.stream()), "plain");
}

// ---- widths

TEST(TerminalWidth, IsThatOfTheTerminalOr80) {
    NEEDS_TERMINAL();
    const Terminal terminal(123);
    const File file;
    EXPECT_EQ(terminal_width(terminal.stream()), 123);
    EXPECT_EQ(terminal_width(file.stream()), 80);
}

TEST(DisplayWidth, CountsCharactersAndNotBytes) {
    EXPECT_EQ(display_width(""), 0u);
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("grün"), 4u);
    EXPECT_EQ(display_width("████▌····"), 9u);
}

TEST(DisplayWidth, DoesNotCountControlSequences) {
    EXPECT_EQ(display_width("\x1b[32mok\x1b[0m"), 2u);
    EXPECT_EQ(display_width("\x1b[Kmm"), 2u) << "the sequence ends at K, not at the next m";
    EXPECT_EQ(display_width("ok\x1b[3"), 2u) << "a sequence that is cut off takes no room";
}

TEST(CutToWidth, NeverCutsACharacterInTwo) {
    EXPECT_EQ(cut_to_width("größer", 3), "grö");
    EXPECT_EQ(cut_to_width("größer", 6), "größer");
    EXPECT_EQ(cut_to_width("größer", 99), "größer");
    EXPECT_EQ(cut_to_width("größer", 0), "");
}

TEST(CutToWidth, KeepsTheSequenceThatEndsAColour) {
    EXPECT_EQ(cut_to_width("\x1b[32mok\x1b[0m!", 2), "\x1b[32mok\x1b[0m");
}

// ---- bars

TEST(Bar, IsAsLongAsItsShare) {
    EXPECT_EQ(bar(10, 10, 4), "████");
    EXPECT_EQ(bar(5, 10, 4), "██");
    EXPECT_EQ(bar(1, 16, 4), "▎");
}

TEST(Bar, ShowsASliverOfTheSmallestValueAndNothingOfNone) {
    EXPECT_EQ(bar(1e-9, 1, 10), "▏");
    EXPECT_EQ(bar(0, 1, 10), "");
    EXPECT_EQ(bar(-1, 1, 10), "");
}

TEST(Bar, IsFullForWhateverIsBeyondTheMaximum) {
    EXPECT_EQ(bar(99, 10, 2), "██");
    EXPECT_EQ(bar(std::numeric_limits<double>::infinity(), 10, 2), "██");
}

TEST(Bar, IsEmptyForWhatCannotBeDrawn) {
    EXPECT_EQ(bar(std::nan(""), 10, 2), "");
    EXPECT_EQ(bar(1, 0, 2), "");
    EXPECT_EQ(bar(1, 10, 0), "");
}

TEST(Gauge, FillsItsFrame) {
    EXPECT_EQ(gauge(5, 10, 4), "██··");
    EXPECT_EQ(gauge(0, 10, 3), "···");
    EXPECT_EQ(gauge(10, 10, 3), "███");
}

// ---- tables

TEST(Table, AlignsItsColumns) {
    Table table({{"name"}, {"time", Align::right}});
    table.add({"select", "1.5"});
    table.add({"epoll", "12.25"});
    EXPECT_EQ(table.text(),
              "name     time\n"
              "──────  ─────\n"
              "select    1.5\n"
              "epoll   12.25\n");
}

TEST(Table, AlignsByWhatIsSeenAndNotByBytes) {
    Table table({{"a"}, {"b"}});
    table.add({"\x1b[32mgrün\x1b[0m", "x"});
    table.add({"four", "x"});
    EXPECT_EQ(table.text(),
              "a     b\n"
              "────  ─\n"
              "\x1b[32mgrün\x1b[0m  x\n"
              "four  x\n");
}

TEST(Table, LeavesMissingCellsEmptyWithoutTrailingSpace) {
    Table table({{"a"}, {"b"}});
    EXPECT_TRUE(table.empty());
    table.add({"x"});
    EXPECT_FALSE(table.empty());
    EXPECT_EQ(table.text(), "a  b\n─  ─\nx\n");
}

TEST(Table, AHeadingMayHaveSeveralLines) {
    Table table({{"name"}, {"+frame\nmemory", Align::right}});
    table.add({"wake", "11 ns"});
    EXPECT_EQ(table.text(),
              "      +frame\n"
              "name  memory\n"
              "────  ──────\n"
              "wake   11 ns\n");
}

TEST(Table, RefusesMoreCellsThanColumns) {
    Table table({{"a"}});
    EXPECT_THROW(table.add({"1", "2"}), std::invalid_argument);
}

// ---- progress

TEST(Progress, TellsALogEveryQuarter) {
    const File file;
    {
        Progress progress("building", file.stream());
        for (int done = 0; done <= 8; ++done) progress.update(done, 8, "main.cpp");
    }
    EXPECT_EQ(file.text(), "building 2/8\nbuilding 4/8\nbuilding 6/8\nbuilding 8/8\n");
}

TEST(Progress, RedrawsOneLineOfATerminalAndClearsItInTheEnd) {
    NEEDS_TERMINAL();
    const Terminal terminal(80);
    {
        Progress progress("building", terminal.stream());
        progress.update(1, 2, "main.cpp");
        EXPECT_EQ(terminal.shown(), "\r\x1b[Kbuilding ████████████············ 1/2 main.cpp");
    }
    EXPECT_EQ(terminal.shown(), "\r\x1b[K");
}

TEST(Progress, FitsIntoANarrowTerminal) {
    NEEDS_TERMINAL();
    const Terminal terminal(48);
    Progress progress("building", terminal.stream());
    progress.update(1, 2, "größer_als_die_Zeile.cpp");
    EXPECT_EQ(terminal.shown(), "\r\x1b[Kbuilding ████████████············ 1/2 größer_al");
}

TEST(Progress, LeavesATerminalAloneIfThereWasNothingToShow) {
    NEEDS_TERMINAL();
    const Terminal terminal(80);
    { const Progress progress("building", terminal.stream()); }
    std::fputs("next", terminal.stream());
    EXPECT_EQ(terminal.shown(), "next");
}

}  // namespace
