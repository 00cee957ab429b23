#pragma once
// Four of Python's built-in exceptions, so that an error has the name that Python gives it.
//
// Each derives from the closest standard exception, so `catch (const std::exception&)`
// sees them all. Errors of system calls are std::system_error, Python's OSError.
#include <stdexcept>

namespace aio {

/// What was looked up is not there. Python's LookupError.
class LookupError : public std::out_of_range {
  public:
    using std::out_of_range::out_of_range;
};

/// A key that is not there, or is there already. Python's KeyError.
class KeyError : public LookupError {
  public:
    using LookupError::LookupError;
};

/// An argument that no call could accept. Python's ValueError.
class ValueError : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// A call that the object's state does not allow. Python's RuntimeError.
class RuntimeError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace aio
