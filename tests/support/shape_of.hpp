#pragma once
// The shape of an exception group, as one line that reads in a failure:
// "eg[ValueError: 1, inner[KeyError: 2]]". A group other than a plain ExceptionGroup says its type:
// "BaseExceptionGroup eg[CancelledError]".
#include <exception>
#include <string>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_group.hpp"

inline std::string shape_of(const std::exception_ptr& error) {
    const auto* group = aio::exception_ptr_cast<aio::BaseExceptionGroup>(error);
    if (group == nullptr) return aio::describe(error);
    std::string name = aio::type_name(typeid(*group)) + " ";
    if (name.starts_with("aio::")) name.erase(0, 5);
    if (name == "ExceptionGroup ") name.clear();
    std::string members;
    for (const auto& member : group->exceptions()) {
        members += (members.empty() ? "" : ", ") + shape_of(member);
    }
    return name + group->message() + "[" + members + "]";
}

/// What `action` throws; "nothing" if it throws nothing.
template <class Action>
std::exception_ptr thrown_by(Action action) {
    try {
        action();
        return nullptr;
    } catch (...) {
        return std::current_exception();
    }
}
