#pragma once
// What co_yield waits for: the three suspend points of a generator, as awaiters.
//
// An awaiter answers three questions of the compiler. await_ready: is it done already?
// await_suspend: the coroutine has stopped, who goes on? await_resume: it goes on, what is the
// value of the expression? The plain Yield has no data, for whatever it kept would be written to
// the frame and read back for every value.
#include <concepts>
#include <coroutine>
#include <functional>
#include <type_traits>
#include <utility>

#include "02_generators/generator_promise.hpp"

namespace aio {

/// How a value of a Generator<Y> is seen: by the range-for (Reference), by next() (Next).
template <typename Y>
struct Lent {
    using Reference = std::conditional_t<std::copy_constructible<Y>, const Y&, Y&&>;
    using Next = Y;
};
template <typename T>
struct Lent<T&> {
    using Reference = T&;
    using Next = std::reference_wrapper<T>;
};
template <typename T>
struct Lent<T&&> {
    using Reference = T&&;
    using Next = std::remove_cv_t<T>;
};

/// `co_yield value;` in a generator that is sent nothing.
struct Yield : std::suspend_always {
    void await_resume() const { raise_thrown_in(); }
};

/// `S s = co_yield value;`: what was sent, or S{} if the step was next().
template <typename S, typename Chain>
class YieldAndReceive : public std::suspend_always {
  public:
    static_assert(std::default_initializable<S>, "next() sends S{}: use std::optional<S>");

    explicit YieldAndReceive(Chain& promise) noexcept : promise_(promise) {}

    S await_resume() const {
        raise_thrown_in();
        auto* sent = static_cast<S*>(promise_.take_sent());
        return sent == nullptr ? S{} : std::move(*sent);
    }

  private:
    Chain& promise_;
};

/// The S of a generator that passes on what it is sent: `S* sent = co_yield value;` gives the
/// address of it, good until the next co_yield; null if the step was next().
template <typename S>
struct PassedOn;

template <typename S, typename Chain>
class YieldAndReceive<PassedOn<S>, Chain> : public std::suspend_always {
  public:
    explicit YieldAndReceive(Chain& promise) noexcept : promise_(promise) {}

    S* await_resume() const {
        raise_thrown_in();
        return static_cast<S*>(promise_.take_sent());
    }

  private:
    Chain& promise_;
};

/// The end of the body: whoever delegated to this generator goes on, or the consumer.
struct HandBack {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> over) const noexcept {
        return over.promise().hand_back();
    }
    void await_resume() const noexcept {}
};

}  // namespace aio
