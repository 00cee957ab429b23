#pragma once
// Where a TimeoutError comes from: what it carries inside.
//
// In Python an error knows which error was being handled when it was raised, and one can read the
// whole story. In C++ only std::throw_with_nested() keeps that story: the new error is then also a
// std::nested_exception, which holds the old one. So that is what we throw.
#include <exception>

#include "06_futures/errors.hpp"

namespace aio {

/// Throws a TimeoutError with `cancelled` inside. Python's `raise TimeoutError from cancelled`.
[[noreturn]] inline void throw_timeout_error(const std::exception_ptr& cancelled) {
    try {
        std::rethrow_exception(cancelled);
    } catch (...) {
        std::throw_with_nested(TimeoutError());
    }
}

/// `error` was thrown by a block whose time was up, but it is not the CancelledError. If it has one
/// inside, at whatever depth, a TimeoutError comes between the two: what was interrupted, and why.
inline void insert_timeout_error(const std::exception_ptr& error) {
    if (error == nullptr) return;
    try {
        std::rethrow_exception(error);
    } catch (std::nested_exception& outer) {
        const std::exception_ptr inner = outer.nested_ptr();
        if (!is_exactly<CancelledError>(inner)) return insert_timeout_error(inner);
        try {
            throw_timeout_error(inner);
        } catch (...) {
            outer = std::nested_exception();  // holds what is being handled here
        }
    } catch (...) {  // has nothing inside
    }
}

}  // namespace aio
