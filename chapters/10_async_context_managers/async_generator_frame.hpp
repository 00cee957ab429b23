#pragma once
// What an asynchronous generator remembers between two steps, whatever it yields.
//
// While a step is made, the generator is a link in the chain of the task that awaits the step: it
// starts for that one, as a Coro does, and jumps back to it, but it can do so many times, each time
// for another one. The laws of this file:
//   - co_yield jumps back to whoever awaits the step, without the loop.
//   - One step at a time: who makes a second one meanwhile is told so.
//   - flags_ is zero if, and only if, the generator stands at a co_yield. So the way of a step on
//     which all is well is one comparison.
//   - Who is dropped at a co_yield is not destroyed: the loop ends it (async_generator_close.hpp).
#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>

#include "06_futures/event_loop.hpp"
#include "06_futures/open_generator.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/source_location.hpp"
#include "07_coroutine_tasks/task_step.hpp"

namespace aio {

/// The part of an asynchronous generator's promise that does not depend on what it yields.
/// Thread rule: the loop's thread; drop() any thread.
class AsyncGeneratorFrame : public PromiseBase {
  public:
    /// Owns a frame that no generator owns; destroys it.
    struct Destroy {
        void operator()(AsyncGeneratorFrame* frame) const noexcept { frame->destroy(); }
    };
    using Owned = std::unique_ptr<AsyncGeneratorFrame, Destroy>;

    AsyncGeneratorFrame(const AsyncGeneratorFrame&) = delete;
    AsyncGeneratorFrame& operator=(const AsyncGeneratorFrame&) = delete;

    [[nodiscard]] bool stands_at_yield() const noexcept { return flags_ == 0; }
    [[nodiscard]] bool is_unstarted() const noexcept { return has(kUnstarted); }
    [[nodiscard]] bool is_running() const noexcept { return has(kRunning); }
    [[nodiscard]] bool is_finished() const noexcept { return has(kFinished); }

    // ── a step ──────────────────────────────────────────────────────────────────────────────────

    /// Before the first step: the running loop shall know of it.
    void start() {
        if (EventLoop* const loop = EventLoop::running()) loop->add_open_generator(open_);
        flags_ = 0;
    }

    /// Makes it the innermost coroutine of the chain of `awaiting`. Returns what to resume.
    std::coroutine_handle<> run_for(std::coroutine_handle<> awaiting) noexcept {
        flags_ = kRunning;
        origin.start_for(awaiting);
        return handle();
    }

    /// It stands at a co_yield now. Returns what to resume: whoever awaits the step.
    std::coroutine_handle<> give_back() {
        flags_ &= ~kRunning;
        return origin.is_plain() ? origin.awaiting() : leaf_has_returned(handle());
    }

    /// The body is over, or will never begin.
    void finish() noexcept {
        flags_ = (flags_ & kDropped) | kFinished;
        open_.leave();
    }
    [[nodiscard]] FinalAwaiter final_suspend() noexcept {
        finish();
        return {};
    }
    void return_void() const noexcept {}

    // ── its end ─────────────────────────────────────────────────────────────────────────────────

    /// Nobody owns it any more. If somebody is making a step, that is left to him.
    void drop() noexcept {
        if (is_running()) {
            flags_ |= kDropped;
            return;
        }
        flags_ &= ~kDropped;
        if (stands_at_yield() && open_.loop() != nullptr) return hand_over(*open_.loop());
        destroy();
    }

    /// Who makes a step calls it at its end: the generator may have been dropped meanwhile.
    void drop_if_unowned() noexcept {
        if (has(kDropped)) drop();
    }

    /// Whoever awaited the step is destroyed: this body will never go on.
    void abandon() noexcept {
        const bool unowned = has(kDropped);
        flags_ = kFinished;
        open_.leave();
        if (unowned) destroy();
    }

    /// "asynchronous generator ticks (main.cpp:12)".
    [[nodiscard]] std::string describe() const { return open_.describe(); }

  protected:
    explicit AsyncGeneratorFrame(const SourceLocation& place) noexcept
        : PromiseBase(place), open_(*this, place) {}
    ~AsyncGeneratorFrame() = default;

  private:
    /// Its place in the loop's list of open generators.
    class Open final : public OpenGenerator {
      public:
        Open(AsyncGeneratorFrame& frame, const SourceLocation& place) noexcept
            : frame_(frame), place_(place) {}
        [[nodiscard]] Coro<void> close() override;
        [[nodiscard]] std::string describe() const override {
            return "asynchronous generator " + aio::describe(place_);
        }

      private:
        AsyncGeneratorFrame& frame_;
        SourceLocation place_;
    };

    static constexpr std::uint32_t kUnstarted = 1;
    static constexpr std::uint32_t kRunning = 2;
    static constexpr std::uint32_t kFinished = 4;
    static constexpr std::uint32_t kDropped =
        8;  // nobody owns it: who makes the step must see to it

    [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags_ & flag) != 0; }
    [[nodiscard]] std::coroutine_handle<> handle() noexcept {
        return std::coroutine_handle<AsyncGeneratorFrame>::from_promise(*this);
    }
    void destroy() noexcept { handle().destroy(); }

    void hand_over(EventLoop& loop) noexcept;
    static void close_soon(Owned frame);

    std::uint32_t flags_ = kUnstarted;
    Open open_;
};

}  // namespace aio
