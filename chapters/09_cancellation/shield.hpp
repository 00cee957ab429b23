#pragma once
// shield(): wait for something without being able to cancel it.
//
// A second future stands between the waiting task and what it waits for. Cancelling the task
// cancels that future; what is behind it does not notice. Then nobody waits for it any more, and if
// it fails, the loop reports that nobody has seen the error.
//
// Who holds whom: the second future holds the inner one. The inner one holds nothing: it only has
// a callback to call, which knows whether the second future is still there.
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "06_futures/future.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {

namespace detail {

/// The second future.
template <class T>
class ShieldState final : public WithResult<T, FutureBase> {
  public:
    explicit ShieldState(Future<T> inner)
        : WithResult<T, FutureBase>(inner.get_loop()),
          inner_(std::move(inner)),
          watch_(new Watch(*this)) {
        inner_.state()->add_waiter(*watch_);
    }
    ShieldState(const ShieldState&) = delete;
    ShieldState& operator=(const ShieldState&) = delete;
    ~ShieldState() override { stop_watching(); }

    /// Cancels this future, and turns away from the inner one.
    bool cancel(const std::string& message) override {
        stop_watching();
        return FutureBase::cancel(message);
    }

  private:
    /// Called when the inner future is done.
    struct Watch final : Callback, Pooled {  // NOLINT: final, and it destroys itself
        explicit Watch(ShieldState& of) noexcept : shield(&of) {}

        void run() override {
            ShieldState* const watcher = let_go();
            if (watcher != nullptr) watcher->copy_outcome();
        }
        void drop() noexcept override { (void)let_go(); }
        [[nodiscard]] std::string describe() const override { return "<shield>"; }

        ShieldState* let_go() noexcept {
            ShieldState* const watcher = shield;
            if (watcher != nullptr) watcher->watch_ = nullptr;
            delete this;
            return watcher;
        }

        ShieldState* shield;  // null when it no longer looks
    };

    /// Ends as the inner future did.
    void copy_outcome() {
        FutureBase& inner = *inner_.state();
        inner.mark_retrieved();
        if (inner.cancelled()) {
            FutureBase::cancel("");
        } else if (inner.failed()) {
            this->finish_with_error(inner.error());
        } else {
            copy_result();
        }
    }

    void copy_result() try {
        if constexpr (std::is_void_v<T>) {
            this->finish_with();
        } else {
            this->finish_with(std::move(inner_).result());  // a copy, if others can ask for it
        }
    } catch (...) {
        this->finish_with_error(std::current_exception());
    }

    /// If the inner future is already done, the callback is under way: it will find nobody.
    void stop_watching() noexcept {
        if (watch_ == nullptr) return;
        FutureBase& inner = *inner_.state();
        if (inner.remove_waiter(*watch_)) {
            delete watch_;
        } else {
            watch_->shield = nullptr;
            inner.mark_retrieved();
        }
        watch_ = nullptr;
    }

    Future<T> inner_;
    Watch* watch_;  // null when the inner future is done, or no longer of interest
};

}  // namespace detail

/// A future that ends as `awaitable` does; cancelling the future does not reach `awaitable`. If
/// that is done already, it is returned itself. Keep the inner task if you want its result later.
/// asyncio.shield.
template <class Awaitable>
[[nodiscard]] auto shield(Awaitable&& awaitable) {
    auto inner = ensure_future(std::forward<Awaitable>(awaitable));
    using T = typename decltype(inner)::value_type;
    if (inner.done()) return Future<T>(std::move(inner));
    return Future<T>(new detail::ShieldState<T>(std::move(inner)));
}

}  // namespace aio
