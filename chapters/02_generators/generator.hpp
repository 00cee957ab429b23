#pragma once
// Generator: a PlainGenerator that can also let another one yield in its place.
//
// What it adds is `co_yield aio::from(inner)`: its promise is a ChainLink, which knows who yields
// for whom, and it can be asked for the generator that it delegates to.
//
// Dropping a generator destroys the frames of its chain, innermost first.
#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

#include "02_generators/chain_link.hpp"
#include "02_generators/delegation.hpp"
#include "02_generators/items_of.hpp"
#include "02_generators/plain_generator.hpp"

namespace aio {

/// The plain generator that a Generator builds upon.
template <typename Y, typename S, typename R>
using Linked = PlainGenerator<Y, S, R, ChainLink<typename Lent<Y>::Reference>>;

/// A generator of Y, that can be sent S and returns R, with all that a PlainGenerator has.
/// (Python: Generator[Y, S, R])
template <typename Y, typename S = void, typename R = void>
class [[nodiscard]] Generator : public Linked<Y, S, R> {
    using Plain = Linked<Y, S, R>;
    using Link = ChainLink<typename Plain::Reference>;

  public:
    class promise_type;
    using typename Plain::Reference;

    Generator(Generator&& other) noexcept : Plain(std::move(other)) { adopt(); }
    Generator& operator=(Generator&& other) noexcept {
        Plain::operator=(std::move(other));
        adopt();
        return *this;
    }
    ~Generator() = default;

    /// The generator that it delegates to, where it is suspended at a co_yield aio::from(); else
    /// nullptr. For an iterator or a range it is the one that stands in the chain for it. It can be
    /// asked for its own state() and gi_yieldfrom(), until the next step, and
    /// `outer.gi_yieldfrom() == inner` asks which it is. (Python: gi_yieldfrom)
    [[nodiscard]] const Link* gi_yieldfrom() const noexcept {
        return this->frame_ == nullptr ? nullptr : this->frame_->gi_yieldfrom();
    }
    [[nodiscard]] friend bool operator==(const Link* one, const Generator& generator) noexcept {
        return one != nullptr && one == generator.frame_;
    }

  private:
    template <typename Inner>
    friend class Delegation;

    explicit Generator(Link& frame) noexcept : Plain(frame) { adopt(); }

    [[nodiscard]] promise_type* promise() const noexcept {
        return static_cast<promise_type*>(this->frame_);
    }

    void adopt() noexcept {
        if (this->frame_ != nullptr) this->frame_->owned_by(&this->frame_);
    }
};

/// What a plain generator's promise does, and co_yield aio::from().
template <typename Y, typename S, typename R>
class Generator<Y, S, R>::promise_type : public Generator::Plain::promise_type {
    using Base = typename Generator::Plain::promise_type;

  public:
    promise_type() noexcept : Base(std::coroutine_handle<promise_type>::from_promise(*this)) {}

    Generator get_return_object() noexcept { return Generator(*this); }

    using Base::yield_value;

    /// `R r = co_yield aio::from(inner);`
    template <typename Source>
    auto yield_value(From<Source> from) {
        if constexpr (requires { typename std::remove_cvref_t<Source>::promise_type::ChainLink; }) {
            check<std::remove_cvref_t<Source>>();
            return Delegation<Source>(*this, from.take());
        } else {
            auto items = items_of<Y, S, Source>(from.take());
            return Delegation<decltype(items)>(*this, std::move(items));
        }
    }

    HandBack final_suspend() const noexcept { return {}; }

  private:
    template <typename Inner>
    static void check() {
        static_assert(std::same_as<typename Inner::Reference, Reference>,
                      "aio::from(): the inner generator yields another type: loop over it instead");
        static_assert(std::is_void_v<typename Inner::Sent> || std::same_as<typename Inner::Sent, S>,
                      "aio::from(): the inner generator is sent another type");
    }
};

}  // namespace aio
