#pragma once
// What has begun and must be brought to its end before its loop closes: the asynchronous generators
// of chapter 10.
//
// The end of such a generator may have to wait for something, so it needs a loop that runs. The
// loop keeps a list of those that have begun, and EventLoop::shutdown_asyncgens() ends whoever is
// left. The links are part of the generator: to enter and to leave costs a few stores.
#include <string>

namespace aio {

template <class T>
class Coro;
class EventLoop;

/// Something that is in a loop's list of what is open. Thread rule: the loop's thread.
class OpenGenerator {
  public:
    OpenGenerator() = default;
    OpenGenerator(const OpenGenerator&) = delete;
    OpenGenerator& operator=(const OpenGenerator&) = delete;

    /// Runs its cleanup, which may wait.
    [[nodiscard]] virtual Coro<void> close() = 0;
    /// What it is, for people.
    [[nodiscard]] virtual std::string describe() const = 0;

    /// Whose list it is in; null if in none.
    [[nodiscard]] EventLoop* loop() const noexcept { return loop_; }

    /// Puts it at the head of the list of `loop`, which begins at `first`.
    void enter(EventLoop& loop, OpenGenerator*& first) noexcept {
        loop_ = &loop;
        before_ = &first;
        after_ = first;
        if (after_ != nullptr) after_->before_ = &after_;
        first = this;
    }
    /// Takes it out. Without effect if it is in no list.
    void leave() noexcept {
        if (loop_ == nullptr) return;
        loop_ = nullptr;
        *before_ = after_;
        if (after_ != nullptr) after_->before_ = before_;
    }

  protected:
    ~OpenGenerator() { leave(); }

  private:
    EventLoop* loop_ = nullptr;
    OpenGenerator** before_ = nullptr;  // the pointer that points here
    OpenGenerator* after_ = nullptr;
};

}  // namespace aio
