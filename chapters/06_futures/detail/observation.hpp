#pragma once
// How a loop tells its observer: the other side of loop_observer.hpp.
//
// A step is run as ever. Then those that stand behind the end of the queue as it was are the ones
// that the step has woken, started or scheduled.
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "06_futures/callback.hpp"
#include "06_futures/detail/loop_observer.hpp"
#include "06_futures/ready_queue.hpp"

namespace aio {

class EventLoop;

/// An error of the observer's, which is being handled: tells the handler of `loop`. Never throws.
void report_observer_error(EventLoop& loop) noexcept;

class ObservedStep;

/// What a loop keeps for its observer. Thread rule: the loop's thread.
class Observation {
  public:
    Observation(EventLoop& loop, const ReadyQueue& queue) noexcept : loop_(loop), queue_(queue) {}

    void set_observer(std::shared_ptr<LoopObserver> observer) {
        observer_ = std::move(observer);
        last_ = nullptr;
        slept_ = false;
        forget();
    }
    [[nodiscard]] const std::shared_ptr<LoopObserver>& observer() const noexcept {
        return observer_;
    }

    /// Runs `callback`, the first of a turn or one that follows.
    void run(Callback& callback);
    /// Runs `callback` within the present step.
    void run_within(Callback& callback);

    /// A run of the loop begins, or ends: the next step begins a turn. Returns the step that was
    /// being made, and makes `step` the present one.
    ObservedStep* exchange_step(ObservedStep* step) noexcept;

    /// The loop has nothing to do until something happens, or a timer is due.
    void loop_sleeps() noexcept { slept_ = true; }

    /// Others have entered the queue, which nobody who runs here has put there.
    void forget() noexcept { told_ = queue_.back(); }
    /// Tells whom the present step, if there is one, has put into the queue.
    void tell_wakes() noexcept;

    /// Calls tell(observer), if there is one.
    template <class Tell>
    void tell(Tell tell) noexcept;

  private:
    friend class ObservedStep;

    EventLoop& loop_;
    const ReadyQueue& queue_;
    std::shared_ptr<LoopObserver> observer_;
    ObservedStep* step_ = nullptr;    // the present one
    const Callback* told_ = nullptr;  // those behind it in the queue have not been told of
    std::uint64_t turns_ = 0;
    const Callback* last_ = nullptr;  // of the turn that is being made
    bool slept_ = false;              // before the next turn
};

/// A step that is being made. Callback::run_observed() gets it.
class ObservedStep {
  public:
    ObservedStep(Observation& observation, const Callback& callback) noexcept;
    ~ObservedStep();
    ObservedStep(const ObservedStep&) = delete;
    ObservedStep& operator=(const ObservedStep&) = delete;

    void tell_wakes() noexcept { observation_.tell_wakes(); }
    /// Tells that the task waits for `what`, after those whom it has woken before.
    void wait(const std::string& what) noexcept;
    void done(const std::string& outcome) noexcept;

  private:
    friend class Observation;
    Observation& observation_;
    const Callback* callback_;
    ObservedStep* outer_;
};

// ── the loop's side ─────────────────────────────────────────────────────────────────────────────

template <class Tell>
void Observation::tell(Tell tell) noexcept {
    const std::shared_ptr<LoopObserver> observer = observer_;  // it may be removed in the call
    if (observer == nullptr) return;
    try {
        tell(*observer);
    } catch (...) {
        report_observer_error(loop_);
    }
}

inline void Observation::run(Callback& callback) {
    if (last_ == nullptr) {
        ++turns_;
        last_ = queue_.empty() ? &callback : queue_.back();
        const bool slept = std::exchange(slept_, false);
        tell([&](LoopObserver& observer) { observer.turn(turns_, slept); });
    }
    if (last_ == &callback) last_ = nullptr;
    forget();
    run_within(callback);
}

inline void Observation::run_within(Callback& callback) {
    ObservedStep step(*this, callback);
    callback.run_observed(step);
}

inline ObservedStep* Observation::exchange_step(ObservedStep* step) noexcept {
    tell_wakes();
    last_ = nullptr;
    return std::exchange(step_, step);
}

/// A task that only lets the others go first has put itself there: that is a wait, and no wake.
/// They are noted first: an observer's error is reported, and the report may schedule something.
inline void Observation::tell_wakes() noexcept {
    if (step_ == nullptr || observer_ == nullptr) return;
    const std::vector<const Callback*> all(queue_.after(told_), queue_.end());
    forget();
    for (const Callback* woken : all) {
        if (woken == step_->callback_) continue;
        tell([woken](LoopObserver& observer) { observer.wake(*woken); });
    }
}

// ── the step's side ─────────────────────────────────────────────────────────────────────────────

inline ObservedStep::ObservedStep(Observation& observation, const Callback& callback) noexcept
    : observation_(observation), callback_(&callback) {
    observation.tell_wakes();
    outer_ = std::exchange(observation.step_, this);
    observation.tell([&](LoopObserver& observer) { observer.step(callback); });
}

inline ObservedStep::~ObservedStep() {
    tell_wakes();
    observation_.tell([this](LoopObserver& observer) { observer.step_over(observation_.queue_); });
    observation_.step_ = outer_;
}

inline void ObservedStep::wait(const std::string& what) noexcept {
    tell_wakes();
    observation_.tell([&](LoopObserver& observer) { observer.wait(what); });
}

inline void ObservedStep::done(const std::string& outcome) noexcept {
    observation_.tell([&](LoopObserver& observer) { observer.done(outcome); });
}

}  // namespace aio
