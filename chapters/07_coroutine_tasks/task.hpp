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

}  // namespace aio

#include "07_coroutine_tasks/detail/create_task.hpp"  // IWYU pragma: export
