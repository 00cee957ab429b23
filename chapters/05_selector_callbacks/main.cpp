// Chapter 05: ask the kernel to wake us when something is ready, and call whoever waits for it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/get_at_once.hpp"
#include "05_selector_callbacks/nested_get.hpp"
#include "05_selector_callbacks/poll_selector.hpp"
#include "05_selector_callbacks/request_get.hpp"
#include "05_selector_callbacks/select_selector.hpp"
#include "05_selector_callbacks/watched_events.hpp"
#include "common/console/table.hpp"
#include "common/program/measure.hpp"
#include "common/program/program.hpp"
#include "common/server/site.hpp"

namespace {

using aio::Events;
using course::Cost;
using course::Options;

// ── 1 ──
std::string words(Events events) {
    if (events == Events::read) return "read";
    return events == Events::write ? "write" : "read and write";
}

void print_ready(aio::Selector& selector) {
    const auto ready = selector.select(std::chrono::seconds(0));
    if (ready.empty()) fmt::print("  ready: nothing\n");
    for (const auto& [key, events] : ready) {
        fmt::print("  ready: {}, to {}\n", static_cast<const char*>(key.data), words(events));
    }
}

void a_selector_by_hand(const Options&) {
    std::array<int, 2> ends{};
    aio::check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), "socketpair");
    aio::Socket ours{aio::Fd(ends[0])};
    aio::Socket peer{aio::Fd(ends[1])};
    std::string name = "our socket";

    aio::DefaultSelector selector;
    selector.register_fd(ours.fileno(), Events::read, name.data());
    fmt::print("registered for read\n");
    print_ready(selector);
    peer.send_all("hello");
    fmt::print("the peer has sent five bytes\n");
    print_ready(selector);
    selector.modify(ours.fileno(), Events::read | Events::write, name.data());
    fmt::print("modified: for read and write\n");
    print_ready(selector);
    std::array<char, 16> buffer;
    fmt::print("received {} bytes\n", ours.recv(buffer));
    print_ready(selector);
    selector.unregister(ours.fileno());
    fmt::print("unregistered: {} keys left\n", selector.get_map().size());
    try {
        selector.unregister(ours.fileno());
    } catch (const aio::KeyError&) {
        fmt::print("unregistered again: KeyError\n");
    }
    selector.close();
}

// ── 2 ──
void ten_at_once(const Options& options) {
    const course::Site site(options);
    const auto count = static_cast<std::size_t>(options.count);
    std::vector<aio::Response> responses;
    const Cost cost =
        course::measure([&] { responses = aio::get_at_once(site.url(), count); }, site.thread_id());
    for (const aio::Response& response : responses) {
        fmt::print("{} {}, {} bytes\n", response.status, response.reason, response.body.size());
    }
    fmt::print("{} GETs at once: {:.3f} s\n", count, cost.wall.count());
    course::report_cost(5, "ten GETs, selector loop", cost);
}

// ── 3 ──
/// The embedded server's URL with another delay. Any other URL stays as it is.
std::string with_delay(const std::string& url, std::chrono::milliseconds delay) {
    const std::size_t begin = url.find("delay=");
    if (begin == url.npos) return url;
    const std::size_t end = std::min(url.find('&', begin), url.size());
    return url.substr(0, begin) + fmt::format("delay={}ms", delay.count()) + url.substr(end);
}

/// Ten GETs at once. The first asks for an answer after eleven delays, the last after two.
class TenGets {
  public:
    static constexpr int kCount = 10;
    using OnDone = std::function<void(int number, aio::RequestGet&)>;

    TenGets(const Options& options, OnDone on_done) : site_(options) {
        const aio::Address address = aio::address_of(aio::parse_url(site_.url()));
        for (int i = 0; i < kCount; ++i) {
            const auto url =
                aio::parse_url(with_delay(site_.url(), options.delay * (kCount + 1 - i)));
            gets_.emplace_back(selector_, address, aio::get_request(url),
                               [=](aio::RequestGet& get) { on_done(i, get); });
        }
    }

    void run() {
        for (aio::RequestGet& get : gets_) get.start();
        aio::run_callbacks(selector_);
    }

  private:
    course::Site site_;
    aio::DefaultSelector selector_;
    std::deque<aio::RequestGet> gets_;
};

void out_of_order(const Options& options) {
    TenGets gets(options, [&](int number, aio::RequestGet& get) {
        fmt::print("GET {} is done: {}\n", number, get.result().status);
    });
    const Cost cost = course::measure([&] { gets.run(); });
    fmt::print("all of them: {:.3f} s\n", cost.wall.count());
}

// ── 4 ──
std::string with_commas(std::size_t number) {
    return number < 1000 ? fmt::format("{}", number)
                         : fmt::format("{},{:03}", number / 1000, number % 1000);
}

void add_row(course::Table& table, std::size_t count, const std::string& what, const Cost& cost) {
    table.add({with_commas(count), what, course::format_seconds(cost.wall),
               course::format_seconds(cost.cpu),
               course::format_seconds(cost.cpu / static_cast<double>(count)),
               course::format_bytes(cost.peak_bytes), fmt::format("{}", cost.switches)});
}

