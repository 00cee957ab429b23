#pragma once
// What co_yield waits for, as awaiters, and how the consumer sees what is yielded.
//
// An awaiter answers three questions of the compiler. await_ready: is it done already?
// await_suspend: the coroutine has stopped, who goes on? await_resume: it goes on, what is the
// value of the expression? Both awaiters suspend always, and differ in the last answer. The plain
// Yield has no data, for whatever it kept would be written to the frame and read back for every
// value.
#include <concepts>
#include <coroutine>
#include <functional>
#include <type_traits>
#include <utility>

#include "02_generators/generator_exit.hpp"

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
template <typename S, typename Promise>
class YieldAndReceive : public std::suspend_always {
  public:
    static_assert(std::default_initializable<S>, "next() sends S{}: use std::optional<S>");

    explicit YieldAndReceive(Promise& promise) noexcept : promise_(promise) {}

    S await_resume() const {
        raise_thrown_in();
        auto* sent = static_cast<S*>(promise_.take_sent());
        return sent == nullptr ? S{} : std::move(*sent);
    }

  private:
    Promise& promise_;
};

}  // namespace aio
