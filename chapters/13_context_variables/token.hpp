#pragma once
// Token<T>: what ContextVar::set() returns, to undo the change. It knows what was there before.
//
// It can be used once, for the variable and in the context for which it was made. Anything else is
// an error: a value restored in the wrong place would be a bug that nobody finds.
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "13_context_variables/binding.hpp"

namespace aio {

template <class T>
class ContextVar;

/// Python's contextvars.Token. Move-only. Thread rule: as its context.
template <class T>
class Token {
  public:
    /// What old_value() is if the variable had no value: Python's Token.MISSING.
    static constexpr std::nullopt_t missing = std::nullopt;

    Token(Token&& other) noexcept
        : var_(other.var_),
          context_(std::move(other.context_)),
          before_(std::move(other.before_)),
          used_(std::exchange(other.used_, true)) {}
    Token& operator=(Token&& other) noexcept {
        var_ = other.var_;
        context_ = std::move(other.context_);
        before_ = std::move(other.before_);
        used_ = std::exchange(other.used_, true);
        return *this;
    }
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token() = default;

    /// The variable that was set.
    [[nodiscard]] const ContextVar<T>& var() const noexcept { return var_; }

    /// The value that it had before; missing if it had none. A default does not count.
    [[nodiscard]] std::optional<T> old_value() const {
        if (before_.get() == nullptr) return missing;
        return static_cast<const Binding<T>*>(before_.get())->value();
    }

    /// "<Token used var=<ContextVar name='user'>>"
    [[nodiscard]] std::string describe() const {
        return fmt::format("<Token {}var={}>", used_ ? "used " : "", var_.describe());
    }

  private:
    friend class ContextVar<T>;
    Token(ContextVar<T> var, ContextSnapshot context, MapEntryRef before) noexcept
        : var_(std::move(var)), context_(std::move(context)), before_(std::move(before)) {}

    ContextVar<T> var_;
    ContextSnapshot context_;  // the one in which it was made
    MapEntryRef before_;       // the binding that was there; null if there was none
    mutable bool used_ = false;
};

}  // namespace aio

#include "13_context_variables/context_var.hpp"  // IWYU pragma: keep
