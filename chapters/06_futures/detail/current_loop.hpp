#pragma once
// Which loop is meant when none is named: the one that runs, or else the one set for this thread.
//
// asyncio.get_running_loop, get_event_loop, set_event_loop, new_event_loop.
#include <memory>

#include "06_futures/event_loop.hpp"

namespace aio {

namespace detail {

struct ThreadLoop {
    EventLoop* set = nullptr;           ///< set_event_loop()
    bool was_set = false;               ///< ... even if to none
    std::unique_ptr<EventLoop> made{};  ///< the one that get_event_loop() made

    static ThreadLoop& instance() {
        thread_local ThreadLoop instance;
        return instance;
    }
};

}  // namespace detail

/// The loop that runs in this thread. RuntimeError "no running event loop" if none does.
[[nodiscard]] inline EventLoop& get_running_loop() {
    if (EventLoop* loop = EventLoop::running()) return *loop;
    throw RuntimeError("no running event loop");
}

/// Names the loop that get_event_loop() gives in this thread while none runs; nullptr for none.
/// The caller keeps it, and keeps it alive.
inline void set_event_loop(EventLoop* loop) noexcept {
    auto& thread = detail::ThreadLoop::instance();
    thread.set = loop;
    thread.was_set = true;
}

/// A new loop. It is not set.
[[nodiscard]] inline std::unique_ptr<EventLoop> new_event_loop() {
    return std::make_unique<EventLoop>();
}

/// The running loop; else the one that was set; else, if none was ever set in this thread, a new
/// one, which is kept until the thread ends. RuntimeError after set_event_loop(nullptr), or if
/// the loop that was set is gone.
[[nodiscard]] inline EventLoop& get_event_loop() {
    if (EventLoop* loop = EventLoop::running()) return *loop;
    auto& thread = detail::ThreadLoop::instance();
    if (!thread.was_set) {
        thread.made = new_event_loop();
        set_event_loop(thread.made.get());
    }
    if (!EventLoop::is_alive(thread.set))
        throw RuntimeError("There is no current event loop in this thread");
    return *thread.set;
}

}  // namespace aio
