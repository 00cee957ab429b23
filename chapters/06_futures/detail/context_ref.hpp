#pragma once
// The parameter of all that runs something in a context of the caller's choice.
#include "06_futures/detail/context_snapshot.hpp"

namespace aio {

/// Names the context in which to run something: Python's `context=`. None: a copy of the
/// current one. Owns nothing: meant for the parameters of a call.
class ContextRef {
  public:
    constexpr ContextRef() noexcept = default;
    ContextRef(const ContextSnapshot& context) noexcept  // NOLINT: a context names itself
        : data_(context.get()) {}

    [[nodiscard]] bool is_given() const noexcept { return data_ != nullptr; }
    /// That context, no copy; or the copy.
    [[nodiscard]] ContextSnapshot share_or_copy() const
        noexcept(noexcept(ContextSnapshot::current())) {
        return data_ != nullptr ? ContextSnapshot(data_) : ContextSnapshot::current();
    }

  private:
    ContextData* data_ = nullptr;
};

}  // namespace aio
