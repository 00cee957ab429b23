#pragma once
// timeout(): a block of code gets this much time, and no more.
//
// A deadline is a timer that cancels the task that runs the block. At the end of the block the
// CancelledError becomes a TimeoutError.
//
// The law: a TimeoutError says that time was up, and that nobody else wants the task to stop. The
// error does not show who asked, so requests are counted: if, after we have taken ours back, more
// are left than there were when the block began, the CancelledError goes on.
#include <array>
#include <chrono>
#include <cmath>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "06_futures/detail/current_loop.hpp"
#include "06_futures/detail/errors.hpp"
#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/task_base.hpp"
#include "10_async_context_managers/immediate.hpp"
#include "12_timeouts/timeout_error.hpp"

namespace aio {

class Timeout;

/// The timer of a Timeout. Each knows the other until it is over.
class TimeoutTimer final : public Timer {
  public:
    explicit TimeoutTimer(Timeout& timeout) noexcept : timeout_(&timeout) {}

    void run() override;
    [[nodiscard]] std::string describe() const override { return "<deadline of a timeout>"; }

  private:
    void clear() noexcept override;

    Timeout* timeout_;  // null once it has fired or was cancelled
};

/// A block with a deadline: a manager for async_with(), which gives itself to the body. Made by
/// timeout() and timeout_at(). It can be moved until it is entered, and entered once.
/// Python's asyncio.Timeout. Thread rule: the loop's thread.
class Timeout {
  public:
    /// Ends at `when` on the loop's clock; std::nullopt: never.
    explicit Timeout(std::optional<TimePoint> when) noexcept : when_(when) {}
    Timeout(Timeout&& other) noexcept : when_(other.when_) {}
    Timeout& operator=(Timeout&&) = delete;
    ~Timeout() { disarm(); }

    /// The deadline on the loop's clock; std::nullopt if there is none.
    [[nodiscard]] std::optional<TimePoint> when() const noexcept { return when_; }

    /// Moves the deadline; std::nullopt takes it away. RuntimeError if the block is not running, or
    /// its time is up.
    void reschedule(std::optional<TimePoint> when);

    /// Whether time was up before the block was left, even if the block ended well.
    [[nodiscard]] bool expired() const noexcept {
        return state_ == State::expiring || state_ == State::expired;
    }

    /// Entering starts the clock. RuntimeError, "Timeout has already been entered", if it was
    /// entered before; or "Timeout should be used inside a task" if no task or no loop runs.
    [[nodiscard]] Immediate<Timeout&> aenter() {
        enter();
        return Immediate<Timeout&>(*this);
    }

    /// Leaving stops it. Turns `error` into a TimeoutError, with the CancelledError inside
    /// (std::nested_exception), if it came from the deadline alone. Swallows nothing. RuntimeError
    /// if the block is not running: it was not entered, or is left already.
    [[nodiscard]] Immediate<bool> aexit(const std::exception_ptr& error) {
        leave(error);
        return Immediate<bool>(false);
    }

    /// "<Timeout [active] when=12.5>", in seconds on the loop's clock, for people.
    [[nodiscard]] std::string describe() const;

  private:
    friend class TimeoutTimer;
    enum class State : std::uint8_t { created, active, expiring, expired, finished };

    void enter();
    void leave(const std::exception_ptr& error);
    void expire();
    void arm();
    void disarm() noexcept {
        if (timer_ != nullptr) timer_->cancel();
    }
    [[noreturn]] void refuse_to_change() const;
    [[nodiscard]] std::string_view state_name() const noexcept;

