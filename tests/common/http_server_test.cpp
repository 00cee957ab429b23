#include "common/server/http_server.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "common/server/thread_sanitizer.hpp"
#include "tests/support/crowd.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/ipv6.hpp"
#include "tests/support/shell.hpp"

namespace {

using course::HttpServer;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\n";

/// A request for `target` that leaves the connection open.
std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

/// The body that the server sends for `bytes`.
std::string body(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
        text += "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.\n";
    }
    return text.substr(0, bytes);
}

/// The whole answer to get() with `bytes` in the query.
std::string full_answer(std::size_t bytes) {
    return fmt::format("{}Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}", kOk, bytes,
                       body(bytes));
}

/// Asks the server until `condition` holds for what it has seen. It is for what the server does
/// after its last word to a client, such as noticing that the client hung up.
template <typename Condition>
void wait_until(const HttpServer& server, Condition condition) {
    while (!condition(server.statistics())) std::this_thread::yield();
}

void wait_until_all_closed(const HttpServer& server) {
    wait_until(server, [](const auto& seen) { return seen.open == 0; });
}

/// curl's output for `options`; without curl, fails and says what to do.
std::string curl(const std::string& options) {
    const ShellResult result = shell("curl --silent --show-error " + options);
    EXPECT_NE(result.exit_code, 127) << "this test needs curl (apt-get install curl)";
    EXPECT_EQ(result.exit_code, 0) << "curl " << options << " failed";
    return result.output;
}

// ---- answers

TEST(HttpServer, AnswersWithABodyOfTheSizeAskedFor) {
    const HttpServer server;
    HttpClient client(server.port());
    for (const std::size_t bytes : {0, 1, 63, 64, 65, 1256, 65536, 65537, 1'000'000}) {
        client.send(get(fmt::format("/?bytes={}", bytes)));
        EXPECT_EQ(client.answer(), full_answer(bytes)) << bytes << " bytes";
    }
}

TEST(HttpServer, WaitsAsLongAsTheRequestSays) {
    const HttpServer server;
    HttpClient client(server.port());
    const auto start = Clock::now();
    client.send(get("/?delay=30ms"));
    client.answer();
    EXPECT_GE(Clock::now() - start, 30ms);
}

TEST(HttpServer, AnswersTheShorterDelayFirst) {
    const HttpServer server;
    HttpClient slow(server.port());
    HttpClient quick(server.port());
    slow.send(get("/?delay=3600s&bytes=1"));
    slow.end_of_requests();
    quick.send(get("/?delay=1ms&bytes=2"));
    EXPECT_EQ(quick.answer(), full_answer(2)) << "it must not wait an hour for the other one";
}

TEST(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send(get("/?bytes=3&delay=20ms") + get("/?bytes=2") + get("/?bytes=1&delay=1ms"));
    EXPECT_EQ(client.answer(), full_answer(3));
    EXPECT_EQ(client.answer(), full_answer(2));
    EXPECT_EQ(client.answer(), full_answer(1));
}

TEST(HttpServer, AnswersAThousandPipelinedRequests) {
    const HttpServer server;
    HttpClient client(server.port());
    std::string requests;
    for (int i = 0; i < 1000; ++i) requests += get("/?bytes=10");
    client.send(requests);
    client.end_of_requests();
    std::string expected;
    for (int i = 0; i < 1000; ++i) expected += full_answer(10);
    EXPECT_EQ(client.rest(), expected);
}

TEST(HttpServer, SendsNoBodyForAHead) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("HEAD /?bytes=5 HTTP/1.1\r\nHost: x\r\n\r\n" + get("/?bytes=5"));
    const std::string head = full_answer(5).substr(0, full_answer(5).size() - 5);
    EXPECT_EQ(client.answer(false), head);
    EXPECT_EQ(client.answer(), full_answer(5)) << "the next answer follows at once";
}

TEST(HttpServer, ClosesAfterAnHttp10Request) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("GET /?bytes=4 HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.rest(), std::string(kOk) +
                                 "Content-Type: text/plain\r\nContent-Length: 4\r\n"
                                 "Connection: close\r\n\r\nabcd");
}

TEST(HttpServer, KeepsAnHttp10ConnectionIfAskedToAndSaysSo) {
    const HttpServer server;
    HttpClient client(server.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET /?bytes=4 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_NE(client.answer().find("\r\nConnection: keep-alive\r\n"), std::string::npos);
    }
    EXPECT_EQ(server.statistics().connections, 1u);
}

