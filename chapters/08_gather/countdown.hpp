#pragma once
// What wait() waits for: a future that finishes when enough of others are done.
//
// It has a callback in the list of each. The callbacks must not stay there when the wait is over: a
// program may wait for the same long-lived task a thousand times. stop() takes them away.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "06_futures/future.hpp"

namespace aio {

/// What ends the wait. FIRST_EXCEPTION waits for all if none fails; a cancelled task has not
/// failed.
enum class ReturnWhen { first_completed, first_exception, all_completed };
inline constexpr ReturnWhen FIRST_COMPLETED = ReturnWhen::first_completed;
inline constexpr ReturnWhen FIRST_EXCEPTION = ReturnWhen::first_exception;
inline constexpr ReturnWhen ALL_COMPLETED = ReturnWhen::all_completed;

/// Lives until each of its callbacks has been called or taken away. Thread rule: the loop's thread.
class Countdown final : public WithResult<void, FutureBase> {
  public:
    Countdown(EventLoop& loop, ReturnWhen when, std::size_t futures)
        : WithResult<void, FutureBase>(loop), when_(when), watches_(futures) {}

    /// Adds one of the futures; it must live until stop().
    void watch(FutureBase& future) {
        Watch& watch = watches_[left_++];
        watch.countdown = this;
        watch.future = &future;
        retain();
        future.add_waiter(watch);
    }

    /// Time is up, or nobody waits any more.
    void stop() noexcept {
        if (!done()) finish_with();
        for (Watch& watch : watches_) {
            if (watch.future != nullptr && watch.future->remove_waiter(watch)) watch.drop();
        }
    }

  private:
    struct Watch final : Callback {
        void run() override {
            countdown->one_is_done(*std::exchange(future, nullptr));
            countdown->release();
        }
        void drop() noexcept override {
            future = nullptr;
            countdown->release();
        }
        [[nodiscard]] std::string describe() const override { return "<a watch of wait()>"; }

        Countdown* countdown = nullptr;
        FutureBase* future = nullptr;  // null once it is done or no longer watched
    };

    ~Countdown() override = default;

    /// After stop(), a call may still be under way and its `future` gone: do not look at it then.
    void one_is_done(const FutureBase& future) {
        --left_;
        if (done()) return;
        const bool is_time =
            left_ == 0 || when_ == FIRST_COMPLETED || (when_ == FIRST_EXCEPTION && future.failed());
        if (is_time) finish_with();
    }

    ReturnWhen when_;
    std::size_t left_ = 0;  // not done yet
    std::vector<Watch> watches_;
};

/// One wait(): starts the countdown's timer, and stops both at the end of the scope.
class CountdownScope {
  public:
    CountdownScope(Countdown& countdown, std::optional<Duration> timeout) : countdown_(countdown) {
        if (!timeout) return;
        timer_ = countdown.loop().call_later(*timeout, [&countdown] { countdown.stop(); });
    }
    ~CountdownScope() {
        if (timer_) timer_->cancel();
        countdown_.stop();
    }
    CountdownScope(const CountdownScope&) = delete;
    CountdownScope& operator=(const CountdownScope&) = delete;

  private:
    Countdown& countdown_;
    std::optional<TimerHandle> timer_;
};

}  // namespace aio
