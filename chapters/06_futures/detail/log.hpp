#pragma once
// Where the stack says what nobody asked: warnings, and errors that nobody took.
//
// Python has the logging module and warnings.warn. We have one function; a program that keeps a
// log of its own puts its own function in its place.
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

namespace aio {

/// Receives one message, which may have several lines.
using LogHandler = std::function<void(const std::string& message)>;

inline LogHandler& log_handler() {
    static LogHandler handler;
    return handler;
}

/// Sends messages to `handler` from now on; an empty one means stderr again. Returns the one
/// before. Thread rule: set it before other threads start.
inline LogHandler set_log_handler(LogHandler handler) {
    return std::exchange(log_handler(), std::move(handler));
}

/// Says `message`, on stderr unless somebody else listens. Never throws: it is called from
/// destructors.
inline void log(const std::string& message) noexcept {
    try {
        if (log_handler()) return log_handler()(message);
        std::fprintf(stderr, "%s\n", message.c_str());
    } catch (...) {
        std::fprintf(stderr, "%s\n(the log handler failed)\n", message.c_str());
    }
}

}  // namespace aio
