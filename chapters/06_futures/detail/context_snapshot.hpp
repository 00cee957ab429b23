#pragma once
// The place where a callback remembers the context of the moment it was scheduled.
//
// What a context is and what it is good for is the subject of chapter 13. Until then there is none,
// and the reference is null.
//
// The law: every callback and every task keeps its context in a slot of its own, and what it sets
// while it runs stays in that slot. To run something is to put its slot on top (EnterContext). To
// copy a context is to refer to what is in the slot: that never changes, it is only replaced.
// (Chapter 20 counts these references by hand.)
#include <memory>
#include <utility>

namespace aio {

class SharedContext;

/// What contexts refer to: a set of variables and their values, or a part of it, never changed once
/// it is made (chapter 13); or else a SharedContext. Counted. Thread rule: any thread may hold a
/// reference.
class ContextData : public std::enable_shared_from_this<ContextData> {
  public:
    ContextData() = default;
    ContextData(const ContextData&) = delete;
    ContextData& operator=(const ContextData&) = delete;
    virtual ~ContextData() = default;

    [[nodiscard]] virtual bool is_shared_context() const noexcept { return false; }

    /// The variables as they are now: itself, or what a SharedContext holds at present.
    [[nodiscard]] virtual ContextData* variables() noexcept { return this; }
};

/// A counted reference to a ContextData; null is the empty context. Thread rule: as any value.
class ContextSnapshot {
  public:
    ContextSnapshot() noexcept = default;
    /// Owns `data`, together with all that refer to it already.
    explicit ContextSnapshot(ContextData* data) {
        if (data == nullptr) return;
        data_ = data->weak_from_this().lock();
        if (data_ == nullptr) data_.reset(data);
    }

    [[nodiscard]] ContextData* get() const noexcept { return data_.get(); }

    /// A copy of the context that code of this thread runs in now.
    [[nodiscard]] static ContextSnapshot current();

    /// From now on, the context that code of this thread runs in has the variables of `next`.
    static void set_current(ContextSnapshot next);

  private:
    std::shared_ptr<ContextData> data_;
};

/// Runs a scope in another context: what it sets stays in the slot `context`, which must outlive
/// the scope. Thread rule: one thread.
class EnterContext {
  public:
    explicit EnterContext(ContextSnapshot& context) noexcept : slot_(context), outer_(innermost_) {
        innermost_ = this;
    }
    ~EnterContext() { innermost_ = outer_; }
    EnterContext(const EnterContext&) = delete;
    EnterContext& operator=(const EnterContext&) = delete;

    /// The slot that code of this thread runs in.
    [[nodiscard]] static ContextSnapshot& slot() noexcept {
        return innermost_ != nullptr ? innermost_->slot_ : outermost_.slot;
    }
    /// What is in it.
    [[nodiscard]] static ContextData* top() noexcept { return slot().get(); }

    /// Whether this thread is in a scope that runs in `context`, however far out.
    [[nodiscard]] static bool is_entered(const ContextData* context) noexcept {
        for (const EnterContext* at = innermost_; at != nullptr; at = at->outer_) {
            if (at->slot_.get() == context) return true;
        }
        return false;
    }

  private:
    /// For what is set outside of all scopes. It is empty before its values are destroyed, for
    /// these may still read variables.
    struct Outermost {
        ~Outermost() { slot = ContextSnapshot(); }
        ContextSnapshot slot;
    };

    static inline thread_local const EnterContext* innermost_ = nullptr;
    static inline thread_local Outermost outermost_;

    ContextSnapshot& slot_;
    const EnterContext* outer_;
};

/// A context that can be changed, in a box of its own: several slots may hold the same one, and
/// code that runs in one of them sees what the others have set. Thread rule: one thread at a time.
class SharedContext final : public ContextData {
  public:
    explicit SharedContext(ContextSnapshot variables) noexcept : variables_(std::move(variables)) {}

    /// The one in this slot. If there is none, what is there is put into one.
    static SharedContext& in(ContextSnapshot& slot) {
        if (slot.get() == nullptr || !slot.get()->is_shared_context()) {
            slot = ContextSnapshot(new SharedContext(slot));
        }
        return static_cast<SharedContext&>(*slot.get());
    }
    /// The one that code of this thread runs in.
    static SharedContext& current() { return in(EnterContext::slot()); }

    [[nodiscard]] bool is_shared_context() const noexcept override { return true; }
    [[nodiscard]] ContextData* variables() noexcept override { return variables_.get(); }
    void set_variables(ContextSnapshot next) noexcept { variables_ = std::move(next); }

  private:
    ContextSnapshot variables_;
};

inline ContextSnapshot ContextSnapshot::current() {
    ContextData* const top = EnterContext::top();
    return ContextSnapshot(top != nullptr ? top->variables() : nullptr);
}

inline void ContextSnapshot::set_current(ContextSnapshot next) {
    SharedContext::current().set_variables(std::move(next));
}

}  // namespace aio

#include "06_futures/detail/context_ref.hpp"  // IWYU pragma: export
