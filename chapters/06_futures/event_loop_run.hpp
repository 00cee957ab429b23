#pragma once
// How a loop runs: the turn, and all that it is made of (event_loop.hpp includes this).
//
// Read run_once() first. It is the whole of asyncio: look around, then run what is ready.
#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "06_futures/event_loop.hpp"

namespace aio {

namespace detail {

/// All loops that exist, so that a future which outlives its loop can know.
struct LiveLoops {
    std::mutex mutex;
    std::vector<const EventLoop*> loops;

    static LiveLoops& instance() {
        static LiveLoops* const instance = new LiveLoops;  // never destroyed: asked at exit, too
        return *instance;
    }
};

}  // namespace detail

// ── one turn ────────────────────────────────────────────────────────────────────────────────────

inline void EventLoop::run_once() {
    if (ready_.empty() || pace_.is_due()) poll();
    if (!timers_.empty()) move_due_timers();
    run_ready();
}

/// Asks the kernel which descriptors are ready, and sleeps until one is, or a timer is due, if
/// there is nothing else to do.
inline void EventLoop::poll() {
    const bool busy = !ready_.empty();
    take_events(select(poll_timeout()));
    if (!busy && timers_.empty()) return pace_.looked_while_idle();
    now_ = clock_->now();
    busy ? pace_.looked_while_busy(now_) : pace_.looked_while_idle();
}

inline Timeout EventLoop::poll_timeout() {
    constexpr Duration kDay = std::chrono::hours(24);
    if (!ready_.empty() || stopping_) return Duration::zero();
    timers_.drop_cancelled_top();
    if (timers_.empty()) return std::nullopt;
    return std::clamp<Duration>(timers_.earliest() - time(), Duration::zero(), kDay);
}

inline std::span<const Ready> EventLoop::select(Timeout timeout) {
    const bool alone = selector_->get_map().size() == 1;  // only the inbox is watched
    if (alone && timeout == Duration::zero() && !inbox_.has_news()) return {};
    if (!timeout || !clock_->jumps()) return selector_->select(timeout);
    const auto events = selector_->select(Duration::zero());
    if (events.empty()) clock_->jump(now_ + *timeout);
    return events;
}

inline void EventLoop::take_events(std::span<const Ready> events) {
    for (const auto& [key, ready] : events) {
        if (key.fd == inbox_.fileno()) {
            inbox_.collect(ready_);
            continue;
        }
        for (const Events event : {Events::read, Events::write}) {
            if (!has(ready, event)) continue;
            WatcherCall* call = watchers_.get(key.fd, event);
            if (call == nullptr || call->cancelled()) {
                remove_watcher(key.fd, event);
            } else {
                call->enqueue(ready_);
            }
        }
    }
}

inline void EventLoop::move_due_timers() {
    if (clock_->jumps()) now_ = clock_->now();
    while (Timer* timer = timers_.pop_due(now_)) ready_.push_back(*timer);
}

/// Runs what is ready now. What that schedules stands behind `last` and waits for the next turn.
inline void EventLoop::run_ready() {
    const Callback* const last = ready_.back();
    const std::uint64_t runs = runs_;
    while (!ready_.empty()) {
        Callback& callback = ready_.pop_front();
        const bool is_last = &callback == last;
        debug_ ? run_timed(callback) : callback.run();
        if (is_last || runs_ != runs) return;  // a nested run may have taken `last` away
    }
}

/// Runs `callback`, and says so if it kept the loop waiting.
inline void EventLoop::run_timed(Callback& callback) {
    const std::string what = callback.describe();
    const TimePoint start = clock_->now();
    callback.run();
    const std::chrono::duration<double> taken = clock_->now() - start;
    if (taken < slow_callback_duration) return;
    log(fmt::format("Executing {} took {:.3f} seconds", what, taken.count()));
}

// ── running ─────────────────────────────────────────────────────────────────────────────────────

/// One run_forever() or run_until_complete() that is under way. For that time, this loop is the one
/// that runs in this thread. Runs are nested if set_nested_running() allows it: then the inner one
/// starts with no current task, and gives all back at its end.
class EventLoop::Run {
  public:
    explicit Run(EventLoop& loop)
        : loop_(loop),
          number_(++loop.runs_),
          outer_(std::exchange(loop.run_, this)),
          outer_loop_(std::exchange(running_loop_, &loop)),
          outer_task_(std::exchange(loop.current_task_, nullptr)),
          outer_cancel_pending_(std::exchange(loop.cancel_pending_, false)) {
        loop_.thread_ = std::this_thread::get_id();
    }
    ~Run() {
        loop_.run_ = outer_;
        running_loop_ = outer_loop_;
        loop_.current_task_ = outer_task_;
        loop_.cancel_pending_ = outer_cancel_pending_;
        if (outer_ == nullptr) loop_.stopping_ = false;
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Turn after turn, until somebody stops the loop, or this run.
    void until_stopped() {
        loop_.pace_.hurry();  // the first turn looks at the descriptors
        do {
            loop_.run_once();
        } while (!loop_.stopping_ && !stopped_);
    }

    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] Run* outer() const noexcept { return outer_; }

    /// Ends this run after the present turn.
    void stop() noexcept { stopped_ = true; }

