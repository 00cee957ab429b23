#pragma once
// EventLoop: runs callbacks, one after another, in one thread, and sleeps when there are none.
//
// The laws, which everything above relies on:
//  1. One turn: look at the descriptors, then at the timers, then run the callbacks that are ready
//     at that moment, in order. What they schedule waits for the next turn.
//  2. Nothing runs inline. call_soon, a finished future, a readable descriptor: all of them put a
//     callback into the queue. So finishing something never has a surprise.
//  3. An error of a callback is reported and the loop goes on. SystemExit and KeyboardInterrupt
//     leave run_forever() at once; what was ready stays ready.
//  4. A loop that has work never forgets to look at its descriptors: PollThrottle says how often.
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "06_futures/detail/event_loop_parts.hpp"
#include "06_futures/ready_queue.hpp"
#include "06_futures/timer_heap.hpp"

namespace aio {

/// Python's asyncio.BaseEventLoop and SelectorEventLoop in one.
/// Thread rule: one thread, but for call_soon_threadsafe(). Not movable.
/// Errors of all that schedules: RuntimeError "Event loop is closed".
class EventLoop {
  public:
    /// A loop on epoll and the machine's clock.
    EventLoop() : EventLoop(std::make_unique<DefaultSelector>()) {}

    /// A loop on any selector and any clock (null: the machine's).
    explicit EventLoop(std::unique_ptr<Selector> selector, std::unique_ptr<Clock> clock = nullptr);
    explicit EventLoop(std::unique_ptr<Clock> clock)
        : EventLoop(std::make_unique<DefaultSelector>(), std::move(clock)) {}

    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop();  ///< closes; what is pending is destroyed and reported

    // ── scheduling ──────────────────────────────────────────────────────────────────────────────

    /// Calls function(arguments...) in the next turn, in the order of the calls.
    template <class F, class... Arguments>
    Handle call_soon(F&& function, Arguments&&... arguments);

    /// The same from any thread; wakes the loop (chapter 14). In the loop's own thread, it keeps
    /// the order with call_soon().
    template <class F, class... Arguments>
    ThreadsafeHandle call_soon_threadsafe(F&& function, Arguments&&... arguments);

    /// Calls function(arguments...) when `delay` has passed. Equal deadlines have no order.
    template <class Rep, class Period, class F, class... Arguments>
    TimerHandle call_later(std::chrono::duration<Rep, Period> delay, F&& function,
                           Arguments&&... arguments);

    /// Calls function(arguments...) at `when` on this loop's clock.
    template <class F, class... Arguments>
    TimerHandle call_at(TimePoint when, F&& function, Arguments&&... arguments);

    /// The loop's clock.
    [[nodiscard]] TimePoint time() { return now_ = clock_->now(); }

    // ── running ─────────────────────────────────────────────────────────────────────────────────

    /// Runs until stop(). RuntimeError if this loop or another one runs in this thread.
    void run_forever();

    /// Runs until `future` is done, and gives its result or throws its error. RuntimeError
    /// "Event loop stopped before Future completed." if somebody stops the loop before; ValueError
    /// if it is a future of another loop.
    template <class T>
    T run_until_complete(Future<T> future);
    /// The same for anything that create_task() takes (chapter 07).
    template <class Awaitable>
    auto run_until_complete(Awaitable&& awaitable);

    /// Ends run_forever() after the present turn. Called before it, one turn is run.
    void stop() noexcept {
        stopping_ = true;
        throttle_.hurry();
    }

    [[nodiscard]] bool is_running() const noexcept { return run_ != nullptr; }
    [[nodiscard]] bool is_closed() const noexcept { return closed_; }

    /// Destroys what is pending and closes the selector. May be called again. RuntimeError while
    /// the loop runs.
    void close();

    /// Allows run_until_complete() within a callback or task of this loop, against asyncio's rule
    /// (what the package nest_asyncio does): the inner run goes on with the outer one's callbacks
    /// until its own future is done. stop() ends both. Meant for notebooks and debuggers.
    void set_nested_running(bool allowed) noexcept { nested_allowed_ = allowed; }

    // ── futures and tasks ───────────────────────────────────────────────────────────────────────

    /// A pending future of this loop.
    template <class T = void>
    [[nodiscard]] Future<T> create_future();

    /// A task that runs `coroutine`, or what a callable returns (chapter 07).
    template <class Awaitable>
    auto create_task(Awaitable&& awaitable, std::string_view name = {});
    template <class Awaitable>
    auto create_task(Awaitable&& awaitable, const TaskOptions& options);

