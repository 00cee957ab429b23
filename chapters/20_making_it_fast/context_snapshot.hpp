#pragma once
// The place where a callback remembers the context of the moment it was scheduled: one pointer.
//
// The laws of chapter 06's stay: each callback and each task has a slot, and what is in a slot is
// never changed, only replaced. But the count is in the data itself, and not in a block of its own;
// while the process has one thread it is no atomic one; and where nobody has set a variable, as
// nearly always, nothing is counted and nothing is called.
#include <atomic>
#include <cstdint>
#include <utility>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

#include "06_futures/detail/pool.hpp"

namespace aio {

class SharedContext;

/// What contexts refer to: a set of variables and their values, or a part of it, never changed once
/// it is made (chapter 13); or else a SharedContext. Counted. Thread rule: any thread may hold a
/// reference.
class ContextData {
  public:
    ContextData() noexcept = default;
    ContextData(const ContextData&) = delete;
    ContextData& operator=(const ContextData&) = delete;
    virtual ~ContextData() = default;

    [[nodiscard]] bool is_shared_context() const noexcept { return is_shared_context_; }

    /// The variables as they are now: itself, or what a SharedContext holds at present.
    [[nodiscard]] inline ContextData* variables() noexcept;

  private:
    friend class ContextSnapshot;
    friend class SharedContext;
    explicit ContextData(bool is_shared_context) noexcept : is_shared_context_(is_shared_context) {}

    /// While a process has one thread, it need not pay for atomic counting: five times as much.
    static bool is_single_threaded() noexcept {
#if __has_include(<sys/single_threaded.h>)
        return __libc_single_threaded != 0;
#else
        return false;
#endif
    }
    void retain() noexcept {
        if (is_single_threaded()) {
            references_.store(references_.load(std::memory_order_relaxed) + 1,
                              std::memory_order_relaxed);
        } else {
            references_.fetch_add(1, std::memory_order_relaxed);
        }
    }
    /// Returns whether that was the last reference.
    [[nodiscard]] bool release() noexcept {
        if (!is_single_threaded()) return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
        const std::uint32_t left = references_.load(std::memory_order_relaxed) - 1;
        references_.store(left, std::memory_order_relaxed);
        return left == 0;
    }

    std::atomic<std::uint32_t> references_ = 0;
    bool is_shared_context_ = false;
};

/// A counted reference to a ContextData; null is the empty context. Thread rule: as any value.
class ContextSnapshot {
  public:
    ContextSnapshot() noexcept = default;
    explicit ContextSnapshot(ContextData* data) noexcept : data_(data) { retain(); }
    ContextSnapshot(const ContextSnapshot& other) noexcept : data_(other.data_) { retain(); }
    ContextSnapshot(ContextSnapshot&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)) {}
    ContextSnapshot& operator=(ContextSnapshot other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    ~ContextSnapshot() {
        if (data_ != nullptr) [[unlikely]]
            release();
    }

    [[nodiscard]] ContextData* get() const noexcept { return data_; }

    /// A copy of the context that code of this thread runs in now.
    [[nodiscard]] static ContextSnapshot current() noexcept;

    /// From now on, the context that code of this thread runs in has the variables of `next`.
    static void set_current(ContextSnapshot next);

  private:
    friend class EnterContext;
    friend class SharedContext;

    // Two that are not inlined, so that all callbacks stay short: mostly there is no context.
    [[gnu::noinline]] void release() const noexcept {
        if (data_->release()) delete data_;
    }
    [[gnu::noinline]] static ContextSnapshot copy_of(ContextData& context) noexcept {
        return ContextSnapshot(context.variables());
    }
    void retain() const noexcept {
        if (data_ != nullptr) data_->retain();
    }

    ContextData* data_ = nullptr;
};

/// Runs a scope in another context: what it sets stays in the slot `context`, which must outlive
/// the scope. Thread rule: one thread.
class EnterContext {
  public:
    explicit EnterContext(ContextSnapshot& context) noexcept
        : slot_(&context.data_), outer_(innermost_) {
        innermost_ = this;
    }
    ~EnterContext() { innermost_ = outer_; }
    EnterContext(const EnterContext&) = delete;
    EnterContext& operator=(const EnterContext&) = delete;

    /// What is in the slot that code of this thread runs in.
    [[nodiscard]] static ContextData* top() noexcept {
        return innermost_ != nullptr ? *innermost_->slot_ : outermost_;
    }

    /// Whether this thread is in a scope that runs in `context`, however far out.
    [[nodiscard]] static bool is_entered(const ContextData* context) noexcept {
        for (const EnterContext* at = innermost_; at != nullptr; at = at->outer_) {
            if (*at->slot_ == context) return true;
        }
        return false;
    }

  private:
    friend class ContextSnapshot;
    friend class SharedContext;

    /// The slot itself. What a thread has set outside of all scopes goes with the thread.
    static ContextData*& slot() {
        if (innermost_ != nullptr) return *innermost_->slot_;
        struct AtThreadExit {
            ~AtThreadExit() {
                ContextSnapshot last;
                std::swap(last.data_, outermost_);
            }
        };
        thread_local const AtThreadExit at_thread_exit;
        return outermost_;
    }

    // Bare pointers: no constructor and no destructor has to run for them in each thread.
    static inline constinit thread_local const EnterContext* innermost_ = nullptr;
    static inline constinit thread_local ContextData* outermost_ = nullptr;

    ContextData** slot_;
    const EnterContext* outer_;
};

/// A context that can be changed, in a box of its own: several slots may hold the same one, and
/// code that runs in one of them sees what the others have set. Thread rule: one thread at a time.
class SharedContext final : public ContextData, public Pooled {
  public:
    explicit SharedContext(ContextSnapshot variables) noexcept
        : ContextData(true), variables_(std::move(variables)) {}

    /// The one in this slot. If there is none, what is there is put into one.
    static SharedContext& in(ContextSnapshot& slot) { return in(slot.data_); }
    /// The one that code of this thread runs in.
    static SharedContext& current() { return in(EnterContext::slot()); }

    void set_variables(ContextSnapshot next) noexcept { variables_ = std::move(next); }

  private:
    friend class ContextData;

    static SharedContext& in(ContextData*& slot) {
        if (slot == nullptr || !slot->is_shared_context()) {
            ContextSnapshot shared(new SharedContext(ContextSnapshot(slot)));
            std::swap(shared.data_, slot);
        }
        return static_cast<SharedContext&>(*slot);
    }

    ContextSnapshot variables_;
};

inline ContextData* ContextData::variables() noexcept {
    return is_shared_context_ ? static_cast<SharedContext*>(this)->variables_.get() : this;
}

inline ContextSnapshot ContextSnapshot::current() noexcept {
    ContextData* const top = EnterContext::top();
    if (top == nullptr) [[likely]]
        return ContextSnapshot();
    return copy_of(*top);
}

inline void ContextSnapshot::set_current(ContextSnapshot next) {
    SharedContext::current().set_variables(std::move(next));
}

}  // namespace aio

#include "06_futures/detail/context_ref.hpp"  // IWYU pragma: export
