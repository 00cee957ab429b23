// ./learn: the learner's tool.
#include "common/learn/commands/command_line.hpp"

int main(int argc, char** argv) {
    return learn::run_command_line(LEARN_SOURCE_DIR, {argv + 1, argv + argc});
}
