#pragma once
// A step of an asynchronous generator: what anext(), asend() and athrow() give, to be awaited.
//
// A step is its own awaiter. It lies in the frame of the coroutine that awaits it, so making one
// allocates nothing. It jumps into the generator, which jumps back (symmetric transfer): a step
// that does not wait never sees the loop.
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "02_generators/generator_exit.hpp"
#include "02_generators/type_error.hpp"
#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/log.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "10_async_context_managers/async_generator_frame.hpp"

namespace aio {

/// What all steps have in common. A step is awaited once; one that never was is reported. Movable
/// until it is awaited, so that it can be given to a task. It keeps its generator alive.
class AsyncGeneratorStep {
  public:
    /// Jumps into the generator.
    template <std::derived_from<PromiseBase> Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        stage_ = Stage::running;
        return frame_->run_for(awaiting);
    }

    AsyncGeneratorStep& operator=(AsyncGeneratorStep&&) = delete;

  protected:
    enum class Method : std::uint8_t { anext, asend, athrow, aclose };
    /// Where a step finds the generator.
    enum class Found : std::uint8_t { at_yield, unstarted, finished };

    /// `frame` is null for a generator that was moved away.
    AsyncGeneratorStep(AsyncGeneratorFrame* frame, Method method) noexcept
        : frame_(AsyncGeneratorReference::to(frame)), method_(method) {}

    /// A step that is moved has been given to somebody: no need to warn that nobody awaited it.
    AsyncGeneratorStep(AsyncGeneratorStep&& other) noexcept
        : frame_(std::move(other.frame_)),
          method_(other.method_),
          stage_(other.is_fresh() ? Stage::moved : Stage::over) {
        other.stage_ = Stage::over;
    }

    ~AsyncGeneratorStep() {
        if (stage_ != Stage::over) [[unlikely]]
            end_early();
    }

    /// RuntimeError if this step has been awaited before, or if the generator is running.
    [[nodiscard]] Found look() {
        if (is_fresh() && frame() != nullptr && frame()->stands_at_yield()) [[likely]]
            return Found::at_yield;
        return look_closely();
    }

    /// The step is over. Returns whether the generator has yielded.
    [[nodiscard]] bool end() noexcept {
        stage_ = Stage::over;
        return frame() != nullptr && frame()->stands_at_yield();
    }

    [[nodiscard]] AsyncGeneratorFrame* frame() const noexcept { return frame_.get(); }

  private:
    enum class Stage : std::uint8_t { fresh, moved, running, over };

    [[nodiscard]] bool is_fresh() const noexcept { return stage_ <= Stage::moved; }

    [[nodiscard]] std::string method() const {
        constexpr std::string_view kNames[] = {"anext()", "asend()", "athrow()", "aclose()"};
        return std::string(kNames[static_cast<int>(method_)]);
    }

    [[gnu::noinline]] Found look_closely() {
        if (!is_fresh()) throw RuntimeError("cannot reuse already awaited " + method());
        if (frame() != nullptr && frame()->is_unstarted()) return Found::unstarted;
        stage_ = Stage::over;
        if (frame() == nullptr || frame()->is_finished()) return Found::finished;
        throw RuntimeError(method() + ": asynchronous generator is already running");
    }

    [[gnu::noinline]] void end_early() noexcept {
        if (stage_ == Stage::running) frame_->abandon();
        if (stage_ != Stage::fresh) return;
        const std::string generator = frame() != nullptr ? frame()->describe() : "no generator";
        log("RuntimeWarning: " + method() + " of " + generator + " was never awaited");
    }

    AsyncGeneratorReference frame_;
    Method method_;
    Stage stage_ = Stage::fresh;
};

/// A step that gives the next value: empty at the end. Throws what the body throws.
template <class Promise>
class ValueStep : public AsyncGeneratorStep {
  public:
    using Next = typename Promise::Next;

    std::optional<Next> await_resume() {
        if (end()) [[likely]]
            return promise().taken();
        return end_slowly();
    }

  protected:
    using AsyncGeneratorStep::AsyncGeneratorStep;

    [[nodiscard]] Promise& promise() const noexcept { return static_cast<Promise&>(*frame()); }

  private:
    [[gnu::noinline]] std::optional<Next> end_slowly() {
        if (frame() != nullptr) frame()->rethrow_error();
        return std::nullopt;
    }
};

/// `co_await generator.anext()`
template <class Promise>
class [[nodiscard]] NextStep : public ValueStep<Promise> {
  public:
    explicit NextStep(AsyncGeneratorFrame* frame) noexcept
        : ValueStep<Promise>(frame, AsyncGeneratorStep::Method::anext) {}

    [[nodiscard]] bool await_ready() {
        using Found = AsyncGeneratorStep::Found;
        const Found found = this->look();
        if (found == Found::unstarted) [[unlikely]]
            this->frame()->start();
        return found == Found::finished;
    }
};

/// `co_await generator.asend(value)`
template <class Promise, class S>
class [[nodiscard]] SendStep : public ValueStep<Promise> {
  public:
    SendStep(AsyncGeneratorFrame* frame, S value)
        : ValueStep<Promise>(frame, AsyncGeneratorStep::Method::asend), value_(std::move(value)) {}

    [[nodiscard]] bool await_ready() {
        using Found = AsyncGeneratorStep::Found;
        const Found found = this->look();
        if (found == Found::finished) return true;
        if (found == Found::unstarted) {
            (void)this->end();
            throw TypeError(
                "can't send to an asynchronous generator that has not started: await anext()");
        }
        this->promise().send(&value_);
        return false;
    }

  private:
    S value_;
};

/// `co_await generator.athrow(error)`
template <class Promise>
class [[nodiscard]] ThrowStep : public ValueStep<Promise> {
  public:
    ThrowStep(AsyncGeneratorFrame* frame, std::exception_ptr error) noexcept
        : ValueStep<Promise>(frame, AsyncGeneratorStep::Method::athrow), error_(std::move(error)) {}

    /// Without a pending co_yield the body will never begin, and the error comes straight back.
    [[nodiscard]] bool await_ready() {
        using Found = AsyncGeneratorStep::Found;
        const Found found = this->look();
        if (found == Found::unstarted) {
            this->frame()->finish();
            this->frame()->error = error_;
        }
        return found != Found::at_yield;
    }

    template <std::derived_from<PromiseBase> Awaiting>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Awaiting> awaiting) noexcept {
        thrown_in = &error_;
        return AsyncGeneratorStep::await_suspend(awaiting);
    }

  private:
    std::exception_ptr error_;
};

}  // namespace aio
