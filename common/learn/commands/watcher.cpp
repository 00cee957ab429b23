#include "common/learn/commands/watcher.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace learn {
namespace {

namespace fs = std::filesystem;

constexpr int kLook = 200;   // ms between two looks
constexpr int kSettle = 50;  // ms without news until a change is over

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

sigset_t stop_signals() {
    sigset_t set{};
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

bool is_source(const fs::path& file) {
    const fs::path extension = file.extension();
    return extension == ".hpp" || extension == ".cpp" || extension == ".toml";
}

bool is_hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

/// Calls `visit` for each entry below `folder`, except hidden ones. What vanishes meanwhile is
/// skipped.
template <typename Visit>
void walk(const fs::path& folder, const Visit& visit) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        if (is_hidden(at->path())) {
            at.disable_recursion_pending();
        } else {
            visit(*at);
        }
    }
}

/// Waits `milliseconds` (-1: for ever) until one of two is readable. An `a` of -1 never is.
bool wait_readable(int a, int b, int milliseconds) {
    std::array<pollfd, 2> wanted{{{a, POLLIN, 0}, {b, POLLIN, 0}}};
    return poll(wanted.data(), wanted.size(), milliseconds) > 0;
}

bool is_readable(int fd) {
    return wait_readable(fd, -1, 0);
}

class InotifyWatcher final : public Watcher {
  public:
    explicit InotifyWatcher(const fs::path& folder)
        : folder_(folder), fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
        if (fd_ < 0) fail("inotify_init1");
        try {
            add_folders();
        } catch (...) {
            close(fd_);
            throw;
        }
    }
    ~InotifyWatcher() override { close(fd_); }

    bool changed() override {
        bool any = false;
        for (alignas(inotify_event) std::array<char, 8192> buffer{};;) {
            const ssize_t size = read(fd_, buffer.data(), buffer.size());
            if (size <= 0) return any;
            any = understand({buffer.data(), static_cast<std::size_t>(size)}) || any;
        }
    }

    bool wait(int other) override {
        bool any = false;
        while (!is_readable(other)) {
            if (!wait_readable(fd_, other, any ? kSettle : -1) && any) return true;
            any = changed() || any;
        }
        return false;
    }

  private:
    static constexpr std::uint32_t kMask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVE;

    [[nodiscard]] bool add(const fs::path& folder) const {
        return inotify_add_watch(fd_, folder.c_str(), kMask) >= 0;
    }

    void add_folders() const {
        if (!add(folder_)) fail("inotify_add_watch");
        walk(folder_, [this](const fs::directory_entry& entry) {
            // A folder that is gone again is not an error: there is nothing to watch in it.
            if (entry.is_directory() && !add(entry.path()) && errno != ENOENT)
                fail("inotify_add_watch");
        });
    }

    /// Whether one of the events in `bytes` is about a source file. A new folder may have files in
    /// it from before we watched it, so it counts too; so does an overflow of the kernel's queue.
    bool understand(std::string_view bytes) const {
        bool any = false;
        while (bytes.size() >= sizeof(inotify_event)) {
            inotify_event event{};
            std::memcpy(&event, bytes.data(), sizeof event);
            const char* name = bytes.data() + sizeof event;
            if ((event.mask & IN_Q_OVERFLOW) != 0) any = true;
            if (event.len > 0) any = concerns_us(event.mask, name) || any;
            bytes.remove_prefix(sizeof event + event.len);
        }
        return any;
    }

    bool concerns_us(std::uint32_t mask, const fs::path& name) const {
        if ((mask & IN_ISDIR) == 0) return is_source(name) && (mask & IN_CREATE) == 0;
        if (is_hidden(name)) return false;
        add_folders();
        return true;
    }

    fs::path folder_;
    int fd_;
};

class PollingWatcher final : public Watcher {
  public:
    explicit PollingWatcher(fs::path folder) : folder_(std::move(folder)), known_(look()) {}

    bool changed() override {
        Files now = look();
        const bool different = now != known_;
        known_ = std::move(now);
        return different;
    }

    bool wait(int other) override {
        while (!changed()) {
            if (wait_readable(-1, other, kLook)) return false;
        }
        while (!wait_readable(-1, other, kSettle) && changed()) {
        }
        return true;
    }

  private:
    using Files = std::map<fs::path, std::pair<fs::file_time_type, std::uintmax_t>>;

    [[nodiscard]] Files look() const {
        Files files;
        walk(folder_, [&](const fs::directory_entry& entry) {
            std::error_code gone;
            if (!is_source(entry.path()) || !entry.is_regular_file(gone)) return;
            files[entry.path()] = {entry.last_write_time(gone), entry.file_size(gone)};
        });
        return files;
    }

    fs::path folder_;
    Files known_;
};

}  // namespace

StopSignal::StopSignal() {
    const sigset_t set = stop_signals();
    fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd_ < 0) fail("signalfd");
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignal::~StopSignal() {
    const sigset_t set = stop_signals();
    signalfd_siginfo taken{};
    while (read(fd_, &taken, sizeof taken) > 0) {  // or it would end us when unblocked
    }
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    close(fd_);
}

bool StopSignal::arrived() {
    arrived_ = arrived_ || is_readable(fd_);
    return arrived_;
}

std::unique_ptr<Watcher> watch_by_inotify(const fs::path& folder) {
    return std::make_unique<InotifyWatcher>(folder);
}

std::unique_ptr<Watcher> watch_by_polling(const fs::path& folder) {
    return std::make_unique<PollingWatcher>(folder);
}

std::unique_ptr<Watcher> watch(const fs::path& folder) {
    try {
        return watch_by_inotify(folder);
    } catch (const std::system_error&) {
        return watch_by_polling(folder);
    }
}

}  // namespace learn
