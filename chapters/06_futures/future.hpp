#pragma once
// Future<T>: a result that is not there yet, and the right to wait for it.
//
// Two sides share one state. One will know the result, and calls set_result() once. The other needs
// it: it asks result(), adds a callback, or, in a coroutine, writes co_await (chapter 07).
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "01_iterators/stop_iteration.hpp"
#include "06_futures/detail/current_loop.hpp"
#include "06_futures/detail/intrusive_ptr.hpp"
#include "06_futures/detail/with_result.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/future_base.hpp"

namespace aio {

template <class T>
class FutureState final : public WithResult<T, FutureBase> {
  public:
    using WithResult<T, FutureBase>::WithResult;

    template <class... Arguments>
    void set_result(Arguments&&... arguments) {
        this->ensure_pending();
        this->finish_with(std::forward<Arguments>(arguments)...);
    }
    [[nodiscard]] bool is_settable() const noexcept override { return true; }

  private:
    ~FutureState() override = default;
};

template <class T, class F>
class DoneCallback;  // detail/done_callback.hpp

/// Python's asyncio.Future. Copies refer to the same future. To let the last one go abandons a
/// pending future silently, and reports an error that nobody has seen.
/// Thread rule: the loop's thread.
template <class T>
class Future {
  public:
    using value_type = T;

    /// A pending future of the running loop, or else of the one that is set for this thread.
    Future() : Future(get_event_loop()) {}
    explicit Future(EventLoop& loop) : state_(new FutureState<T>(loop)) {}
    /// Takes over a reference to `state` that is counted already.
    explicit Future(FutureBase* state) noexcept : state_(state) {}

    [[nodiscard]] bool done() const noexcept { return state_->done(); }
    [[nodiscard]] bool cancelled() const noexcept { return state_->cancelled(); }

    /// The result. Throws the error it was given; CancelledError if it was cancelled;
    /// InvalidStateError if it is not done. The reference lives as long as the future.
    decltype(auto) result() const& {
        state_->ensure_result();
        if constexpr (!std::is_void_v<T>) return get();
    }
    /// The last one who asks may have the result itself.
    T result() && {
        state_->ensure_result();
        if constexpr (!std::is_void_v<T>) return take();
    }

    /// The error, or null if there is a result. Throws CancelledError, InvalidStateError.
    [[nodiscard]] std::exception_ptr exception() const { return state_->exception(); }

    /// Finishes it. InvalidStateError if it is done; RuntimeError on a task.
    template <class U = Stored<T>>
    requires(!std::is_void_v<T>) void set_result(U&& result) const {
        settable().set_result(std::forward<U>(result));
    }
    void set_result() const requires std::is_void_v<T> { settable().set_result(); }

    /// Finishes it with an error: any object, or an exception_ptr. A StopIteration becomes a
    /// RuntimeError.
    template <class E>
    void set_exception(E&& error) const {
        if constexpr (std::is_convertible_v<E, std::exception_ptr>) {
            const std::exception_ptr any = std::forward<E>(error);
            settable().set_exception(is_exactly<StopIteration>(any) ? stop_iteration_error(any)
                                                                    : any);
        } else if constexpr (std::derived_from<std::decay_t<E>, StopIteration>) {
            set_exception(stop_iteration_error(std::make_exception_ptr(std::forward<E>(error))));
        } else {
            settable().set_exception(std::make_exception_ptr(std::forward<E>(error)));
        }
    }
    /// The same with an E made on the spot: `future.set_exception<TimeoutError>();`
    template <class E>
    void set_exception() const {
        set_exception(E());
    }

    /// Cancels it, or the task that it is. Returns false if it is done.
    bool cancel(const std::string& message = {}) const { return state_->cancel(message); }

    /// Calls function(future), or function(), soon after the future is done: never at once.
    template <class F>
    void add_done_callback(F&& function) const {
        add_done_callback(ContextRef(), std::forward<F>(function));
    }
    /// The same in `context`, and not in a copy of the current one (chapter 13).
    template <class F>
    void add_done_callback(ContextRef context, F&& function) const {
        using Bound = DoneCallback<T, std::decay_t<F>>;
        auto callback = std::make_unique<Bound>(state(), context, std::forward<F>(function));
        state_->add_done_callback(*callback);
        (void)callback.release();  // NOLINT: the future, or the loop, has it now
    }

    /// Takes out all callbacks that equal `function` (by ==, or two lambdas of one type without
    /// captures). Returns how many. Those that are scheduled already are past it.
    template <class F>
    std::size_t remove_done_callback(const F& function) const {
        using Function = std::decay_t<F>;
        static_assert(std::equality_comparable<Function> || std::is_empty_v<Function>,
                      "give the function an operator==, or it cannot be found again");
        const Function copy = function;
        return state_->remove_done_callbacks(typeid(Function), &copy);
    }

    [[nodiscard]] EventLoop& get_loop() const noexcept { return state_->loop(); }

    /// For people: "<Future finished>".
    [[nodiscard]] std::string describe() const { return state_->describe(); }

    /// The state behind it, for the stack.
    [[nodiscard]] FutureBase* state() const noexcept { return state_.get(); }

    /// Whether both refer to the same future.
    friend bool operator==(const Future&, const Future&) = default;

  protected:
    [[nodiscard]] Stored<T>& stored() const noexcept {
        return *std::launder(static_cast<Stored<T>*>(state_->result_address()));
    }

  private:
    [[nodiscard]] FutureState<T>& settable() const {
        if (!state_->is_settable()) {
            throw RuntimeError(std::string(state_->kind()) +
                               " does not support set_result and set_exception");
        }
        return static_cast<FutureState<T>&>(*state_);
    }

    [[nodiscard]] auto& get() const noexcept {
        if constexpr (std::is_reference_v<T>) {
            return stored().get();
        } else {
            return std::as_const(stored());
        }
    }
    [[nodiscard]] T take() const {
        if constexpr (std::is_reference_v<T>) {
            return stored().get();
        } else if constexpr (can_be_copied<T>) {
            return state_->is_shared() ? stored() : std::move(stored());
        } else {
            return std::move(stored());
        }
    }

    IntrusivePtr<FutureBase> state_;
};

template <class T>
Future<T> EventLoop::create_future() {
    return Future<T>(*this);
}

template <class T>
T EventLoop::run_until_complete(Future<T> future) {
    run_until_done(future);
    return std::move(future).result();
}

}  // namespace aio

#include "06_futures/detail/done_callback.hpp"    // IWYU pragma: export
#include "06_futures/detail/sock_operations.hpp"  // IWYU pragma: export
