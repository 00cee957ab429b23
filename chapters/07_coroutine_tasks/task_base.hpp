#pragma once
// TaskBase: all of a task but the type of its result.
//
// A task is a coroutine that the loop runs, and the future of its result. It is itself the
// callback that wakes it: to wait is to link it into the list of a future, to wake is to be moved
// with that list into the loop's queue. Nothing is allocated, however often it waits.
//
// It is kept alive by the loop, until it is done, and by every Task that refers to it.
#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "06_futures/event_loop.hpp"
#include "06_futures/future_base.hpp"
#include "07_coroutine_tasks/detail/task_label.hpp"

namespace aio {

/// Thread rule: the loop's thread.
class TaskBase : public PendingTask, public FutureBase {
  public:
    // ── the loop's side ─────────────────────────────────────────────────────────────────────────

    /// Makes one step: resumes the innermost coroutine, until it waits for something not done.
    void run() override;
    /// The same, and then tells whether it waits, and for what, or is done.
    void run_observed(ObservedStep& observed) override;
    void drop() noexcept override;
    void stop_waiting() noexcept override;

    /// Lets the loop make the first step in its next turn. The loop keeps the task alive from now
    /// on, until it is done.
    void start_soon() noexcept;
    /// Makes the first step now, within the step of the caller; on a loop that does not run, the
    /// same as start_soon().
    void start_eagerly();

    // ── the awaiters' side: called from within its step ─────────────────────────────────────────

    /// Suspends `leaf` until `future` is done. RuntimeError for a future of another loop, and for
    /// itself.
    void wait_for(FutureBase& future, std::coroutine_handle<> leaf);
    /// Suspends `leaf` until somebody calls wake().
    void wait_for(Cancellable& awaited, std::coroutine_handle<> leaf);
    /// Suspends `leaf` for one turn.
    void yield(std::coroutine_handle<> leaf) noexcept;

    /// What it waited for is over, and need not exist any longer. `loop` is its own: a caller
    /// that wakes many knows it, and need not fetch each task's memory to ask.
    void wake(EventLoop& loop) noexcept {
        waiting_ = nullptr;
        loop.schedule(*this);
    }
    /// Wakes it to a CancelledError.
    void interrupt(const std::string& message);
    /// Throws the CancelledError that the step has brought.
    [[noreturn, gnu::cold]] void throw_cancelled();
    /// The await that has come back throws a CancelledError of its own: no second one follows.
    void forget_cancel() noexcept;

    /// The coroutine at which it last waited is over; returns the one that awaited it.
    std::coroutine_handle<> leaf_has_returned(std::coroutine_handle<> leaf) noexcept;

    // ── cancellation (chapter 09) ───────────────────────────────────────────────────────────────

    bool cancel(const std::string& message) final;
    [[nodiscard]] int cancelling() const noexcept { return label_.cancels(); }
    int uncancel();

    // ── names ───────────────────────────────────────────────────────────────────────────────────

    [[nodiscard]] std::string name() const override { return label_.name(); }
    void set_name(std::string name) { label_.set_name(std::move(name)); }
    /// "<Task pending name='Task-1' coro=hello (main.cpp:12) wait_for=<Future pending>>"
    [[nodiscard]] std::string describe() const final;
    [[nodiscard]] std::string describe_waiter() const final {
        return "<wake-up of " + name() + ">";
    }
    [[nodiscard]] std::string describe_wait() const final { return describe(false); }
    [[nodiscard]] const char* verb() const noexcept final {
        return has(kStarted) || done() ? "wakes" : "starts";
    }
    /// Its coroutine: "hello (main.cpp:12)"; empty once it is done.
    [[nodiscard]] virtual std::string describe_coroutine() const = 0;

    /// The context in which it runs (chapter 13).
    [[nodiscard]] ContextSnapshot& context() noexcept { return context_; }

  protected:
    TaskBase(EventLoop& loop, std::coroutine_handle<> root, std::string_view name)
        : FutureBase(loop), leaf_(root), label_(name) {
        context_ = ContextSnapshot::current();
    }
    ~TaskBase() override = default;

    [[nodiscard]] const char* kind() const noexcept final { return "Task"; }
    void report_unretrieved() noexcept final;

    /// The root coroutine is over: moves its result or error here, and destroys it.
    virtual void take_outcome(std::coroutine_handle<> root) = 0;
    /// Destroys the coroutines, wherever they are.
    virtual void destroy_coroutine() noexcept = 0;

    void finish_with_outcome(std::exception_ptr error);

    [[nodiscard]] bool is_cancel_requested() const noexcept { return has(kMustCancel); }
    [[nodiscard]] std::coroutine_handle<> leaf() const noexcept { return leaf_; }

  private:
    [[noreturn, gnu::cold]] void refuse_to_wait_for(const FutureBase& future) const;
    void step();
    void resume_leaf();
    [[gnu::cold]] void run_cancelled();
    [[gnu::cold]] void end_cancelled();
    [[gnu::cold]] void cancel_what_it_waits_for();
    void end();
    void suspend_at(std::coroutine_handle<> leaf) noexcept;
    [[nodiscard]] std::string describe(bool with_wait) const;
    void tell(ObservedStep& observed) const;
    [[nodiscard]] std::string outcome() const;
    void enter_loop() noexcept;
    void leave_loop() noexcept;

    enum Flag : std::uint8_t {
        kStarted = 1,     // its first step has begun
        kReturned = 2,    // its coroutine has come to its end
        kMustCancel = 4,  // the next step throws CancelledError (chapter 09)
        kInterrupted = 8  // the same, whatever uncancel() says (chapter 09)
    };
    [[nodiscard]] bool has(int flags) const noexcept { return (flags_ & flags) != 0; }
    void set(int flags) noexcept { flags_ = static_cast<std::uint8_t>(flags_ | flags); }
    void clear(int flags) noexcept { flags_ = static_cast<std::uint8_t>(flags_ & ~flags); }

    std::uint8_t flags_ = 0;  // first of all: it fits into the byte that FutureBase has left

    // What to resume. While the task runs, a coroutine of its chain that is not over; so from here
    // we find the root, always.
    std::coroutine_handle<> leaf_;
    Cancellable* waiting_ = nullptr;  // what the leaf waits for
    TaskLabel label_;
};

// Not inlined into every await: a coroutine that never throws needs no room for an error.
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_to_wait() {
    throw RuntimeError("only a task can wait: use create_task");
}

/// The task whose step is being made in this thread. RuntimeError if there is none.
[[nodiscard]] inline TaskBase& running_task() {
    const EventLoop* const loop = EventLoop::running();
    TaskBase* const task = loop != nullptr ? loop->current_task() : nullptr;
    if (task == nullptr) [[unlikely]]
        refuse_to_wait();
    return *task;
}

/// The running task, if the await that comes back must throw a CancelledError (chapter 09).
[[nodiscard]] inline TaskBase* task_to_cancel() noexcept {
    const EventLoop* const loop = EventLoop::running();
    return loop != nullptr && loop->cancel_pending() ? loop->current_task() : nullptr;
}

/// Throws that error, if so: the first act of an await that has come back.
inline void throw_if_cancelled() {
    if (TaskBase* const cancelled = task_to_cancel()) [[unlikely]]
        cancelled->throw_cancelled();
}

}  // namespace aio
