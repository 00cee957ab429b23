#pragma once
// Waker: what an awaiter that knows nothing of tasks may resume.
//
// Such an awaiter gets a coroutine handle, and somebody calls resume() on it, at any time, in any
// thread. Were it the handle of our coroutine, the body would go on right there, on that stack:
// without its task, and nobody would take its result. So it gets the handle of another coroutine,
// which has no body: resuming it tells the one that waits, in the loop's thread, and ends it.
//
// Its law: it outlives the wait. A task may be cancelled while it waits, and somebody still has the
// handle. To resume it then does nothing.
#include <coroutine>
#include <exception>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "06_futures/callback.hpp"
#include "06_futures/detail/pool.hpp"
#include "06_futures/event_loop.hpp"

namespace aio {

/// Is told that the handle was resumed. Thread rule: the loop's thread.
class Wakeable {
  public:
    virtual void resumed() noexcept = 0;
    /// Somebody has destroyed the handle: nobody will resume it any more.
    virtual void given_up() noexcept = 0;

  protected:
    ~Wakeable() = default;
};

class Waker;

/// The coroutine without a body.
struct Wake {
    using promise_type = Waker;
    std::coroutine_handle<Waker> handle;
};

/// Its promise. Destroys itself and the coroutine once that was resumed. Thread rule: resume it
/// once, in any thread; the rest in the loop's. Who will not resume it may destroy it there.
class Waker final : public Callback, public Pooled {
  public:
    using Handle = std::coroutine_handle<Waker>;

    /// `waiting` is told in the thread of `loop`.
    [[nodiscard]] static Handle create(EventLoop& loop, Wakeable& waiting);

    Waker(EventLoop& loop, Wakeable& waiting) noexcept : loop_(&loop), waiting_(&waiting) {}
    ~Waker() {
        if (waiting_ != nullptr) waiting_->given_up();
        Abandoned::instance().erase(this);
    }

    Wake get_return_object() noexcept { return Wake{Handle::from_promise(*this)}; }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept {}

    /// Here it is suspended for the last time, and so it may be destroyed by anybody.
    struct Resumed {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(Handle self) const noexcept { self.promise().resumed(); }
        void await_resume() const noexcept {}
    };
    [[nodiscard]] Resumed final_suspend() const noexcept { return {}; }

    /// Nobody waits any more, but somebody may still have the handle.
    void abandon() {
        waiting_ = nullptr;
        Abandoned::instance().insert(this);
    }

    void run() override {
        if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->resumed();
        drop();
    }
    void drop() noexcept override { Handle::from_promise(*this).destroy(); }
    [[nodiscard]] std::string describe() const override { return "<a waker>"; }

  private:
    /// Those whose handle is still somewhere. One that is never resumed stays here for ever: nobody
    /// can know that it will not be.
    class Abandoned {
      public:
        static Abandoned& instance() {
            static Abandoned* const instance = new Abandoned;  // asked at exit, too
            return *instance;
        }
        void insert(const Waker* waker) {
            const std::lock_guard lock(mutex_);
            wakers_.insert(waker);
        }
        void erase(const Waker* waker) noexcept {
            const std::lock_guard lock(mutex_);
            wakers_.erase(waker);
        }

      private:
        std::mutex mutex_;
        std::unordered_set<const Waker*> wakers_;
    };

    void resumed() noexcept {
        if (EventLoop::running() == loop_) return run();
        if (!EventLoop::post(loop_, *this)) drop();
    }

    EventLoop* loop_;
    Wakeable* waiting_;  // null when nobody waits any more
};

namespace detail {

inline Wake wake(EventLoop& /*loop*/, Wakeable& /*waiting*/) {
    co_return;
}

}  // namespace detail

inline Waker::Handle Waker::create(EventLoop& loop, Wakeable& waiting) {
    return detail::wake(loop, waiting).handle;
}

}  // namespace aio