TEST(HttpServer, ClosesAnHttp11ConnectionIfAskedTo) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("GET /?bytes=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get("/"));
    const std::string all = client.rest();
    EXPECT_NE(all.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_EQ(all.back(), 'a') << "what was sent after the last request must not be answered";
}

// ---- real clients

TEST(HttpServer, IsUnderstoodByCurl) {
    const HttpServer server;
    EXPECT_EQ(curl(fmt::format("'{}'", server.url(1ms, 100))), body(100));
    EXPECT_EQ(curl(fmt::format("--http1.0 '{}'", server.url(1ms, 100))), body(100));
    EXPECT_EQ(curl(fmt::format("--head '{}'", server.url(0ms, 3))),
              full_answer(3).substr(0, full_answer(3).size() - 3));
}

TEST(HttpServer, LetsCurlUseOneConnectionForManyRequests) {
    const HttpServer server;
    const std::string url = server.url(1ms, 0);
    curl(fmt::format("'{}' '{}' '{}'", url, url, url));
    EXPECT_EQ(server.statistics().connections, 1u);
    EXPECT_EQ(server.statistics().requests, 3u);
}

TEST(HttpServer, IsUnderstoodByPython) {
    const HttpServer server;
    const ShellResult result =
        shell(fmt::format("python3 -c \"import http.client\n"
                          "c = http.client.HTTPConnection('127.0.0.1', {})\n"
                          "for path in '/?bytes=5', '/?bytes=x', '/?bytes=6':\n"
                          "    c.request('GET', path)\n"
                          "    r = c.getresponse()\n"
                          "    print(r.status, r.version, r.read().decode().strip())\"",
                          server.port()));
    EXPECT_EQ(result.output,
              "200 11 abcde\n"
              "400 11 bytes is a whole number from 0 to 1073741824: not 'x'\n"
              "200 11 abcdef\n");
}

// ---- requests that are refused

struct Malformed {
    const char* name;
    const char* request;
    int status;
    const char* sentence;  ///< part of the body
};

void PrintTo(const Malformed& malformed, std::ostream* out) {
    *out << malformed.name;
}

class MalformedRequest : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedRequest, IsRefusedWithASentence) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send(GetParam().request);
    const std::string answer = client.rest();
    EXPECT_EQ(answer.substr(0, 13), fmt::format("HTTP/1.1 {} ", GetParam().status)) << answer;
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find(GetParam().sentence), std::string::npos) << answer;
    EXPECT_EQ(server.statistics().bad_requests, 1u);
}

constexpr const char* kLine = "the request line is a method, a target and a version";
constexpr const char* kField = "a header line is a name, a colon and a value";

