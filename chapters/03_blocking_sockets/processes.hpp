#pragma once
// One process for each job: the oldest way to wait for several things at once.
//
// fork(2) makes a copy of the whole process. The copy has its own memory, so two jobs cannot
// disturb each other. Nor can they hand anything over: a child's result travels back through a
// socket. A child that has ended stays in the process table until its parent has asked how it
// ended (waitpid(2)). A ChildProcess never forgets to.
#include <csignal>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "03_blocking_sockets/check.hpp"
#include "03_blocking_sockets/socket.hpp"

namespace aio {

/// A job in a process of its own. A child that nobody waited for is killed by the destructor.
class ChildProcess {
  public:
    /// Runs `job` in a copy of this process, from now on. Throws SystemError (EAGAIN: too many).
    explicit ChildProcess(const std::function<std::string()>& job) {
        auto [ours, theirs] = socket_pair();
        pid_ = check(::fork(), "fork");
        if (pid_ == 0) be_the_child(job, theirs);
        result_ = std::move(ours);
    }
    ~ChildProcess() {
        if (pid_ == 0) return;
        ::kill(pid_, SIGKILL);
        retry_eintr([&] { return ::waitpid(pid_, nullptr, 0); });
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Waits until the job is done and returns what it returned. Throws std::runtime_error:
    /// "child process 123: " and the text of the error that the job threw, or
    /// "child process 123 was killed: " and the signal's name (strsignal(3)).
    [[nodiscard]] std::string wait() {
        std::string said = recv_until_closed(result_);
        const std::string name = "child process " + std::to_string(pid_);
        const int status = reap();
        if (WIFSIGNALED(status)) {
            throw std::runtime_error(name + " was killed: " + ::strsignal(WTERMSIG(status)));
        }
        if (WEXITSTATUS(status) != 0) throw std::runtime_error(name + ": " + said);
        return said;
    }

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }  ///< 0 once it has been waited for

  private:
    /// What the child does. It ends with _exit(2), not return: the rest of the stack, stdio's
    /// buffers and the destructors belong to the parent.
    [[noreturn]] static void be_the_child(const std::function<std::string()>& job, Socket& result) {
        int exit_code = 0;
        try {
            result.send_all(job());
        } catch (const std::exception& error) {
            exit_code = 1;
            send_if_possible(result, error.what());
        } catch (...) {
            exit_code = 1;
            send_if_possible(result, "an error that is no std::exception");
        }
        ::_exit(exit_code);
    }

    /// The parent may have gone: then there is nobody left to tell.
    static void send_if_possible(Socket& result, std::string_view text) noexcept {
        try {
            result.send_all(text);
        } catch (...) {  // NOLINT(bugprone-empty-catch)
        }
    }

    /// Takes the child out of the process table and returns how it ended (waitpid(2)).
    int reap() {
        int status = 0;
        check(retry_eintr([&] { return ::waitpid(pid_, &status, 0); }), "waitpid");
        pid_ = 0;
        return status;
    }

    pid_t pid_ = 0;
    Socket result_;  ///< the child sends its result and closes
};

/// Runs job(0), job(1), ... job(count - 1) at once, each in a process of its own, and returns what
/// they returned, in order. Throws what ChildProcess::wait() throws; then no child is left.
[[nodiscard]] inline std::vector<std::string> run_in_processes(
    int count, const std::function<std::string(int)>& job) {
    std::deque<ChildProcess> children;
    for (int i = 0; i < count; ++i) children.emplace_back([&job, i] { return job(i); });
    std::vector<std::string> results;
    results.reserve(children.size());
    for (ChildProcess& child : children) results.push_back(child.wait());
    return results;
}

}  // namespace aio
