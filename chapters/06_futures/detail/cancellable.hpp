#pragma once
// What a task can wait for: whatever it is, cancelling the task must be able to cancel it.
#include <string>

namespace aio {

/// What a task can wait for, and so what cancelling the task cancels (chapter 09).
class Cancellable {
  public:
    /// Stops it: those who wait for it are woken and told. Returns false if it is done already.
    virtual bool cancel(const std::string& message) = 0;

    /// The loop is closing: wake nobody, but let go of those who wait, into the loop's queue.
    virtual void abandon() noexcept = 0;

    /// What it is, for the description of the task that waits: `wait_for=<Future pending>`.
    [[nodiscard]] virtual std::string describe_wait() const = 0;

  protected:
    ~Cancellable() = default;
};

}  // namespace aio
