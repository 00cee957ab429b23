#include "common/server/service.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include <sys/socket.h>
#include <sys/timerfd.h>

namespace course {
namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, which the timerfd counts by

constexpr std::uint32_t kInput = EPOLLIN | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t kInputAndOutput = kInput | EPOLLOUT;

/// How long the thread looks before it sleeps. Waking it takes longer than most answers, on both
/// sides, and in a crowd the next event is never far away.
constexpr std::chrono::microseconds kAwake{50};

/// With a single processor, a thread that looks without sleeping keeps the others from running.
bool may_stay_awake() {
    static const bool kSeveral = std::thread::hardware_concurrency() > 1;
    return kSeveral;
}

/// When there is no descriptor for a new connection: how long until we look again.
constexpr std::chrono::milliseconds kAcceptPause{10};

bool is_of_one_connection_only(int error) {
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM;
}

itimerspec at(TimePoint time) {
    const auto since_epoch = time.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
    itimerspec spec{};
    spec.it_value.tv_sec = seconds.count();
    spec.it_value.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
    return spec;
}

}  // namespace

Service::Service(const Listener& listener, int stop, Seen& seen)
    : epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      alarm_(check(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")),
      listener_(listener),
      stop_(stop),
      seen_(seen) {
    watch(EPOLL_CTL_ADD, stop_, EPOLLIN);
    watch(EPOLL_CTL_ADD, alarm_.get(), EPOLLIN | EPOLLET);
    for (const auto& socket : listener_.sockets()) watch(EPOLL_CTL_ADD, socket.get(), EPOLLIN);
}

void Service::run() {
    Events events;
    while (!stopped_) {
        const std::size_t count = wait(events);
        const std::lock_guard lock(seen_.mutex);
        turn(events.data(), events.data() + count);
    }
}

/// Waits until there are events, or an answer is due.
std::size_t Service::wait(Events& events) {
    TimePoint now = Clock::now();
    for (const TimePoint sleep_at = now + kAwake; now < sleep_at && may_stay_awake();
         now = Clock::now()) {
        const std::size_t count = look(events, 0);
        if (count > 0 || !turns_.empty() || is_due(now)) return count;
    }
    set_alarm();
    return look(events, turns_.empty() ? -1 : 0);  // the alarm ends the wait, too
}

std::size_t Service::look(Events& events, int timeout) {
    const int count = epoll_wait(epoll_.get(), events.data(), kBatch, timeout);
    if (count < 0 && errno == EINTR) return 0;
    return static_cast<std::size_t>(check(count, "epoll_wait"));
}

void Service::turn(const epoll_event* first, const epoll_event* last) {
    std::for_each(first, last, [this](const epoll_event& event) { dispatch(event); });
    send_what_is_due();
    give_turns();
}

void Service::dispatch(const epoll_event& event) {
    const int descriptor = event.data.fd;
    if (descriptor == stop_) {
        stopped_ = true;
    } else if (descriptor == alarm_.get()) {
        alarm_time_ = {};  // it is edge-triggered: there is no need to read it
    } else if (auto index = static_cast<std::size_t>(descriptor);
               index < connections_.size() && connections_[index]) {
        connections_[index]->notice(event.events);
        go_on(*connections_[index]);
    } else {
        accept_some(descriptor);
    }
}

void Service::accept_some(int listener) {
    for (std::size_t i = 0; i < kBatch; ++i) {
        Descriptor socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket.get() >= 0) {
            add(std::move(socket));
        } else if (!is_of_one_connection_only(errno)) {
            if (errno != EAGAIN) pause_accepting();
            return;
        }
    }
}

void Service::add(Descriptor socket) {
    const int number = socket.get();
    const auto index = static_cast<std::size_t>(number);
    if (index >= connections_.size()) connections_.resize(2 * index + 1);
    auto& statistics = seen_.statistics;
    connections_[index] = std::make_unique<Connection>(std::move(socket), statistics);
    watch(EPOLL_CTL_ADD, number, kInput);
    ++statistics.connections;
    statistics.most_open = std::max(statistics.most_open, ++statistics.open);
}

/// Lets `connection` go as far as it can, and sees to what it needs next.
void Service::go_on(Connection& connection) {
    switch (connection.advance()) {
        case Connection::Needs::input:
            return;
        case Connection::Needs::output:
            if (std::exchange(connection.watches_output, true)) return;
            return watch(EPOLL_CTL_MOD, connection.socket(), kInputAndOutput);
        case Connection::Needs::time:
            if (!connection.is_queued()) delays_.push(connection.deadline(), connection);
            return;
        case Connection::Needs::turn:
            if (std::exchange(connection.awaits_turn, true)) return;
            return turns_.push_back(connection.socket());
        case Connection::Needs::close:
            return close(connection);
    }
}

/// Closing the socket takes it out of epoll. A number left in turns_ is harmless: either nobody
/// has it, or its new owner gets an unnecessary turn.
void Service::close(Connection& connection) {
    delays_.remove(connection);
    connections_[static_cast<std::size_t>(connection.socket())].reset();
    --seen_.statistics.open;
    resume_accepting();
}

void Service::send_what_is_due() {
    if (delays_.empty()) return;
    const TimePoint now = Clock::now();
    for (std::size_t i = 0; i < kBatch && is_due(now); ++i) {
        Delayed& due = delays_.pop();
        if (&due == &accept_pause_) {
            watch_listeners(EPOLLIN);
        } else {
            auto& connection = static_cast<Connection&>(due);
            connection.time_is_up();
            go_on(connection);
        }
    }
}

bool Service::is_due(TimePoint now) const {
    return !delays_.empty() && delays_.deadline() <= now;
}

void Service::give_turns() {
    for (const int socket : std::exchange(turns_, {})) {
        const auto& connection = connections_[static_cast<std::size_t>(socket)];
        if (!connection) continue;
        connection->awaits_turn = false;
        go_on(*connection);
    }
}

/// Sets the timerfd to the earliest deadline. One that has passed makes it go off at once.
void Service::set_alarm() {
    if (delays_.empty() || delays_.deadline() == alarm_time_) return;
    alarm_time_ = delays_.deadline();
    const itimerspec time = at(alarm_time_);
    check(timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &time, nullptr), "timerfd_settime");
}

/// No descriptor is left. The waiting connections would wake us again and again for nothing, so we
/// look away until a while has passed or a connection has closed.
void Service::pause_accepting() {
    if (accept_pause_.is_queued()) return;
    watch_listeners(0);
    delays_.push(Clock::now() + kAcceptPause, accept_pause_);
}

void Service::resume_accepting() {
    if (!accept_pause_.is_queued()) return;
    delays_.remove(accept_pause_);
    watch_listeners(EPOLLIN);
}

void Service::watch_listeners(std::uint32_t events) {
    for (const auto& socket : listener_.sockets()) watch(EPOLL_CTL_MOD, socket.get(), events);
}

void Service::watch(int operation, int descriptor, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    check(epoll_ctl(epoll_.get(), operation, descriptor, &event), "epoll_ctl");
}

}  // namespace course
