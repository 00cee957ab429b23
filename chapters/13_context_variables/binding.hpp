#pragma once
// Binding<T>: a variable and the value that it has in a context. An entry of a PersistentMap.
//
// ContextVar::set() makes it, and nobody changes it. All contexts that are copied afterwards refer
// to it, so there is one value, however many tasks see it.
#include <any>
#include <concepts>
#include <utility>

#include "06_futures/detail/pool.hpp"
#include "13_context_variables/any_context_var.hpp"
#include "13_context_variables/persistent_map.hpp"

namespace aio {

/// A Binding of any type.
class AnyBinding : public MapEntry, public Pooled {
  public:
    explicit AnyBinding(AnyContextVar var) noexcept
        : MapEntry(var.number()), var_(std::move(var)) {}

    [[nodiscard]] const AnyContextVar& var() const noexcept { return var_; }
    /// A copy of the value.
    [[nodiscard]] virtual std::any copy_value() const = 0;
    /// Whether `other`, a binding of the same variable, has an equal value.
    [[nodiscard]] virtual bool has_value_of(const AnyBinding& other) const = 0;

  private:
    AnyContextVar var_;
};

template <class T>
class Binding final : public AnyBinding {
  public:
    Binding(AnyContextVar var, T value) : AnyBinding(std::move(var)), value_(std::move(value)) {}

    [[nodiscard]] const T& value() const noexcept { return value_; }
    [[nodiscard]] std::any copy_value() const override { return value_; }

    /// A value whose type has no == is equal only to itself.
    [[nodiscard]] bool has_value_of(const AnyBinding& other) const override {
        if (this == &other) return true;
        if constexpr (std::equality_comparable<T>) {
            return value_ == static_cast<const Binding&>(other).value_;
        } else {
            return false;
        }
    }

  private:
    T value_;
};

}  // namespace aio
