#include <gtest/gtest.h>

#include "03_blocking_sockets/http_get.hpp"
#include "03_blocking_sockets/processes.hpp"
#include "03_blocking_sockets/threads.hpp"
#include "common/server/http_server.hpp"
#include "tests/support/ipv6.hpp"
#include "tests/support/peer.hpp"

namespace {

using aio::Response;
using aio::Socket;

/// Receives a request up to its empty line.
std::string recv_request(Socket& socket) {
    std::string request;
    std::array<char, 100> buffer;
    while (request.find("\r\n\r\n") == request.npos) {
        const std::size_t count = socket.recv(buffer);
        if (count == 0) break;
        request.append(buffer.data(), count);
    }
    return request;
}

/// A server that answers one request with `answer` and closes.
Peer::Serve answering(const std::string& answer) {
    return [answer](Socket socket) {
        (void)recv_request(socket);
        socket.send_all(answer);
    };
}

TEST(HttpGet, FetchesFromTheEmbeddedServer) {
    const course::HttpServer server;
    const Response response = aio::http_get(server.url({}, 1256));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.size(), 1256U);
}

TEST(HttpGet, FetchesOverIPv6) {
    NEEDS_IPV6();
    const course::HttpServer server("::1");
    const Response response = aio::http_get(server.url({}, 10));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.size(), 10U);
}

TEST(HttpGet, FetchesABodyThatNeedsManyPieces) {
    const course::HttpServer server;
    EXPECT_EQ(aio::http_get(server.url({}, 3'000'000)).body.size(), 3'000'000U);
}

TEST(HttpGet, AsksAsRfc9112Says) {
    std::string request;
    std::string url;
    {
        const Peer peer([&](Socket socket) {
            request = recv_request(socket);
            socket.send_all("HTTP/1.0 204 No Content\r\n\r\n");
        });
        url = peer.url();
        (void)aio::http_get(url + "path?query#fragment");
    }
    const std::string authority = url.substr(7, url.size() - 8);
    EXPECT_EQ(request, "GET /path?query HTTP/1.0\r\nHost: " + authority + "\r\n\r\n");
}

TEST(HttpGet, ReadsAnAnswerThatComesByteByByte) {
    const Peer peer([](Socket socket) {
        socket.set_no_delay(true);
        (void)recv_request(socket);
        for (const char c : std::string("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello")) {
            socket.send_all({&c, 1});
        }
        (void)aio::recv_until_closed(socket);  // stays until the client has gone
    });
    EXPECT_EQ(aio::http_get(peer.url()).body, "hello");
}

