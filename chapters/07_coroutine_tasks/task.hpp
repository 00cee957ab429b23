#pragma once
// Task<T>: a coroutine that runs by itself. create_task() starts it, the loop drives it.
//
// A Task is a Future: whoever holds it may wait for the result, ask for it, or cancel it.
#include <concepts>
#include <coroutine>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/awaitable.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/task_base.hpp"
#include "07_coroutine_tasks/task_step.hpp"

namespace aio {

template <class T>
class TaskState final : public WithResult<T, TaskBase> {
  public:
    TaskState(EventLoop& loop, typename Coro<T>::Handle root, std::string_view name)
        : WithResult<T, TaskBase>(loop, root, name) {}

    [[nodiscard]] std::string describe_coroutine() const override {
        return this->done() ? "" : aio::describe(root().promise().origin.place());
    }

  private:
    ~TaskState() override = default;

    using Root = typename Coro<T>::Handle;

    /// The outermost coroutine: the end of the chain of those who await.
    [[nodiscard]] Root root() const noexcept {
        static_assert(alignof(Promise<T>) <= 2 * sizeof(void*), "promises must lie at one offset");
        std::coroutine_handle<> at = this->leaf();
        while (auto awaiting = promise_of(at).origin.awaiting()) at = awaiting;
        return Root::from_address(at.address());
    }

    void take_result(std::coroutine_handle<> handle) override {
        const Root root = Root::from_address(handle.address());
        Promise<T>& promise = root.promise();
        if (promise.error != nullptr || this->is_cancel_requested()) [[unlikely]] {
            std::exception_ptr error = std::move(promise.error);
            root.destroy();
            return this->finish_with_outcome(std::move(error));
        }
        if constexpr (std::is_void_v<T>) {
            this->finish_with();
        } else {
            this->finish_with(std::move(*promise.result));
        }
        root.destroy();
    }

    void destroy_coroutine() noexcept override { root().destroy(); }
};

/// Any task, whatever its result: what current_task() and all_tasks() give.
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
    int uncancel() const noexcept { return task_->uncancel(); }
    [[nodiscard]] std::string get_name() const { return task_->name(); }
    void set_name(std::string name) const { task_->set_name(std::move(name)); }
    [[nodiscard]] std::string get_coro() const { return task_->describe_coroutine(); }
    [[nodiscard]] EventLoop& get_loop() const noexcept { return task_->loop(); }
    [[nodiscard]] std::string describe() const { return task_->describe(); }
    [[nodiscard]] TaskBase* state() const noexcept { return task_; }

    friend bool operator==(const AnyTask&, const AnyTask&) = default;

  private:
    TaskBase* task_;
};

/// Python's asyncio.Task. Copies refer to the same task; to let all go does not stop it: the loop
/// keeps it until it is done. Thread rule: the loop's thread.
template <class T = void>
class Task : public Future<T> {
  public:
    /// Takes over the caller's share in `state`.
    explicit Task(TaskState<T>* state) noexcept : Future<T>(state) {}

    [[nodiscard]] std::string get_name() const { return state()->name(); }
    void set_name(std::string name) const { state()->set_name(std::move(name)); }

    /// Its coroutine, for people: "hello (main.cpp:12)"; empty once it is done.
    [[nodiscard]] std::string get_coro() const { return state()->describe_coroutine(); }

    /// How many cancel requests are not taken back (chapter 09).
    [[nodiscard]] int cancelling() const noexcept { return state()->cancelling(); }
    /// Takes one back; returns how many are left.
    int uncancel() const noexcept { return state()->uncancel(); }

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

template <class T>
Task<T> start_task(EventLoop& loop, Coro<T>&& coroutine, std::string_view name) {
    loop.ensure_usable();
    auto root = coroutine.release();
    auto* state = new TaskState<T>(loop, root, name);
    root.promise().origin.start_as_root();
    state->enter_loop();
    loop.schedule(*state);
    return Task<T>(state);
}

}  // namespace detail

template <class Awaitable>
auto EventLoop::create_task(Awaitable&& awaitable, std::string_view name) {
    return detail::start_task(*this, to_coro(std::forward<Awaitable>(awaitable)), name);
}

template <class Awaitable>
auto EventLoop::run_until_complete(Awaitable&& awaitable) {
    ensure_can_run();
    return run_until_complete(Future(create_task(std::forward<Awaitable>(awaitable))));
}

/// Starts a task on the running loop. `awaitable` is a coroutine, or a callable that returns one
/// (which is kept alive as long as the task, captures and all), or anything else that can be
/// awaited. RuntimeError if no loop runs. asyncio.create_task.
template <class Awaitable>
auto create_task(Awaitable&& awaitable, std::string_view name = {}) {
    return get_running_loop().create_task(std::forward<Awaitable>(awaitable), name);
}

/// A future or a task as it is; of anything else a task is made, on the running loop or the one
/// that is set. asyncio.ensure_future.
template <class Awaitable>
auto ensure_future(Awaitable&& awaitable) {
    if constexpr (is_future<std::decay_t<Awaitable>>) {
        return std::decay_t<Awaitable>(std::forward<Awaitable>(awaitable));
    } else {
        return get_event_loop().create_task(std::forward<Awaitable>(awaitable));
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
    loop.residents().for_each(
        [&](Resident& resident) { tasks.emplace_back(static_cast<TaskBase&>(resident)); });
    return tasks;
}
[[nodiscard]] inline std::vector<AnyTask> all_tasks() {
    return all_tasks(get_running_loop());
}

}  // namespace aio
