#pragma once
// How a loop runs: the turn, and all that it is made of (event_loop.hpp includes this).
//
// Read run_once() first. It is the whole of asyncio: look around, then run what is ready.
#include <algorithm>

#include "06_futures/event_loop.hpp"

namespace aio {

// ── one turn ────────────────────────────────────────────────────────────────────────────────────

inline void EventLoop::run_once() {
    if (ready_.empty() || throttle_.is_due()) poll();
    take_posted();
    if (!timers_.empty()) move_due_timers();
    run_ready();
}

/// Asks the kernel which descriptors are ready, and sleeps until one is, or a timer is due, if
/// there is nothing else to do.
inline void EventLoop::poll() {
    const bool busy = !ready_.empty();
    const SelectTimeout timeout = poll_timeout();
    if (timeout != Duration::zero()) observation_.loop_sleeps();
    take_events(select(timeout));
    if (!busy && timers_.empty()) return throttle_.looked_while_idle();
    now_ = clock_->now();
    busy ? throttle_.looked_while_busy(now_) : throttle_.looked_while_idle();
}

/// How long the selector may sleep; nullopt: for ever. Never below zero, and a day at most: a timer
/// may be further away than the kernel can count.
inline SelectTimeout EventLoop::poll_timeout() {
    constexpr Duration kDay = std::chrono::hours(24);
    if (!ready_.empty() || stopping_) return Duration::zero();
    timers_.drop_cancelled_top();
    if (timers_.empty()) return std::nullopt;
    return std::clamp<Duration>(timers_.earliest() - time(), Duration::zero(), kDay);
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
        watched_ ? run_watched(callback) : callback.run();
        if (is_last || runs_ != runs) return;  // a nested run may have taken `last` away
    }
}

/// Runs `callback`, in debug mode, or told to an observer, or both.
inline void EventLoop::run_watched(Callback& callback) {
    const auto step = [&] {
        get_observer() != nullptr ? observation_.run(callback) : callback.run();
    };
    debug_ ? run_timed(callback, step) : step();
}

/// Makes the step of `callback`, and says so if it kept the loop waiting.
template <class Step>
void EventLoop::run_timed(const Callback& callback, Step step) {
    const std::string what = callback.describe();
    const TimePoint start = clock_->now();
    step();
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
          outer_cancel_pending_(std::exchange(loop.cancel_pending_, false)),
          outer_step_(loop.observation_.exchange_step(nullptr)) {
        loop_.thread_ = std::this_thread::get_id();
    }
    ~Run() {
        loop_.run_ = outer_;
        running_loop_ = outer_loop_;
        loop_.current_task_ = outer_task_;
        loop_.cancel_pending_ = outer_cancel_pending_;
        (void)loop_.observation_.exchange_step(outer_step_);
        if (outer_ == nullptr) loop_.stopping_ = false;
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Turn after turn, until somebody stops the loop, or this run.
    void until_stopped() {
        loop_.throttle_.hurry();  // the first turn looks at the descriptors
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
    ObservedStep* outer_step_;
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

/// The done-callback must be gone when we leave, also by an exception: a future that is never done
/// would keep it.
template <class T>
void EventLoop::run_until_done(const Future<T>& future) {
    ensure_can_run();
    if (&future.get_loop() != this) throw ValueError("The future belongs to a different loop");
    Run run(*this);
    {
        const ScopedDoneCallback<T, StopRun> stop(future, StopRun{this, run.number()});
        run.until_stopped();
    }
    if (!future.done()) throw RuntimeError("Event loop stopped before Future completed.");
}

}  // namespace aio
