#pragma once
// except_star(): handlers for the errors of a group. Python's `except*`.
//
// A catch takes an exception or leaves it. From a group, one handler may take a part, the next one
// another part, and what nobody took goes on. So this is not a catch, but a chain inside one:
//
//     } catch (...) {
//         aio::except_star()
//             .on<ValueError>([](const ExceptionGroup& group) { ... })
//             .on<KeyError, TimeoutError>([](const ExceptionGroup& group) { ... })
//             .rethrow_rest();
//     }
//
// The laws (PEP 654): each error goes to the first handler that matches; each handler is called at
// most once, with a group of all its errors; if one throws, the others run all the same. At the end
// everything that is left is thrown at once.
#include <algorithm>
#include <concepts>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/exception_ptr_cast.hpp"

namespace aio {

/// What a handler can be for: an error, not a group, because it is given a group of errors.
template <class E>
concept Leaf = !std::derived_from<E, BaseExceptionGroup>;

/// The chain. It must end in rethrow_rest(), or errors are lost: the compiler warns.
class ExceptStar {
  public:
    /// Nothing happens if `error` is null.
    explicit ExceptStar(std::exception_ptr error) : error_(std::move(error)), rest_(error_) {}
    ExceptStar(const ExceptStar&) = delete;
    ExceptStar& operator=(const ExceptStar&) = delete;
    ~ExceptStar() = default;

    /// Calls handler(group), or handler(), if there are errors that `catch (const E&)` would catch,
    /// for at least one E. The group is an ExceptionGroup if every E is a std::exception; else a
    /// BaseExceptionGroup. A single error comes in a group with an empty message. In the handler,
    /// `throw;` rethrows the group. A handler cannot await: keep what it needs, and await later.
    template <Leaf... E, class Handler>
    requires(sizeof...(E) > 0)
        [[nodiscard("the chain must end in .rethrow_rest()")]] ExceptStar&& on(
            Handler&& handler) && {
        if (const ExceptionGroupPtr match = take<E...>()) {
            handle(match,
                   [&] { call<(std::derived_from<E, std::exception> && ...)>(handler, *match); });
        }
        return std::move(*this);
    }

    /// Throws what is left, if anything: errors that nobody took, or that were rethrown, in the
    /// shape they had; with them, anything new that handlers have thrown.
    void rethrow_rest() &&;

  private:
    template <class... E>
    [[nodiscard]] ExceptionGroupPtr take();
    template <class Call>
    void handle(const ExceptionGroupPtr& match, Call call);
    template <bool errors_only, class Handler>
    static void call(Handler& handler, const BaseExceptionGroup& group);
    [[nodiscard]] std::exception_ptr join_kept() const;

    std::exception_ptr error_;
    std::exception_ptr rest_;                 // what no handler has taken
    std::vector<std::exception_ptr> kept_;    // parts that were rethrown
    std::vector<std::exception_ptr> raised_;  // new errors that handlers threw
};

/// Handles the errors of `error`, or of the exception that is being handled.
[[nodiscard("the chain must end in .rethrow_rest()")]] inline ExceptStar except_star(
    std::exception_ptr error = std::current_exception()) {
    return ExceptStar(std::move(error));
}
[[nodiscard("the chain must end in .rethrow_rest()")]] inline ExceptStar except_star(
    const BaseExceptionGroup& group) {
    return ExceptStar(group.as_ptr());
}

// ── one handler ─────────────────────────────────────────────────────────────────────────────────

/// Takes the part that matches out of the rest.
template <class... E>
ExceptionGroupPtr ExceptStar::take() {
    if (rest_ == nullptr) return nullptr;
    Catches<E...> matches;
    if (exception_ptr_cast<BaseExceptionGroup>(rest_) == nullptr) {
        if (!matches(rest_)) return nullptr;
        return make_exception_group("", {std::exchange(rest_, nullptr)});
    }
    ExceptionGroupParts parts = split_group(ExceptionGroupPtr(rest_), matches);
    rest_ = parts.rest;
    return parts.match;
}

/// Calls the handler while `match` is the exception being handled. What it throws is noted.
template <class Call>
void ExceptStar::handle(const ExceptionGroupPtr& match, Call call) {
    try {
        std::rethrow_exception(match);
    } catch (...) {
        try {
            call();
        } catch (...) {
            const std::exception_ptr thrown = std::current_exception();
            (thrown == match ? kept_ : raised_).push_back(thrown);
        }
    }
}

template <bool errors_only, class Handler>
void ExceptStar::call(Handler& handler, const BaseExceptionGroup& group) {
    using Group = std::conditional_t<errors_only, ExceptionGroup, BaseExceptionGroup>;
    if constexpr (std::invocable<Handler&>) {
        handler();
    } else {
        static_assert(std::is_void_v<std::invoke_result_t<Handler&, const Group&>>,
                      "a handler returns nothing: it is not a coroutine, and cannot await");
        // A group of a reader's own type may not be an ExceptionGroup, whatever is in it.
        if (const auto* const known = dynamic_cast<const Group*>(&group)) {
            handler(*known);
        } else if constexpr (std::invocable<Handler&, const BaseExceptionGroup&>) {
            handler(group);
        } else {
            handler(Group(group.message(), group.exceptions()));
        }
    }
}

// ── the end ─────────────────────────────────────────────────────────────────────────────────────

inline void ExceptStar::rethrow_rest() && {
    if (rest_ != nullptr) kept_.push_back(rest_);
    if (std::exception_ptr kept = join_kept()) raised_.push_back(std::move(kept));
    if (raised_.empty()) return;
    if (raised_.size() == 1) std::rethrow_exception(raised_.front());
    std::rethrow_exception(make_exception_group("", std::move(raised_)));
}

/// The parts come from one tree, and become one tree again: those errors of the original that are
/// in a part. A single part needs no work.
inline std::exception_ptr ExceptStar::join_kept() const {
    if (kept_.empty()) return nullptr;
    if (kept_.size() == 1) return kept_.front();
    std::vector<const void*> kept;
    for (const std::exception_ptr& part : kept_) {
        for (const std::exception_ptr& error : leaves(*ExceptionGroupPtr(part))) {
            kept.push_back(exception_address(error));
        }
    }
    std::sort(kept.begin(), kept.end(), std::less<>());
    auto is_kept = [&kept](const std::exception_ptr& error) {
        return std::binary_search(kept.begin(), kept.end(), exception_address(error),
                                  std::less<>());
    };
    return split_group(ExceptionGroupPtr(error_), is_kept).match;
}

}  // namespace aio
