#pragma once
// WakeUp: the timer that wakes a task.
#include <string>
#include <utility>

#include "06_futures/detail/cancellable.hpp"
#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

/// The timer of a sleeping task, and what the task waits for.
class WakeUp final : public Timer, public Cancellable {
  public:
    explicit WakeUp(TaskBase& task) noexcept : task_(&task) {}

    using Timer::cancel;

    /// The task is woken to a CancelledError. False if it is being woken already.
    bool cancel(const std::string& message) override {
        TaskBase* const task = task_;
        if (task == nullptr) return false;
        Timer::cancel();
        task->interrupt(message);
        return true;
    }
    void abandon() noexcept override { Timer::cancel(); }

    void run() override {
        run_once([this] { std::exchange(task_, nullptr)->wake(*EventLoop::running()); });
    }

    [[nodiscard]] std::string describe() const override { return "<wake-up of a task>"; }
    [[nodiscard]] std::string name() const override {
        return task_ != nullptr ? "timer of " + task_->name() : "timer, cancelled";
    }
    [[nodiscard]] std::string describe_wait() const override { return "<sleep>"; }

  private:
    void clear() noexcept override { task_ = nullptr; }

    TaskBase* task_;  // null once it is being woken
};

}  // namespace aio
