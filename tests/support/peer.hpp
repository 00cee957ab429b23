#pragma once
// What tests of sockets need: a peer that does as it is told, a folder for Unix sockets, a signal
// that arrives while a thread sleeps in a system call, an end of what never ends.
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <sys/time.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/resolve.hpp"
#include "03_blocking_sockets/socket.hpp"

/// A server in a thread of its own: it accepts one connection after another, `connections` in all,
/// and gives each to `serve`.
class Peer {
  public:
    using Serve = std::function<void(aio::Socket)>;

    explicit Peer(Serve serve, const aio::Address& address = aio::Address::ipv4("127.0.0.1", 0),
                  int connections = 1)
        : listener_(aio::create_server(address)),
          address_(listener_.local_address()),
          thread_([this, connections, serve = std::move(serve)] { run(serve, connections); }) {}

    /// Stops listening, and waits for `serve`.
    ~Peer() {
        ::shutdown(listener_.fileno(), SHUT_RDWR);
        thread_.join();
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    [[nodiscard]] const aio::Address& address() const noexcept { return address_; }
    [[nodiscard]] std::string url() const { return "http://" + address_.to_string() + "/"; }

  private:
    /// The other end sees what the peer's error leads to.
    void run(const Serve& serve, int connections) {
        try {
            for (int i = 0; i < connections; ++i) serve(listener_.accept());
        } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
        }
    }

    aio::Socket listener_;
    aio::Address address_;
    std::thread thread_;
};

/// A connection to `address`.
inline aio::Socket connected_to(const aio::Address& address) {
    aio::Socket socket(address.family());
    socket.connect(address);
    return socket;
}

// Like send_all() and recv_until_closed(), so that a test of one does not need the other.
inline void write_all(aio::Socket& socket, std::string_view data) {
    while (!data.empty()) data = data.substr(socket.send(data));
}
inline std::string read_all(aio::Socket& socket) {
    std::string all;
    std::array<char, 4096> buffer;
    for (std::size_t count = 1; count > 0; all.append(buffer.data(), count)) {
        count = socket.recv(buffer);
    }
    return all;
}

/// An address where a connection is refused: bound, so that nobody else gets it, not listening.
class Deaf {
  public:
    Deaf() { socket_.bind(aio::Address::ipv4("127.0.0.1", 0)); }
    [[nodiscard]] aio::Address address() const { return socket_.local_address(); }

  private:
    aio::Socket socket_{AF_INET};
};

/// A listener whose queue is full, so that the next connect() sleeps until accept() makes room.
struct Crowded {
    aio::Socket server;
    std::vector<aio::Socket> waiting;

    explicit Crowded(const aio::Address& address) : server(aio::create_server(address, 0)) {
        for (int error = 0; error == 0;) {
            aio::Socket& socket = waiting.emplace_back(server.local_address().family());
            socket.set_blocking(waiting.size() == 1);  // TCP: the first is in at once
            error = socket.connect_ex(server.local_address());
        }
        waiting.pop_back();
    }
};

/// Closes so that the other end gets a reset instead of end-of-file.
inline void slam(aio::Socket socket) {
    std::array<char, 1> one;
    (void)socket.recv(one);
    socket.set_option(SOL_SOCKET, SO_LINGER, linger{1, 0});
}

/// `size` bytes of which no two neighbouring kilobytes are alike.
inline std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i + i / 251);
    return text;
}

/// For a process of its own, in which a call may never return, asleep or asking for ever: a thread
/// burns CPU time, and when half a second of it is gone, the kernel ends the process by SIGPROF.
inline void never_hang() {
    const itimerval half_a_second{{}, {0, 500'000}};
    aio::check(::setitimer(ITIMER_PROF, &half_a_second, nullptr), "setitimer");
    std::thread([] {
        for (std::atomic<int> turns = 0;; ++turns) continue;
    }).detach();
}

/// A new folder, removed with everything in it at the end of the scope.
class TemporaryFolder {
  public:
    TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "aio-XXXXXX") {
        if (::mkdtemp(path_.data()) == nullptr) throw aio::SystemError(errno, "mkdtemp", path_);
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }

  private:
    std::string path_;
};

/// Sends a signal to the thread that made it, while that thread sleeps in a system call. The
/// handler is installed without SA_RESTART, so that the call fails with EINTR.
class Interrupter {
  public:
    Interrupter() : target_(pthread_self()), thread_id_(gettid()) {
        struct sigaction action {};
        action.sa_handler = [](int) { ++handled(); };
        sigaction(SIGUSR1, &action, &before_);
        handled() = 0;
    }
    ~Interrupter() { sigaction(SIGUSR1, &before_, nullptr); }
    Interrupter(const Interrupter&) = delete;
    Interrupter& operator=(const Interrupter&) = delete;

    /// To be called by another thread: returns when the target has handled the signal and sleeps
    /// again (in the same call, repeated, or in a later one).
    void interrupt() {
        wait_until_asleep();
        const int before = handled();
        pthread_kill(target_, SIGUSR1);
        while (handled() == before) std::this_thread::yield();
        wait_until_asleep();
    }

    /// Waits until the target sleeps in the kernel: state S in proc(5).
    void wait_until_asleep() const {
        const std::string file = "/proc/self/task/" + std::to_string(thread_id_) + "/stat";
        for (std::string stat; stat.find(") S ") == stat.npos; std::this_thread::yield()) {
            std::getline(std::ifstream(file), stat);
        }
    }

    [[nodiscard]] static std::atomic<int>& handled() {
        static std::atomic<int> count{0};
        return count;
    }

  private:
    pthread_t target_;
    pid_t thread_id_;
    struct sigaction before_ {};
};

/// Whether `fd` is open in this process.
inline bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

/// How many descriptors this process has open.
inline std::ptrdiff_t open_descriptors() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// Runs `work`, which must throw an `Error`, and returns what the error says.
template <class Error>
std::string error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    } catch (const std::exception& error) {
        return std::string("another kind of error: ") + error.what();
    }
    return "no error";
}
