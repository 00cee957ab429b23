#pragma once
// What has begun and must be brought to its end before its loop closes: the asynchronous generators
// of chapter 10.
//
// The end of such a generator may have to wait for something, so it needs a loop that runs. The
// loop keeps a list of those that have begun, and EventLoop::shutdown_asyncgens() ends
// those that are left.
#include <string>

#include "06_futures/detail/intrusive_list.hpp"

namespace aio {

template <class T>
class Coro;
class EventLoop;

/// Something that is in a loop's list of what is open. Thread rule: the loop's thread.
class OpenGenerator : public ListNode<OpenGenerator> {
  public:
    /// Runs its cleanup, which may wait.
    [[nodiscard]] virtual Coro<void> close() = 0;
    /// What it is, for people.
    [[nodiscard]] virtual std::string describe() const = 0;

    /// Whose list it is in; null if in none.
    [[nodiscard]] EventLoop* loop() const noexcept { return loop_; }

    /// Joins `list`, which is one of those that `loop` has.
    void enter(EventLoop& loop, IntrusiveList<OpenGenerator>& list) noexcept {
        loop_ = &loop;
        list.push_front(*this);
    }
    /// Leaves it. Without effect if it is in none.
    void leave() noexcept {
        loop_ = nullptr;
        unlink();
    }

  protected:
    ~OpenGenerator() { unlink(); }

  private:
    EventLoop* loop_ = nullptr;
};

}  // namespace aio
