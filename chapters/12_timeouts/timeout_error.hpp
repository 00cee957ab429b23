#pragma once
// What a TimeoutError says: that time was up, and what that interrupted.
//
// In Python an error knows which error was being handled when it was raised, and a traceback tells
// the whole story. In C++ only std::throw_with_nested() keeps it: the new error is then also a
// std::nested_exception, which holds the old one. So that is what we throw.
#include <exception>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/exception_ptr_cast.hpp"

namespace aio {

/// Throws a TimeoutError with `cancelled` inside. Python's `raise TimeoutError from cancelled`.
[[noreturn]] inline void throw_timeout_error(const std::exception_ptr& cancelled) {
    try {
        std::rethrow_exception(cancelled);
    } catch (...) {
        std::throw_with_nested(TimeoutError());
    }
}

/// If `error` has a CancelledError inside, at any depth, puts a TimeoutError around that: it says
/// why there was a cancel. (asyncio: Timeout._insert_timeout_error)
inline void insert_timeout_error(std::exception_ptr error) {
    while (const auto* outer = exception_ptr_cast<std::nested_exception>(error)) {
        const std::exception_ptr inner = outer->nested_ptr();
        if (!is_exactly<CancelledError>(inner)) {
            error = inner;
            continue;
        }
        try {
            throw_timeout_error(inner);
        } catch (...) {  // a nested_exception made here holds the TimeoutError
            const_cast<std::nested_exception&>(*outer) = std::nested_exception();
        }
        return;
    }
}

/// The same for `error`, thrown by a block whose time was up, or null; if it is an ExceptionGroup,
/// for each error in it.
inline void insert_timeout_errors(const std::exception_ptr& error) {
    insert_timeout_error(error);
    if (const auto* group = exception_ptr_cast<ExceptionGroup>(error)) {
        for (const std::exception_ptr& member : group->exceptions()) insert_timeout_error(member);
    }
}

}  // namespace aio
