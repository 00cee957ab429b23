// ./learn check: the gate.
#include <algorithm>

#include <sys/resource.h>

#include "common/gate/command_line.hpp"

/// A function with forty bodies in it (variants.hpp) has the frames of all forty: what recurses
/// deeply needs more stack for that, and what recurses for ever must still end soon. Programs that
/// we start inherit the limit.
static void take_more_stack() {
    constexpr rlim_t kEnough = 256 << 20;
    rlimit limit{};
    if (getrlimit(RLIMIT_STACK, &limit) != 0) return;
    limit.rlim_cur = std::min(kEnough, limit.rlim_max);
    (void)setrlimit(RLIMIT_STACK, &limit);
}

int main(int argc, char** argv) {
    take_more_stack();
    return learn::gate::run_command_line(LEARN_SOURCE_DIR, {argv + 1, argv + argc});
}
