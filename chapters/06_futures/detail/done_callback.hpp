#pragma once
// What add_done_callback() puts into a future's list: a function, and the future that it is told
// of.
//
// It is called by the loop, in the turn after the future is done, in the context in which it was
// added. Its errors are reported to the loop: there is nobody else who could take them.
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "06_futures/callback.hpp"
#include "06_futures/detail/handle.hpp"
#include "06_futures/detail/pool.hpp"
#include "06_futures/future.hpp"

namespace aio {

/// A function that waits for a future, with a reference to it.
template <class T, class F>
class DoneCallback final : public Callback, public Pooled {
  public:
    template <class G>
    DoneCallback(FutureBase* future, ContextRef context, G&& function)
        : future_(future), function_(std::forward<G>(function)) {
        context_ = context.share_or_copy();
    }

    void run() override {
        const std::unique_ptr<DoneCallback> self(this);
        const Future<T> future(std::exchange(future_, nullptr));
        const EnterContext enter(context_);
        try {
            call(future);
        } catch (...) {
            if (is_exit_request(std::current_exception())) throw;
            report_callback_error(*this);
        }
    }

    void drop() noexcept override {
        future_->release();
        delete this;
    }

    [[nodiscard]] bool calls(const std::type_info& type,
                             const void* function) const noexcept override {
        if (type != typeid(F)) return false;
        if constexpr (std::equality_comparable<F>) {
            return function_ == *static_cast<const F*>(function);
        } else {
            return std::is_empty_v<F>;
        }
    }

    [[nodiscard]] std::string describe() const override {
        return "<done callback " + type_name(typeid(F)) + ">";
    }
    [[nodiscard]] std::string name() const override { return call_name(function_); }

  private:
    void call(const Future<T>& future) {
        if constexpr (std::is_invocable_v<F&, const Future<T>&>) {
            std::invoke(function_, future);
        } else {
            std::invoke(function_);
        }
    }

    FutureBase* future_;  // counted
    F function_;
};

/// Finishes `future` unless it was cancelled: for callbacks that may come too late.
/// asyncio.futures._set_result_unless_cancelled.
template <class T, class... Result>
void set_result_unless_cancelled(const Future<T>& future, Result&&... result) {
    if (!future.cancelled()) future.set_result(std::forward<Result>(result)...);
}

/// A done-callback for the length of a scope.
template <class T, class F>
class ScopedDoneCallback {
  public:
    ScopedDoneCallback(const Future<T>& future, F function)
        : future_(future), function_(std::move(function)) {
        future_.add_done_callback(function_);
    }
    ~ScopedDoneCallback() { future_.remove_done_callback(function_); }
    ScopedDoneCallback(const ScopedDoneCallback&) = delete;
    ScopedDoneCallback& operator=(const ScopedDoneCallback&) = delete;

  private:
    const Future<T>& future_;
    F function_;
};

inline std::size_t FutureBase::remove_done_callbacks(const std::type_info& type,
                                                     const void* function) {
    std::size_t removed = 0;
    CallbackList kept;
    while (Callback* callback = callbacks_.pop_front()) {
        if (!callback->calls(type, function)) {
            kept.push_back(*callback);
            continue;
        }
        ++removed;
        if (waiting_callbacks_ > 0) --waiting_callbacks_;
        callback->drop();
    }
    callbacks_ = kept;
    return removed;
}

}  // namespace aio
