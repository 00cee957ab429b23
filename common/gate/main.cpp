// ./learn check: the gate.
#include "common/gate/command_line.hpp"

int main(int argc, char** argv) {
    return learn::gate::run_command_line(LEARN_SOURCE_DIR, {argv + 1, argv + argc});
}
