#pragma once
// ContextVar<T>: a variable that has a value in each context, and not one for all.
//
// It holds no value itself. To read it is to look its number up in the current context; to set it
// is to put another map in the place of the current one. The maps themselves are never changed, so
// a copy of the context that was made before keeps what was there.
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "05_selector_callbacks/errors.hpp"
#include "06_futures/detail/context_snapshot.hpp"
#include "06_futures/detail/describe_value.hpp"
#include "13_context_variables/any_context_var.hpp"
#include "13_context_variables/binding.hpp"
#include "13_context_variables/persistent_map.hpp"
#include "13_context_variables/token.hpp"

namespace aio {

/// Python's contextvars.ContextVar. Copies refer to the same variable. Values are copied out, since
/// a reference might dangle after the next set(): let T be cheap to copy, or a std::shared_ptr.
/// Thread rule: any thread; each thread has a context of its own.
template <class T>
class ContextVar : public AnyContextVar {
    static_assert(std::is_copy_constructible_v<T> && std::is_same_v<T, std::decay_t<T>>,
                  "a context variable gives copies of its value: wrap it in a std::shared_ptr");

  public:
    using value_type = T;

    /// A variable without a default. The name is for messages, and no key.
    explicit ContextVar(std::string name)
        : AnyContextVar(std::make_shared<const TypedInfo>(std::move(name), std::nullopt)) {}
    /// One whose value is `default_value` wherever nobody has set it.
    ContextVar(std::string name, T default_value)
        : AnyContextVar(
              std::make_shared<const TypedInfo>(std::move(name), std::move(default_value))) {}

    /// Its value in the current context, or else its default. LookupError(describe()) if it has
    /// neither.
    [[nodiscard]] T get() const {
        if (const Binding<T>* binding = find_in(current_variables())) return binding->value();
        if (const std::optional<T>& value = default_value()) return *value;
        throw LookupError(describe());
    }

    /// Its value in the current context, or else `fallback`, even if it has a default.
    [[nodiscard]] T get(T fallback) const {
        if (const Binding<T>* binding = find_in(current_variables())) return binding->value();
        return fallback;
    }

    /// Sets it in the current context. The token can undo that: see reset().
    Token<T> set(T value) const {
        const MapEntryRef binding(new Binding<T>(*this, std::move(value)));
        SharedContext& context = SharedContext::current();
        const PersistentMap before(context.variables());
        context.set_variables(before.with(binding).data());
        return Token<T>(*this, ContextSnapshot(&context), MapEntryRef(before.find(number())));
    }

    /// Gives it the value that it had before the set() that made `token`, or none.
    /// RuntimeError if the token was used before ("... has already been used once"); ValueError if
    /// it is of another variable ("... was created by a different ContextVar"), or if that was in
    /// another context ("... was created in a different Context"). Each text begins with
    /// token.describe().
    void reset(const Token<T>& token) const {
        if (token.used_) throw RuntimeError(token.describe() + " has already been used once");
        if (token.var() != *this) {
            throw ValueError(token.describe() + " was created by a different ContextVar");
        }
        SharedContext& context = SharedContext::current();
        if (token.context_.get() != &context) {
            throw ValueError(token.describe() + " was created in a different Context");
        }
        token.used_ = true;
        const PersistentMap now(context.variables());
        const bool had_value = token.before_.get() != nullptr;
        context.set_variables((had_value ? now.with(token.before_) : now.without(number())).data());
    }

  private:
    friend class Context;

    struct TypedInfo final : Info {
        TypedInfo(std::string its_name, std::optional<T> value)
            : Info(std::move(its_name)), default_value(std::move(value)) {}
        [[nodiscard]] std::string describe_default() const override {
            if (!default_value) return "";
            const std::string text = describe_value(*default_value);
            return " default=" + (text.empty() ? "..." : text);
        }
        const std::optional<T> default_value;
    };

    [[nodiscard]] const std::optional<T>& default_value() const noexcept {
        return static_cast<const TypedInfo&>(info()).default_value;
    }

    /// The current map; null if it is empty.
    [[nodiscard]] static ContextData* current_variables() noexcept {
        ContextData* const top = EnterContext::top();
        return top != nullptr ? top->variables() : nullptr;
    }
    /// Its binding in a map; nullptr if it has none.
    [[nodiscard]] Binding<T>* find_in(ContextData* variables) const {
        return static_cast<Binding<T>*>(PersistentMap::search(variables, number()));
    }
};

}  // namespace aio
