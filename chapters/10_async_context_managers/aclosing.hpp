#pragma once
// aclosing(): whatever the body does, the thing is closed when we go on, cleanup and all.
//
// An asynchronous generator that is dropped half-way is ended later, by the loop. Inside
// `async_with(aclosing(generator), ...)` it is ended before async_with returns.
#include <exception>
#include <type_traits>
#include <utility>

#include "07_coroutine_tasks/coro.hpp"
#include "10_async_context_managers/immediate.hpp"

namespace aio {

/// A manager around a `Thing` (or a `Thing&`) whose aclose() can be awaited.
/// Python's contextlib.aclosing.
template <class Thing>
class Aclosing {
  public:
    explicit Aclosing(Thing thing) : thing_(std::forward<Thing>(thing)) {}

    using Reference = std::remove_reference_t<Thing>&;

    /// Gives the thing to the body.
    [[nodiscard]] Immediate<Reference> aenter() noexcept { return Immediate<Reference>(thing_); }

    Coro<bool> aexit([[maybe_unused]] std::exception_ptr error) {
        co_await thing_.aclose();
        co_return false;
    }

  private:
    Thing thing_;
};

/// A temporary is kept; anything else is referred to, and must live as long.
template <class Thing>
[[nodiscard]] Aclosing<Thing> aclosing(Thing&& thing) {
    return Aclosing<Thing>(std::forward<Thing>(thing));
}

}  // namespace aio
