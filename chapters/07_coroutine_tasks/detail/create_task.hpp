#pragma once
// How tasks are made: create_task(), ensure_future(), and what a loop is given to run; and how one
// finds them: current_task(), all_tasks() (task.hpp includes this).
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "06_futures/detail/current_loop.hpp"
#include "07_coroutine_tasks/detail/any_task.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"
#include "07_coroutine_tasks/detail/task_options.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {

namespace detail {

/// What only some loops ask for. If there can be no task, the coroutine is closed: nobody forgot to
/// await it.
template <class T>
[[gnu::cold]] void prepare_task(EventLoop& loop, Coro<T>& coroutine, TaskOptions& options) {
    try {
        loop.ensure_usable();
        if (loop.get_task_factory()) loop.get_task_factory()(loop, options);
    } catch (...) {
        coroutine.close();
        throw;
    }
}

// Inlined, so that the coroutine goes from hand to hand in a register: 4 ns a task.
template <class T>
[[gnu::always_inline]] inline Task<T> start_task(EventLoop& loop, Coro<T>&& coroutine,
                                                 TaskOptions options) {
    if (loop.is_closed() || loop.get_debug() || loop.get_task_factory()) [[unlikely]]
        prepare_task(loop, coroutine, options);
    Task<T> task(TaskMemory<T>::create(loop, coroutine.handle(), options.name));
    coroutine.release();
    if (options.context.is_given()) [[unlikely]]
        task.state()->context() = options.context.share_or_copy();
    if (options.eager_start) [[unlikely]] {
        task.state()->start_eagerly();
    } else {
        task.state()->start_soon();
    }
    return task;
}

}  // namespace detail

template <class Awaitable>
auto EventLoop::create_task(Awaitable&& awaitable, const TaskOptions& options) {
    return detail::start_task(*this, to_coro(std::forward<Awaitable>(awaitable)), options);
}
template <class Awaitable>
auto EventLoop::create_task(Awaitable&& awaitable, std::string_view name) {
    return detail::start_task(*this, to_coro(std::forward<Awaitable>(awaitable)),
                              TaskOptions{.name = name});
}

template <class Awaitable>
auto EventLoop::run_until_complete(Awaitable&& awaitable) {
    ensure_can_run();
    Future future(ensure_future(std::forward<Awaitable>(awaitable), *this));
    try {
        run_until_done(future);
    } catch (...) {  // an exit request: of a task of our own, nobody need be told twice
        if constexpr (!is_future<std::decay_t<Awaitable>>) future.state()->mark_retrieved();
        throw;
    }
    return std::move(future).result();
}

/// Starts a task on the running loop. `awaitable` is a coroutine, or a callable that returns one
/// (which is kept alive as long as the task, captures and all), or anything else that can be
/// awaited. RuntimeError if no loop runs. asyncio.create_task.
template <class Awaitable>
auto create_task(Awaitable&& awaitable, const TaskOptions& options) {
    return get_running_loop().create_task(std::forward<Awaitable>(awaitable), options);
}
template <class Awaitable>
auto create_task(Awaitable&& awaitable, std::string_view name = {}) {
    return get_running_loop().create_task(std::forward<Awaitable>(awaitable), name);
}

/// A future or a task as it is; of anything else a task is made, on `loop`. ValueError for a
/// future of another loop. asyncio.ensure_future.
template <class Awaitable>
auto ensure_future(Awaitable&& awaitable, EventLoop& loop) {
    if constexpr (is_future<std::decay_t<Awaitable>>) {
        if (&awaitable.get_loop() != &loop) {
            throw ValueError(
                "The future belongs to a different loop than the one specified as the loop "
                "argument");
        }
        return std::decay_t<Awaitable>(std::forward<Awaitable>(awaitable));
    } else {
        return loop.create_task(std::forward<Awaitable>(awaitable));
    }
}
/// On its own loop; tasks are made on the running one, or else the one that is set.
template <class Awaitable>
auto ensure_future(Awaitable&& awaitable) {
    if constexpr (is_future<std::decay_t<Awaitable>>) {
        return std::decay_t<Awaitable>(std::forward<Awaitable>(awaitable));
    } else {
        return ensure_future(std::forward<Awaitable>(awaitable), get_event_loop());
    }
}

/// The task whose step is being made on `loop`, if any. asyncio.current_task.
[[nodiscard]] inline std::optional<AnyTask> current_task(EventLoop& loop) noexcept {
    if (TaskBase* task = loop.current_task()) return AnyTask(*task);
    return std::nullopt;
}
/// RuntimeError if no loop runs.
[[nodiscard]] inline std::optional<AnyTask> current_task() {
    return current_task(get_running_loop());
}

/// All tasks of `loop` that are not done, newest first. asyncio.all_tasks.
[[nodiscard]] inline std::vector<AnyTask> all_tasks(EventLoop& loop) {
    std::vector<AnyTask> tasks;
    loop.pending_tasks().for_each(
        [&](PendingTask& task) { tasks.emplace_back(static_cast<TaskBase&>(task)); });
    return tasks;
}
[[nodiscard]] inline std::vector<AnyTask> all_tasks() {
    return all_tasks(get_running_loop());
}

}  // namespace aio
