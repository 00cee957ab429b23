#pragma once
// run() and Runner: a loop for a coroutine, from its making to its closing.
//
// The law of the end: when main is over, what is left is told to stop (cancelled), and is waited
// for; then the asynchronous generators that are open are ended (chapter 10); only then the loop is
// closed. So no cleanup is cut off.
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "06_futures/detail/context_snapshot.hpp"
#include "06_futures/detail/current_loop.hpp"
#include "07_coroutine_tasks/detail/shutdown_asyncgens.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
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
            const EnterContext enter(task.state()->context());
            get_running_loop().call_exception_handler(
                {"unhandled exception during asyncio.run() shutdown", error, task.describe()});
        }
    }
}

}  // namespace detail

/// Runs coroutines on one loop of its own, one after another. All run in one context, so what one
/// sets there the next one sees (chapter 13). asyncio.Runner.
/// Thread rule: one thread.
class Runner {
  public:
    Runner() = default;
    explicit Runner(RunnerOptions options) : options_(std::move(options)) {}
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    ~Runner();

    /// Runs `main`, a coroutine or a callable that gives one, to its end, and gives its result or
    /// throws its error; in `context`, or else in that of all runs. RuntimeError if a loop runs in
    /// this thread already, or after close().
    template <class Awaitable>
    auto run(Awaitable&& main, ContextRef context = {});

    /// The loop; made at the first call. RuntimeError after close().
    [[nodiscard]] EventLoop& get_loop();

    /// Cancels what is left, waits for it, ends open generators, closes the loop. May be called
    /// again. Throws only the exit request of a task that is left.
    void close();

  private:
    void make_loop();
    void cancel_all();

    RunnerOptions options_;
    std::unique_ptr<EventLoop> loop_;
    ContextSnapshot context_{new SharedContext(ContextSnapshot::current())};
    bool closed_ = false;
};

template <class Awaitable>
auto Runner::run(Awaitable&& main, ContextRef context) {
    if (EventLoop::running() != nullptr) {
        throw RuntimeError("Runner.run() cannot be called from a running event loop");
    }
    EventLoop& loop = get_loop();
    if (!context.is_given()) context = context_;
    Future future(loop.create_task(std::forward<Awaitable>(main), {.context = context}));
    return loop.run_until_complete(std::move(future));
}

inline EventLoop& Runner::get_loop() {
    if (closed_) throw RuntimeError("Runner is closed");
    if (loop_ == nullptr) make_loop();
    return *loop_;
}

/// A loop of a factory's is not set for this thread: only a running loop is always the current one.
inline void Runner::make_loop() {
    loop_ = options_.loop_factory ? options_.loop_factory() : new_event_loop();
    if (options_.debug) loop_->set_debug(*options_.debug);
    if (!options_.loop_factory) set_event_loop(loop_.get());
}

inline void Runner::close() {
    closed_ = true;
    if (loop_ == nullptr) return;
    struct CloseLoop {
        Runner& runner;
        ~CloseLoop() {
            if (!runner.options_.loop_factory) set_event_loop(nullptr);
            runner.loop_.reset();
        }
    };
    const CloseLoop at_the_end{*this};
    cancel_all();
    if (loop_->has_open_generators()) loop_->run_until_complete(loop_->shutdown_asyncgens());
}

/// Those that are there now: a task made while we wait is neither cancelled nor waited for.
inline void Runner::cancel_all() {
    std::vector<AnyTask> left = all_tasks(*loop_);
    if (left.empty()) return;
    for (const AnyTask& task : left) task.cancel();
    loop_->run_until_complete(detail::join(std::move(left)));
}

inline Runner::~Runner() {
    try {
        close();
    } catch (...) {
        log("A Runner was closed by " + describe(std::current_exception()));
    }
}

/// Runs `main`, a coroutine or a callable that gives one, on a new loop, to its end; cancels what
/// is left, closes the loop, and gives the result. RuntimeError if a loop runs in this thread.
/// asyncio.run.
template <class Awaitable>
auto run(Awaitable&& main, RunnerOptions options = {}) {
    if (EventLoop::running() != nullptr) {
        throw RuntimeError("asyncio.run() cannot be called from a running event loop");
    }
    Runner runner(std::move(options));
    using Result = decltype(runner.run(std::forward<Awaitable>(main)));
    if constexpr (std::is_void_v<Result>) {
        runner.run(std::forward<Awaitable>(main));
        runner.close();
    } else {
        Result result = runner.run(std::forward<Awaitable>(main));
        runner.close();
        return result;
    }
}

}  // namespace aio
