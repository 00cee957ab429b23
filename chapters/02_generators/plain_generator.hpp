#pragma once
// PlainGenerator: a function that can stop in the middle, hand out a value, and go on later.
//
// `co_yield value` suspends the body until the consumer wants the next value. The body starts at
// the first step, not at the call. Everything a step does is in generator_promise.hpp; here are
// the two faces: promise_type, which the compiler talks to, and PlainGenerator, which the consumer
// holds and which owns the coroutine's frame.
//
// Dropping a generator destroys its frame: the destructors of its locals run. No exception is
// raised in the body; only close() does that.
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "02_generators/generator_promise.hpp"
#include "02_generators/return_slot.hpp"
#include "02_generators/yield.hpp"

namespace aio {

/// A generator of Y, that can be sent S and returns R. (Python: Generator[Y, S, R])
///
/// How the consumer sees a value: `PlainGenerator<T>` lends it as `const T&`, and hands it over as
/// `T&&` if T cannot be copied; `PlainGenerator<T&>` and `PlainGenerator<T&&>` say it themselves. A
/// lent value lives until the next step. Move-only; one thread at a time. `Promise` is what the
/// promise is made of: a GeneratorPromise, or a class that adds to it.
template <typename Y, typename S = void, typename R = void,
          typename Promise = GeneratorPromise<typename Lent<Y>::Reference>>
class [[nodiscard]] PlainGenerator {
  public:
    class promise_type;
    class Iterator;

    using Sent = S;
    using Reference = typename Lent<Y>::Reference;
    using Next = typename Lent<Y>::Next;  ///< Y, or std::reference_wrapper for an lvalue reference

    PlainGenerator(PlainGenerator&& other) noexcept
        : frame_(std::exchange(other.frame_, nullptr)) {}
    PlainGenerator& operator=(PlainGenerator&& other) noexcept {
        if (this != &other) {
            if (frame_ != nullptr) frame_->destroy();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~PlainGenerator() {
        if (frame_ != nullptr) frame_->destroy();
    }

    /// Runs to the next co_yield and gives what it yields; empty at the end and ever after. Throws
    /// what the body throws, which ends it. The pending co_yield gives S{}. (Python: next)
    std::optional<Next> next() { return taken(frame_ == nullptr ? nullptr : frame_->step()); }

    /// Like next(); the pending co_yield gives `value`. Throws TypeError if the generator has not
    /// started, for then no co_yield is pending. (Python: generator.send)
    template <typename T = S>
    requires(std::convertible_to<T, S>) std::optional<Next> send(T&& value) {
        S sent(std::forward<T>(value));
        return taken(frame_ == nullptr ? nullptr : frame_->send(&sent));
    }

    /// Raises `error` at the pending co_yield and goes on from there, like next(). Raises it here
    /// if the generator has not started (the body will not run) or is finished.
    /// (Python: generator.throw)
    std::optional<Next> throw_(std::exception_ptr error) {
        if (error == nullptr) throw std::invalid_argument("throw_() needs an exception");
        if (frame_ == nullptr) std::rethrow_exception(error);
        return taken(frame_->throw_(std::move(error)));
    }

    /// Ends the generator: raises GeneratorExit at the pending co_yield. What the body returns
    /// after it caught that is returned, std::optional<R> (void if R is); another exception comes
    /// out; std::runtime_error if the body yields. Nothing happens if it has not started or is
    /// finished. (Python: generator.close)
    auto close() {
        const bool open = state() != GeneratorState::closed;
        if (open) close_by(*frame_, std::make_exception_ptr(GeneratorExit()));
        if constexpr (!std::is_void_v<R>) {
            return open ? promise()->take_result_if_any() : std::optional<R>();
        }
    }

    /// What the body returned. Throws std::logic_error if it has not returned. (Python:
    /// StopIteration.value)
    decltype(auto) result() {
        if (frame_ == nullptr) throw std::logic_error("result() of an empty generator");
        return promise()->result();
    }

    /// Where it stands. An empty generator, from which another was moved, counts as closed.
    /// (Python: inspect.getgeneratorstate)
    [[nodiscard]] GeneratorState state() const noexcept {
        return frame_ == nullptr ? GeneratorState::closed : frame_->state();
    }

    /// For range-for and ranges: every begin() goes on where the generator stands. Of a generator
    /// that was left with `break`, begin() gives the value after.
    [[nodiscard]] Iterator begin() { return Iterator(frame_); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  protected:
    explicit PlainGenerator(Promise& frame) noexcept : frame_(&frame) {}

    [[nodiscard]] promise_type* promise() const noexcept {
        return static_cast<promise_type*>(frame_);
    }

    static std::optional<Next> taken(typename Promise::Value* value) {
        if (value == nullptr) return std::nullopt;
        return std::optional<Next>(std::in_place, static_cast<Reference>(*value));
    }

    Promise* frame_;
};

/// The position of a range-for: a std::input_iterator. It refers to the generator.
template <typename Y, typename S, typename R, typename Promise>
class PlainGenerator<Y, S, R, Promise>::Iterator {
  public:
    using value_type = std::remove_cvref_t<Y>;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit Iterator(Promise* frame)
        : frame_(frame), value_(frame == nullptr ? nullptr : frame->step()) {}

    [[nodiscard]] Reference operator*() const noexcept { return static_cast<Reference>(*value_); }

    Iterator& operator++() {
        value_ = frame_->step();
        return *this;
    }
    void operator++(int) { ++*this; }

    [[nodiscard]] bool operator==(std::default_sentinel_t) const noexcept {
        return value_ == nullptr;
    }

  private:
    Promise* frame_;
    typename Promise::Value* value_;
};

/// What the compiler calls at each point of a generator's life.
template <typename Y, typename S, typename R, typename Promise>
class PlainGenerator<Y, S, R, Promise>::promise_type : public Promise, public ReturnSlot<R> {
  public:
    promise_type() noexcept : Promise(std::coroutine_handle<promise_type>::from_promise(*this)) {}

    PlainGenerator get_return_object() noexcept { return PlainGenerator(*this); }

    /// The body waits for the first step.
    std::suspend_always initial_suspend() const noexcept { return {}; }

    /// `S s = co_yield value;`
    auto yield_value(Reference value) noexcept {
        this->lend(static_cast<Reference>(value));
        if constexpr (std::is_void_v<S>) {
            return Yield();
        } else {
            return YieldAndReceive<S, Promise>(*this);
        }
    }

    /// A generator gives to its consumer and waits for nobody else: no co_await.
    void await_transform() = delete;

    std::suspend_always final_suspend() noexcept {
        this->finish();
        return {};
    }

  protected:
    explicit promise_type(std::coroutine_handle<> body) noexcept : Promise(body) {}
};

}  // namespace aio
