// Chapter 04: sockets that do not wait. Who does the waiting then, and what it costs.
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "03_blocking_sockets/http_get.hpp"
#include "04_nonblocking_polling/nonblocking.hpp"
#include "04_nonblocking_polling/polled_get.hpp"
#include "common/console/table.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"
#include "common/server/site.hpp"

namespace {

using aio::Socket;
using course::Align;
using course::Cost;
using course::Options;
using course::Site;
using course::Table;

// ── 1: calls that come back at once ──

void print_recv(Socket& socket) {
    std::array<char, 4096> buffer;
    const std::optional<std::size_t> count = aio::try_recv(socket, buffer);
    if (!count) {
        fmt::print("recv: nothing yet\n");
    } else if (*count == 0) {
        fmt::print("recv: the end\n");
    } else {
        fmt::print("recv: \"{}\"\n", std::string_view(buffer.data(), *count));
    }
}

void send_until_full(Socket& socket) {
    const std::string megabyte(1'000'000, 'x');
    std::size_t all = 0;
    while (const auto sent = aio::try_send(socket, megabyte)) all += *sent;
    fmt::print("send: {} bytes, and no more for now\n", all);
}

void never_asleep(const Options&) {
    auto [ours, theirs] = aio::socket_pair();
    ours.set_blocking(false);
    print_recv(ours);
    theirs.send_all("hello");
    print_recv(ours);
    print_recv(ours);
    theirs.shutdown(SHUT_WR);
    print_recv(ours);
    send_until_full(ours);
}

// ── 2: ten GETs, each polled to its end ──

void the_sum_again(const Options& options) {
    const Site site(options);
    std::chrono::duration<double> sum{};
    for (int i = 0; i < options.count; ++i) {
        const Cost cost =
            course::measure([&] { (void)aio::get_polled(site.url(), 1); }, site.thread_id());
        fmt::print("{}: {:.3f} s\n", i, cost.wall.count());
        sum += cost.wall;
    }
    fmt::print("in all: {:.3f} s\n", sum.count());
}

// ── 3: three ways to wait ──

void three_ways(const Options& options) {
    const Site site(options);
    Table table({{fmt::format("{} GETs", options.count)},
                 {"wall time", Align::right},
                 {"CPU time", Align::right},
                 {"CPU busy", Align::right},
                 {"useful tries", Align::right},
                 {"useless tries", Align::right}});
    const auto add = [&](const char* how, auto get) {
        aio::Polled polled;
        const Cost cost =
            course::measure([&] { polled = get(site.url(), options.count); }, site.thread_id());
        table.add({how, course::format_seconds(cost.wall), course::format_seconds(cost.cpu),
                   fmt::format("{:.0f} %", 100 * cost.cpu.count() / cost.wall.count()),
                   std::to_string(polled.useful), std::to_string(polled.useless)});
        return cost;
    };
    add("blocking, one after another", [](const std::string& url, int count) {
        for (int i = 0; i < count; ++i) (void)aio::http_get(url);
        return aio::Polled();
    });
    const Cost polled = add("polled, one after another", aio::get_polled);
    const Cost in_turns = add("polled, all in turns", aio::get_polled_in_turns);
    table.print();
    course::report_cost(4, "ten GETs, polled", polled);
    course::report_cost(4, "ten GETs, polled in turns", in_turns);
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "04 non-blocking polling",
                               {{"Calls that never sleep", never_asleep},
                                {"Ten GETs, each polled to its end", the_sum_again},
                                {"Three ways to wait", three_ways}});
}
