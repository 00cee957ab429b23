#pragma once
// How a group is split: into the errors that somebody wants, and the rest.
//
// The laws (PEP 654): order and nesting stay; a group that has become empty vanishes; both parts
// say what the whole said; what matches as a whole stays what it is; every other part of a group is
// what its derive() makes. No error is copied or thrown: the parts share their members with the
// whole.
#include <exception>
#include <utility>
#include <vector>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/exception_ptr_cast.hpp"

namespace aio {

/// The part of `group` that has these exceptions; null if there are none. If that is all of a plain
/// group, it is the group itself, because nobody could tell the difference: most handlers want
/// nothing of most groups.
[[nodiscard]] inline ExceptionGroupPtr part_of(const ExceptionGroupPtr& group,
                                               std::vector<std::exception_ptr> exceptions) {
    if (exceptions.empty()) return nullptr;
    if (exceptions != group->exceptions()) return group->derive_group(std::move(exceptions));
    return group->is_of_ones_own() ? group->derive_all() : group;
}

/// Splits `group` into the exceptions for which matches(exception_ptr) is true, and the rest. It is
/// asked about groups, too: one that matches is taken as a whole. Linear in the number of
/// exceptions. RuntimeError for a group of more than kMaxDepth levels that is not taken as a whole.
template <class Predicate>
ExceptionGroupParts split_group(const ExceptionGroupPtr& group, Predicate& matches) {
    const std::exception_ptr& whole = group;
    if (matches(whole)) return {group, nullptr};
    if (group->depth() > BaseExceptionGroup::kMaxDepth)
        throw RuntimeError("maximum recursion depth exceeded in a group");
    std::vector<std::exception_ptr> match;
    std::vector<std::exception_ptr> rest;
    Catches<BaseExceptionGroup> is_group;
    for (const std::exception_ptr& member : group->exceptions()) {
        if (!is_group(member)) {
            (matches(member) ? match : rest).push_back(member);
            continue;
        }
        const ExceptionGroupParts parts = split_group(ExceptionGroupPtr(member), matches);
        if (parts.match) match.push_back(parts.match);
        if (parts.rest) rest.push_back(parts.rest);
    }
    return {part_of(group, std::move(match)), part_of(group, std::move(rest))};
}

/// The errors of a group and of the groups in it, depth first, in order.
[[nodiscard]] inline std::vector<std::exception_ptr> leaves(const BaseExceptionGroup& group) {
    std::vector<std::exception_ptr> errors;
    std::vector<std::exception_ptr> left(group.exceptions().rbegin(), group.exceptions().rend());
    while (!left.empty()) {
        const std::exception_ptr next = std::move(left.back());
        left.pop_back();
        if (const auto* inner = exception_ptr_cast<BaseExceptionGroup>(next)) {
            left.insert(left.end(), inner->exceptions().rbegin(), inner->exceptions().rend());
        } else {
            errors.push_back(next);
        }
    }
    return errors;
}

}  // namespace aio
