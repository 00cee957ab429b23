#pragma once
// ExceptionGroup: several errors at once, in one exception.
//
// One `throw` throws one exception, but three of ten tasks may fail. A group carries all errors,
// with a text that says what they have in common. It may hold groups: so a group is a tree, and its
// leaves are the errors. Sorting them means splitting the tree in two (split_group.hpp).
//
// The law: what a handler for errors must not swallow, it must not swallow in a group either. So
// there are two kinds of groups, and only one of them is a std::exception.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_ptr_cast.hpp"

namespace aio {

class BaseExceptionGroup;

/// An exception_ptr that holds a group, or null. Copies share the group.
class ExceptionGroupPtr {
  public:
    ExceptionGroupPtr(std::nullptr_t = nullptr) noexcept {}  // NOLINT: a pointer like any
    /// ValueError if `error` is something else.
    ExceptionGroupPtr(std::exception_ptr error);  // NOLINT: the same exception

    [[nodiscard]] explicit operator bool() const noexcept { return group_ != nullptr; }
    [[nodiscard]] const BaseExceptionGroup& operator*() const noexcept { return *group_; }
    [[nodiscard]] const BaseExceptionGroup* operator->() const noexcept { return group_; }

    /// The group as an exception: to throw it, or to put it into another group.
    operator const std::exception_ptr&() const noexcept { return error_; }  // NOLINT: see above

    friend bool operator==(const ExceptionGroupPtr& a, std::nullptr_t) noexcept {
        return a.group_ == nullptr;
    }

  private:
    std::exception_ptr error_;
    const BaseExceptionGroup* group_ = nullptr;  // inside *error_
};

/// The two parts of a group. One without errors is null.
struct ExceptionGroupParts {
    ExceptionGroupPtr match;
    ExceptionGroupPtr rest;
};

/// What split() does, for a group that is held (split_group.hpp).
template <class Predicate>
[[nodiscard]] ExceptionGroupParts split_group(const ExceptionGroupPtr& group, Predicate& matches);

/// A group of any exceptions, even of requests to stop, and therefore not a std::exception: a
/// handler for errors must not swallow a CancelledError, bare or in a group. It never changes;
/// copies share the members. Thread rule: any thread. Python's BaseExceptionGroup. (There the
/// constructor gives an ExceptionGroup if all members are errors. A C++ constructor cannot do that:
/// make_exception_group() does.)
class BaseExceptionGroup {
  public:
    /// ValueError if there are no exceptions, or one of them is null.
    BaseExceptionGroup(std::string message, std::vector<std::exception_ptr> exceptions)
        : content_(std::make_shared<Content>(std::move(message), std::move(exceptions))) {}
    BaseExceptionGroup(const BaseExceptionGroup&) = default;
    BaseExceptionGroup& operator=(const BaseExceptionGroup&) = delete;
    virtual ~BaseExceptionGroup() = default;

    [[nodiscard]] const std::string& message() const noexcept { return content_->message; }
    [[nodiscard]] const std::vector<std::exception_ptr>& exceptions() const noexcept {
        return content_->exceptions;
    }
    /// "message (2 sub-exceptions)".
    [[nodiscard]] virtual const char* what() const noexcept { return content_->text.c_str(); }

    /// The exceptions that `catch (const E&)` would catch, for at least one E, and the rest.
    /// RuntimeError for a group of more than kMaxDepth levels.
    template <class... E>
    requires(sizeof...(E) > 0) [[nodiscard]] ExceptionGroupParts split() const {
        return split(Catches<E...>());
    }
    /// The same for those for which matches(exception_ptr) is true. It is asked about groups too,
    /// and one that matches is taken as a whole.
    template <std::predicate<const std::exception_ptr&> Predicate>
    [[nodiscard]] ExceptionGroupParts split(Predicate matches) const {
        return split_group(as_ptr(), matches);
    }

    /// Those that match, alone.
    template <class... E>
    requires(sizeof...(E) > 0) [[nodiscard]] ExceptionGroupPtr subgroup() const {
        return split<E...>().match;
    }
    template <std::predicate<const std::exception_ptr&> Predicate>
    [[nodiscard]] ExceptionGroupPtr subgroup(Predicate matches) const {
        return split(std::move(matches)).match;
    }

    /// A group like this one, of other exceptions: this makes the parts of a split. A group of your
    /// own overrides it so that they keep its type, and what else it knows; else they are plain.
    [[nodiscard]] virtual std::exception_ptr derive(
        std::vector<std::exception_ptr> exceptions) const;

    /// This group as an exception: the one that is being handled, if this group is in it; else a
    /// copy, which is the same group. We cannot copy a group of your own, not knowing its type: its
    /// copy is what derive() makes.
    [[nodiscard]] ExceptionGroupPtr as_ptr() const;

    /// How many levels the tree has: 1 if no member is a group.
    [[nodiscard]] std::size_t depth() const noexcept { return content_->depth; }
    /// Splitting takes stack for every level. (In Python: the interpreter's recursion limit.)
    static constexpr std::size_t kMaxDepth = 1000;

    /// Whether both are the same group: one is a copy of the other, or derived with all its
    /// members.
    friend bool operator==(const BaseExceptionGroup& a, const BaseExceptionGroup& b) noexcept {
        return a.content_ == b.content_;
    }

  protected:
    [[nodiscard]] bool holds_errors_only() const noexcept { return content_->errors_only; }

  private:
    friend ExceptionGroupPtr make_exception_group(std::string message,
                                                  std::vector<std::exception_ptr> exceptions);
    friend ExceptionGroupPtr part_of(const ExceptionGroupPtr& group,
                                     std::vector<std::exception_ptr> exceptions);

