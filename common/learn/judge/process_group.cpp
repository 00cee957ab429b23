#include "common/learn/judge/process_group.hpp"

#include <array>
#include <csignal>

namespace learn {
namespace {

/// What the signal handler may touch: lock-free and of a fixed size.
std::array<std::atomic<pid_t>, 16> guarded{};
static_assert(std::atomic<pid_t>::is_always_lock_free);

/// Kills the groups, then lets the signal do what it would have done to us.
void end_all(int signal) {
    for (const std::atomic<pid_t>& group : guarded) {
        if (const pid_t id = group.load(); id != 0) kill(-id, SIGKILL);
    }
    raise(signal);  // SA_RESETHAND: the default is back, and acts when we return
}

void handle(int signal) noexcept {
    struct sigaction now {};
    if (sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
    now.sa_handler = end_all;
    now.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &now, nullptr);
}

}  // namespace

GroupGuard::GroupGuard(pid_t group) noexcept {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) handle(signal);
    for (std::atomic<pid_t>& slot : guarded) {
        pid_t free = 0;
        if (!slot.compare_exchange_strong(free, group)) continue;
        slot_ = &slot;
        return;
    }
}

GroupGuard::~GroupGuard() {
    if (slot_ != nullptr) slot_->store(0);
}

}  // namespace learn
