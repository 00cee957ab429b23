#pragma once
// The place where a callback remembers the context of the moment it was scheduled.
//
// What a context is and what it is good for is the subject of chapter 13. Until then there is
// none: the pointer is null, and to carry it along costs a comparison.
#include <cstdint>
#include <utility>

namespace aio {

/// A set of context variables and their values, never changed once it is made (chapter 13).
class ContextData {
  public:
    virtual ~ContextData() = default;

  private:
    friend class ContextSnapshot;
    std::uint32_t references_ = 0;
};

/// Shares a ContextData; null is the empty context. Thread rule: one thread.
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

    /// The context that code of this thread runs in now.
    [[nodiscard]] static ContextSnapshot current() noexcept { return ContextSnapshot(current_); }

    /// From now on, code of this thread runs in `next`.
    static void set_current(ContextSnapshot next) noexcept { std::swap(current_, next.data_); }

  private:
    friend class EnterContext;

    // Apart, so that the destructor, which every callback has, stays two instructions.
    void release() const noexcept {
        if (--data_->references_ == 0) delete data_;
    }
    void retain() noexcept {
        if (data_ != nullptr) ++data_->references_;
    }

    // A bare pointer: no constructor and no destructor has to run for it in each thread.
    static constinit thread_local ContextData* current_;

    ContextData* data_ = nullptr;
};

inline constinit thread_local ContextData* ContextSnapshot::current_ = nullptr;

/// Runs a scope in another context: swaps on the way in, and swaps back on the way out, so that
/// what the scope has changed stays with `context`.
class EnterContext {
  public:
    explicit EnterContext(ContextSnapshot& context) noexcept : context_(context) { swap(); }
    ~EnterContext() { swap(); }
    EnterContext(const EnterContext&) = delete;
    EnterContext& operator=(const EnterContext&) = delete;

  private:
    /// Mostly both are the same, and not to write is faster than to write the same.
    void swap() noexcept {
        if (context_.data_ != ContextSnapshot::current_) {
            std::swap(context_.data_, ContextSnapshot::current_);
        }
    }

    ContextSnapshot& context_;
};

}  // namespace aio
