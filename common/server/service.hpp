#pragma once
// What the server's thread runs: one epoll, all connections, all delays.
//
// The order of a turn: wait for events, handle a batch of them, send the answers that are due, go
// on with the connections that asked for another turn. Every part of it is limited, so that no
// crowd at one door makes the others late. A wait looks for a moment before it sleeps: we measure
// clients against this server, and a client that has to wake it would pay for that.
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <sys/epoll.h>

#include "common/server/connection.hpp"
#include "common/server/delay_queue.hpp"
#include "common/server/descriptor.hpp"
#include "common/server/http_server.hpp"
#include "common/server/listener.hpp"

namespace course {

/// What the thread has seen. Hold the mutex to read or write it. The thread holds it while it
/// works, so that an answer which a client has read to its end is always counted.
struct Seen {
    std::mutex mutex;
    HttpServer::Statistics statistics;
};

/// Accepts from `listener` and serves, until `stop` (an eventfd) becomes readable.
class Service {
  public:
    Service(const Listener& listener, int stop, Seen& seen);

    /// Serves until it is told to stop. Throws std::system_error if epoll or timerfd fails.
    void run();

  private:
    static constexpr std::size_t kBatch = 64;
    using Events = std::array<epoll_event, kBatch>;

    std::size_t wait(Events& events);
    std::size_t look(Events& events, int timeout);
    void turn(const epoll_event* first, const epoll_event* last);
    void dispatch(const epoll_event& event);
    void accept_some(int listener);
    void add(Descriptor socket);
    void go_on(Connection& connection);
    void close(Connection& connection);
    void send_what_is_due();
    [[nodiscard]] bool is_due(TimePoint now) const;
    void give_turns();
    void set_alarm();
    void pause_accepting();
    void resume_accepting();
    void watch_listeners(std::uint32_t events);
    void watch(int operation, int descriptor, std::uint32_t events);

    Descriptor epoll_;
    Descriptor alarm_;  ///< a timerfd: epoll's own timeout is too coarse on older kernels
    const Listener& listener_;
    int stop_;
    Seen& seen_;
    bool stopped_ = false;
    TimePoint alarm_time_;  ///< when the alarm goes off; the epoch if it is not set
    DelayQueue delays_;
    Delayed accept_pause_;  ///< queued while there is no descriptor for another connection
    std::vector<std::unique_ptr<Connection>> connections_;  ///< by the number of its socket
    std::vector<int> turns_;                                ///< sockets that need a turn
};

}  // namespace course