    /// Is asked before each task is made; an empty one means none (chapter 07).
    void set_task_factory(TaskFactory factory) { task_factory_ = std::move(factory); }
    [[nodiscard]] const TaskFactory& get_task_factory() const noexcept { return task_factory_; }

    /// Ends the asynchronous generators that have begun and are not over (chapter 10). Errors of
    /// theirs are told to the exception handler. run() does it.
    [[nodiscard]] Coro<void> shutdown_asyncgens();

    // ── descriptors ─────────────────────────────────────────────────────────────────────────────

    /// Calls function(arguments...) whenever `fd` is readable, in place of the reader before.
    template <class F, class... Arguments>
    Handle add_reader(int fd, F&& function, Arguments&&... arguments);
    template <class F, class... Arguments>
    Handle add_writer(int fd, F&& function, Arguments&&... arguments);

    /// Returns whether there was one; false on a closed loop.
    bool remove_reader(int fd) { return remove_watcher(fd, Events::read); }
    bool remove_writer(int fd) { return remove_watcher(fd, Events::write); }

    // ── sockets, without waiting: see sock_operations.hpp ───────────────────────────────────────

    [[nodiscard]] Future<std::string> sock_recv(Socket& socket, std::size_t size);
    [[nodiscard]] Future<std::size_t> sock_recv_into(Socket& socket, std::span<char> buffer);
    [[nodiscard]] Future<void> sock_sendall(Socket& socket, std::string data);
    [[nodiscard]] Future<Socket> sock_accept(Socket& server);
    [[nodiscard]] Future<void> sock_connect(Socket& socket, const Address& address);

    // ── errors and debugging ────────────────────────────────────────────────────────────────────

    /// Takes the errors that nobody else took; an empty one means the default: the log.
    void set_exception_handler(ExceptionHandler handler) { handler_ = std::move(handler); }
    [[nodiscard]] const ExceptionHandler& get_exception_handler() const noexcept {
        return handler_;
    }

    /// Tells the handler. Never throws: a handler that fails is reported itself. SystemExit and
    /// KeyboardInterrupt of a handler go through.
    void call_exception_handler(const ExceptionContext& context);
    void default_exception_handler(const ExceptionContext& context);

    /// In debug mode, slow callbacks are logged and calls from another thread refused.
    void set_debug(bool on) noexcept {
        debug_ = on;
        watched_ = debug_ || get_observer() != nullptr;
    }
    [[nodiscard]] bool get_debug() const noexcept { return debug_; }

    /// `observer` is told what the loop does, from the next step on, in place of the one before;
    /// null: nobody is. With AIO_TRACE in the environment, a loop starts with a TracePrinter.
    void set_observer(std::shared_ptr<LoopObserver> observer) {
        observation_.set_observer(std::move(observer));
        watched_ = debug_ || get_observer() != nullptr;
    }
    [[nodiscard]] const std::shared_ptr<LoopObserver>& get_observer() const noexcept {
        return observation_.observer();
    }

    /// What debug mode calls slow. Python's loop.slow_callback_duration.
    std::chrono::nanoseconds slow_callback_duration = std::chrono::milliseconds(100);

    // ── for the stack ───────────────────────────────────────────────────────────────────────────

    /// The loop that runs in this thread; nullptr if none does.
    [[nodiscard]] static EventLoop* running() noexcept { return running_loop_; }

    /// Puts a callback, or a whole list of them, at the end of the queue: behind what was posted.
    void schedule(Callback& callback) noexcept {
        take_posted();
        ready_.push_back(callback);
    }
    void schedule(CallbackList& callbacks) {
        take_posted();
        ready_.splice(callbacks);
    }
    /// Whether `when` is still to come on this loop's clock.
    [[nodiscard]] bool is_ahead(TimePoint when) const { return clock_->is_ahead(when); }
    /// Takes over the caller's reference to `timer`.
    void schedule_at(Timer& timer, TimePoint when) { timers_.push(timer, when); }

    /// RuntimeError if the loop is closed, or, in debug mode, if this is not its thread.
    void ensure_usable() const {
        if (closed_ || debug_) [[unlikely]]
            ensure_usable_slowly();
    }

    /// Whether `loop` still exists. For destructors only: it looks through a list.
    [[nodiscard]] static bool is_alive(const EventLoop* loop) noexcept;
    /// Puts a callback into `loop` from any thread, and wakes it. Returns false if that loop is
    /// closed or gone.
    [[nodiscard]] static bool post(EventLoop* loop, Callback& callback) noexcept;

