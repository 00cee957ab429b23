#pragma once
// AnyTask: a task whatever its result. current_task() and all_tasks() give it: they cannot know.
//
// It is a Future of nothing: it says when the task is done, and whether it failed, and can stand
// wherever a future can. The result stays with the Task<T>.
#include <string>
#include <utility>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/task_base.hpp"

namespace aio {

/// Refers to a task. What its functions mean stands at Future and Task.
/// Thread rule: the loop's thread.
class AnyTask : public Future<void> {
  public:
    /// Refers to `task`.
    explicit AnyTask(TaskBase& task) noexcept : Future<void>(&task) { task.retain(); }

    [[nodiscard]] int cancelling() const noexcept { return state()->cancelling(); }
    int uncancel() const { return state()->uncancel(); }
    [[nodiscard]] std::string get_name() const { return state()->name(); }
    void set_name(std::string name) const { state()->set_name(std::move(name)); }
    [[nodiscard]] std::string get_coro() const { return state()->describe_coroutine(); }
    [[nodiscard]] Context get_context() const;  // chapter 13

    [[nodiscard]] TaskBase* state() const noexcept {
        return static_cast<TaskBase*>(Future<void>::state());
    }

    friend bool operator==(const AnyTask&, const AnyTask&) = default;
};

}  // namespace aio
