#include "common/learn/judge/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "common/learn/judge/process_group.hpp"

namespace learn {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

/// posix_spawn functions return the error.
void check(int error, const std::string& what) {
    if (error != 0) fail(error, what);
}

class Pipe {
  public:
    Pipe() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) fail(errno, "pipe2");
    }
    ~Pipe() {
        close_writer();
        close(ends_[0]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int reader() const noexcept { return ends_[0]; }
    [[nodiscard]] int writer() const noexcept { return ends_[1]; }
    void close_writer() noexcept {
        if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

/// What posix_spawn does between fork and exec.
class SpawnSetup {
  public:
    SpawnSetup() {
        check(posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
        check(posix_spawnattr_init(&attributes), "posix_spawnattr_init");
    }
    ~SpawnSetup() {
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;

    void change_folder(const std::filesystem::path& folder) {
        if (folder.empty()) return;
        check(posix_spawn_file_actions_addchdir_np(&actions, folder.c_str()), "chdir");
    }

    void redirect(int output) {
        check(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0), "open");
        check(posix_spawn_file_actions_adddup2(&actions, output, 1), "dup2");
        check(posix_spawn_file_actions_adddup2(&actions, output, 2), "dup2");
    }

    /// A program starts with the signals as a shell would set them, whatever we do with ours.
    void prepare_process(bool own_group) {
        sigset_t none{};
        sigset_t ours{};
        sigemptyset(&none);
        sigemptyset(&ours);
        for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&ours, signal);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &ours);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        if (own_group) flags |= POSIX_SPAWN_SETPGROUP;  // 0, the default: a new group
        check(posix_spawnattr_setflags(&attributes, static_cast<short>(flags)),
              "posix_spawnattr_setflags");
    }

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

/// A running program. Every way out waits for it.
class Child {
  public:
    Child(pid_t id, bool own_group) : id_(id) {
        if (own_group) guard_.emplace(id);
    }
    ~Child() {
        if (id_ == 0) return;
        signal(SIGKILL);
        wait();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void end() const noexcept { signal(guard_ ? SIGKILL : SIGTERM); }

    int wait() {
        int status = 0;
        while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
        }
        id_ = 0;
        guard_.reset();
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

  private:
    void signal(int number) const noexcept { kill(guard_ ? -id_ : id_, number); }

    pid_t id_;
    std::optional<GroupGuard> guard_;  ///< of a child with a group of its own
};

using Variables = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> environment(const Variables& changes) {
    std::vector<std::string> all;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        const std::string_view name = text.substr(0, text.find('='));
        const bool changed = std::any_of(changes.begin(), changes.end(),
                                         [&](const auto& change) { return change.first == name; });
        if (!changed) all.emplace_back(text);
    }
    for (const auto& [name, value] : changes) all.push_back(fmt::format("{}={}", name, value));
    return all;
}

/// The form that exec() takes. Refers to `words`.
std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    all.reserve(words.size() + 1);
    for (std::string& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

pid_t spawn(std::vector<std::string> argv, const RunOptions& options, int output) {
    SpawnSetup setup;
    setup.change_folder(options.cwd);
    setup.prepare_process(options.own_group);
    if (!options.inherit) setup.redirect(output);
    std::vector<std::string> variables = environment(options.env);
    pid_t id = 0;
    check(posix_spawnp(&id, argv.at(0).c_str(), &setup.actions, &setup.attributes,
                       pointers(argv).data(), pointers(variables).data()),
          "cannot start '" + argv[0] + "'");
    return id;
}

/// Cuts what arrives into lines.
class Lines {
  public:
    explicit Lines(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}

    void add(std::string_view text) {
        if (!on_line_) return;
        rest_ += text;
        std::size_t start = 0;
        for (std::size_t end = 0; (end = rest_.find('\n', start)) != std::string::npos;) {
            on_line_(std::string_view(rest_).substr(start, end - start));
            start = end + 1;
        }
        rest_.erase(0, start);
    }

    void finish() {
        if (on_line_ && !rest_.empty()) on_line_(rest_);
    }

  private:
    const std::function<void(std::string_view)>& on_line_;
    std::string rest_;
};

/// Reads what there is; empty at the end.
std::string_view read_some(int fd, std::array<char, 16384>& buffer) {
    for (;;) {
        const ssize_t count = read(fd, buffer.data(), buffer.size());
        if (count >= 0) return {buffer.data(), static_cast<std::size_t>(count)};
        if (errno != EINTR) fail(errno, "read");
    }
}

/// Asks `stop` five times a second, whether the program is silent or keeps printing.
class StopQuestion {
  public:
    explicit StopQuestion(const std::function<bool()>& stop) : stop_(stop) {}

    [[nodiscard]] bool says_stop() {
        const auto now = std::chrono::steady_clock::now();
        if (!stop_ || now < next_) return false;
        next_ = now + kPause;
        return stop_();
    }

    /// Waits until there is something to read, or it is time to ask again; whether there is.
    [[nodiscard]] bool wait_for_output(int fd) const {
        pollfd wanted{fd, POLLIN, 0};
        return poll(&wanted, 1, stop_ ? static_cast<int>(kPause.count()) : -1) > 0;
    }

  private:
    static constexpr std::chrono::milliseconds kPause{200};
    const std::function<bool()>& stop_;
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + kPause;
};

std::string collect(int fd, const RunOptions& options, const Child& child) {
    std::string output;
    Lines lines(options.on_line);
    std::array<char, 16384> buffer{};
    for (StopQuestion stop(options.stop);;) {
        if (stop.says_stop()) {
            child.end();
            break;
        }
        if (!stop.wait_for_output(fd)) continue;
        const std::string_view part = read_some(fd, buffer);
        if (part.empty()) break;
        if (output.size() < options.keep) output += part;
        if (options.echo) std::fwrite(part.data(), 1, part.size(), stdout);
        if (options.echo) std::fflush(stdout);
        lines.add(part);
    }
    lines.finish();
    return output;
}

}  // namespace

std::filesystem::path find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        std::filesystem::path file = std::filesystem::path(folder) / name;
        if (!folder.empty() && access(file.c_str(), X_OK) == 0) return file;
    }
    return {};
}

RunResult run(const std::vector<std::string>& argv, const RunOptions& options) {
    std::fflush(nullptr);  // what we said comes before what the program says
    Pipe pipe;
    const pid_t id = spawn(argv, options, pipe.writer());
    Child child(id, options.own_group);
    if (options.on_start) options.on_start(id);
    pipe.close_writer();
    RunResult result;
    if (!options.inherit) result.output = collect(pipe.reader(), options, child);
    result.exit_code = child.wait();
    return result;
}

void become(std::vector<std::string> argv) {
    std::fflush(nullptr);
    execv(argv.at(0).c_str(), pointers(argv).data());
    fail(errno, "cannot start '" + argv[0] + "'");
}

}  // namespace learn
