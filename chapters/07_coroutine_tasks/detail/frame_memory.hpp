#pragma once
// Where coroutines and their tasks lie: each in a block of its own, from the Pool.
//
// A task outlives its coroutine, because somebody may still want the result; and a coroutine that
// others await never has a task. So they are two blocks. (Chapter 20 makes one block of them.)
#include <coroutine>
#include <string_view>

#include "06_futures/detail/pool.hpp"
#include "06_futures/event_loop.hpp"

namespace aio {

template <class T>
class Promise;
template <class T>
class TaskState;

/// The memory of coroutines that return T: the language asks their promise for it.
template <class T>
struct FrameMemory : Pooled {};

/// The memory of the tasks that run them.
template <class T>
struct TaskMemory : Pooled {
    using Root = std::coroutine_handle<Promise<T>>;

    /// The task of the coroutine `root`, which it owns from now on.
    static TaskState<T>* create(EventLoop& loop, Root root, std::string_view name) {
        return new TaskState<T>(loop, root, name);
    }
    /// The coroutine is over, its task is not.
    static void destroy_frame(Root root) noexcept { root.destroy(); }
};

}  // namespace aio
