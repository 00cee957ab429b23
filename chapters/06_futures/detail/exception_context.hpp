#pragma once
// What is reported to a loop, and who is told: its exception handler.
#include <exception>
#include <functional>
#include <string>

namespace aio {

class EventLoop;

/// What the exception handler is told: what happened, to whom, and the error, if there is one.
struct ExceptionContext {
    std::string message;           ///< "Task exception was never retrieved"
    std::exception_ptr exception;  ///< null for a report without an error
    std::string source;            ///< the handle, future or task concerned, described
};

using ExceptionHandler = std::function<void(EventLoop&, const ExceptionContext&)>;

}  // namespace aio
