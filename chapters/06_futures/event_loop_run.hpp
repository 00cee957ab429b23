#pragma once
// How a loop runs: the turn, and all that it is made of (event_loop.hpp includes this).
//
// Read run_once() first. It is the whole of asyncio: look around, then run what is ready.
#include <algorithm>
#include <cstdlib>
#include <mutex>

#include <cxxabi.h>

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
    const std::uint64_t nested_runs = nested_runs_;
    while (!ready_.empty()) {
        Callback& callback = ready_.pop_front();
        const bool is_last = &callback == last;
        debug_ ? run_timed(callback) : callback.run();
        if (is_last || nested_runs_ != nested_runs) return;
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

/// Marks this loop as the one that runs in this thread, for a scope.
class EventLoop::RunningScope {
  public:
    explicit RunningScope(EventLoop& loop)
        : loop_(loop),
          outer_(std::exchange(running_loop_, &loop)),
          outer_task_(std::exchange(loop.current_task_, nullptr)),
          was_running_(std::exchange(loop.running_, true)) {
        loop_.thread_ = std::this_thread::get_id();
        ++loop_.nested_runs_;
    }
    ~RunningScope() {
        running_loop_ = outer_;
        loop_.current_task_ = outer_task_;
        loop_.running_ = was_running_;
        loop_.stopping_ = false;
    }
    RunningScope(const RunningScope&) = delete;
    RunningScope& operator=(const RunningScope&) = delete;

  private:
    EventLoop& loop_;
    EventLoop* outer_;
    TaskBase* outer_task_;
    bool was_running_;
};

inline void EventLoop::run_forever() {
    ensure_can_run();
    const RunningScope scope(*this);
    pace_.hurry();  // the first turn looks, and so does the last: see stop()
    do {
        run_once();
    } while (!stopping_);
}

inline void EventLoop::ensure_can_run() const {
    if (closed_) throw RuntimeError("Event loop is closed");
    if (nested_allowed_) return;
    if (running_) throw RuntimeError("This event loop is already running");
    if (running_loop_ != nullptr) {
        throw RuntimeError("Cannot run the event loop while another loop is running");
    }
}

inline void EventLoop::ensure_usable_slowly() const {
    if (closed_) throw RuntimeError("Event loop is closed");
    if (running_ && thread_ != std::this_thread::get_id()) {
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

inline EventLoop::~EventLoop() {
    running_ = false;
    close();
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
    if (running_) throw RuntimeError("Cannot close a running event loop");
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

inline void EventLoop::register_watcher(int fd, Events event, WatcherCall& call) {
    ensure_usable();
    const Events before = watchers_.events(fd);
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
    const Events after = watchers_.events(fd);
    if (after == Events::none) {
        selector_->unregister(fd);
    } else {
        selector_->modify(fd, after);
    }
    return true;
}

// ── errors ──────────────────────────────────────────────────────────────────────────────────────

inline std::string type_name(const std::type_info& type) {
    int status = 0;
    char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    std::string text = status == 0 ? name : type.name();
    std::free(name);  // NOLINT: __cxa_demangle hands over memory of malloc
    return text;
}

inline void report_callback_error(const Callback& callback) {
    EventLoop* loop = EventLoop::running();
    const ExceptionContext context{"Exception in callback", std::current_exception(),
                                   callback.describe()};
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
