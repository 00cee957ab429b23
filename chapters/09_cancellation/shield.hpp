#pragma once
// shield(): wait for something without being able to cancel it.
//
// Between the task that waits and what it waits for stands a second future. To cancel the task
// cancels that one; what is behind it does not notice. Then nobody waits for it any more, and if it
// fails, the loop reports that nobody has seen the error.
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
    /// Is called back when the inner future is done.
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

        ShieldState* shield;  // null when it looks no longer
    };

    /// Ends as the inner future has ended.
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

    /// If the inner future is done, the callback is under way, and finds nobody.
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
    Watch* watch_;  // null when the inner future is done, or of no interest any more
};

}  // namespace detail

/// A future that ends as `awaitable` does, and whose cancelling does not reach it. Something that
/// is done is given back itself. Keep the inner task if you want its result later.
/// asyncio.shield.
template <class Awaitable>
[[nodiscard]] auto shield(Awaitable&& awaitable) {
    auto inner = ensure_future(std::forward<Awaitable>(awaitable));
    using T = typename decltype(inner)::value_type;
    if (inner.done()) return Future<T>(std::move(inner));
    return Future<T>(new detail::ShieldState<T>(std::move(inner)));
}

}  // namespace aio
