#pragma once
// The body of an exercise that nobody has written yet.
//
// `./learn start N` puts a call of todo() where the body of a function was. It compiles in any
// function, whatever that returns; called, it fails and names the exercise.
#include <stdexcept>
#include <string>

namespace aio {

/// Thrown by todo(): Python's NotImplementedError. what() names the exercise and what to type.
class NotImplementedError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Marks exercise `id` ("5.2") as not written. Never returns: says so on stderr, where it survives
/// even a noexcept caller, and throws NotImplementedError.
[[noreturn]] void todo(const char* id);

}  // namespace aio
