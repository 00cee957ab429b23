#pragma once
// The whole idea of an event loop and of a future, in a hundred lines.
//
// A loop has a queue of what is ready to be called, a heap of what is to be called later, and a
// selector for what waits for a descriptor. A turn looks at the last two, moves what is due into
// the queue, and empties the queue. A future is a result that is not there yet, with a list of
// those to call when it is. Nothing here is fast, and much is missing: the rest of this chapter is
// about that. Thread rule: one thread.
#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <stdexcept>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "05_selector_callbacks/epoll_selector.hpp"

namespace aio::mini {

using Clock = std::chrono::steady_clock;
using Callback = std::function<void()>;

class Loop {
  public:
    /// Calls `callback` in the next turn.
    void call_soon(Callback callback) { ready_.push_back(std::move(callback)); }

    /// Calls `callback` when `delay` has passed.
    void call_later(Clock::duration delay, Callback callback) {
        timers_.push({Clock::now() + delay, std::move(callback)});
    }

    /// Calls `callback` whenever `fd` is readable (writable), until remove(fd). One at a time.
    void add_reader(int fd, Callback callback) { watch(fd, Events::read, std::move(callback)); }
    void add_writer(int fd, Callback callback) { watch(fd, Events::write, std::move(callback)); }
    void remove(int fd) {
        if (watchers_.erase(fd) > 0) selector_.unregister(fd);
    }

    /// One turn. What a callback schedules waits for the next one.
    void run_once();

    /// Turn after turn, until stop().
    void run_forever() {
        for (stopping_ = false; !stopping_;) run_once();
    }
    void stop() { stopping_ = true; }

  private:
    struct Timer {
        Clock::time_point when;
        Callback callback;
        friend bool operator<(const Timer& a, const Timer& b) { return b.when < a.when; }
    };

    void watch(int fd, Events events, Callback callback) {
        remove(fd);
        selector_.register_fd(fd, events);
        watchers_[fd] = std::move(callback);
    }

    /// How long the selector may sleep; nothing: until a descriptor is ready.
    [[nodiscard]] SelectTimeout time_to_wait() const {
        if (!ready_.empty()) return Clock::duration::zero();
        if (timers_.empty()) return std::nullopt;
        return std::max(timers_.top().when - Clock::now(), Clock::duration::zero());
    }

    std::deque<Callback> ready_;
    std::priority_queue<Timer> timers_;  // the earliest on top
    std::unordered_map<int, Callback> watchers_;
    EpollSelector selector_;
    bool stopping_ = false;
};

inline void Loop::run_once() {
    for (const auto& [key, events] : selector_.select(time_to_wait())) {
        call_soon(watchers_.at(key.fd));
    }
    for (const auto now = Clock::now(); !timers_.empty() && timers_.top().when <= now;) {
        call_soon(timers_.top().callback);
        timers_.pop();
    }
    for (auto count = ready_.size(); count > 0; --count) {
        const Callback callback = std::move(ready_.front());
        ready_.pop_front();
        callback();
    }
}

/// What is kept of a T: something also of void.
template <class T>
using Kept = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// A result that is not there yet. Copies refer to the same one.
template <class T = void>
class Future {
  public:
    explicit Future(Loop& loop) : state_(std::make_shared<State>(loop)) {}

    [[nodiscard]] bool done() const { return state_->result || state_->error; }

    /// The result; throws the error, or std::logic_error if there is neither.
    T result() const {
        if (!done()) throw std::logic_error("Result is not set.");
        if (state_->error) std::rethrow_exception(state_->error);
        return static_cast<T>(*state_->result);
    }

    void set_result(Kept<T> result = {}) const {
        state_->result = std::move(result);
        finish();
    }
    void set_exception(std::exception_ptr error) const {
        state_->error = std::move(error);
        finish();
    }

    /// Calls `callback` in the next turn after it is done.
    void add_done_callback(Callback callback) const {
        if (done()) return state_->loop.call_soon(std::move(callback));
        state_->callbacks.push_back(std::move(callback));
    }

  private:
    struct State {
        explicit State(Loop& of) : loop(of) {}
        Loop& loop;
        std::optional<Kept<T>> result;
        std::exception_ptr error;
        std::vector<Callback> callbacks;
    };

    void finish() const {
        for (Callback& callback : state_->callbacks) state_->loop.call_soon(std::move(callback));
        state_->callbacks.clear();
    }

    std::shared_ptr<State> state_;
};

/// Runs the loop until `future` is done, and gives its result.
template <class T>
T run_until_complete(Loop& loop, const Future<T>& future) {
    future.add_done_callback([&loop] { loop.stop(); });
    loop.run_forever();
    return future.result();
}

}  // namespace aio::mini
