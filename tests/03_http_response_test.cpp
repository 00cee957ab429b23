#include <gtest/gtest.h>

#include "03_blocking_sockets/http_response.hpp"
#include "03_blocking_sockets/url.hpp"
#include "tests/support/peer.hpp"

namespace {

using aio::HttpError;
using aio::Response;
using aio::ResponseParser;

/// Parses `text`, fed in pieces of `size` bytes, then the end.
Response parsed(std::string_view text, std::size_t size) {
    ResponseParser parser;
    for (; !text.empty() && !parser.done(); text.remove_prefix(std::min(size, text.size()))) {
        parser.feed(text.substr(0, size));
    }
    parser.feed_eof();
    EXPECT_TRUE(parser.done());
    return parser.take();
}

Response parsed(std::string_view text) {
    return parsed(text, text.size());
}

std::string error_in(std::string_view text) {
    return error_of<HttpError>([&] { (void)parsed(text); });
}

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/plain\r\n"
    "Content-Length: 12\r\n"
    "\r\n"
    "hello\r\n\r\nyou";

TEST(ResponseParser, TakesAnAnswerApart) {
    const Response response = parsed(kAnswer);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.reason, "OK");
    EXPECT_EQ(response.headers.size(), 2U);
    EXPECT_EQ(response.header("content-TYPE"), "text/plain") << "case must not matter";
    EXPECT_EQ(response.header("Content"), std::nullopt);
    EXPECT_EQ(response.body, "hello\r\n\r\nyou");
}

TEST(ResponseParser, DoesNotCareWhereThePiecesEnd) {
    for (std::size_t size = 1; size <= kAnswer.size(); ++size) {
        SCOPED_TRACE("in pieces of " + std::to_string(size) + " bytes");
        const Response response = parsed(kAnswer, size);
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.header("Content-Length"), "12");
        EXPECT_EQ(response.body, "hello\r\n\r\nyou")
            << "the empty line was not found, or found twice";
    }
}

TEST(ResponseParser, DoesNotCareWhereTheFirstOfTwoPiecesEnds) {
    for (std::size_t cut = 0; cut <= kAnswer.size(); ++cut) {
        ResponseParser parser;
        parser.feed(kAnswer.substr(0, cut));
        parser.feed(kAnswer.substr(cut));
        EXPECT_TRUE(parser.done())
            << "the second piece begins with byte " << cut << ", and the empty line was not found";
    }
}

TEST(ResponseParser, TakesABodyOfMegabytesInTheSamePieceAsItsHead) {
    const std::string body(3'000'000, 'x');
    ResponseParser parser;
    EXPECT_EQ(error_of<HttpError>([&] { parser.feed("HTTP/1.0 200 OK\r\n\r\n" + body); }),
              "no error")
        << "what follows the empty line is not part of the headers";
    parser.feed_eof();
    EXPECT_EQ(parser.take().body.size(), body.size());
}

TEST(ResponseParser, IsDoneWithTheLastByteOfTheBodyAndNotBefore) {
    ResponseParser parser;
    parser.feed(kAnswer.substr(0, kAnswer.size() - 1));
    EXPECT_FALSE(parser.done()) << "one byte of the body is missing";
    parser.feed(kAnswer.substr(kAnswer.size() - 1));
    EXPECT_TRUE(parser.done())
        << "all bytes that Content-Length promised are here: do not wait for the peer to close";
    EXPECT_EQ(parser.take().body, "hello\r\n\r\nyou");
}

