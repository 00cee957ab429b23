#pragma once
// Handle: what you hold to cancel a call that is scheduled.
//
// The law: a cancelled call never happens, not even if its turn has begun. To cancel is to set a
// flag and to let go of the function. The node stays in its queue, and the loop passes it over:
// no queue has to be searched, and so cancelling costs next to nothing.
#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <fmt/format.h>

#include "06_futures/callback.hpp"
#include "06_futures/detail/clock.hpp"
#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/intrusive_ptr.hpp"
#include "06_futures/detail/pool.hpp"

namespace aio {

class Context;  // chapter 13

/// Tells the running loop that `callback` threw the exception now being handled
/// (BaseEventLoop.call_exception_handler). Defined in event_loop.hpp.
void report_callback_error(const Callback& callback);

/// A call that somebody may cancel. Shared by the loop, until it is over, and by its Handles.
class ScheduledCall : public Callback, public Pooled {
  public:
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

    virtual void cancel() noexcept {
        cancelled_ = true;
        if (!running_) clear();
    }

    void retain() noexcept { ++references_; }
    void release() noexcept {
        if (--references_ == 0) delete this;
    }

    void drop() noexcept override {
        cancel();
        release();
    }

    [[nodiscard]] const char* verb() const noexcept override { return "schedules"; }

    /// The context in which it is made (chapter 13).
    [[nodiscard]] ContextSnapshot& context() noexcept { return context_; }

  protected:
    ScheduledCall() noexcept { context_ = ContextSnapshot::current(); }
    virtual ~ScheduledCall() = default;

    virtual void clear() noexcept = 0;  ///< lets go of the function

    /// Makes `call` unless it is cancelled, and gives up the queue's reference to it. It runs in
    /// the context of when it was scheduled. Errors go to the loop's exception handler; SystemExit
    /// and KeyboardInterrupt go through (asyncio: Handle._run).
    template <class Call>
    void run_once(Call call) {
        const IntrusivePtr<ScheduledCall> reference(this);
        if (cancelled_) return;
        const EnterContext enter(context_);
        const Running running(running_);
        try {
            call();
        } catch (...) {
            if (is_exit_request(std::current_exception())) throw;
            report_callback_error(*this);
        }
    }

  private:
    struct Running {
        explicit Running(bool& flag) noexcept : flag_(flag) { flag_ = true; }
        ~Running() { flag_ = false; }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        bool& flag_;
    };

    std::uint32_t references_ = 1;
    bool cancelled_ = false;
    bool running_ = false;
};

class TimerHeap;

/// A call at a time. The loop keeps it in its TimerHeap until then.
class Timer : public ScheduledCall {
  public:
    [[nodiscard]] TimePoint when() const noexcept { return when_; }
    void cancel() noexcept override;  // timer_handle.hpp: the heap counts what is cancelled

  private:
    friend class TimerHeap;
    TimePoint when_{};
    TimerHeap* heap_ = nullptr;  // the one that it is in
};

/// A function with its arguments, as a function that takes none.
template <class F, class... Arguments>
class BoundCall {
  public:
    template <class G, class... Values>
    explicit BoundCall(std::in_place_t /*tag*/, G&& function, Values&&... values)
        : function_(std::forward<G>(function)), arguments_(std::forward<Values>(values)...) {}
    void operator()() { std::apply(function_, arguments_); }

