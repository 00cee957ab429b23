#pragma once
// Context: all context variables that have been set, with their values, as an object.
//
// Every task runs in a context of its own, a copy of the one in which it was made. To copy a
// context is to refer to the same map, which costs the same for one variable and for a thousand. To
// choose where something runs, hold a Context: enter it with run(), or pass it to the loop or to a
// task, in place of the copy.
#include <any>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "06_futures/detail/context_snapshot.hpp"
#include "06_futures/detail/handle.hpp"
#include "07_coroutine_tasks/detail/any_task.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "13_context_variables/context_var.hpp"

namespace aio {

/// Python's contextvars.Context. Copies of the object refer to the same context; copy() makes
/// another one. Thread rule: one thread at a time; a copy() may go to another thread.
class Context {
  public:
    /// An empty one. For a copy of the current one, see copy_context().
    Context() : Context(ContextSnapshot()) {}
    /// One that begins with these variables.
    explicit Context(ContextSnapshot variables)
        : Context(*new SharedContext(std::move(variables))) {}
    /// This one.
    explicit Context(SharedContext& shared) noexcept : shared_(&shared) {}

    // ── running in it ───────────────────────────────────────────────────────────────────────────

    /// Calls function(arguments...), as std::invoke does, in this context, and returns its result.
    /// What it sets stays here, and does not reach the caller. RuntimeError("cannot enter
    /// context: ... is already entered"), with describe() in it, if this thread runs in it already.
    template <class F, class... Arguments>
    std::invoke_result_t<F, Arguments...> run(F&& function, Arguments&&... arguments) const {
        if (EnterContext::is_entered(shared_.get())) {
            throw RuntimeError("cannot enter context: " + describe() + " is already entered");
        }
        ContextSnapshot slot(shared_);
        const EnterContext enter(slot);
        return std::invoke(std::forward<F>(function), std::forward<Arguments>(arguments)...);
    }

    /// Another context that has the same variables now.
    [[nodiscard]] Context copy() const { return Context(ContextSnapshot(variables())); }

    /// For the parameters `context`: call_soon(context, function), {.context = context}.
    operator ContextRef() const noexcept { return shared_; }  // NOLINT: a context names itself

    // ── looking into it ─────────────────────────────────────────────────────────────────────────

    /// How many variables have been set in it. Defaults do not count.
    [[nodiscard]] std::size_t size() const noexcept { return map().size(); }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] bool contains(const AnyContextVar& var) const {
        return map().find(var.number()) != nullptr;
    }

    /// The value that `var` has in it; KeyError if it has none, even if `var` has a default.
    template <class T>
    [[nodiscard]] T operator[](const ContextVar<T>& var) const {
        if (const Binding<T>* binding = var.find_in(variables())) return binding->value();
        throw KeyError(var.describe());
    }
    /// The same, but std::nullopt if it has none.
    template <class T>
    [[nodiscard]] std::optional<T> get(const ContextVar<T>& var) const {
        const Binding<T>* binding = var.find_in(variables());
        return binding != nullptr ? std::optional<T>(binding->value()) : std::nullopt;
    }
    template <class T>
    [[nodiscard]] T get(const ContextVar<T>& var, std::type_identity_t<T> fallback) const {
        const Binding<T>* binding = var.find_in(variables());
        return binding != nullptr ? binding->value() : std::move(fallback);
    }

    [[nodiscard]] std::vector<AnyContextVar> keys() const {
        return collect<AnyContextVar>([](const AnyBinding& one) { return one.var(); });
    }
    /// Copies of the values, in the order of keys().
    [[nodiscard]] std::vector<std::any> values() const {
        return collect<std::any>([](const AnyBinding& one) { return one.copy_value(); });
    }
    [[nodiscard]] std::vector<std::pair<AnyContextVar, std::any>> items() const {
        return collect<std::pair<AnyContextVar, std::any>>(
            [](const AnyBinding& one) { return std::pair(one.var(), one.copy_value()); });
    }

    /// Whether the same variables have equal values in both.
    friend bool operator==(const Context& a, const Context& b) { return a.equals(b); }
    /// Whether both refer to the same context. Python: a is b.
    [[nodiscard]] bool is(const Context& other) const noexcept {
        return shared_.get() == other.shared_.get();
    }

    /// "<Context of 2 variables>"
    [[nodiscard]] std::string describe() const {
        return fmt::format("<Context of {} variable{}>", size(), size() == 1 ? "" : "s");
    }

  private:
    [[nodiscard]] ContextData* variables() const noexcept { return shared_.get()->variables(); }
    [[nodiscard]] PersistentMap map() const noexcept { return PersistentMap(variables()); }

    template <class Element, class Make>
    [[nodiscard]] std::vector<Element> collect(Make make) const {
        std::vector<Element> all;
        all.reserve(size());
        map().for_each(
            [&](MapEntry& entry) { all.push_back(make(static_cast<AnyBinding&>(entry))); });
        return all;
    }

    [[nodiscard]] bool equals(const Context& other) const {
        const PersistentMap ours = map();
        const PersistentMap theirs = other.map();
        if (ours.data().get() == theirs.data().get()) return true;
        if (ours.size() != theirs.size()) return false;
        bool all_equal = true;
        ours.for_each([&](MapEntry& entry) {
            auto* const there = static_cast<AnyBinding*>(theirs.find(entry.number()));
            all_equal = all_equal && there != nullptr &&
                        static_cast<AnyBinding&>(entry).has_value_of(*there);
        });
        return all_equal;
    }

    ContextSnapshot shared_;  // always a SharedContext
};

/// A copy of the current context. It costs the same however many variables there are.
/// contextvars.copy_context.
[[nodiscard]] inline Context copy_context() {
    return Context(ContextSnapshot::current());
}

// ── the context of what the loop runs ───────────────────────────────────────────────────────────

template <class T>
Context Task<T>::get_context() const {
    return Context(SharedContext::in(state()->context()));
}
inline Context AnyTask::get_context() const {
    return Context(SharedContext::in(state()->context()));
}
inline Context Handle::get_context() const {
    if (!call_) throw RuntimeError("this handle was moved away");
    return Context(SharedContext::in(call_->context()));
}

}  // namespace aio
