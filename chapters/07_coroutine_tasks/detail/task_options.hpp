#pragma once
// How a task is made: its name, whether its first step is made at once, and its context.
//
// To have another rule for all tasks of a loop, give the loop a task factory, which may
// change the options of each.
#include <string_view>

#include "06_futures/event_loop.hpp"

namespace aio {

/// `create_task(work(), {.name = "one", .eager_start = true})`. Owns nothing, and nothing of it
/// need outlive the call.
struct TaskOptions {
    std::string_view name{};   ///< empty: "Task-1", "Task-2", ...
    bool eager_start = false;  ///< make the first step within create_task(), if the loop runs
    ContextRef context{};      ///< run in this one (chapter 13); none: in a copy of the current one
};

/// A task factory for EventLoop::set_task_factory: all tasks start eagerly.
/// asyncio.eager_task_factory.
inline void eager_task_factory(EventLoop&, TaskOptions& options) noexcept {
    options.eager_start = true;
}

}  // namespace aio