  private:
    F function_;
    std::tuple<Arguments...> arguments_;
};

/// `function` with its `arguments`, as a function that takes none. Arguments are copied or moved
/// in; std::ref passes a reference, as with std::thread.
template <class F, class... Arguments>
[[nodiscard]] auto bind_call(F&& function, Arguments&&... arguments) {
    if constexpr (sizeof...(Arguments) == 0) {
        return std::decay_t<F>(std::forward<F>(function));
    } else {
        return BoundCall<std::decay_t<F>, std::unwrap_ref_decay_t<Arguments>...>(
            std::in_place, std::forward<F>(function), std::forward<Arguments>(arguments)...);
    }
}

/// The type of what somebody wanted to be called: without the arguments that we have bound to it.
template <class F>
inline constexpr const std::type_info* function_type = &typeid(F);
template <class F, class... Arguments>
inline constexpr const std::type_info* function_type<BoundCall<F, Arguments...>> = &typeid(F);

/// "<Handle on_readable>", "<Handle on_readable cancelled>". A lambda's name is that of the
/// function it was written in, with a number.
[[nodiscard]] inline std::string describe_call(const ScheduledCall& call,
                                               const std::type_info& function) {
    return fmt::format("<Handle {}{}>", type_name(function), call.cancelled() ? " cancelled" : "");
}
/// "<TimerHandle when=1.5 on_time>", in seconds on the loop's clock.
[[nodiscard]] inline std::string describe_call(const Timer& timer, const std::type_info& function) {
    const std::chrono::duration<double> when = timer.when().time_since_epoch();
    return fmt::format("<TimerHandle when={} {}{}>", when.count(), type_name(function),
                       timer.cancelled() ? " cancelled" : "");
}

/// The same for a trace: "on_readable", "timer on_time". A function object may give its own name().
template <class F>
[[nodiscard]] std::string call_name(const F& function) {
    if constexpr (requires {
                      { function.name() } -> std::convertible_to<std::string>;
                  }) {
        return function.name();
    } else {
        return readable_name(type_name(*function_type<F>));
    }
}
template <class F>
[[nodiscard]] std::string call_name(const std::optional<F>& function) {
    return function ? call_name(*function) : readable_name(type_name(*function_type<F>));
}

/// A ScheduledCall (or a Timer, ...) of a function of type F, which takes no arguments.
template <class Base, class F>
class CallOf final : public Base {
  public:
    explicit CallOf(F function) : function_(std::move(function)) {}

    void run() override {
        Base::run_once([this] { (*function_)(); });
    }

    [[nodiscard]] std::string describe() const override {
        return describe_call(static_cast<const Base&>(*this), *function_type<F>);
    }
    [[nodiscard]] std::string name() const override {
        constexpr bool is_timer = std::is_same_v<Base, Timer>;
        return (is_timer ? "timer " : "") + call_name(function_) +
               (this->cancelled() ? ", cancelled" : "");
    }

  private:
    void clear() noexcept override { function_.reset(); }

    std::optional<F> function_;
};

/// A scheduled call, to cancel it. Python's asyncio.Handle. Copies refer to the same call; letting
/// a Handle go does not cancel. Thread rule: the loop's thread.
class Handle {
  public:
    /// Refers to `call`, together with the queue that holds it.
    explicit Handle(ScheduledCall& call) noexcept : call_(IntrusivePtr<ScheduledCall>::to(&call)) {}
    explicit Handle(IntrusivePtr<ScheduledCall> call) noexcept : call_(std::move(call)) {}

    /// The call will not happen. Without effect if it has happened, or is cancelled already.
    void cancel() noexcept {
        if (call_) call_->cancel();
    }

    [[nodiscard]] bool cancelled() const noexcept { return !call_ || call_->cancelled(); }

    /// The context in which it is made: this one, no copy (chapter 13 defines it).
    [[nodiscard]] Context get_context() const;

    /// What it calls, for people.
    [[nodiscard]] std::string describe() const {
        return call_ ? call_->describe() : "<Handle moved away>";
    }

    friend bool operator==(const Handle&, const Handle&) = default;

  protected:
    [[nodiscard]] ScheduledCall* call() const noexcept { return call_.get(); }

  private:
    IntrusivePtr<ScheduledCall> call_;
};

/// Cancels a call that another thread has scheduled. Thread rule: any thread. A call whose turn has
/// begun is not stopped (chapter 14).
class ThreadsafeHandle {
  public:
    void cancel() const noexcept { cancelled_->store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool cancelled() const noexcept {
        return cancelled_->load(std::memory_order_relaxed);
    }

  private:
    std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace aio
