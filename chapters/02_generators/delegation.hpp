#pragma once
// `co_yield aio::from(inner)`: let another generator, or any range, yield in our place.
//
// Python writes `yield from`. A loop over the inner generator would do for values, but every
// level would hand every value on. Here the inner generator becomes the leaf of the chain: the
// consumer resumes it directly, its values, what is sent and what is thrown pass nobody else, and
// its return value is the value of the expression.
#include <coroutine>
#include <exception>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "02_generators/generator_exit.hpp"

namespace aio {

/// What from() gives: a generator, an iterator or a range, by reference if it was an lvalue, else
/// its owner.
template <typename Source>
class From {
  public:
    explicit From(Source&& source) : source_(std::forward<Source>(source)) {}

    [[nodiscard]] Source&& take() { return std::forward<Source>(source_); }

  private:
    Source source_;
};

/// For `R r = co_yield aio::from(inner);`: all that `inner` yields, sent and thrown things going
/// to it, is yielded; `r` is what it returns. An lvalue is borrowed and must outlive the
/// expression; an rvalue is kept. (Python: yield from)
///
/// `inner` is a generator with the same values (and the same sends, or none); or an iterator, which
/// has next() and, if it likes, send(), throw_(), close() and result(), as a generator has; or any
/// range, whose items are yielded one by one. What has no send() makes a TypeError of a sent value.
template <typename Source>
[[nodiscard]] From<Source> from(Source&& source) {
    return From<Source>(std::forward<Source>(source));
}

/// The awaiter behind `co_yield aio::from(inner)`. `Inner` is a Generator or a reference to one.
template <typename Inner>
class Delegation {
  public:
    using InnerPromise = typename std::remove_reference_t<Inner>::promise_type;
    using Link = typename InnerPromise::ChainLink;

    Delegation(Link& outer, Inner&& inner)
        : outer_(outer), inner_(std::forward<Inner>(inner)), promise_(inner_.promise()) {
        if (promise_ == nullptr) throw std::logic_error("aio::from() of an empty generator");
        ready_ = !promise_->can_run();
    }

    [[nodiscard]] bool await_ready() const noexcept { return ready_; }

    std::coroutine_handle<> await_suspend(std::coroutine_handle<>) {
        return outer_.delegate_to(*promise_);
    }

    /// The inner generator is over; or it is gone, or an exception was thrown in for us. A value
    /// that is sent to one that is gone is lost, and its address must not stay behind.
    auto await_resume() {
        const std::exception_ptr gone = outer_.take_error();
        outer_.take_sent();
        raise_thrown_in();
        if (gone != nullptr) std::rethrow_exception(gone);
        if (auto error = promise_->take_error()) std::rethrow_exception(std::move(error));
        return promise_->take_result();
    }

  private:
    Link& outer_;
    Inner inner_;
    InnerPromise* promise_;
    bool ready_ = false;
};

/// The awaiter at the end of the body: whoever delegated to this generator goes on, or the
/// consumer.
struct HandBack {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> over) const noexcept {
        return over.promise().hand_back();
    }
    void await_resume() const noexcept {}
};

}  // namespace aio
