#pragma once
// AsyncGenerator: a generator whose body may await, between one co_yield and the next.
//
// So a step may take time, and must be awaited itself: `while (auto x = co_await ticks.anext())`.
// Otherwise it is chapter 02's Generator: the body starts at the first step, values are lent until
// the next one, and close becomes aclose, because the cleanup may wait as well.
//
// Dropping one that stands at a co_yield does not destroy it. Its loop ends it, a little later, in
// a new task; so what the body refers to must live until then. To know when it is over, await
// aclose(), or let aclosing() do it.
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "02_generators/yield.hpp"
#include "10_async_context_managers/async_generator_close.hpp"
#include "10_async_context_managers/async_generator_frame.hpp"
#include "10_async_context_managers/async_generator_step.hpp"

namespace aio {

/// An asynchronous generator of Y that can be sent S. The consumer sees a value as with Generator
/// (chapter 02); AsyncGenerator<void> yields nothing: `co_yield {};`.
/// Python's AsyncGenerator[Y, S]. Move-only. Thread rule: the loop's thread.
template <class Y = void, class S = void>
class [[nodiscard]] AsyncGenerator {
  public:
    class promise_type;

    using value_type = Y;
    using Sent = S;
    using Item = std::conditional_t<std::is_void_v<Y>, std::monostate, Y>;
    using Reference = typename Lent<Item>::Reference;
    using Next = typename Lent<Item>::Next;  ///< Item, or std::reference_wrapper

    // Each of these gives a step, to be awaited once: by co_await, by a task, by gather(). All
    // throw RuntimeError if another step is under way. Cancelling a step raises the error in the
    // body: if that lets it pass, the generator is over.

    /// Runs to the next co_yield: std::optional<Next>, empty at the end and ever after. Throws what
    /// the body throws, which ends it. The pending co_yield gives S{}. (Python: __anext__)
    NextStep<promise_type> anext() noexcept { return NextStep<promise_type>(frame()); }

    /// Like anext(); the pending co_yield gives `value`. Throws TypeError if the generator has
    /// not started; it can still be started. (Python: asend)
    template <class T = S>
    requires(std::convertible_to<T, S>) SendStep<promise_type, S> asend(T&& value) {
        return SendStep<promise_type, S>(frame(), S(std::forward<T>(value)));
    }

    /// Raises `error` at the pending co_yield and goes on from there, like anext(). If the body has
    /// not started, the error comes back and it never will; if it is finished, nothing happens.
    /// std::invalid_argument for null. (Python: athrow)
    ThrowStep<promise_type> athrow(std::exception_ptr error) {
        if (error == nullptr) throw std::invalid_argument("athrow() needs an exception");
        return ThrowStep<promise_type>(frame(), std::move(error));
    }

    /// Ends it: raises GeneratorExit at the pending co_yield, and waits for the cleanup. Throws
    /// what the body throws instead; RuntimeError if the body yields. Nothing happens if it has not
    /// started (the body will not run) or is finished. (Python: aclose)
    CloseStep aclose() noexcept { return CloseStep(frame()); }

    /// "asynchronous generator ticks (main.cpp:12)".
    [[nodiscard]] std::string describe() const {
        return frame() == nullptr ? "asynchronous generator moved away" : frame()->describe();
    }

  private:
    explicit AsyncGenerator(promise_type* frame) noexcept
        : frame_(AsyncGeneratorReference::to(frame)) {}

    [[nodiscard]] promise_type* frame() const noexcept {
        return static_cast<promise_type*>(frame_.get());
    }

    AsyncGeneratorReference frame_;
};

/// `co_yield`: jumps back to the coroutine that awaits the step. What it gives, and what it raises,
/// is as in chapter 02: `Base` is Yield or YieldAndReceive.
template <class Base>
struct YieldBack : Base {
    using Base::Base;
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const {
        return self.promise().give_back();
    }
};

/// What the compiler calls at each point of an asynchronous generator's life.
template <class Y, class S>
class AsyncGenerator<Y, S>::promise_type final : public AsyncGeneratorFrame {
  public:
    using Next = typename AsyncGenerator::Next;

    explicit promise_type(const SourceLocation& place = SourceLocation::current()) noexcept
        : AsyncGeneratorFrame(place) {}

    AsyncGenerator get_return_object() noexcept { return AsyncGenerator(this); }

    /// Remembers where the value is: it lives until the next step.
    auto yield_value(Reference value) noexcept {
        value_ = std::addressof(value);
        if constexpr (std::is_void_v<S>) {
            return YieldBack<Yield>();
        } else {
            return YieldBack<YieldAndReceive<S, promise_type>>(*this);
        }
    }

    /// What was yielded last.
    [[nodiscard]] std::optional<Next> taken() const {
        return std::optional<Next>(std::in_place, static_cast<Reference>(*value_));
    }

    /// `value`, an S, is what the pending co_yield gives.
    void send(void* value) noexcept { sent_ = value; }
    [[nodiscard]] void* take_sent() noexcept { return std::exchange(sent_, nullptr); }

  private:
    std::remove_reference_t<Reference>* value_ = nullptr;
    void* sent_ = nullptr;
};

}  // namespace aio
