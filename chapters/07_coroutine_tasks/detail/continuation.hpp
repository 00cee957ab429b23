#pragma once
// How a coroutine goes on when it is over: whom it resumes then. And where it was written.
//
// A coroutine that was never awaited is a bug, and the report must say which and where. (Chapter 20
// has a Continuation that is one word.)
#include <coroutine>

#include "07_coroutine_tasks/detail/source_location.hpp"

namespace aio {

/// Thread rule: the coroutine's thread.
class Continuation {
  public:
    /// Not started, written at `place`.
    explicit Continuation(const SourceLocation& place) noexcept : place_(place) {}

    [[nodiscard]] bool is_started() const noexcept { return started_; }

    /// Starts as the innermost of a chain: `awaiting` is resumed at the end.
    void start_for(std::coroutine_handle<> awaiting) noexcept {
        started_ = true;
        leaf_ = false;
        awaiting_ = awaiting;
    }
    /// Starts as the first coroutine of a task.
    void start_as_root() noexcept { started_ = true; }

    /// Its task waits here, or goes on from here: at the end the task must be told.
    void mark_as_leaf() noexcept { leaf_ = true; }

    /// Whether to resume awaiting() is all there is to do at the end.
    [[nodiscard]] bool is_plain() const noexcept { return awaiting_ != nullptr && !leaf_; }

    /// Whom to resume at the end; null for the first coroutine of a task.
    [[nodiscard]] std::coroutine_handle<> awaiting() const noexcept { return awaiting_; }

    /// Where it was written: asked until somebody awaits it.
    [[nodiscard]] SourceLocation place() const noexcept { return place_; }

  private:
    SourceLocation place_;
    std::coroutine_handle<> awaiting_;
    bool started_ = false;
    bool leaf_ = false;
};

}  // namespace aio
