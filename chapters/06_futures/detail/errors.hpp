#pragma once
// The exceptions of asyncio, with the one property that matters most: what a handler catches.
//
// CancelledError, SystemExit and KeyboardInterrupt are not errors but requests to stop. They do
// not derive from std::exception, so that `catch (const std::exception&)`, which means "whatever
// went wrong", cannot swallow them by accident. Python's BaseException draws the same line.
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include <cxxabi.h>

#include "05_selector_callbacks/errors.hpp"

namespace aio {

/// A future was asked for what it has not got yet, or given what it has already.
class InvalidStateError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Time is up. Python's TimeoutError.
class TimeoutError : public std::runtime_error {
  public:
    explicit TimeoutError(const std::string& message = "timed out") : std::runtime_error(message) {}
};

/// What a cancelled task sees at its await. Carries the text given to cancel(), if any.
class CancelledError final {
  public:
    CancelledError() = default;
    explicit CancelledError(std::string message) : message_(std::move(message)) {}
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const char* what() const noexcept {
        return message_.empty() ? "cancelled" : message_.c_str();
    }

  private:
    std::string message_;
};

/// The program should end. Leaves the event loop at once, from wherever it was thrown.
class SystemExit final {
  public:
    explicit SystemExit(int code = 0) noexcept : code_(code) {}
    [[nodiscard]] int code() const noexcept { return code_; }

  private:
    int code_;
};

/// Somebody pressed Ctrl-C. Leaves the event loop at once, as SystemExit does.
class KeyboardInterrupt final {};

/// Whether `error` is exactly an E. A look at its type: to rethrow and catch it costs a
/// microsecond, and a loop that cancels a hundred thousand tasks asks a hundred thousand times.
template <class E>
[[nodiscard]] bool is_exactly(const std::exception_ptr& error) noexcept {
    return error != nullptr && *error.__cxa_exception_type() == typeid(E);
}

/// A RuntimeError with `cause` inside (std::nested_exception), for a StopIteration that somebody
/// wants to put into a future: to a generator that awaits it, it would mean the end.
[[nodiscard]] inline std::exception_ptr stop_iteration_error(const std::exception_ptr& cause) {
    try {
        std::rethrow_exception(cause);
    } catch (...) {
        try {
            std::throw_with_nested(
                RuntimeError("StopIteration interacts badly with generators and cannot be raised "
                             "into a Future"));
        } catch (...) {
            return std::current_exception();
        }
    }
}

/// SystemExit or KeyboardInterrupt: what no part of the loop may hold back (semantics of
/// asyncio: Handle._run and Task.__step let them through).
[[nodiscard]] inline bool is_exit_request(const std::exception_ptr& error) noexcept {
    return is_exactly<SystemExit>(error) || is_exactly<KeyboardInterrupt>(error);
}

/// The name of a type as it stands in the source, for people: "aio::ValueError".
[[nodiscard]] inline std::string type_name(const std::type_info& type) {
    int status = 0;
    char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    std::string text = status == 0 ? name : type.name();
    std::free(name);  // NOLINT: __cxa_demangle hands over memory of malloc
    return text;
}

/// "ValueError: 3 is not a file descriptor": the type and the text of an error, for people. What
/// std::throw_with_nested() has wrapped around the type is left out.
[[nodiscard]] inline std::string describe(const std::exception_ptr& error) {
    constexpr std::string_view kNested = "std::_Nested_exception<";
    if (error == nullptr) return "nothing";
    std::string text = type_name(*error.__cxa_exception_type());
    if (text.starts_with(kNested))
        text = text.substr(kNested.size(), text.rfind('>') - kNested.size());
    if (text.starts_with("aio::")) text.erase(0, 5);
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return text + ": " + e.what();
    } catch (const CancelledError& e) {
        return e.message().empty() ? text : text + ": " + e.message();
    } catch (...) {
        return text;
    }
}

}  // namespace aio
