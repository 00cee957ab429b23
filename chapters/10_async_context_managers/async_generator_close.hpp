#pragma once
// How an asynchronous generator is ended before its time.
//
// aclose() raises GeneratorExit at the co_yield where it stands, and waits until the cleanup is
// over. One that is dropped there cannot wait, because a destructor cannot. So the frame is handed
// over to the loop, which ends it in a task of its own: the call is queued (one turn), then the
// task, which starts eagerly, sleeps for another turn before the cleanup begins. Until it is over,
// the generator stays in the loop's list, so that shutdown_asyncgens() waits for it. If its loop is
// gone, the frame is destroyed: destructors run, a cleanup that would have to wait does not.
#include <chrono>
#include <concepts>
#include <coroutine>
#include <exception>
#include <utility>

#include "02_generators/generator_exit.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "10_async_context_managers/async_generator_step.hpp"

namespace aio {

/// `co_await generator.aclose()`
class [[nodiscard]] CloseStep : public AsyncGeneratorStep {
  public:
    /// `reason` is what is raised in the body: null for GeneratorExit.
    explicit CloseStep(AsyncGeneratorFrame* frame, std::exception_ptr reason = nullptr) noexcept
        : AsyncGeneratorStep(frame, Method::aclose), reason_(std::move(reason)) {}

    [[nodiscard]] bool await_ready() {
        const Found found = look();
        if (found == Found::unstarted) frame()->finish();
        if (found == Found::at_yield && reason_ == nullptr)
            reason_ = std::make_exception_ptr(GeneratorExit());
        return found != Found::at_yield;
    }

    template <std::derived_from<PromiseBase> Awaiting>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Awaiting> awaiting) noexcept {
        thrown_in = &reason_;
        return AsyncGeneratorStep::await_suspend(awaiting);
    }

    /// RuntimeError("async generator ignored GeneratorExit") if the body has yielded instead;
    /// throws what the body threw, except GeneratorExit.
    void await_resume() {
        const bool yielded = end();
        if (frame() == nullptr) return;
        const auto error = std::exchange(frame()->error, nullptr);
        if (yielded) throw RuntimeError("async generator ignored GeneratorExit");
        if (error != nullptr && !is_exactly<GeneratorExit>(error)) std::rethrow_exception(error);
    }

  private:
    std::exception_ptr reason_;
};

/// If it was dropped, a task may be ending it already.
inline Coro<void> AsyncGeneratorFrame::Open::close() {
    if (closing != nullptr) {
        co_await until_done(AnyTask(*closing));
    } else {
        co_await CloseStep(&frame_);
    }
}

namespace detail {

/// The task that ends a generator to which nobody refers: it waits one turn first. If it is
/// cancelled in that turn, the body sees the CancelledError, and cleans up all the same.
inline Coro<void> close_unowned(AsyncGeneratorReference frame) {
    std::exception_ptr reason;
    try {
        co_await sleep(std::chrono::seconds(0));
    } catch (const CancelledError&) {
        reason = std::current_exception();
    }
    co_await CloseStep(frame.get(), reason);
}

}  // namespace detail

/// The list may be changed in the loop's thread only; elsewhere the generator stays where it is.
inline void AsyncGeneratorFrame::hand_over(EventLoop& loop) noexcept {
    auto close = [frame = AsyncGeneratorReference::to(this)]() mutable {
        close_soon(std::move(frame));
    };
    if (EventLoop::running() == &loop) loop.add_dropped_generator(open_);
    loop.call_soon_threadsafe(std::move(close));
}

/// shutdown_asyncgens() may have been faster: then the generator is running or finished.
inline void AsyncGeneratorFrame::close_soon(AsyncGeneratorReference frame) {
    if (!frame->stands_at_yield()) return;
    Open& open = frame->open_;
    open.closing =
        create_task(detail::close_unowned(std::move(frame)), TaskOptions{.eager_start = true})
            .state();
}

}  // namespace aio
