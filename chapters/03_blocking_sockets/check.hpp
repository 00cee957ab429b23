#pragma once
// Every system call in the stack is checked here, and nowhere else.
//
// POSIX reports an error by returning -1 and leaving a number in errno. That is easy to forget and
// says little. check() turns it into a SystemError that names the call, the address or file it was
// about, and the reason: "connect(127.0.0.1:9): Connection refused".
// A signal is not an error: retry_eintr() makes the call again, as Python does (PEP 475).
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace aio {

/// A system call that failed: Python's OSError. `code() == std::errc::connection_refused` asks why.
class SystemError : public std::system_error {
  public:
    /// `error` is an errno value, `call` the system call ("connect"), `subject` what it was about
    /// (an address, a path; empty if there is nothing to name).
    SystemError(int error, std::string_view call, std::string_view subject = {})
        : std::system_error(error, std::system_category(), headline(call, subject)) {}

  private:
    static std::string headline(std::string_view call, std::string_view subject) {
        std::string text(call);
        return subject.empty() ? text : text.append("(").append(subject).append(")");
    }
};

/// Passes `result` on, or throws SystemError with the reason in errno if it is -1.
template <class Result>
Result check(Result result, std::string_view call, std::string_view subject = {}) {
    if (result == -1) throw SystemError(errno, call, subject);
    return result;
}

/// The same for anything that has a to_string(). The text is made only if the call failed.
template <class Result, class Subject>
requires requires(const Subject& subject) {
    subject.to_string();
}
Result check(Result result, std::string_view call, const Subject& subject) {
    if (result == -1) {
        const int error = errno;  // to_string() may change it
        throw SystemError(error, call, subject.to_string());
    }
    return result;
}

/// Makes the system call `call()` again for as long as a signal handler interrupts it.
/// A time limit of the socket (SO_RCVTIMEO) starts over each time.
template <class Call>
auto retry_eintr(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR) result = call();
    return result;
}

/// Whether `error` says "not now, try again". POSIX allows two numbers for it; Linux has one.
[[nodiscard]] constexpr bool is_would_block(int error) noexcept {
    return error == EAGAIN || error == EWOULDBLOCK;  // NOLINT(misc-redundant-expression)
}

}  // namespace aio
