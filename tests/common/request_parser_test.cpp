#include "common/server/request_parser.hpp"

#include <gtest/gtest.h>

namespace {

using course::parse_request;
using course::Refusal;
using course::Request;
using namespace std::chrono_literals;

/// How the server understands the request `text`, which must be valid and complete.
Request parsed(const std::string& text) {
    try {
        if (const auto request = parse_request(text)) return *request;
        ADD_FAILURE() << "taken for incomplete: " << text;
    } catch (const Refusal& refusal) {
        ADD_FAILURE() << "refused: " << refusal.sentence;
    }
    return {};
}

/// A valid request with `line` among its fields.
std::string with_field(const std::string& line, const std::string& version = "HTTP/1.1") {
    return "GET / " + version + "\r\nHost: localhost\r\n" + line + "\r\n\r\n";
}

std::string with_target(const std::string& target) {
    return "GET " + target + " HTTP/1.0\r\n\r\n";
}

TEST(RequestParser, WaitsUntilTheEmptyLineIsThere) {
    const std::string text = with_field("Connection: keep-alive");
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_FALSE(parse_request(text.substr(0, size))) << "after " << size << " bytes";
    }
    EXPECT_EQ(parsed(text).size, text.size());
}

TEST(RequestParser, LeavesTheNextRequestAlone) {
    const std::string first = with_target("/?bytes=1");
    EXPECT_EQ(parsed(first + with_target("/?bytes=2")).size, first.size());
}

TEST(RequestParser, IgnoresEmptyLinesInFront) {
    EXPECT_EQ(parsed("\r\n\r\n" + with_target("/?bytes=7")).bytes, 7u);
}

TEST(RequestParser, ReadsDelayAndBytesFromTheQuery) {
    const Request request = parsed(with_target("/?delay=25ms&bytes=99"));
    EXPECT_EQ(request.delay, 25ms);
    EXPECT_EQ(request.bytes, 99u);
}

TEST(RequestParser, AnswersAtOnceWithAFewLinesIfTheQuerySaysNothing) {
    const Request request = parsed(with_target("/some/page?who=me"));
    EXPECT_EQ(request.delay, 0ms);
    EXPECT_EQ(request.bytes, 1256u);
}

TEST(RequestParser, TakesADelayInSecondsAndInPlainMilliseconds) {
    EXPECT_EQ(parsed(with_target("/?delay=0.1s")).delay, 100ms);
    EXPECT_EQ(parsed(with_target("/?delay=40")).delay, 40ms);
    EXPECT_EQ(parsed(with_target("/?delay=0.5ms")).delay, 500us);
    EXPECT_EQ(parsed(with_target("/?delay=3600s")).delay, 1h);
}

TEST(RequestParser, TakesAnAbsoluteTarget) {
    EXPECT_EQ(parsed(with_target("http://localhost:80/?bytes=5")).bytes, 5u);
    EXPECT_EQ(parsed(with_target("http://localhost?bytes=5")).bytes, 5u);
    EXPECT_EQ(parsed(with_target("HTTP://localhost")).bytes, 1256u);
}

TEST(RequestParser, KeepsAnHttp11ConnectionUnlessToldToClose) {
    EXPECT_TRUE(parsed(with_field("Accept: */*")).keep_alive);
    EXPECT_FALSE(parsed(with_field("Connection: close")).keep_alive);
    EXPECT_FALSE(parsed(with_field("connection:CLOSE")).keep_alive);
}

TEST(RequestParser, ClosesAnHttp10ConnectionUnlessToldToKeepIt) {
    EXPECT_FALSE(parsed(with_field("Accept: */*", "HTTP/1.0")).keep_alive);
    EXPECT_TRUE(parsed(with_field("Connection: Keep-Alive", "HTTP/1.0")).keep_alive);
}

TEST(RequestParser, LetsCloseWinWhereverItStands) {
    EXPECT_FALSE(parsed(with_field("Connection: keep-alive , TE,\tclose")).keep_alive);
    EXPECT_FALSE(parsed(with_field("Connection: close\r\nConnection: keep-alive")).keep_alive);
}

TEST(RequestParser, TreatsALaterHttp1AsHttp11) {
    EXPECT_TRUE(parsed("GET / HTTP/1.9\r\nHost: x\r\n\r\n").keep_alive);
}

TEST(RequestParser, TakesAHeadOfExactlyTheLimitAndRefusesOneByteMore) {
    const std::size_t others = with_field("X: ").size();
    const std::string filler(course::kLargestHead - others, 'x');
    EXPECT_EQ(parsed(with_field("X: " + filler)).size, course::kLargestHead);
    EXPECT_THROW((void)parse_request(with_field("X: x" + filler)), Refusal);
}

TEST(RequestParser, RefusesAsSoonAsALineIsWrong) {
    EXPECT_THROW((void)parse_request("GET / HTTP/1.1\n"), Refusal);
    EXPECT_THROW((void)parse_request("GET / HTTP/2.0\r\n"), Refusal);
}

TEST(RequestParser, RemembersThatARefusedHeadHasNoBody) {
    try {
        (void)parse_request("HEAD /?bytes=x HTTP/1.0\r\n\r\n");
        ADD_FAILURE() << "it was not refused";
    } catch (const Refusal& refusal) {
        EXPECT_TRUE(refusal.head);
    }
}

}  // namespace
