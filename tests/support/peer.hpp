#pragma once
// What tests of sockets need: a peer that does as told, a folder for Unix sockets, a signal that
// arrives while a thread sleeps in a system call.
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/resolve.hpp"
#include "03_blocking_sockets/socket.hpp"

/// A server in a thread of its own: it takes one connection and gives it to `serve`.
class Peer {
  public:
    using Serve = std::function<void(aio::Socket)>;

    explicit Peer(Serve serve, const aio::Address& address = aio::Address::ipv4("127.0.0.1", 0))
        : listener_(aio::create_server(address)),
          address_(listener_.local_address()),
          thread_([this, serve = std::move(serve)] { run(serve); }) {}

    /// Stops to listen, and waits for `serve`.
    ~Peer() {
        ::shutdown(listener_.fileno(), SHUT_RDWR);
        thread_.join();
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    [[nodiscard]] const aio::Address& address() const noexcept { return address_; }
    [[nodiscard]] std::string url() const { return "http://" + address_.to_string() + "/"; }

  private:
    /// An error of the peer shows in what the other end gets.
    void run(const Serve& serve) {
        try {
            serve(listener_.accept());
        } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
        }
    }

    aio::Socket listener_;
    aio::Address address_;
    std::thread thread_;
};

/// A connection to `address`.
inline aio::Socket connected_to(const aio::Address& address) {
    return aio::create_connection({address});
}

/// A new folder that is gone, with all that is in it, at the end of the scope.
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
    /// again (in the same call, made anew, or in a later one).
    void interrupt() {
        wait_until_asleep();
        const int before = handled();
        pthread_kill(target_, SIGUSR1);
        while (handled() == before) std::this_thread::yield();
        wait_until_asleep();
    }

    /// Until the target sleeps in the kernel: state S in proc(5).
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