TEST(ResponseParser, IsDoneAtOnceIfTheBodyIsEmpty) {
    ResponseParser parser;
    parser.feed("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(parser.done()) << "a body of 0 bytes is complete with the headers";
}

TEST(ResponseParser, IgnoresWhatComesAfterTheBody) {
    ResponseParser parser;
    parser.feed("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nokNOISE");
    ASSERT_TRUE(parser.done());
    parser.feed("MORE NOISE");
    EXPECT_EQ(parser.take().body, "ok") << "the body has as many bytes as Content-Length says";
}

TEST(ResponseParser, ReadsABodyWithoutALengthUntilTheEnd) {
    ResponseParser parser;
    parser.feed("HTTP/1.0 200 OK\r\n\r\nas long ");
    parser.feed("as it lasts");
    EXPECT_FALSE(parser.done()) << "without Content-Length, only the end of the stream ends a body";
    parser.feed_eof();
    EXPECT_TRUE(parser.done());
    parser.feed("MORE NOISE");
    EXPECT_EQ(parser.take().body, "as long as it lasts") << "after the end nothing counts";
}

TEST(ResponseParser, KnowsThatSomeAnswersHaveNoBody) {
    ResponseParser parser;
    parser.feed("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_TRUE(parser.done());
    ResponseParser other;
    other.feed("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n");
    EXPECT_TRUE(other.done());
}

TEST(ResponseParser, ReadsVeryLongHeaders) {
    const std::string cookie(500'000, 'c');
    const std::string text =
        "HTTP/1.0 200 OK\r\nSet-Cookie: " + cookie + "\r\nContent-Length: 2\r\n\r\nok";
    const Response response = parsed(text, 4096);
    EXPECT_EQ(response.header("Set-Cookie")->size(), cookie.size());
    EXPECT_EQ(response.body, "ok");
}

TEST(ResponseParser, RefusesHeadersThatDoNotEnd) {
    ResponseParser parser;
    const std::string piece(100'000, 'x');
    EXPECT_EQ(error_of<HttpError>([&] {
                  for (int i = 0; i < 100; ++i) parser.feed(piece);
              }),
              "the headers are longer than 1 MiB");
}

TEST(ResponseParser, AllowsHeadersOfOneMebibyte) {
    ResponseParser parser;
    const std::string mebibyte(ResponseParser::kMaxHead, 'x');
    EXPECT_EQ(error_of<HttpError>([&] { parser.feed(mebibyte); }), "no error")
        << "1 MiB is not longer than 1 MiB";
    EXPECT_EQ(error_of<HttpError>([&] { parser.feed("x"); }), "the headers are longer than 1 MiB");
}

TEST(ResponseParser, TrimsTheSpaceAroundAValueOnly) {
    const Response response =
        parsed("HTTP/1.0 200 OK\r\nA: \t x y \t\r\nB:\r\nC: \r\nD:1:2\r\n\r\n");
    EXPECT_EQ(response.header("A"), "x y");
    EXPECT_EQ(response.header("B"), "");
    EXPECT_EQ(response.header("C"), "");
    EXPECT_EQ(response.header("D"), "1:2");
}

TEST(ResponseParser, AllowsAnEmptyReason) {
    EXPECT_EQ(parsed("HTTP/1.1 200 \r\n\r\n").reason, "");
    EXPECT_EQ(parsed("HTTP/1.1 200\r\n\r\n").status, 200);
    EXPECT_EQ(parsed("HTTP/1.1 404 Not Found\r\n\r\n").reason, "Not Found");
}

TEST(ResponseParser, SaysWhatIsNoStatusLine) {
    for (const std::string line : {"SSH-2.0-OpenSSH_9.2", "HTTP/2 200 OK", "HTTP/1.1 OK",
                                   "HTTP/1.1 2000 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 099 No", ""}) {
        EXPECT_EQ(error_in(line + "\r\n\r\n"), "'" + line + "' is no HTTP/1.x status line");
    }
}

TEST(ResponseParser, SaysWhatIsNoHeaderLine) {
    for (const std::string line : {"no colon", ": no name", "space before : colon", " folded: x"}) {
        EXPECT_EQ(error_in("HTTP/1.1 200 OK\r\n" + line + "\r\n\r\n"),
                  "'" + line + "' is no header line");
    }
}

TEST(ResponseParser, SaysWhatIsNoContentLength) {
    for (const std::string value : {"", "many", "-1", "1x", "99999999999999999999"}) {
        EXPECT_EQ(error_in("HTTP/1.1 200 OK\r\nContent-Length: " + value + "\r\n\r\n"),
                  "Content-Length '" + value + "' is no number");
    }
}

TEST(ResponseParser, RefusesAChunkedBody) {
    EXPECT_EQ(error_in("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
              "a chunked body, which must not be sent to an HTTP/1.0 client");
}

TEST(ResponseParser, SaysHowFarAnAnswerCameThatEndsTooEarly) {
    EXPECT_EQ(error_in("HTTP/1.1 200"),
              "the peer closed after 12 bytes, before the end of the headers");
    EXPECT_EQ(error_of<HttpError>([] { ResponseParser().feed_eof(); }),
              "the peer closed after 0 bytes, before the end of the headers");
    EXPECT_EQ(error_in("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour"),
              "the peer closed after 4 of the body's 10 bytes");
}

TEST(Url, IsTakenApart) {
    const aio::Url url = aio::parse_url("http://example.com:8080/a/b?c=d#there");
    EXPECT_EQ(url.host, "example.com");
    EXPECT_EQ(url.port, 8080);
    EXPECT_EQ(url.target, "/a/b?c=d") << "a fragment is not sent";
    EXPECT_EQ(url.authority, "example.com:8080");
}

TEST(Url, HasDefaults) {
    const aio::Url url = aio::parse_url("http://example.com");
    EXPECT_EQ(url.port, 80);
    EXPECT_EQ(url.target, "/");
    EXPECT_EQ(aio::parse_url("http://example.com?q").target, "/?q");
    EXPECT_EQ(aio::parse_url("http://example.com:/").port, 80) << "RFC 3986 allows an empty port";
}

TEST(Url, MayHoldAnIPv6AddressInBrackets) {
    const aio::Url url = aio::parse_url("http://[::1]:8080/x");
    EXPECT_EQ(url.host, "::1");
    EXPECT_EQ(url.port, 8080);
    EXPECT_EQ(url.authority, "[::1]:8080");
    EXPECT_EQ(aio::parse_url("http://[2001:db8::1]").host, "2001:db8::1");
}

TEST(Url, SaysWhatIsWrongWithABadOne) {
    const auto reason = [](const std::string& text) {
        const std::string error =
            error_of<std::invalid_argument>([&] { (void)aio::parse_url(text); });
        const std::string begin = "'" + text + "' is no URL that we can fetch: ";
        const std::string end = " (expected http://host[:port][/path])";
        EXPECT_EQ(error.substr(0, begin.size()), begin);
        const std::size_t length = error.find(end);
        return length == error.npos ? error : error.substr(begin.size(), length - begin.size());
    };
    EXPECT_EQ(reason(""), "it does not begin with http://");
    EXPECT_EQ(reason("https://example.com"), "it does not begin with http://");
    EXPECT_EQ(reason("http:///path"), "it has no host");
    EXPECT_EQ(reason("http://:80/"), "it has no host");
    EXPECT_EQ(reason("http://[]/"), "it has no host");
    EXPECT_EQ(reason("http://[::1/"), "'[' without ']'");
    EXPECT_EQ(reason("http://[::1]8/"), "only a port can stand after ']'");
    EXPECT_EQ(reason("http://me@host/"), "it has a user name");
    for (const char* port : {"0", "65536", "-1", "80x", "99999999999", "1:2"}) {
        EXPECT_EQ(reason(std::string("http://host:") + port + "/"),
                  "a port is a number from 1 to 65535");
    }
    EXPECT_EQ(reason("http://host/a b"),
              "a space, line end or other special character must be %-coded");
    EXPECT_EQ(reason("http://host/a\r\nX: y"),
              "a space, line end or other special character must be %-coded")
        << "otherwise a URL could smuggle in a header";
}

}  // namespace
