#pragma once
// The rest of a loop: how it begins and ends, its descriptors, and what it says about errors
// (event_loop.hpp includes this).
#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "06_futures/detail/trace_printer.hpp"
#include "06_futures/event_loop.hpp"

namespace aio {

namespace detail {

/// All loops that exist, so that a future which outlives its loop can know.
struct LiveLoops {
    std::mutex mutex;
    std::vector<const EventLoop*> loops;

    /// The caller holds the mutex.
    [[nodiscard]] bool contains(const EventLoop* loop) const noexcept {
        return std::find(loops.begin(), loops.end(), loop) != loops.end();
    }

    static LiveLoops& instance() {
        static LiveLoops* const instance = new LiveLoops;  // never destroyed: asked at exit, too
        return *instance;
    }
};

}  // namespace detail

namespace detail {

/// Whether the environment has the variable `name`, and it is not empty.
[[nodiscard]] inline bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

}  // namespace detail

// ── life ────────────────────────────────────────────────────────────────────────────────────────

inline EventLoop::EventLoop(std::unique_ptr<Selector> selector, std::unique_ptr<Clock> clock)
    : clock_(clock != nullptr ? std::move(clock) : std::make_unique<SystemClock>()),
      selector_(std::move(selector)) {
    set_debug(detail::is_set("AIO_DEBUG"));
    if (detail::is_set("AIO_TRACE")) set_observer(std::make_shared<TracePrinter>());
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
    return live.contains(loop);
}

inline bool EventLoop::post(EventLoop* loop, Callback& callback) noexcept {
    auto& live = detail::LiveLoops::instance();
    const std::lock_guard lock(live.mutex);
    if (!live.contains(loop) || loop->closed_) return false;
    loop->inbox_.post(callback);
    return true;
}

/// Generators that are still open are left alone: they end with their frames. Then the
/// tasks: their destructors may still use the loop. A task that waits is moved into the
/// queue, together with all who wait for the same: so each is dropped once, and none is searched.
inline void EventLoop::close() {
    if (is_running()) throw RuntimeError("Cannot close a running event loop");
    if (closed_) return;
    while (!open_generators_.empty()) open_generators_.front()->leave();
    while (!dropped_generators_.empty()) dropped_generators_.front()->leave();
    pending_tasks_.for_each([](PendingTask& task) { task.stop_waiting(); });
    (void)inbox_.collect(ready_);  // nobody will ring any more
    while (!ready_.empty()) ready_.pop_front().drop();
    while (PendingTask* task = pending_tasks_.front()) task->drop();
    {
        const std::lock_guard nobody_posts(detail::LiveLoops::instance().mutex);
        closed_ = true;
    }
    (void)inbox_.collect(ready_);
    while (!ready_.empty()) ready_.pop_front().drop();
    timers_.clear();
    watchers_.clear();
    selector_->close();
}

// ── descriptors ─────────────────────────────────────────────────────────────────────────────────

inline std::span<const Ready> EventLoop::select(SelectTimeout timeout) {
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
            collect_inbox();
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

/// What the selector watches `fd` for: only it knows, for the kernel may have refused.
inline Events EventLoop::watched(int fd) const noexcept {
    const SelectorKey* key = selector_->get_map().find(fd);
    return key != nullptr ? key->events : Events::none;
}

/// What other threads have posted is not the work of the step that is being made.
inline void EventLoop::collect_inbox() {
    observation_.tell_wakes();
    if (const int error = inbox_.collect(ready_)) [[unlikely]]
        replace_bell(error);
    observation_.forget();
}

/// The selector would report a broken bell again and again, and no other thread could wake us. What
/// was posted while the old one did not ring is collected with the new one in place.
inline void EventLoop::replace_bell(int error) {
    const int broken = inbox_.fileno();
    Fd bell = Inbox::make_bell();
    selector_->unregister(broken);
    inbox_.renew(std::move(bell));
    selector_->register_fd(inbox_.fileno(), Events::read);
    (void)inbox_.collect(ready_);
    call_exception_handler(
        {"The descriptor that wakes the loop was taken from it: somebody has closed a number that "
         "is not theirs. The loop has a new one; calls from other threads may have come late",
         std::make_exception_ptr(SystemError(error, "read", fmt::format("eventfd {}", broken))),
         {}});
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
    watchers_.set(fd, event, call);
    throttle_.hurry();
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

inline void EventLoop::report_late_generator(const OpenGenerator& generator) {
    log("ResourceWarning: " + generator.describe() +
        " was scheduled after loop.shutdown_asyncgens() call");
}

// ── what may be asked of it now ─────────────────────────────────────────────────────────────────

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

// ── errors ──────────────────────────────────────────────────────────────────────────────────────

inline void report_callback_error(const Callback& callback) {
    EventLoop* loop = EventLoop::running();
    const ExceptionContext context{"Exception in callback " + callback.describe(),
                                   std::current_exception(), callback.describe()};
    if (loop != nullptr) loop->call_exception_handler(context);
}

inline void report_observer_error(EventLoop& loop) noexcept {
    const ExceptionContext context{"Exception in a LoopObserver", std::current_exception(), {}};
    try {
        return loop.call_exception_handler(context);
    } catch (...) {  // a request to exit: an observer does not act
    }
    log(context.message + "\n  " + describe(context.exception));
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
