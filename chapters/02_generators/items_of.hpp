#pragma once
// items_of(): a generator of what something else gives, so that it can be delegated to.
//
// The links of a chain are generators. For an iterator or a range, a generator of ours stands in
// the chain, and calls the methods that it has. The law is PEP 380's: a step is next(), what is
// sent goes to send(), what is thrown in to throw_(), and GeneratorExit becomes close(). Where
// there is no throw_() the exception is raised at the delegation, and where there is no send() a
// TypeError is. (In Python an AttributeError: there even a method is looked up while it runs.)
#include <coroutine>
#include <exception>
#include <ranges>
#include <type_traits>
#include <utility>

#include "01_iterators/iterator.hpp"
#include "02_generators/generator_exit.hpp"
#include "02_generators/type_error.hpp"
#include "02_generators/yield.hpp"

namespace aio {

template <typename Y, typename S, typename R>
class Generator;

/// The S of a generator that passes on what it is sent: `S* sent = co_yield value;` gives the
/// address of it, good until the next co_yield; null if the step was next().
template <typename S>
struct PassedOn;

template <typename S, typename Promise>
class YieldAndReceive<PassedOn<S>, Promise> : public std::suspend_always {
  public:
    explicit YieldAndReceive(Promise& promise) noexcept : promise_(promise) {}

    S* await_resume() const {
        raise_thrown_in();
        return static_cast<S*>(promise_.take_sent());
    }

  private:
    Promise& promise_;
};

/// What an iterator may have besides next().
template <typename It, typename S>
concept HasSend = requires(It& it, S* sent) {
    it.send(std::move(*sent));
};
template <typename It>
concept HasThrow = requires(It& it, const std::exception_ptr& error) {
    it.throw_(error);
};
template <typename It>
concept HasClose = requires(It& it) {
    it.close();
};
template <typename It>
concept HasResult = requires(It& it) {
    it.result();
};

[[noreturn, gnu::cold]] inline void refuse_sent() {
    throw TypeError("aio::from(): what is delegated to has no send()");
}

/// What an iterator's result() gives, once it is exhausted; void if it has none. (Python:
/// StopIteration.value)
template <typename It>
auto result_of(It& it) {
    if constexpr (HasResult<It>) return it.result();
}
template <typename It>
using ResultOf = decltype(result_of(std::declval<It&>()));

/// The next value of `it`, to which *sent is sent if `sent` is not null.
template <typename It, typename S>
auto send_to(It& it, S* sent) -> decltype(aio::next(it)) {
    if (sent == nullptr) return aio::next(it);
    if constexpr (HasSend<It, S>) {
        return it.send(std::move(*sent));
    } else {
        refuse_sent();
    }
}

/// The next value of `it`, in which `error` is raised. Raised here if `it` has no throw_(), or if
/// it is GeneratorExit, which closes `it`.
template <typename It>
auto throw_into(It& it, const std::exception_ptr& error) -> decltype(aio::next(it)) {
    const bool exits = is_generator_exit(error);
    if constexpr (HasClose<It>) {
        if (exits) it.close();
    }
    if constexpr (HasThrow<It>) {
        if (!exits) return it.throw_(error);
    }
    std::rethrow_exception(error);
}

/// An iterator as a generator. `It` is an lvalue reference, or the iterator itself, then kept here.
template <typename Y, typename S, typename It>
Generator<Y, PassedOn<S>, ResultOf<It>> items_of_iterator(It it) {
    using Reference = typename Lent<Y>::Reference;
    auto value = aio::next(it);
    while (value) {
        S* sent = nullptr;
        std::exception_ptr error;
        try {
            S* const brought = co_yield static_cast<Reference>(*value);
            sent = brought;  // g++ 12 cannot assign it at once
        } catch (...) {
            error = std::current_exception();
        }
        value = error == nullptr ? send_to(it, sent) : throw_into(it, error);
    }
    co_return result_of(it);
}

/// A range as a generator. `Range` is an lvalue reference, or the range itself, then kept here.
template <typename Y, typename Range>
Generator<Y, PassedOn<void>, void> items_of_range(Range range) {
    for (auto&& item : range) {
        const void* const sent = co_yield std::forward<decltype(item)>(item);
        if (sent != nullptr) refuse_sent();
    }
}

/// `source` as a generator of Y, for one that delegates to it and is sent S (void: nothing).
template <typename Y, typename S, typename Source>
auto items_of(Source&& source) {
    using X = std::remove_reference_t<Source>;
    if constexpr (Iterator<X>) {
        return items_of_iterator<Y, S, Source>(std::forward<Source>(source));
    } else {
        static_assert(std::ranges::range<X&>,
                      "aio::from() takes a generator, an iterator (it has next()) or a range");
        static_assert(!HasSend<X, S> && !HasThrow<X>,
                      "aio::from(): a range with send() or throw_() needs next() too, for begin() "
                      "gives a position that these do not know");
        return items_of_range<Y, Source>(std::forward<Source>(source));
    }
}

}  // namespace aio