  private:
    EventLoop& loop_;
    std::uint64_t number_;
    Run* outer_;
    EventLoop* outer_loop_;
    TaskBase* outer_task_;
    bool outer_cancel_pending_;
    bool stopped_ = false;
};

/// The done-callback with which run_until_complete() stops itself. It knows its run by number: if
/// it comes too late, because an exit request has ended the run, it does nothing.
struct EventLoop::StopRun {
    EventLoop* loop;
    std::uint64_t number;

    void operator()() const noexcept {
        for (Run* run = loop->run_; run != nullptr; run = run->outer()) {
            if (run->number() == number) run->stop();
        }
    }
    bool operator==(const StopRun&) const = default;
};

inline void EventLoop::run_forever() {
    ensure_can_run();
    Run(*this).until_stopped();
}

inline void EventLoop::ensure_can_run() const {
    if (closed_) throw RuntimeError("Event loop is closed");
    if (nested_allowed_) return;
    if (is_running()) throw RuntimeError("This event loop is already running");
    if (running_loop_ != nullptr) {
        throw RuntimeError("Cannot run the event loop while another loop is running");
    }
}

inline void EventLoop::ensure_usable_slowly() const {
    if (closed_) throw RuntimeError("Event loop is closed");
    if (is_running() && thread_ != std::this_thread::get_id()) {
        throw RuntimeError(
            "Non-thread-safe operation invoked on an event loop other than the current one: "
            "use call_soon_threadsafe");
    }
}

// ── life ────────────────────────────────────────────────────────────────────────────────────────

inline EventLoop::EventLoop(std::unique_ptr<Selector> selector, std::unique_ptr<Clock> clock)
    : clock_(clock != nullptr ? std::move(clock) : std::make_unique<Clock>()),
      selector_(std::move(selector)) {
    const char* debug = std::getenv("AIO_DEBUG");
    debug_ = debug != nullptr && *debug != '\0';
    selector_->register_fd(inbox_.fileno(), Events::read);
    auto& live = detail::LiveLoops::instance();
    const std::lock_guard lock(live.mutex);
    live.loops.push_back(this);
}

/// What a future schedules on a closed loop will not happen either.
inline EventLoop::~EventLoop() {
    run_ = nullptr;
    close();
    while (!ready_.empty()) ready_.pop_front().drop();
    auto& live = detail::LiveLoops::instance();
    const std::lock_guard lock(live.mutex);
    std::erase(live.loops, this);
}

inline bool EventLoop::is_alive(const EventLoop* loop) noexcept {
    auto& live = detail::LiveLoops::instance();
    const std::lock_guard lock(live.mutex);
    return std::find(live.loops.begin(), live.loops.end(), loop) != live.loops.end();
}

/// Tasks first: their destructors may still use the loop. A task that waits is moved into the
/// queue, together with all who wait for the same: so each is dropped once, and none is searched.
inline void EventLoop::close() {
    if (is_running()) throw RuntimeError("Cannot close a running event loop");
    if (closed_) return;
    residents_.for_each([](Resident& resident) { resident.stop_waiting(); });
    inbox_.collect(ready_);
    while (!ready_.empty()) ready_.pop_front().drop();
    while (Resident* resident = residents_.first()) resident->drop();
    closed_ = true;
    while (!ready_.empty()) ready_.pop_front().drop();
    timers_.clear();
    watchers_.clear();
    selector_->close();
}

// ── descriptors ─────────────────────────────────────────────────────────────────────────────────

/// What the selector watches `fd` for.
inline Events EventLoop::watched(int fd) const noexcept {
    const SelectorKey* key = selector_->get_map().find(fd);
    return key != nullptr ? key->events : Events::none;
}

inline void EventLoop::register_watcher(int fd, Events event, WatcherCall& call) {
    ensure_usable();
    const Events before = watched(fd);
    const Events after = before | event;
    if (before == Events::none) {
        selector_->register_fd(fd, after);
    } else if (before != after) {
        selector_->modify(fd, after);
    }
    call.retain();
    watchers_.set(fd, event, &call);
    pace_.hurry();
}

inline bool EventLoop::remove_watcher(int fd, Events event) {
    if (fd < 0) throw ValueError(fmt::format("{} is not a file descriptor", fd));
    if (closed_ || !watchers_.remove(fd, event)) return false;
    const Events before = watched(fd);
    const Events after = before & ~event;
    if (after != Events::none) {
        selector_->modify(fd, after);
    } else if (before != Events::none) {
        selector_->unregister(fd);
    }
    return true;
}

// ── errors ──────────────────────────────────────────────────────────────────────────────────────

inline void report_callback_error(const Callback& callback) {
    EventLoop* loop = EventLoop::running();
    const ExceptionContext context{"Exception in callback " + callback.describe(),
                                   std::current_exception(), callback.describe()};
    if (loop != nullptr) loop->call_exception_handler(context);
}

inline void EventLoop::default_exception_handler(const ExceptionContext& context) {
    std::string text =
        context.message.empty() ? "Unhandled exception in event loop" : context.message;
    if (!context.source.empty()) text += "\n  in: " + context.source;
    if (context.exception != nullptr) text += "\n  " + describe(context.exception);
    log(text);
}

inline void EventLoop::call_exception_handler(const ExceptionContext& context) {
    if (!handler_) return default_exception_handler(context);
    try {
        handler_(*this, context);
    } catch (...) {
        if (is_exit_request(std::current_exception())) throw;
        default_exception_handler(
            {"Unhandled error in exception handler", std::current_exception(), context.message});
    }
}

}  // namespace aio
