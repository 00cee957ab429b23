#pragma once
// run() and Runner: a loop for a coroutine, from its making to its closing.
//
// The law of the end: when main is over, what is left is told to stop (cancelled), and is waited
// for; only then the loop is closed. So no cleanup is cut off.
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "06_futures/current_loop.hpp"
#include "07_coroutine_tasks/any_task_awaiter.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {

/// Makes the loop of a Runner; asyncio's loop_factory.
using LoopFactory = std::function<std::unique_ptr<EventLoop>()>;

struct RunnerOptions {
    std::optional<bool> debug{};  ///< unset: what the loop starts with
    LoopFactory loop_factory{};   ///< empty: new_event_loop

    RunnerOptions() = default;  // not an aggregate: it owns memory
};

namespace detail {

/// Waits until all are done. What went wrong in them is told to the loop, not thrown.
inline Coro<> join(std::vector<AnyTask> tasks) {
    for (const AnyTask& task : tasks) {
        co_await until_done(task);
        if (task.cancelled()) continue;
        if (const auto error = task.exception()) {
            get_running_loop().call_exception_handler(
                {"unhandled exception during asyncio.run() shutdown", error, task.describe()});
        }
    }
}

}  // namespace detail

/// Runs coroutines on one loop of its own, one after another. asyncio.Runner.
/// Thread rule: one thread.
class Runner {
  public:
    Runner() = default;
    explicit Runner(RunnerOptions options) : options_(std::move(options)) {}
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    ~Runner() { close(); }

    /// Runs `awaitable` to its end, and gives its result or throws its error. RuntimeError if a
    /// loop runs in this thread already, or after close().
    template <class Awaitable>
    auto run(Awaitable&& awaitable) {
        if (EventLoop::running() != nullptr) {
            throw RuntimeError("Runner.run() cannot be called from a running event loop");
        }
        return get_loop().run_until_complete(std::forward<Awaitable>(awaitable));
    }

    /// The loop; made at the first call. RuntimeError after close().
    [[nodiscard]] EventLoop& get_loop() {
        if (closed_) throw RuntimeError("Runner is closed");
        if (loop_ == nullptr) make_loop();
        return *loop_;
    }

    /// Cancels what is left, waits for it, closes the loop. May be called again.
    void close() {
        closed_ = true;
        if (loop_ == nullptr) return;
        const std::unique_ptr<EventLoop> loop = std::move(loop_);
        cancel_all(*loop);
        set_event_loop(nullptr);
        loop->close();
    }

  private:
    void make_loop() {
        loop_ = options_.loop_factory ? options_.loop_factory() : new_event_loop();
        if (options_.debug) loop_->set_debug(*options_.debug);
        set_event_loop(loop_.get());
    }

    static void cancel_all(EventLoop& loop) {
        std::vector<AnyTask> left = all_tasks(loop);
        if (left.empty()) return;
        for (const AnyTask& task : left) task.cancel();
        loop.run_until_complete(detail::join(std::move(left)));
    }

    RunnerOptions options_;
    std::unique_ptr<EventLoop> loop_;
    bool closed_ = false;
};

/// Runs `main`, a coroutine or a callable that gives one, on a new loop, to its end; cancels what
/// is left, closes the loop, and gives the result. RuntimeError if a loop runs in this thread.
/// asyncio.run.
template <class Awaitable>
auto run(Awaitable&& main, RunnerOptions options = {}) {
    if (EventLoop::running() != nullptr) {
        throw RuntimeError("asyncio.run() cannot be called from a running event loop");
    }
    Runner runner(std::move(options));
    return runner.run(std::forward<Awaitable>(main));
}

}  // namespace aio
