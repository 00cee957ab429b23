#pragma once
// TypeError, the first of Python's built-in exceptions that the course needs under its own name.
//
// Like those that follow it in later chapters it derives from the standard exception that is
// closest: code that knows only the standard library catches it as a std::logic_error.
#include <stdexcept>

namespace aio {

/// An operation that does not fit the object it is applied to. Python's TypeError.
class TypeError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

}  // namespace aio