Cost cost_of_new_connections(const course::Site& site, std::size_t count) {
    return course::measure([&] { (void)aio::get_at_once(site.url(), count); }, site.thread_id());
}

Cost cost_of_open_connections(const course::Site& site, std::size_t count) {
    std::vector<aio::Socket> connections = aio::open_connections(site.url(), count);
    return course::measure([&] { (void)aio::get_at_once(site.url(), connections); },
                           site.thread_id());
}

void thousands_at_once(const Options& options) {
    const course::Site site(options);
    course::Table table({{"GETs", course::Align::right},
                         {"connections"},
                         {"time", course::Align::right},
                         {"CPU", course::Align::right},
                         {"CPU of one", course::Align::right},
                         {"peak memory", course::Align::right},
                         {"switches", course::Align::right}});
    if (!options.url.empty()) {  // not ten thousand at once to somebody else's server
        const auto count = static_cast<std::size_t>(options.count);
        add_row(table, count, "new", cost_of_new_connections(site, count));
        return table.print();
    }
    for (const std::size_t count : {10U, 1'000U, 10'000U}) {
        const Cost cost = cost_of_new_connections(site, count);
        add_row(table, count, "new", cost);
        if (count > 10) course::report_cost(5, with_commas(count) + " GETs, selector loop", cost);
    }
    add_row(table, 1'000, "open before", cost_of_open_connections(site, 1'000));
    table.print();
}

// ── 5 ──
/// Makes events for `time` and returns how long one took.
std::chrono::duration<double> time_of_one(aio::WatchedEvents& watched,
                                          std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    int events = 0;
    while (Clock::now() - start < time) {
        watched.one_event();
        ++events;
    }
    return std::chrono::duration<double>(Clock::now() - start) / events;
}

/// The time of one event among `count` watched descriptors; "-" where there cannot be so many.
template <class Selector>
std::string cost_of_one_event(std::size_t count) try {
    Selector selector;
    aio::WatchedEvents watched(selector, count);
    (void)time_of_one(watched, std::chrono::milliseconds(15));  // warms the caches
    return course::format_seconds(time_of_one(watched, std::chrono::milliseconds(25)));
} catch (const aio::ValueError&) {
    return "-";  // beyond what select can hold
}

void one_event_among_many(const Options&) {
    course::Table table({{"watched", course::Align::right},
                         {"select", course::Align::right},
                         {"poll", course::Align::right},
                         {"epoll", course::Align::right}});
    const std::size_t limit = aio::raise_descriptor_limit(10'100) - 100;
    for (const std::size_t count : {10U, 100U, 1'000U, 10'000U}) {
        if (count > limit) break;  // this system does not allow so many descriptors
        table.add({with_commas(count), cost_of_one_event<aio::SelectSelector>(count),
                   cost_of_one_event<aio::PollSelector>(count),
                   cost_of_one_event<aio::EpollSelector>(count)});
    }
    table.print();
}

// ── 6 ──
std::string reason(const std::exception_ptr& error) try {
    std::rethrow_exception(error);
} catch (const std::system_error& failure) {
    return failure.code().message();
} catch (const std::exception& failure) {
    return failure.what();
}

void a_try_block_that_catches_nothing(const Options&) {
    aio::Socket taken(AF_INET);  // has a port, but does not listen
    taken.bind(aio::Address::ipv4("127.0.0.1", 0));
    aio::DefaultSelector selector;
    aio::Callbacks callbacks(selector);
    try {
        aio::nested_get(callbacks, taken.local_address(), "GET / HTTP/1.0\r\n\r\n",
                        [](const std::exception_ptr& error, const aio::Response& response) {
                            if (error) return fmt::print("a callback: {}\n", reason(error));
                            fmt::print("a callback: {}\n", response.status);
                        });
        fmt::print("the try block is over: nothing was thrown\n");
    } catch (const std::exception& error) {
        fmt::print("caught: {}\n", error.what());
    }
    aio::run_callbacks(selector);
}

// ── 7 ──
void one_throw_stops_them_all(const Options& options) {
    int done = 0;
    TenGets gets(options, [&](int, aio::RequestGet&) {
        if (++done == 3) throw std::runtime_error("a mistake in the third answer's callback");
    });
    try {
        gets.run();
    } catch (const std::runtime_error& error) {
        fmt::print("out of the loop came: {}\n", error.what());
    }
    fmt::print("{} of {} were answered\n", done, TenGets::kCount);
}

}  // namespace

int main(int argc, char** argv) {
    return course::run_program(
        argc, argv, "Chapter 05: a selector and callbacks",
        {{"A selector by hand", a_selector_by_hand},
         {"Ten GETs at once", ten_at_once},
         {"They finish out of order", out_of_order},
         {"A thousand, and ten thousand", thousands_at_once},
         {"One event among many: select, poll, epoll", one_event_among_many},
         {"Why callbacks hurt: a try block that catches nothing", a_try_block_that_catches_nothing},
         {"Why callbacks hurt: one throw stops them all", one_throw_stops_them_all}});
}