    /// Runs `callback` within the present step: for a task that starts eagerly (chapter 07).
    void run_within(Callback& callback) {
        get_observer() != nullptr ? observation_.run_within(callback) : callback.run();
    }

    /// The task whose step is being made; nullptr between steps (chapter 07).
    [[nodiscard]] TaskBase* current_task() const noexcept { return current_task_; }
    TaskBase* exchange_current_task(TaskBase* task) noexcept {
        return std::exchange(current_task_, task);
    }

    /// Whether the await that comes back in the present step must throw (chapter 09).
    [[nodiscard]] bool cancel_pending() const noexcept { return cancel_pending_; }
    void set_cancel_pending(bool pending) noexcept { cancel_pending_ = pending; }

    /// What the loop keeps alive until it is done: its tasks (chapter 07).
    [[nodiscard]] IntrusiveList<PendingTask>& pending_tasks() noexcept { return pending_tasks_; }

    /// `generator` has begun: shutdown_asyncgens() shall end it if nobody else does. RuntimeError
    /// if the loop is closed.
    void add_open_generator(OpenGenerator& generator) {
        ensure_usable();
        if (asyncgens_shut_down_) [[unlikely]]
            report_late_generator(generator);
        generator.enter(*this, open_generators_);
    }
    /// The same for one that was open, and is being ended because nobody refers to it any more.
    void add_dropped_generator(OpenGenerator& generator) noexcept {
        generator.leave();
        generator.enter(*this, dropped_generators_);
    }
    [[nodiscard]] bool has_open_generators() const noexcept {
        return !open_generators_.empty() || !dropped_generators_.empty();
    }

  private:
    class Run;
    struct StopRun;

    template <class T>
    void run_until_done(const Future<T>& future);

    void run_once();
    /// Puts what other threads have posted into the queue: what comes next stands behind it.
    void take_posted() {
        if (inbox_.has_news()) [[unlikely]]
            collect_inbox();
    }
    void poll();
    [[nodiscard]] SelectTimeout poll_timeout();
    std::span<const Ready> select(SelectTimeout timeout);
    void take_events(std::span<const Ready> events);
    [[gnu::cold]] void collect_inbox();
    void replace_bell(int error);
    void move_due_timers();
    void run_ready();
    [[gnu::cold]] void run_watched(Callback& callback);
    template <class Step>
    void run_timed(const Callback& callback, Step step);
    void ensure_usable_slowly() const;
    void ensure_can_run() const;
    static void report_late_generator(const OpenGenerator& generator);
    [[nodiscard]] Events watched(int fd) const noexcept;
    template <class F, class... Arguments>
    Handle add_watcher(int fd, Events event, F&& function, Arguments&&... arguments);
    void register_watcher(int fd, Events event, WatcherCall& call);
    bool remove_watcher(int fd, Events event);

    static inline constinit thread_local EventLoop* running_loop_ = nullptr;

    // What every turn touches comes first.
    ReadyQueue ready_;
    TaskBase* current_task_ = nullptr;
    PollThrottle throttle_;
    Run* run_ = nullptr;      // the innermost
    std::uint64_t runs_ = 0;  // how many have begun
    bool cancel_pending_ = false;
    bool stopping_ = false;
    bool closed_ = false;
    bool debug_ = false;
    bool watched_ = false;  // debug mode, or an observer
    bool nested_allowed_ = false;
    bool asyncgens_shut_down_ = false;
    TimePoint now_{};  // as of the last look at the clock
    TimerHeap timers_;
    IntrusiveList<PendingTask> pending_tasks_;
    IntrusiveList<OpenGenerator> open_generators_;
    IntrusiveList<OpenGenerator> dropped_generators_;
    std::unique_ptr<Clock> clock_;
    std::unique_ptr<Selector> selector_;
    Inbox inbox_;
    Watchers watchers_;
    ExceptionHandler handler_;
    TaskFactory task_factory_;
    Observation observation_{*this, ready_};
    std::thread::id thread_;  // that of the last run
};

}  // namespace aio

#include "06_futures/detail/event_loop_life.hpp"      // IWYU pragma: export
#include "06_futures/detail/event_loop_schedule.hpp"  // IWYU pragma: export
#include "06_futures/event_loop_run.hpp"              // IWYU pragma: export
#include "06_futures/future.hpp"                      // IWYU pragma: export
