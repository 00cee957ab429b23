// Chapter 03: sockets that wait. What they are, what can go wrong, what ten of them cost.
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sched.h>
#include <sys/time.h>
#include <unistd.h>

#include <fmt/format.h>

#include "03_blocking_sockets/http_get.hpp"
#include "03_blocking_sockets/processes.hpp"
#include "03_blocking_sockets/resolve.hpp"
#include "03_blocking_sockets/socket.hpp"
#include "03_blocking_sockets/threads.hpp"
#include "common/console/table.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"
#include "common/server/site.hpp"

namespace {

using aio::Address;
using aio::Socket;
using course::Align;
using course::Cost;
using course::Options;
using course::Site;
using course::Table;
using std::chrono::milliseconds;

// ── 1: addresses and names ──

void names(const Options&) {
    fmt::print("IPv4: {}\n", Address::ipv4("127.0.0.1", 80).to_string());
    fmt::print("IPv6: {}\n", Address::ipv6("::1", 80).to_string());
    fmt::print("Unix: {}\n", Address::unix_path("/run/some.sock").to_string());
    for (const Address& address : aio::resolve("localhost", "80", AF_INET)) {
        fmt::print("localhost: {}\n", address.to_string());
    }
    try {
        (void)aio::resolve("no such host", "80");
    } catch (const aio::GaiError& error) {
        fmt::print("{}\n", error.what());
    }
}

// ── 2: a connection's life ──

/// One recv(), as text.
std::string received(Socket& socket) {
    std::array<char, 4096> buffer;
    return {buffer.data(), socket.recv(buffer)};
}

/// Both ends in one thread: the kernel's buffers are big enough for these few bytes.
void talk(const char* family, const Address& address) {
    Socket server = aio::create_server(address);
    Socket client(address.family());
    client.connect(server.local_address());
    Socket accepted = server.accept();

    client.send_all("hello");
    const std::string question = received(accepted);
    accepted.send_all("HELLO");
    accepted.close();
    const std::string answer = received(client);
    const std::string end = received(client);
    fmt::print("{}: \"{}\" went, \"{}\" came, then \"{}\": the end\n", family, question, answer,
               end);
}

/// Many containers have no IPv6: then not even ::1 is an address of this machine.
void talk_over_ipv6() {
    try {
        talk("IPv6", Address::ipv6("::1", 0));
    } catch (const aio::SystemError& error) {
        fmt::print("IPv6: not on this machine ({})\n", error.code().message());
    }
}

void send_to_a_peer_that_does_not_read() {
    const std::string megabyte(1'000'000, 'x');
    auto [ours, theirs] = aio::socket_pair();
    ours.set_timeout(milliseconds(10));  // otherwise send() would wait for ever
    const std::size_t sent = ours.send(megabyte);
    fmt::print("send took {} of {} bytes\n", sent, megabyte.size());

    ours.set_timeout(milliseconds(0));
    std::thread reader([socket = std::move(theirs)]() mutable {
        fmt::print("the peer read {} bytes\n", aio::recv_until_closed(socket).size());
    });
    ours.send_all(std::string_view(megabyte).substr(sent));
    ours.close();
    reader.join();
}

void a_connection(const Options&) {
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("aio-{}", ::getpid());
    std::filesystem::create_directory(folder);
    talk("IPv4", Address::ipv4("127.0.0.1", 0));
    talk_over_ipv6();
    talk("Unix", Address::unix_path((folder / "socket").string()));
    std::filesystem::remove_all(folder);
    send_to_a_peer_that_does_not_read();
}

// ── 3: what can go wrong ──

/// Runs `work`, which is expected to fail, and prints what the error says.
void show(const char* title, const std::function<void()>& work) {
    try {
        work();
    } catch (const std::system_error& error) {
        fmt::print("{:<12} {}\n", title, error.what());
    }
}

void refused() {
    Socket deaf(AF_INET);
    deaf.bind(Address::ipv4("127.0.0.1", 0));  // it has a port, but does not listen
    Socket(AF_INET).connect(deaf.local_address());
}

void reset() {
    Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    Socket client = aio::create_connection({server.local_address()});
    Socket accepted = server.accept();
    accepted.set_option(SOL_SOCKET, SO_LINGER, linger{1, 0});  // close() with a reset
    accepted.close();
    (void)received(client);
}

void timed_out() {
    const Socket server = aio::create_server(Address::ipv4("127.0.0.1", 0));
    Socket client = aio::create_connection({server.local_address()});
    client.set_timeout(milliseconds(10));
    (void)received(client);
}

/// Sends this process a SIGALRM every 5 ms. The handler is installed without SA_RESTART, so each
/// of them interrupts a system call.
class Alarms {
  public:
    Alarms() {
        struct sigaction action {};
        action.sa_handler = [](int) { ++count(); };
        aio::check(::sigaction(SIGALRM, &action, &before_), "sigaction");
        set_interval(5'000);
    }
    ~Alarms() {
        set_interval(0);
        ::sigaction(SIGALRM, &before_, nullptr);
    }
    Alarms(const Alarms&) = delete;
    Alarms& operator=(const Alarms&) = delete;

    static std::atomic<int>& count() {  // lock-free, so allowed in a signal handler
        static std::atomic<int> alarms{0};
        return alarms;
    }

  private:
    static void set_interval(suseconds_t microseconds) {
        const itimerval interval{{0, microseconds}, {0, microseconds}};
        ::setitimer(ITIMER_REAL, &interval, nullptr);
    }
    struct sigaction before_ {};
};

void interrupted() {
    const Alarms alarms;
    const auto [ours, theirs] = aio::socket_pair();
    std::array<char, 10> buffer;
    aio::check(::recv(ours.fileno(), buffer.data(), buffer.size(), 0), "recv");  // no retry
}

void what_can_go_wrong(const Options& options) {
    show("refused", refused);
    show("reset", reset);
    show("timed out", timed_out);
    show("unreachable", [] { Socket(AF_INET).connect(Address::ipv4("224.0.0.1", 80)); });
    show("interrupted", interrupted);

    const Site site(options);
    const Alarms alarms;
    const int before = Alarms::count();
    const int status = aio::http_get(site.url()).status;
    fmt::print("{:<12} {} signals arrived, and the GET still got its {}\n", "retried",
               Alarms::count() - before, status);
}

// ── 4: ten GETs, one after another ──

Cost get_one_after_another(const Site& site, int count) {
    return course::measure(
        [&] {
            for (int i = 0; i < count; ++i) (void)aio::http_get(site.url());
        },
        site.thread_id());
}

void the_sum(const Options& options) {
    const Site site(options);
    std::chrono::duration<double> sum{};
    for (int i = 0; i < options.count; ++i) {
        const Cost cost = get_one_after_another(site, 1);
        fmt::print("{}: {:.3f} s\n", i, cost.wall.count());
        sum += cost.wall;
    }
    fmt::print("in all: {:.3f} s\n", sum.count());
}

// ── 5: a process each, a thread each ──

/// Memory that this process shares with no other, in bytes (proc(5), smaps_rollup).
std::int64_t private_memory() {
    std::int64_t kilobytes = 0;
    std::ifstream smaps("/proc/self/smaps_rollup");
    for (std::string line; std::getline(smaps, line);) {
        if (line.starts_with("Private_")) kilobytes += std::atoll(&line[line.find(':') + 1]);
    }
    return kilobytes * 1024;
}

/// A GET in a child process. It sends back how much memory the child had for itself.
std::string get_and_tell_memory(const std::string& url) {
    const aio::Response response = aio::http_get(url);
    if (response.status != 200) throw std::runtime_error(response.reason);
    return std::to_string(private_memory());
}

Cost get_by_processes(const Site& site, int count) {
    std::vector<std::string> memory;
    Cost cost = course::measure(
        [&] {
            memory =
                aio::run_in_processes(count, [&](int) { return get_and_tell_memory(site.url()); });
        },
        site.thread_id());
    cost.peak_bytes = course::peak_memory();
    for (const std::string& bytes : memory) cost.peak_bytes += std::stoll(bytes);
    return cost;
}

Cost get_by_threads(const Site& site, int count) {
    return course::measure(
        [&] { (void)aio::run_in_threads(count, [&](int) { return aio::http_get(site.url()); }); },
        site.thread_id());
}

void at_once(const Options& options) {
    const Site site(options);
    Table table({{fmt::format("{} GETs", options.count)},
                 {"wall time", Align::right},
                 {"CPU time", Align::right},
                 {"memory", Align::right},
                 {"context switches", Align::right}});
    const auto add = [&](const std::string& how, auto get) {
        const Cost cost = get(site, options.count);
        course::report_cost(3, "ten GETs, " + how, cost);
        table.add({how, course::format_seconds(cost.wall), course::format_seconds(cost.cpu),
                   course::format_bytes(cost.peak_bytes), std::to_string(cost.switches)});
    };
    add("one after another", get_one_after_another);
    add("a thread each", get_by_threads);
    add("a process each", get_by_processes);
    table.print();
}

// ── 6: what one costs ──

constexpr int kMany = 100;

std::int64_t memory_of_a_process() {
    return std::stoll(
        aio::run_in_processes(1, [](int) { return std::to_string(private_memory()); }).front());
}

/// What each of `kMany` waiting threads adds to the memory of this process.
std::int64_t memory_of_a_thread() {
    std::barrier all_are_here(kMany);
    const std::int64_t before = private_memory();
    const auto with_all = aio::run_in_threads(kMany, [&](int i) {
        all_are_here.arrive_and_wait();
        const std::int64_t now = i == 0 ? private_memory() : 0;
        all_are_here.arrive_and_wait();  // nobody leaves before it is measured
        return now;
    });
    return (with_all.front() - before) / kMany;
}

void use_only_cpu(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(cpu), &one);
    aio::check(::sched_setaffinity(0, sizeof one, &one), "sched_setaffinity");
}

/// Two threads on one CPU hand each other a byte: each time, one falls asleep and one wakes up.
std::chrono::duration<double> time_of_a_switch() {
    constexpr int kRounds = 10'000;
    auto [left, right] = aio::socket_pair();
    std::array<Socket, 2> ends = {std::move(left), std::move(right)};
    const Cost cost = course::measure([&, cpu = ::sched_getcpu()] {
        (void)aio::run_in_threads(2, [&](int i) {
            Socket& mine = ends.at(static_cast<std::size_t>(i));
            use_only_cpu(cpu);
            for (int round = 0; round < kRounds; ++round) {
                if (i == 0) mine.send_all("x");
                (void)received(mine);
                if (i == 1) mine.send_all("x");
            }
            return 0;
        });
    });
    return cost.wall / (2 * kRounds);
}

void what_one_costs(const Options&) {
    Table table({{""},
                 {"to start and end", Align::right},
                 {"memory", Align::right},
                 {"10,000 of them", Align::right}});
    const auto add = [&](const char* what, const Cost& start, std::int64_t memory) {
        table.add({what, course::format_seconds(start.wall / kMany), course::format_bytes(memory),
                   fmt::format("{} and {}", course::format_seconds(start.wall / kMany * 10'000),
                               course::format_bytes(memory * 10'000))});
    };
    const auto processes = [] { (void)aio::run_in_processes(kMany, [](int) { return ""; }); };
    const auto threads = [] { (void)aio::run_in_threads(kMany, [](int) { return 0; }); };
    add("a process", course::measure(processes), memory_of_a_process());
    add("a thread", course::measure(threads), memory_of_a_thread());
    table.print();
    fmt::print("a switch to the other thread, with the send and recv behind it: {}\n",
               course::format_seconds(time_of_a_switch()));
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "03 blocking sockets",
                               {{"Addresses and names", names},
                                {"A connection, from connect to close", a_connection},
                                {"What can go wrong", what_can_go_wrong},
                                {"Ten GETs, one after another", the_sum},
                                {"Ten GETs: a thread each, a process each", at_once},
                                {"What one of them costs", what_one_costs}});
}
