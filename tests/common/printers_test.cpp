// What a failure says about a value: EXPECT_EQ shows testing::PrintToString().
#include "tests/support/printers.hpp"

#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace {

using testing::PrintToString;
using namespace std::chrono_literals;

struct Described {
    [[nodiscard]] static std::string describe() { return "<one that describes itself>"; }
    [[nodiscard]] static std::string to_string() { return "a short form"; }
};

struct Address {
    [[nodiscard]] static std::string to_string() { return "127.0.0.1:80"; }
};

enum class Colour : std::uint8_t { red, green, blue };
enum class Events : std::uint32_t { none = 0, read = 1, write = 2 };

TEST(Printers, ShowWhatATypeSaysOfItself) {
    EXPECT_EQ(PrintToString(Described()), "<one that describes itself>");
    EXPECT_EQ(PrintToString(Address()), "127.0.0.1:80");
}

TEST(Printers, ShowAnEnumeratorByItsName) {
    EXPECT_EQ(PrintToString(Colour::red), "red");
    EXPECT_EQ(PrintToString(Colour::blue), "blue");
    EXPECT_EQ(PrintToString(static_cast<Colour>(7)), "7");
}

TEST(Printers, ShowASetOfBitsByTheirNames) {
    EXPECT_EQ(PrintToString(Events::none), "none");
    EXPECT_EQ(PrintToString(static_cast<Events>(3)), "read | write");
    EXPECT_EQ(PrintToString(static_cast<Events>(9)), "9") << "8 has no name";
    EXPECT_EQ(PrintToString(static_cast<Events>(1U << 31)), "2147483648");
}

TEST(Printers, ShowTimesInSeconds) {
    EXPECT_EQ(PrintToString(25ms), "0.025 s");
    EXPECT_EQ(PrintToString(-2h), "-7200 s");
    EXPECT_EQ(PrintToString(std::chrono::steady_clock::time_point(1500ms)), "at 1.5 s");
}

TEST(Printers, ShowExceptionsByTypeAndMessage) {
    EXPECT_EQ(PrintToString(std::make_exception_ptr(std::logic_error("why"))),
              "std::logic_error: why");
    EXPECT_EQ(PrintToString(std::make_exception_ptr(3)), "int");
    EXPECT_EQ(PrintToString(std::exception_ptr()), "no exception");
    EXPECT_EQ(PrintToString(std::errc::connection_reset), "Connection reset by peer");
}

TEST(Printers, ShowWhatIsInsideOfSomething) {
    EXPECT_EQ(PrintToString(std::vector<Address>(2)), "{ 127.0.0.1:80, 127.0.0.1:80 }");
    EXPECT_EQ(PrintToString(std::optional(Colour::green)), "(green)");
    EXPECT_EQ(PrintToString(std::pair(Address(), Colour::red)), "(127.0.0.1:80, red)");
    EXPECT_EQ(PrintToString(std::map<int, Events>{{3, Events::read}}), "{ (3, read) }");
    EXPECT_EQ(PrintToString(std::vector<std::monostate>(1)), "{ nothing }");
}

TEST(Printers, LeaveToGoogleTestWhatItKnows) {
    enum Plain { kPlain = 4 };
    EXPECT_EQ(PrintToString(kPlain), "4");
    EXPECT_EQ(PrintToString(nullptr), "(nullptr)");
    EXPECT_EQ(PrintToString(std::string("x")), "\"x\"");
    EXPECT_EQ(PrintToString(true), "true");
}

}  // namespace
