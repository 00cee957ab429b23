#pragma once
// Waits until somebody saves a source file below a folder.
//
// The kernel tells us (inotify(7)) if it can. On some file systems (network, shared with a virtual
// machine) it cannot, or it has no watches left: then we look five times a second, which works
// everywhere.
#include <filesystem>
#include <memory>

namespace learn {

/// Makes SIGINT and SIGTERM something to wait for, instead of the end of the program.
/// Programs that we run still get them as usual.
class StopSignal {
  public:
    StopSignal();   ///< from here on the signals wait for us
    ~StopSignal();  ///< forgets what came meanwhile
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    /// Whether one has come. Stays true.
    [[nodiscard]] bool arrived();

    [[nodiscard]] int fd() const noexcept { return fd_; }  ///< readable when one has come

  private:
    int fd_ = -1;
    bool arrived_ = false;
};

/// Says whether a .hpp, .cpp or .toml below a folder (hidden folders left out) was written, moved
/// or removed. Thread rule: one thread.
class Watcher {
  public:
    Watcher() = default;
    virtual ~Watcher() = default;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// Whether something changed since the last call. Does not wait.
    [[nodiscard]] virtual bool changed() = 0;

    /// Waits for a change, or until `other` (a file descriptor) is readable: then false.
    /// An editor that writes several files at once makes one change.
    [[nodiscard]] virtual bool wait(int other) = 0;
};

/// Watches with inotify. Throws std::system_error if the kernel cannot.
[[nodiscard]] std::unique_ptr<Watcher> watch_by_inotify(const std::filesystem::path& folder);

/// Watches by looking at each file's time and size.
[[nodiscard]] std::unique_ptr<Watcher> watch_by_polling(const std::filesystem::path& folder);

/// The first that works here.
[[nodiscard]] std::unique_ptr<Watcher> watch(const std::filesystem::path& folder);

}  // namespace learn
