#include "common/server/http_server.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "common/server/descriptor.hpp"
#include "common/server/listener.hpp"
#include "common/server/service.hpp"
#include "common/server/thread_sanitizer.hpp"

namespace course {
namespace {

/// Ten thousand connections need more descriptors than most shells allow at first.
void raise_descriptor_limit() {
    rlimit limit{};
    check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    if (limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

/// Gives the calling thread a descriptor table of its own, with nothing in it but 0, 1, 2 and
/// `keep`. So the server's ten thousand sockets do not count against the limit of the program that
/// connects to them, and a process that the program forks does not inherit them. If the kernel
/// cannot do it (before Linux 5.9), the thread shares the program's table, as threads do.
void separate_descriptors(int keep) {
    if constexpr (kThreadSanitizer) return;
    const auto after = static_cast<unsigned>(std::max(keep, 2) + 1);
    if (close_range(after, ~0U, CLOSE_RANGE_UNSHARE) != 0) return;
    if (keep > 3) close_range(3, static_cast<unsigned>(keep - 1), 0);
}

/// Signals are for the program's own threads: a thread started while this lives handles none.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

/// Starts the thread, stops it, and holds what other threads may ask about it.
class HttpServer::Loop {
  public:
    explicit Loop(const std::string& host)
        : host_(host), stop_(check(eventfd(0, EFD_CLOEXEC), "eventfd")) {
        raise_descriptor_limit();
        std::promise<void> started;
        std::future<void> start = started.get_future();
        const SignalsBlocked blocked;
        thread_ = std::thread(&Loop::serve, this, std::move(started));
        try {
            start.get();
        } catch (...) {
            thread_.join();
            throw;
        }
    }

    ~Loop() {
        if (getpid() == process_) {
            stop();
            thread_.join();
        } else {
            thread_.detach();  // a forked child has a copy of this object, but not the thread
        }
    }

    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] const std::string& host() const noexcept { return host_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] pid_t thread_id() const noexcept { return thread_id_; }

    [[nodiscard]] Statistics statistics() {
        const std::lock_guard lock(seen_.mutex);
        return seen_.statistics;
    }

  private:
    /// What the thread runs. The constructor waits until set_value(), and takes the exceptions.
    void serve(std::promise<void> started) {
        std::optional<Listener> listener;
        std::optional<Service> service;
        try {
            pthread_setname_np(pthread_self(), "http_server");
            thread_id_ = gettid();
            separate_descriptors(stop_.get());
            service.emplace(listener.emplace(host_), stop_.get(), seen_);
            port_ = listener->port();
        } catch (...) {
            return started.set_exception(std::current_exception());
        }
        started.set_value();
        service->run();
    }

    void stop() const noexcept {
        const std::uint64_t one = 1;
        while (::write(stop_.get(), &one, sizeof one) < 0 && errno == EINTR) continue;
    }

    std::string host_;
    Descriptor stop_;  ///< an eventfd
    Seen seen_;
    std::uint16_t port_ = 0;
    pid_t thread_id_ = 0;
    pid_t process_ = getpid();
    std::thread thread_;
};

HttpServer::HttpServer(const std::string& host) : loop_(std::make_unique<Loop>(host)) {}

HttpServer::~HttpServer() = default;

const std::string& HttpServer::host() const noexcept {
    return loop_->host();
}

std::uint16_t HttpServer::port() const noexcept {
    return loop_->port();
}

pid_t HttpServer::thread_id() const noexcept {
    return loop_->thread_id();
}

HttpServer::Statistics HttpServer::statistics() const {
    return loop_->statistics();
}

std::string HttpServer::url(std::chrono::milliseconds delay, std::size_t bytes) const {
    const bool is_ipv6 = host().find(':') != std::string::npos && port() != 0;
    const std::string place = port() == 0 ? "localhost"
                              : is_ipv6   ? fmt::format("[{}]:{}", host(), port())
                                          : fmt::format("{}:{}", host(), port());
    return fmt::format("http://{}/?delay={}ms&bytes={}", place, delay.count(), bytes);
}

}  // namespace course
