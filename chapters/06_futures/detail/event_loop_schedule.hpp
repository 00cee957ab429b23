#pragma once
// How a function gets into a loop: the templates of EventLoop (event_loop.hpp includes this).
//
// One allocation holds the node, the function and its arguments. It comes from the Pool, and goes
// back when the call is over and no Handle is left.
#include <concepts>
#include <utility>

#include "06_futures/event_loop.hpp"

namespace aio {

/// Any chrono duration in nanoseconds; what is too long becomes a century. ValueError for NaN.
template <class Rep, class Period>
[[nodiscard]] constexpr Duration to_duration(std::chrono::duration<Rep, Period> delay) {
    constexpr std::chrono::hours kCentury(24 * 36525);
    if constexpr (std::is_floating_point_v<Rep>) {
        if (delay != delay) throw ValueError("Invalid delay: NaN (not a number)");
    }
    if (delay > kCentury) return kCentury;
    if (delay < -kCentury) return -kCentury;
    return std::chrono::duration_cast<Duration>(delay);
}

/// A new call of `function` with `arguments`: a ScheduledCall, Timer or WatcherCall. Where a
/// context stands before the function, the call is made in it, and not in a copy of the current
/// one.
template <class Base, class F, class... Arguments>
[[nodiscard]] Base& new_call(F&& function, Arguments&&... arguments) {
    if constexpr (std::convertible_to<F, ContextRef>) {
        Base& call = new_call<Base>(std::forward<Arguments>(arguments)...);
        call.context() = ContextRef(function).share_or_copy();
        return call;
    } else {
        auto bound = bind_call(std::forward<F>(function), std::forward<Arguments>(arguments)...);
        return *new CallOf<Base, decltype(bound)>(std::move(bound));
    }
}

template <class F, class... Arguments>
Handle EventLoop::call_soon(F&& function, Arguments&&... arguments) {
    ensure_usable();
    auto& call =
        new_call<ScheduledCall>(std::forward<F>(function), std::forward<Arguments>(arguments)...);
    schedule(call);
    return Handle(call);
}

namespace detail {

/// A function that any thread may have cancelled meanwhile.
template <class F>
struct ThreadsafeCall {
    ThreadsafeHandle handle;
    F function;

    void operator()() {
        if (!handle.cancelled()) function();
    }
    [[nodiscard]] std::string name() const { return readable_name(type_name(*function_type<F>)); }
};

/// What call_soon_threadsafe() posts.
template <class F, class... Arguments>
ScheduledCall& new_threadsafe_call(const ThreadsafeHandle& handle, F&& function,
                                   Arguments&&... arguments) {
    if constexpr (std::convertible_to<F, ContextRef>) {
        auto& call = new_threadsafe_call(handle, std::forward<Arguments>(arguments)...);
        call.context() = ContextRef(function).share_or_copy();
        return call;
    } else {
        auto bound = bind_call(std::forward<F>(function), std::forward<Arguments>(arguments)...);
        return new_call<ScheduledCall>(ThreadsafeCall<decltype(bound)>{handle, std::move(bound)});
    }
}

}  // namespace detail

template <class F, class... Arguments>
ThreadsafeHandle EventLoop::call_soon_threadsafe(F&& function, Arguments&&... arguments) {
    if (closed_) throw RuntimeError("Event loop is closed");
    ThreadsafeHandle handle;
    auto& call = detail::new_threadsafe_call(handle, std::forward<F>(function),
                                             std::forward<Arguments>(arguments)...);
    if (running_loop_ != this) {
        inbox_.post(call);
    } else {  // this is the loop's thread, and it is awake
        schedule(call);
    }
    return handle;
}

template <class Rep, class Period, class F, class... Arguments>
TimerHandle EventLoop::call_later(std::chrono::duration<Rep, Period> delay, F&& function,
                                  Arguments&&... arguments) {
    return call_at(time() + to_duration(delay), std::forward<F>(function),
                   std::forward<Arguments>(arguments)...);
}

template <class F, class... Arguments>
TimerHandle EventLoop::call_at(TimePoint when, F&& function, Arguments&&... arguments) {
    ensure_usable();
    auto& timer = new_call<Timer>(std::forward<F>(function), std::forward<Arguments>(arguments)...);
    timers_.push(timer, when);
    return TimerHandle(timer);
}

template <class F, class... Arguments>
Handle EventLoop::add_watcher(int fd, Events event, F&& function, Arguments&&... arguments) {
    auto& call =
        new_call<WatcherCall>(std::forward<F>(function), std::forward<Arguments>(arguments)...);
    const Handle handle((IntrusivePtr<ScheduledCall>(&call)));
    register_watcher(fd, event, call);
    return handle;
}

template <class F, class... Arguments>
Handle EventLoop::add_reader(int fd, F&& function, Arguments&&... arguments) {
    return add_watcher(fd, Events::read, std::forward<F>(function),
                       std::forward<Arguments>(arguments)...);
}
template <class F, class... Arguments>
Handle EventLoop::add_writer(int fd, F&& function, Arguments&&... arguments) {
    return add_watcher(fd, Events::write, std::forward<F>(function),
                       std::forward<Arguments>(arguments)...);
}

}  // namespace aio