    [[nodiscard]] bool is_of_ones_own() const noexcept;
    [[nodiscard]] ExceptionGroupPtr derive_group(std::vector<std::exception_ptr> exceptions) const;
    [[nodiscard]] ExceptionGroupPtr derive_all() const;

    struct Content {
        Content(std::string common, std::vector<std::exception_ptr> members);
        ~Content();
        Content(const Content&) = delete;
        Content& operator=(const Content&) = delete;

        std::string message;
        std::string text;
        std::vector<std::exception_ptr> exceptions;
        std::size_t depth = 1;
        bool errors_only = true;
    };

    std::shared_ptr<const Content> content_;
};

/// A group of errors, and of such groups. So it is an error itself: a std::exception.
/// Python's ExceptionGroup.
class ExceptionGroup : public BaseExceptionGroup, public std::exception {
  public:
    /// ValueError if there are no exceptions, or one of them is null, or no std::exception.
    ExceptionGroup(std::string message, std::vector<std::exception_ptr> exceptions)
        : ExceptionGroup(BaseExceptionGroup(std::move(message), std::move(exceptions))) {}

    [[nodiscard]] const char* what() const noexcept override { return BaseExceptionGroup::what(); }

  private:
    friend class BaseExceptionGroup;
    friend ExceptionGroupPtr make_exception_group(std::string message,
                                                  std::vector<std::exception_ptr> exceptions);

    explicit ExceptionGroup(const BaseExceptionGroup& group) : BaseExceptionGroup(group) {
        if (!holds_errors_only())
            throw ValueError("an ExceptionGroup holds std::exceptions: use a BaseExceptionGroup");
    }
};

/// An ExceptionGroup if all are errors; if not, a BaseExceptionGroup. Throws what that throws.
[[nodiscard]] inline ExceptionGroupPtr make_exception_group(
    std::string message, std::vector<std::exception_ptr> exceptions) {
    const BaseExceptionGroup group(std::move(message), std::move(exceptions));
    return group.holds_errors_only() ? std::make_exception_ptr(ExceptionGroup(group))
                                     : std::make_exception_ptr(group);
}

// ── groups of groups ────────────────────────────────────────────────────────────────────────────

inline std::exception_ptr BaseExceptionGroup::derive(
    std::vector<std::exception_ptr> exceptions) const {
    return make_exception_group(message(), std::move(exceptions));
}

inline bool BaseExceptionGroup::is_of_ones_own() const noexcept {
    return typeid(*this) != typeid(ExceptionGroup) && typeid(*this) != typeid(BaseExceptionGroup);
}

/// What derive() makes of them. ValueError if that is not a group.
inline ExceptionGroupPtr BaseExceptionGroup::derive_group(
    std::vector<std::exception_ptr> exceptions) const {
    ExceptionGroupPtr group = derive(std::move(exceptions));
    if (!group) throw ValueError("derive() of a group gave no group: " + message());
    return group;
}

/// What derive() makes of all members is this group again: it shares the content.
inline ExceptionGroupPtr BaseExceptionGroup::derive_all() const {
    ExceptionGroupPtr all = derive_group(exceptions());
    if (all->exceptions() == exceptions()) {
        const_cast<BaseExceptionGroup&>(*all).content_ = content_;  // NOLINT: it was just made
    }
    return all;
}

inline ExceptionGroupPtr BaseExceptionGroup::as_ptr() const {
    const std::exception_ptr handled = std::current_exception();
    if (exception_ptr_cast<BaseExceptionGroup>(handled) == this) return handled;
    if (is_of_ones_own()) return derive_all();
    const auto* const errors = dynamic_cast<const ExceptionGroup*>(this);
    return errors != nullptr ? std::make_exception_ptr(*errors) : std::make_exception_ptr(*this);
}

// ── what a group holds ──────────────────────────────────────────────────────────────────────────

inline ExceptionGroupPtr::ExceptionGroupPtr(std::exception_ptr error)
    : error_(std::move(error)), group_(exception_ptr_cast<BaseExceptionGroup>(error_)) {
    if (error_ != nullptr && group_ == nullptr)
        throw ValueError("not an exception group: " + describe(error_));
}

inline BaseExceptionGroup::Content::Content(std::string common,
                                            std::vector<std::exception_ptr> members)
    : message(std::move(common)), exceptions(std::move(members)) {
    if (exceptions.empty()) throw ValueError("a group needs at least one exception");
    Catches<std::exception> is_error;
    Catches<BaseExceptionGroup> is_group;
    for (const std::exception_ptr& member : exceptions) {
        if (member == nullptr) throw ValueError("a group cannot hold a null exception_ptr");
        errors_only = errors_only && is_error(member);
        if (is_group(member)) depth = std::max(depth, 1 + ExceptionGroupPtr(member)->depth());
    }
    text = fmt::format("{} ({} sub-exception{})", message, exceptions.size(),
                       exceptions.size() == 1 ? "" : "s");
}

/// A tree may be deeper than the stack: so its groups are destroyed one after another, not one
/// within the other.
inline BaseExceptionGroup::Content::~Content() {
    static thread_local std::vector<std::exception_ptr>* unused = nullptr;
    if (unused != nullptr) {
        std::move(exceptions.begin(), exceptions.end(), std::back_inserter(*unused));
        return;
    }
    unused = &exceptions;
    while (!exceptions.empty()) {
        const std::exception_ptr next = std::move(exceptions.back());
        exceptions.pop_back();
    }
    unused = nullptr;
}

}  // namespace aio

#include "11_task_groups/split_group.hpp"  // IWYU pragma: export
