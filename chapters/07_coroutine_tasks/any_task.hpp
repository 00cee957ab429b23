#pragma once
// AnyTask: a task whatever its result. current_task() and all_tasks() give it: they cannot know.
#include <exception>
#include <string>
#include <utility>

#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

/// Shares a task. What its functions mean stands at Future and Task.
/// Thread rule: the loop's thread.
class AnyTask {
  public:
    /// Shares `task`.
    explicit AnyTask(TaskBase& task) noexcept : task_(&task) { task_->retain(); }
    AnyTask(const AnyTask& other) noexcept : task_(other.task_) {
        if (task_ != nullptr) task_->retain();
    }
    AnyTask(AnyTask&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
    AnyTask& operator=(AnyTask other) noexcept {
        std::swap(task_, other.task_);
        return *this;
    }
    ~AnyTask() {
        if (task_ != nullptr) task_->release();
    }

    [[nodiscard]] bool done() const noexcept { return task_->done(); }
    [[nodiscard]] bool cancelled() const noexcept { return task_->cancelled(); }
    [[nodiscard]] std::exception_ptr exception() const { return task_->exception(); }
    bool cancel(const std::string& message = {}) const { return task_->cancel(message); }
    [[nodiscard]] int cancelling() const noexcept { return task_->cancelling(); }
    int uncancel() const { return task_->uncancel(); }
    [[nodiscard]] std::string get_name() const { return task_->name(); }
    void set_name(std::string name) const { task_->set_name(std::move(name)); }
    [[nodiscard]] std::string get_coro() const { return task_->describe_coroutine(); }
    [[nodiscard]] Context get_context() const;  // chapter 13
    [[nodiscard]] EventLoop& get_loop() const noexcept { return task_->loop(); }
    [[nodiscard]] std::string describe() const { return task_->describe(); }
    [[nodiscard]] TaskBase* state() const noexcept { return task_; }

    friend bool operator==(const AnyTask&, const AnyTask&) = default;

  private:
    TaskBase* task_;
};

}  // namespace aio