INSTANTIATE_TEST_SUITE_P(
    HttpServer, MalformedRequest,
    testing::Values(
        Malformed{"noise", "\x16\x03\x01\x02\r\n\r\n", 400, kLine},
        Malformed{"line_feed_alone", "GET / HTTP/1.1\nHost: x\n\n", 400, "CR LF"},
        Malformed{"first_line_feed_alone", "\nGET / HTTP/1.1\r\n", 400, "CR LF"},
        Malformed{"carriage_return_within", "GET /\r HTTP/1.1\r\n", 400, "percent-encoded"},
        Malformed{"one_word", "GET\r\n\r\n", 400, kLine},
        Malformed{"two_spaces", "GET  / HTTP/1.1\r\n\r\n", 400, kLine},
        Malformed{"leading_space", " GET / HTTP/1.1\r\n\r\n", 400, kLine},
        Malformed{"method_with_a_slash", "G/T / HTTP/1.1\r\n\r\n", 400, kLine},
        Malformed{"no_version", "GET /\r\n\r\n", 400, "such as HTTP/1.1"},
        Malformed{"version_in_lower_case", "GET / http/1.1\r\n\r\n", 400, "such as HTTP/1.1"},
        Malformed{"version_with_two_dots", "GET / HTTP/1.1.1\r\n\r\n", 400, "such as HTTP/1.1"},
        Malformed{"version_without_minor", "GET / HTTP/1\r\n\r\n", 400, "such as HTTP/1.1"},
        Malformed{"words_after_version", "GET / HTTP/1.1 x\r\n\r\n", 400, "such as HTTP/1.1"},
        Malformed{"http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1.0 and HTTP/1.1"},
        Malformed{"http_0_9", "GET / HTTP/0.9\r\n\r\n", 505, "HTTP/1.0 and HTTP/1.1"},
        Malformed{"relative_target", "GET index HTTP/1.1\r\n\r\n", 400, "starts with '/'"},
        Malformed{"fragment", "GET /#top HTTP/1.1\r\n\r\n", 400, "percent-encoded"},
        Malformed{"byte_above_ascii", "GET /\xe4 HTTP/1.1\r\n\r\n", 400, "percent-encoded"},
        Malformed{"post", "POST / HTTP/1.1\r\n\r\n", 405, "use GET or HEAD"},
        Malformed{"options", "OPTIONS * HTTP/1.1\r\n\r\n", 405, "\r\nAllow: GET, HEAD\r\n"},
        Malformed{"connect", "CONNECT a.org:80 HTTP/1.1\r\n\r\n", 405, "use GET or HEAD"},
        Malformed{"unknown_method", "BREW / HTTP/1.1\r\n\r\n", 501, "use GET or HEAD"},
        Malformed{"method_in_lower_case", "get / HTTP/1.1\r\n\r\n", 501, "use GET or HEAD"},
        Malformed{"no_host", "GET / HTTP/1.1\r\n\r\n", 400, "needs a Host line"},
        Malformed{"two_hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, "one Host"},
        Malformed{"host_with_path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400, "Host is a host"},
        Malformed{"no_colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400, kField},
        Malformed{"no_name", "GET / HTTP/1.1\r\n: x\r\n\r\n", 400, kField},
        Malformed{"space_before_colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, kField},
        Malformed{"folded_line", "GET / HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n", 400, kField},
        Malformed{"control_character", "GET / HTTP/1.1\r\nA: \x01\r\n\r\n", 400, "value of A"},
        Malformed{"body", "GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi", 400, "no body"},
        Malformed{"chunked", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
                  "no body"},
        Malformed{"delay_empty", "GET /?delay= HTTP/1.0\r\n\r\n", 400, "such as 25ms"},
        Malformed{"delay_word", "GET /?delay=soon HTTP/1.0\r\n\r\n", 400, "not 'soon'"},
        Malformed{"delay_unit", "GET /?delay=25us HTTP/1.0\r\n\r\n", 400, "not '25us'"},
        Malformed{"delay_negative", "GET /?delay=-1 HTTP/1.0\r\n\r\n", 400, "not '-1'"},
        Malformed{"delay_infinite", "GET /?delay=inf HTTP/1.0\r\n\r\n", 400, "not 'inf'"},
        Malformed{"delay_not_a_number", "GET /?delay=nan HTTP/1.0\r\n\r\n", 400, "not 'nan'"},
        Malformed{"delay_too_long", "GET /?delay=3601s HTTP/1.0\r\n\r\n", 400, "from 0 to 1 h"},
        Malformed{"bytes_empty", "GET /?bytes HTTP/1.0\r\n\r\n", 400, "whole number"},
        Malformed{"bytes_negative", "GET /?bytes=-1 HTTP/1.0\r\n\r\n", 400, "not '-1'"},
        Malformed{"bytes_fraction", "GET /?bytes=1.5 HTTP/1.0\r\n\r\n", 400, "not '1.5'"},
        Malformed{"bytes_too_many", "GET /?bytes=1073741825 HTTP/1.0\r\n\r\n", 400, "1073741824"},
        Malformed{"bytes_overflow", "GET /?bytes=99999999999999999999 HTTP/1.0\r\n\r\n", 400,
                  "whole number"}),
    [](const auto& instance) { return instance.param.name; });

TEST(HttpServer, RefusesARequestThatEndsTooEarly) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("GET / HTTP/1.0\r\n");
    client.end_of_requests();
    EXPECT_NE(client.rest().find("ends before its empty line"), std::string::npos);
}

TEST(HttpServer, RefusesARequestLineThatIsTooLong) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("GET /" + std::string(9000, 'x') + " HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.rest().substr(0, 25), "HTTP/1.1 414 URI Too Long");
}

TEST(HttpServer, GetsItsRefusalThroughToAClientThatIsStillSending) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("GET / HTTP/1.0\r\nX: " + std::string(1'000'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(client.rest().substr(0, 44), "HTTP/1.1 431 Request Header Fields Too Large");
}

// ---- clients that behave badly

TEST(HttpServer, ReadsARequestThatComesByteByByte) {
    const HttpServer server;
    HttpClient client(server.port());
    const int on = 1;
    setsockopt(client.socket(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (const char byte : get("/?bytes=3")) client.send({&byte, 1});
    EXPECT_EQ(client.answer(), full_answer(3));
}

TEST(HttpServer, AnswersAClientThatHasSentItsLastRequest) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send(get("/?bytes=2&delay=10ms"));
    client.end_of_requests();
    EXPECT_EQ(client.rest(), full_answer(2));
    client.close();
    wait_until_all_closed(server);
}

TEST(HttpServer, OutlivesClientsThatVanishAtAnyMoment) {
    const HttpServer server;
    const std::string big = get("/?bytes=10000000");
    for (int i = 0; i < 50; ++i) {
        for (const std::string& last_words :
             {std::string(), std::string("GE"), get("/"), big, get("/?delay=1ms"),
              get("/?delay=3600s"), big + big}) {
            HttpClient polite(server.port());
            polite.send(last_words);
            HttpClient rude(server.port());
            rude.send(last_words);
            rude.reset();
        }
    }
    HttpClient client(server.port());
    client.send(get("/?bytes=1"));
    EXPECT_EQ(client.answer(), full_answer(1));
}

TEST(HttpServer, ForgetsAWaitWhoseClientIsGone) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send(get("/?delay=3600s"));
    wait_until(server, [](const auto& seen) { return seen.open == 1; });
    client.reset();
    wait_until_all_closed(server);
    EXPECT_EQ(server.statistics().requests, 0u);
}

TEST(HttpServer, IsNotHeldUpByAClientThatDoesNotRead) {
    const HttpServer server;
    constexpr std::size_t kBytes = 64 << 20;
    HttpClient lazy(server.port());
    lazy.send(get(fmt::format("/?bytes={}", kBytes)));
    HttpClient other(server.port());
    for (int i = 0; i < 100; ++i) {
        other.send(get("/?bytes=1&delay=1ms"));
        ASSERT_EQ(other.answer(), full_answer(1));
    }
    EXPECT_EQ(server.statistics().requests, 100u);
    lazy.end_of_requests();
    EXPECT_TRUE(lazy.rest() == full_answer(kBytes)) << "no byte may be lost or out of order";
}

TEST(HttpServer, IsNotHeldUpByIdleConnections) {
    const HttpServer server;
    std::vector<HttpClient> idle(500);
    for (auto& client : idle) client.connect(server.port());
    wait_until(server, [](const auto& seen) { return seen.open == 500; });
    HttpClient client(server.port());
    client.send(get("/?bytes=1"));
    EXPECT_EQ(client.answer(), full_answer(1));
}

TEST(HttpServer, HangsUpOnAClientThatDoesNotHangUpItself) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("GET /?bytes=1 HTTP/1.0\r\n\r\n");
    client.rest();
    wait_until_all_closed(server);  // although the client's socket is open
}

// ---- ten thousand at once

/// ThreadSanitizer makes the server share our descriptors, and so fewer fit.
constexpr std::size_t kCrowd = course::kThreadSanitizer ? 4'000 : 10'000;

/// Ten thousand clients at once; client number i asks for an answer after delay(i). Checks that
/// every answer is complete and none is early, and notes how late they were.
template <typename Delay>
void ask_with_delays(Delay delay) {
    const HttpServer server;
    Crowd crowd(server.port(), kCrowd);
    const auto took =
        crowd.ask([&](std::size_t i) { return get(fmt::format("/?delay={}ms", delay(i) / 1ms)); },
                  full_answer(1256));

    std::vector<std::int64_t> late;  // microseconds
    for (std::size_t i = 0; i < kCrowd; ++i) late.push_back((took[i] - delay(i)) / 1us);
    std::sort(late.begin(), late.end());
    EXPECT_EQ(crowd.wrong(), 0u) << "answers were missing or not as expected";
    EXPECT_GE(late.front(), 0) << "an answer came before its delay was over";
    EXPECT_EQ(server.statistics().requests, kCrowd);
    EXPECT_EQ(server.statistics().most_open, kCrowd);
    testing::Test::RecordProperty("late_p50_us", std::to_string(late[kCrowd / 2]));
    testing::Test::RecordProperty("late_p99_us", std::to_string(late[kCrowd / 100 * 99]));
    testing::Test::RecordProperty("late_max_us", std::to_string(late.back()));
}

TEST(HttpServer, AnswersTenThousandClientsAtOnceAndNoneTooEarly) {
    ask_with_delays([](std::size_t) { return 100ms; });
}

/// The same crowd, but its answers are due one after another within a second, in no order.
TEST(HttpServer, KeepsTenThousandDelaysApart) {
    ask_with_delays([](std::size_t i) { return 200ms + i * 7919 % 1000 * 1ms; });
}

// ---- beginning and end

TEST(HttpServer, CountsWhatItHasSeen) {
    const HttpServer server;
    HttpClient first(server.port());
    HttpClient second(server.port());
    first.send(get("/"));
    first.answer();
    second.send(get("/?bytes=x"));
    second.rest();
    second.close();
    wait_until(server, [](const auto& seen) { return seen.open == 1; });
    const HttpServer::Statistics seen = server.statistics();
    EXPECT_EQ(seen.connections, 2u);
    EXPECT_EQ(seen.requests, 1u);
    EXPECT_EQ(seen.bad_requests, 1u);
    EXPECT_EQ(seen.most_open, 2u);
}

TEST(HttpServer, ClosesEveryConnectionWhenItGoes) {
    auto server = std::make_unique<HttpServer>();
    HttpClient idle(server->port());
    HttpClient waiting(server->port());
    waiting.send(get("/?delay=3600s"));
    wait_until(*server, [](const auto& seen) { return seen.open == 2; });
    const std::uint16_t port = server->port();
    server.reset();
    EXPECT_EQ(idle.rest(), "");
    EXPECT_EQ(waiting.rest(), "");
    EXPECT_THROW(HttpClient{port}, std::system_error) << "nobody listens there any more";
}

TEST(HttpServer, StopsInTheMiddleOfALargeAnswer) {
    auto server = std::make_unique<HttpServer>();
    HttpClient client(server->port());
    client.send(get("/?bytes=1073741824"));
    char first = 0;
    ASSERT_EQ(::recv(client.socket(), &first, 1, MSG_PEEK), 1);
    const std::uint16_t port = server->port();
    server.reset();
    EXPECT_THROW(HttpClient{port}, std::system_error);
}

TEST(HttpServer, NamesItsThread) {
    const HttpServer server;
    std::ifstream file(fmt::format("/proc/self/task/{}/comm", server.thread_id()));
    std::string name;
    std::getline(file, name);
    EXPECT_EQ(name, "http_server");
}

TEST(HttpServer, SaysWhereItIs) {
    const HttpServer server;
    EXPECT_EQ(server.host(), "127.0.0.1");
    EXPECT_EQ(server.url(25ms),
              fmt::format("http://127.0.0.1:{}/?delay=25ms&bytes=1256", server.port()));
}

TEST(HttpServer, ListensOnIpv6) {
    NEEDS_IPV6();
    const HttpServer server("::1");
    EXPECT_EQ(server.url(1ms, 5), fmt::format("http://[::1]:{}/?delay=1ms&bytes=5", server.port()));
    EXPECT_EQ(curl(fmt::format("--globoff '{}'", server.url(1ms, 5))), "abcde");
}

/// A path for a socket that nobody else uses; removed with its folder.
class SocketPath {
  public:
    SocketPath() {
        std::string pattern = std::filesystem::temp_directory_path() / "aio_XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~SocketPath() { std::filesystem::remove_all(folder_); }
    SocketPath(const SocketPath&) = delete;
    SocketPath& operator=(const SocketPath&) = delete;

    [[nodiscard]] std::string path() const { return folder_ / "socket"; }

  private:
    std::filesystem::path folder_;
};

TEST(HttpServer, ListensOnAUnixSocketAndRemovesItAfterwards) {
    const SocketPath place;
    {
        const HttpServer server("unix:" + place.path());
        EXPECT_EQ(server.port(), 0);
        EXPECT_EQ(curl(fmt::format("--unix-socket {} '{}'", place.path(), server.url(1ms, 5))),
                  "abcde");
    }
    EXPECT_FALSE(std::filesystem::exists(place.path()));
}

/// What the constructor says about `host`.
std::string complaint(const std::string& host) {
    try {
        const HttpServer server(host);
    } catch (const std::system_error& error) {
        return error.what();
    }
    return "no complaint";
}

TEST(HttpServer, NamesTheCallAndTheAddressThatFailed) {
    const SocketPath place;
    const HttpServer first("unix:" + place.path());
    EXPECT_EQ(complaint("unix:" + place.path()),
              "bind unix:" + place.path() + ": Address already in use");
    EXPECT_TRUE(std::filesystem::exists(place.path())) << "the first server's file must stay";
    EXPECT_EQ(complaint("unix:/no/such/folder/socket"),
              "bind unix:/no/such/folder/socket: No such file or directory");
    EXPECT_EQ(complaint("somewhere"),
              "inet_pton somewhere (use an address: 127.0.0.1, ::1 or unix:/some/path): "
              "Invalid argument");
    EXPECT_EQ(complaint("192.0.2.1"), "bind 192.0.2.1: Cannot assign requested address");
    EXPECT_EQ(complaint("unix:" + std::string(200, 'x')).substr(0, 10), "bind unix:");
}

// ---- the program around it

/// Sets the soft limit of descriptors, as long as the object lives.
class DescriptorLimit {
  public:
    explicit DescriptorLimit(rlim_t limit) {
        getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit lower{limit, before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &lower);
    }
    ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  private:
    rlimit before_{};
};

TEST(HttpServer, RaisesTheLimitOfDescriptorsAsFarAsItMay) {
    const DescriptorLimit low(100);
    const HttpServer server;
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

/// The CPU time of a thread of this process (proc(5), schedstat).
std::chrono::nanoseconds cpu_time(pid_t thread) {
    std::int64_t nanoseconds = 0;
    std::ifstream(fmt::format("/proc/self/task/{}/schedstat", thread)) >> nanoseconds;
    return std::chrono::nanoseconds(nanoseconds);
}

TEST(HttpServer, RestsWhileThereAreNoDescriptorsAndThenGoesOn) {
    const HttpServer server;
    std::vector<HttpClient> clients(100);
    const auto before = cpu_time(server.thread_id());
    std::optional<DescriptorLimit> limit(std::in_place, 50);
    for (auto& client : clients) client.connect(server.port());
    for (auto& client : clients) client.send(get("/?bytes=1"));

    std::this_thread::sleep_for(200ms);  // we watch it for that long
    const auto answered = std::count_if(clients.begin(), clients.end(), [](const auto& client) {
        pollfd question{client.socket(), POLLIN, 0};
        return ::poll(&question, 1, 0) == 1;
    });
    limit.reset();
    EXPECT_LT(answered, 100) << "there was a descriptor for every client";
    EXPECT_LT(cpu_time(server.thread_id()) - before, 20ms) << "it was busy doing nothing";
    for (auto& client : clients) EXPECT_EQ(client.answer(), full_answer(1));
}

TEST(HttpServer, CanBeDestroyedInAForkedChildWithoutHarm) {
    if (course::kThreadSanitizer) GTEST_SKIP() << "it cannot follow a thread into a child";
    auto server = std::make_unique<HttpServer>();
    const pid_t child = ::fork();
    if (child == 0) {
        server.reset();
        ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    HttpClient client(server->port());
    client.send(get("/?bytes=1"));
    EXPECT_EQ(client.answer(), full_answer(1)) << "the child must not stop its parent's server";
}

/// Chapter 3 forks a process for each request. If one child held the server's end of another
/// child's connection, the client would never see the connection end.
TEST(HttpServer, KeepsItsSocketsFromForkedChildren) {
    const HttpServer server;
    HttpClient client(server.port());
    client.send("GET /?bytes=1 HTTP/1.0\r\n\r\n");
    wait_until(server, [](const auto& seen) { return seen.requests == 1; });
    std::array<int, 2> hold{};
    ASSERT_EQ(::pipe2(hold.data(), O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        char byte = 0;
        ::close(hold[1]);
        ::_exit(::read(hold[0], &byte, 1) == 0 ? 0 : 1);  // until the parent lets it go
    }
    EXPECT_EQ(client.rest().back(), 'a') << "the end of the connection has to arrive";
    ::close(hold[0]);
    ::close(hold[1]);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

}  // namespace
