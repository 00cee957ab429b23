#pragma once
// What an asynchronous generator remembers between two steps, whatever it yields.
//
// During a step, the generator is a link in the chain of the task that awaits the step: it starts
// for that task and jumps back, as a Coro does, but many times, and each time perhaps for another
// task. The laws of this file:
//   - co_yield jumps back to the coroutine that awaits the step, without the loop.
//   - One step at a time: a second one meanwhile is refused.
//   - flags_ is zero if, and only if, the generator stands at a co_yield. So the usual step needs
//     one comparison.
//   - It lives as long as anybody refers to it: its generator, or a step, which may be given away.
//   - If nobody refers to it any more and it stands at a co_yield, it is not destroyed: the loop
//     ends it (async_generator_close.hpp).
#include <coroutine>
#include <cstdint>
#include <string>
#include <utility>

#include "06_futures/detail/intrusive_ptr.hpp"
#include "06_futures/detail/open_generator.hpp"
#include "06_futures/detail/pool.hpp"
#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/source_location.hpp"
#include "07_coroutine_tasks/task_step.hpp"

namespace aio {

class AsyncGeneratorFrame;
using AsyncGeneratorReference = IntrusivePtr<AsyncGeneratorFrame>;

/// The part of an asynchronous generator's promise that does not depend on what it yields.
/// Thread rule: the loop's thread; the last release() any thread.
class AsyncGeneratorFrame : public PromiseBase, public Pooled {
  public:
    AsyncGeneratorFrame(const AsyncGeneratorFrame&) = delete;
    AsyncGeneratorFrame& operator=(const AsyncGeneratorFrame&) = delete;

    [[nodiscard]] bool stands_at_yield() const noexcept { return flags_ == 0; }
    [[nodiscard]] bool is_unstarted() const noexcept { return has(kUnstarted); }
    [[nodiscard]] bool is_running() const noexcept { return has(kRunning); }
    [[nodiscard]] bool is_finished() const noexcept { return has(kFinished); }

    // ── a step ──────────────────────────────────────────────────────────────────────────────────

    /// Before the first step: tells the running loop of it.
    void start() {
        if (EventLoop* const loop = EventLoop::running()) loop->add_open_generator(open_);
        flags_ = 0;
    }

    /// Makes it the innermost coroutine of the chain of `awaiting`. Returns what to resume.
    std::coroutine_handle<> run_for(std::coroutine_handle<> awaiting) noexcept {
        flags_ = kRunning;
        continuation.start_for(awaiting);
        return handle();
    }

    /// It stands at a co_yield now. Returns what to resume: the coroutine that awaits the step.
    std::coroutine_handle<> give_back() {
        flags_ = 0;
        return continuation.is_plain() ? continuation.awaiting() : leaf_has_returned(handle());
    }

    /// The body is over, or will never begin.
    void finish() noexcept {
        flags_ = kFinished;
        open_.leave();
    }
    [[nodiscard]] FinalAwaiter final_suspend() noexcept {
        finish();
        return {};
    }
    void return_void() const noexcept {}

    // ── its end ─────────────────────────────────────────────────────────────────────────────────

    void retain() noexcept { ++references_; }
    void release() noexcept {
        if (--references_ == 0) drop();
    }

    /// The coroutine that awaited the step was destroyed: this body will never go on.
    void abandon() noexcept { finish(); }

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

        TaskBase* closing = nullptr;  // the task that ends it, if it was dropped

      private:
        AsyncGeneratorFrame& frame_;
        SourceLocation place_;
    };

    static constexpr std::uint8_t kUnstarted = 1;
    static constexpr std::uint8_t kRunning = 2;
    static constexpr std::uint8_t kFinished = 4;

    [[nodiscard]] bool has(std::uint8_t flag) const noexcept { return (flags_ & flag) != 0; }
    [[nodiscard]] std::coroutine_handle<> handle() noexcept {
        return std::coroutine_handle<AsyncGeneratorFrame>::from_promise(*this);
    }

    /// Nobody refers to it any more. The loop gets it once only.
    [[gnu::noinline]] void drop() noexcept {
        if (!stands_at_yield() || open_.loop() == nullptr || handed_over_)
            return handle().destroy();
        handed_over_ = true;
        hand_over(*open_.loop());
    }
    void hand_over(EventLoop& loop) noexcept;
    static void close_soon(AsyncGeneratorReference frame);

    std::uint32_t references_ = 0;
    std::uint8_t flags_ = kUnstarted;
    bool handed_over_ = false;
    Open open_;
};

}  // namespace aio