    std::optional<TimePoint> when_;
    TimeoutTimer* timer_ = nullptr;  // the loop's; null if none is under way
    TaskBase* task_ = nullptr;       // it runs the block
    int cancels_before_ = 0;         // its cancel requests when the block began
    State state_ = State::created;
};

// ── the time ────────────────────────────────────────────────────────────────────────────────────

/// The errors: "Timeout has already been entered" in every state but created; "Timeout should be
/// used inside a task" if no task runs, and so also if no loop does.
inline void Timeout::enter() {
    if (state_ != State::created) throw RuntimeError("Timeout has already been entered");
    EventLoop* const loop = EventLoop::running();
    task_ = loop != nullptr ? loop->current_task() : nullptr;
    if (task_ == nullptr) throw RuntimeError("Timeout should be used inside a task");
    state_ = State::active;
    cancels_before_ = task_->cancelling();
    arm();
}

/// A deadline that has passed is for the next turn, like any call_soon(): the block begins, and
/// runs to its first await that really waits. A closed loop takes no deadline: ensure_usable()
/// throws.
inline void Timeout::arm() {
    if (!when_) return;
    EventLoop& loop = task_->loop();
    loop.ensure_usable();
    timer_ = new TimeoutTimer(*this);
    if (loop.is_ahead(*when_)) {
        loop.schedule_at(*timer_, *when_);
    } else {
        loop.schedule(*timer_);
    }
}

inline void Timeout::reschedule(std::optional<TimePoint> when) {
    if (state_ != State::active) refuse_to_change();
    disarm();
    when_ = when;
    arm();
}

inline void Timeout::refuse_to_change() const {
    if (state_ == State::created) throw RuntimeError("Timeout has not been entered");
    throw RuntimeError(fmt::format("Cannot change state of {} Timeout", state_name()));
}

inline void TimeoutTimer::run() {
    run_once([this] { std::exchange(timeout_, nullptr)->expire(); });
}

inline void TimeoutTimer::clear() noexcept {
    if (timeout_ != nullptr) std::exchange(timeout_, nullptr)->timer_ = nullptr;
}

inline void Timeout::expire() {
    timer_ = nullptr;
    state_ = State::expiring;
    task_->cancel({});
}

// ── the end ─────────────────────────────────────────────────────────────────────────────────────

/// In time, or too late: the state says which. In any other state there is nothing to leave, and
/// refuse_to_change() throws.
inline void Timeout::leave(const std::exception_ptr& error) {
    if (state_ == State::active) {
        disarm();
        state_ = State::finished;
        return;
    }
    if (state_ != State::expiring) refuse_to_change();
    state_ = State::expired;
    const bool others_ask = task_->uncancel() > cancels_before_;
    if (others_ask) return;
    if (is_exactly<CancelledError>(error)) throw_timeout_error(error);
    insert_timeout_errors(error);
}

// ── for people ──────────────────────────────────────────────────────────────────────────────────

inline std::string_view Timeout::state_name() const noexcept {
    constexpr std::array<std::string_view, 5> kNames{"created", "active", "expiring", "expired",
                                                     "finished"};
    return kNames.at(static_cast<std::size_t>(state_));
}

inline std::string Timeout::describe() const {
    if (state_ != State::active) return fmt::format("<Timeout [{}]>", state_name());
    if (!when_) return "<Timeout [active] when=none>";
    const std::chrono::duration<double, std::milli> when = when_->time_since_epoch();
    return fmt::format("<Timeout [active] when={}>", std::round(when.count()) / 1000);
}

// ── making one ──────────────────────────────────────────────────────────────────────────────────

/// A block that must be over `delay` from now; std::nullopt: no limit. Zero or less lets it begin,
/// and ends it at its first await that waits. RuntimeError if no loop runs; ValueError for NaN.
/// asyncio.timeout.
template <class Rep, class Period>
[[nodiscard]] Timeout timeout(std::chrono::duration<Rep, Period> delay) {
    return Timeout(get_running_loop().time() + to_duration(delay));
}
[[nodiscard]] inline Timeout timeout(std::optional<Duration> delay) {
    if (delay) return timeout(*delay);
    (void)get_running_loop();
    return Timeout(std::nullopt);
}

/// A block that must be over at `when` on the loop's clock; std::nullopt: no limit.
/// asyncio.timeout_at.
[[nodiscard]] inline Timeout timeout_at(std::optional<TimePoint> when) noexcept {
    return Timeout(when);
}

}  // namespace aio
