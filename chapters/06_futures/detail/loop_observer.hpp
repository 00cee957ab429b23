#pragma once
// LoopObserver: is told what a loop does, step by step.
//
// The laws:
//  1. It watches and does not act: a loop does the same, in the same order, with and without one.
//  2. Whom a step has put into the queue is told when the step pauses, for that can be seen in the
//     queue. So nothing on the loop's path has to tell it, and without an observer it costs
//     nothing.
//  3. What it throws is reported, like the error of a callback, and the loop goes on.
// A printer stands behind it (trace.hpp); a recorder could as well.
#include <cstdint>
#include <string>

#include "06_futures/callback.hpp"
#include "06_futures/ready_queue.hpp"

namespace aio {

/// All its functions do nothing: override those that you need. What it is given lives until the
/// call is over; a Callback can be asked for its name(). Thread rule: the loop's thread.
class LoopObserver {
  public:
    LoopObserver() = default;
    LoopObserver(const LoopObserver&) = delete;
    LoopObserver& operator=(const LoopObserver&) = delete;
    virtual ~LoopObserver() = default;

    /// A turn begins that has something to run. `slept`: before it, the loop had nothing to run and
    /// waited, for a timer, a descriptor or another thread.
    virtual void turn([[maybe_unused]] std::uint64_t number, [[maybe_unused]] bool slept) {}

    /// `callback` is about to run. A step that lies within another one (a task that starts eagerly)
    /// is told, to its end, within the other.
    virtual void step([[maybe_unused]] const Callback& callback) {}

    /// The present step has put `woken` into the queue. Told in the queue's order.
    virtual void wake([[maybe_unused]] const Callback& woken) {}

    /// The present step is that of a task, which from now on waits for `what`: a task's name, "a
    /// Future", "a sleep", "the next turn".
    virtual void wait([[maybe_unused]] const std::string& what) {}

    /// The present step is that of a task, which is done: "returns 3", "fails with ValueError: no",
    /// "is cancelled". Those that wait for it are told of after that.
    virtual void done([[maybe_unused]] const std::string& outcome) {}

    /// The present step is over; `queue` is what is left, and what has been added.
    virtual void step_over([[maybe_unused]] const ReadyQueue& queue) {}
};

}  // namespace aio
