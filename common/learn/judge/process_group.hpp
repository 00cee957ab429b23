#pragma once
// A process group that does not outlive us.
//
// A program in a group of its own can be killed with everything it has started. The price: the
// terminal's Ctrl-C reaches our group only. So a signal that ends us kills those groups first.
#include <atomic>

#include <sys/types.h>

namespace learn {

/// Kills the group when SIGINT, SIGTERM or SIGHUP ends us, while this lives. A signal that we
/// ignore, block or handle ourselves stays as it is. Thread-safe.
class GroupGuard {
  public:
    explicit GroupGuard(pid_t group) noexcept;
    ~GroupGuard();
    GroupGuard(const GroupGuard&) = delete;
    GroupGuard& operator=(const GroupGuard&) = delete;

  private:
    std::atomic<pid_t>* slot_ = nullptr;  ///< null if too many are guarded already
};

}  // namespace learn
