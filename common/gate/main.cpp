// ./learn check: the gate.
#include <sys/resource.h>

#include "common/gate/command_line.hpp"

/// A function with forty bodies in it (variants.hpp) has the frames of all forty: what recurses
/// deeply needs more stack for that. Programs that we start inherit the limit.
static void take_all_the_stack() {
    rlimit limit{};
    if (getrlimit(RLIMIT_STACK, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_STACK, &limit);
}

int main(int argc, char** argv) {
    take_all_the_stack();
    return learn::gate::run_command_line(LEARN_SOURCE_DIR, {argv + 1, argv + argc});
}
