#pragma once
// Taking turns: the smallest scheduler.
//
// Generators stand in a queue. The first one takes a step and goes to the back. An event loop is
// this and one thing more, which this chapter's last scene lacks.
#include <deque>
#include <stdexcept>
#include <utility>

namespace aio {

/// Lets `tasks` take turns until one of them has finished; returns that one, the others stay.
/// `step` runs a task one step and says whether it goes on. If it throws, that task is gone.
/// Throws std::invalid_argument("round_robin: there are no tasks") if `tasks` is empty.
template <typename Task, typename Step>
Task round_robin(std::deque<Task>& tasks, Step step) {
    if (tasks.empty()) throw std::invalid_argument("round_robin: there are no tasks");
    while (true) {
        Task task = std::move(tasks.front());
        tasks.pop_front();
        if (!step(task)) return task;
        tasks.push_back(std::move(task));
    }
}

}  // namespace aio
