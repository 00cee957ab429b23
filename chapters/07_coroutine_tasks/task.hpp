#pragma once
// Task<T>: a coroutine that runs by itself. create_task() starts it, the loop drives it.
//
// A Task is a Future: one may wait for its result, ask for it, or cancel it.
#include <concepts>
#include <coroutine>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/any_task.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"
#include "07_coroutine_tasks/detail/frame_memory.hpp"
#include "07_coroutine_tasks/detail/task_options.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/task_base.hpp"
#include "07_coroutine_tasks/task_step.hpp"

namespace aio {

/// A task and its result: what create_task() makes, and a Task refers to.
template <class T>
class TaskState final : public WithResult<T, TaskBase>, public TaskMemory<T> {
  public:
    using Root = typename Coro<T>::Handle;
    using TaskMemory<T>::operator new;
    using TaskMemory<T>::operator delete;

    TaskState(EventLoop& loop, Root root, std::string_view name)
        : WithResult<T, TaskBase>(loop, root, name) {
        root.promise().continuation.start_as_root();
    }

    [[nodiscard]] std::string describe_coroutine() const override {
        return this->done() ? "" : aio::describe(root().promise().continuation.place());
    }

  private:
    ~TaskState() override = default;

    /// The first coroutine of the task: the end of the chain of those who await.
    [[nodiscard]] Root root() const noexcept {
        std::coroutine_handle<> at = this->leaf();
        while (auto awaiting = promise_of(at).continuation.awaiting()) at = awaiting;
        return Root::from_address(at.address());
    }

    void take_outcome(std::coroutine_handle<> handle) override {
        const Root root = Root::from_address(handle.address());
        take_result(root.promise());
        this->destroy_frame(root);
    }

    void take_result(Promise<T>& promise) {
        if (promise.error != nullptr) [[unlikely]] {
            this->finish_with_outcome(std::move(promise.error));
        } else {
            finish_with_result_of(promise);
        }
    }

    void finish_with_result_of([[maybe_unused]] Promise<T>& promise) {
        if constexpr (std::is_void_v<T>) {
            this->finish_with();
        } else {
            try {
                this->finish_with(std::move(*promise.result));
            } catch (...) {  // by moving the result
                this->finish_with_outcome(std::current_exception());
            }
        }
    }

    void destroy_coroutine() noexcept override { this->destroy_frame(root()); }
};

/// Python's asyncio.Task. Copies refer to the same task; to let all go does not stop it: the loop
/// keeps it until it is done. Thread rule: the loop's thread.
template <class T = void>
class Task : public Future<T> {
  public:
    /// Takes over a reference to `state` that is counted already.
    explicit Task(TaskState<T>* state) noexcept : Future<T>(state) {}

    [[nodiscard]] std::string get_name() const { return state()->name(); }
    void set_name(std::string name) const { state()->set_name(std::move(name)); }

    /// Its coroutine, for people: "hello (main.cpp:12)"; empty once it is done.
    [[nodiscard]] std::string get_coro() const { return state()->describe_coroutine(); }

    /// The context in which it runs: this one, no copy (chapter 13 defines it).
    [[nodiscard]] Context get_context() const;

    /// How many cancel requests are not taken back (chapter 09).
    [[nodiscard]] int cancelling() const noexcept { return state()->cancelling(); }
    /// Takes one back; returns how many are left.
    int uncancel() const { return state()->uncancel(); }

    operator AnyTask() const noexcept { return AnyTask(*state()); }  // NOLINT: a task is any task
    friend bool operator==(const Task& a, const AnyTask& b) noexcept {
        return a.state() == b.state();
    }
    friend bool operator==(const Task&, const Task&) = default;

    [[nodiscard]] TaskState<T>* state() const noexcept {
        return static_cast<TaskState<T>*>(Future<T>::state());
    }
};

// ── making tasks ────────────────────────────────────────────────────────────────────────────────

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