TEST(HttpGet, ReadsUntilTheEndWhereNoLengthIsTold) {
    const Peer peer(answering("HTTP/1.0 200 OK\r\n\r\n" + std::string(100'000, 'x')));
    EXPECT_EQ(aio::http_get(peer.url()).body.size(), 100'000U);
}

TEST(HttpGet, ReturnsAnAnswerThatIsAnError) {
    const Peer peer(answering("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_EQ(aio::http_get(peer.url()).status, 404) << "that is an answer, not a failure";
}

TEST(HttpGet, SaysThatAnAnswerIsNoHttp) {
    const Peer peer(answering("220 mail.example.com ESMTP\r\n\r\n"));
    EXPECT_EQ(error_of<aio::HttpError>([&] { (void)aio::http_get(peer.url()); }),
              "'220 mail.example.com ESMTP' is no HTTP/1.x status line");
}

TEST(HttpGet, SaysThatTheAnswerIsCutOff) {
    const Peer peer(answering("HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nten bytes."));
    EXPECT_EQ(error_of<aio::HttpError>([&] { (void)aio::http_get(peer.url()); }),
              "the peer closed after 10 of the body's 100 bytes");
}

TEST(HttpGet, SaysWhichHostIsUnknown) {
    EXPECT_EQ(error_of<aio::GaiError>([] { (void)aio::http_get("http://[1:2:3]/"); }),
              "getaddrinfo(1:2:3:80): Name or service not known");
}

TEST(HttpGet, SaysWhoRefused) {
    const Deaf deaf;
    const std::string address = deaf.address().to_string();
    EXPECT_EQ(error_of<aio::SystemError>([&] { (void)aio::http_get("http://" + address); }),
              "connect(" + address + "): Connection refused");
}

TEST(HttpGet, LeavesNoDescriptorOpen) {
    const course::HttpServer server;
    const auto before = open_descriptors();
    for (int i = 0; i < 20; ++i) (void)aio::http_get(server.url());
    EXPECT_LT(open_descriptors(), before + 20) << "each GET leaves its socket open";
}

// ── one process, one thread each ──

/// Whether this process has a child, running or ended, that nobody has waited for.
bool has_a_child() {
    return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

TEST(Processes, ReturnWhatEachJobReturnedInOrder) {
    const auto results = aio::run_in_processes(3, [](int i) { return "job " + std::to_string(i); });
    EXPECT_EQ(results, (std::vector<std::string>{"job 0", "job 1", "job 2"}));
}

TEST(Processes, AreOtherProcesses) {
    const auto pids = aio::run_in_processes(2, [](int) { return std::to_string(::getpid()); });
    EXPECT_NE(pids[0], std::to_string(::getpid()));
    EXPECT_NE(pids[0], pids[1]);
}

TEST(Processes, CannotChangeTheParentsMemory) {
    int shared = 0;
    (void)aio::run_in_processes(1, [&](int) {
        shared = 7;
        return std::string();
    });
    EXPECT_EQ(shared, 0);
}

TEST(Processes, RunAtOnce) {
    // Each waits for a byte from the other: one after another, they would wait for ever.
    auto [left, right] = aio::socket_pair();
    const auto results = aio::run_in_processes(2, [&, &l = left, &r = right](int i) {
        Socket& mine = i == 0 ? l : r;
        mine.send_all(i == 0 ? "0" : "1");
        std::array<char, 1> byte{};
        mine.recv(byte);
        return std::string(1, byte[0]);
    });
    EXPECT_EQ(results, (std::vector<std::string>{"1", "0"}));
}

TEST(ChildProcess, SendsBackMoreThanASocketHolds) {
    aio::ChildProcess child([] {
        never_hang();
        return std::string(2'000'000, 'x');
    });
    std::string result;
    EXPECT_EQ(error_of<std::runtime_error>([&] { result = child.wait(); }), "no error")
        << "receive all before you wait for its end: a child whose socket is full cannot end";
    EXPECT_EQ(result.size(), 2'000'000U);
}

TEST(ChildProcess, HasGoneFromTheProcessTableAfterWait) {
    aio::ChildProcess child([] { return std::string("done"); });
    EXPECT_EQ(child.wait(), "done");
    EXPECT_FALSE(has_a_child()) << "the child has ended, but nobody called waitpid(): a zombie";
    EXPECT_EQ(child.pid(), 0) << "a number that was waited for may soon be another process's";
}

TEST(ChildProcess, PassesTheErrorOfItsJobOn) {
    aio::ChildProcess child([]() -> std::string { throw std::runtime_error("no such thing"); });
    const std::string name = "child process " + std::to_string(child.pid());
    EXPECT_EQ(error_of<std::runtime_error>([&] { (void)child.wait(); }), name + ": no such thing")
        << "exit code 1: what it sent is an error, and ours must begin with 'child process N: '";
    EXPECT_FALSE(has_a_child()) << "a child that failed must be waited for, too";
    EXPECT_EQ(child.pid(), 0) << "its number may soon be another process's: reap() forgets it";
}

TEST(ChildProcess, SaysWhichSignalKilledIt) {
    aio::ChildProcess child([]() -> std::string {
        ::raise(SIGKILL);
        return "";
    });
    const std::string name = "child process " + std::to_string(child.pid());
    EXPECT_EQ(error_of<std::runtime_error>([&] { (void)child.wait(); }),
              name + " was killed: Killed")
        << "a killed child has no exit code; say 'child process N was killed: ' and the signal";
    EXPECT_FALSE(has_a_child()) << "a child that was killed must be waited for, too";
    EXPECT_EQ(child.pid(), 0);
}

TEST(ChildProcess, IsKilledWhenNobodyWaitsForIt) {
    auto [ours, theirs] = aio::socket_pair();
    {
        const aio::ChildProcess child([&socket = theirs] {
            (void)aio::recv_until_closed(socket);  // for ever
            return std::string();
        });
    }
    EXPECT_FALSE(has_a_child()) << "a process is left behind";
}

TEST(Processes, LeaveNoneBehindWhenOneFails) {
    const auto before = open_descriptors();
    const std::string error = error_of<std::runtime_error>([] {
        (void)aio::run_in_processes(4, [](int i) -> std::string {
            if (i == 1) throw std::runtime_error("job 1 fails");
            return "fine";
        });
    });
    EXPECT_EQ(error.substr(error.find(':')), ": job 1 fails");
    EXPECT_FALSE(has_a_child());
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Processes, FetchAtOnce) {
    const course::HttpServer server;
    const std::string url = server.url(std::chrono::milliseconds(50));
    const auto sizes = aio::run_in_processes(
        10, [&](int) { return std::to_string(aio::http_get(url).body.size()); });
    EXPECT_EQ(sizes, std::vector<std::string>(10, "1256"));
    EXPECT_GT(server.statistics().most_open, 1U) << "they were fetched one after another";
}

TEST(Threads, ReturnWhatEachJobReturnedInOrder) {
    EXPECT_EQ(aio::run_in_threads(4, [](int i) { return i * i; }), (std::vector{0, 1, 4, 9}));
}

TEST(Threads, PassTheFirstErrorOnWhenAllHaveEnded) {
    std::atomic<int> ended{0};
    EXPECT_EQ(error_of<std::runtime_error>([&] {
                  (void)aio::run_in_threads(4, [&](int i) {
                      ++ended;
                      if (i > 0) throw std::runtime_error("job " + std::to_string(i));
                      return i;
                  });
              }),
              "job 1");
    EXPECT_EQ(ended, 4);
}

TEST(Threads, FetchAtOnce) {
    const course::HttpServer server;
    const std::string url = server.url(std::chrono::milliseconds(50));
    const auto sizes = aio::run_in_threads(10, [&](int) { return aio::http_get(url).body.size(); });
    EXPECT_EQ(sizes, std::vector<std::size_t>(10, 1256));
    EXPECT_GT(server.statistics().most_open, 1U) << "they were fetched one after another";
}

}  // namespace
