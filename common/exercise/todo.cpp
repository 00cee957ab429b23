#include "common/exercise/todo.hpp"

#include <cstdio>

void aio::todo(const char* id) {
    const std::string message =
        std::string("exercise ") + id + " is not written yet (./learn hint " + id + " helps)";
    std::fprintf(stderr, "%s\n", message.c_str());
    throw NotImplementedError(message);
}
