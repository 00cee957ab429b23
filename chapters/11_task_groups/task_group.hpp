#pragma once
// TaskGroup: tasks that do not outlive the block in which they were started.
//
// The law (structured concurrency): when the block is left, on any way out, all its tasks are done.
// If one fails, nobody wants the others any more: they are cancelled, and so is the body of the
// block. All their errors come out as one ExceptionGroup. A cancelled child has not failed, and
// does no harm to the others.
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "06_futures/detail/current_loop.hpp"
#include "06_futures/detail/errors.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"
#include "07_coroutine_tasks/detail/task_options.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "10_async_context_managers/immediate.hpp"
#include "11_task_groups/task_group_state.hpp"

namespace aio {

/// A manager for async_with(); entering gives the group. May be moved until it is entered.
/// Thread rule: the loop's thread. asyncio.TaskGroup.
class TaskGroup {
  public:
    TaskGroup() noexcept = default;

    /// Starts a task in the group, from a coroutine or from a callable that returns one, as
    /// create_task() does. The children may add others, as long as one of them runs. RuntimeError
    /// before the group is entered, when it is finished, or while it is being aborted; then the
    /// coroutine is closed, and does not run.
    template <class Awaitable>
    auto create_task(Awaitable&& awaitable, std::string_view name = {}) {
        return start(to_coro(std::forward<Awaitable>(awaitable)), name);
    }
    template <class Awaitable>
    auto create_task(Awaitable&& awaitable, const TaskOptions& options) {
        return start(to_coro(std::forward<Awaitable>(awaitable)), options);
    }

    /// RuntimeError if it has been entered before, or outside a task.
    [[nodiscard]] Immediate<TaskGroup&> aenter() {
        enter();
        return Immediate<TaskGroup&>(*this);
    }

    /// Waits until no child is left, and throws what has gone wrong: an ExceptionGroup of the
    /// errors of children and body; or a CancelledError, if the parent was cancelled from outside;
    /// or a SystemExit or KeyboardInterrupt, bare. Swallows nothing. RuntimeError, "TaskGroup
    /// <TaskGroup> has not been entered", before the group is entered.
    [[nodiscard]] Coro<bool> aexit(std::exception_ptr error);

    /// "<TaskGroup tasks=2 errors=1 cancelling>", for people.
    [[nodiscard]] std::string describe() const {
        return state_ == nullptr ? "<TaskGroup>" : state_->describe();
    }

  private:
    struct Abandon {
        void operator()(detail::TaskGroupState* state) const noexcept { state->abandon(); }
    };

    void enter();
    [[nodiscard]] bool is_open() const noexcept {
        return state_ != nullptr && !state_->is_aborting() && !state_->is_finished();
    }
    [[noreturn, gnu::cold]] void refuse() const;
    template <class T, class Options>
    Task<T> start(Coro<T> coroutine, const Options& options);

    std::unique_ptr<detail::TaskGroupState, Abandon> state_;  // null until it is entered
};

inline void TaskGroup::enter() {
    if (state_ != nullptr)
        throw RuntimeError("TaskGroup " + describe() + " has already been entered");
    auto parent = current_task();
    if (!parent) throw RuntimeError("TaskGroup <TaskGroup> cannot determine the parent task");
    state_.reset(new detail::TaskGroupState(*std::move(parent)));
}

template <class T, class Options>
Task<T> TaskGroup::start(Coro<T> coroutine, const Options& options) {
    if (!is_open()) [[unlikely]] {
        coroutine.close();
        refuse();
    }
    Task<T> task = state_->loop().create_task(std::move(coroutine), options);
    state_->add(*task.state());
    return task;
}

inline void TaskGroup::refuse() const {
    const char* why = state_ == nullptr       ? " has not been entered"
                      : state_->is_finished() ? " is finished"
                                              : " is shutting down";
    throw RuntimeError("TaskGroup " + describe() + why);
}

/// A request from outside that comes while we wait is treated like one that came in the body.
/// Further ones change nothing: we wait on. A group that was never entered is refused.
inline Coro<bool> TaskGroup::aexit(std::exception_ptr error) {
    if (state_ == nullptr) refuse();
    std::exception_ptr cancelled;
    state_->begin_exit(error);
    while (state_->has_children()) {
        try {
            co_await state_->last_child_done();
        } catch (const CancelledError&) {
            if (state_->is_aborting()) continue;
            cancelled = std::current_exception();
            state_->abort();
        }
    }
    state_->end_exit(std::move(error), std::move(cancelled));
    co_return false;
}

}  // namespace aio
