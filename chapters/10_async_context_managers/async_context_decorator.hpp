#pragma once
// AsyncContextDecorator: a manager around each call of a function.
//
// What every call must run inside (a span of a trace, a transaction) is written once, where the
// function is made, and not at each place where it is called.
//
// The law: each call enters a manager of its own, before the function's body begins, and leaves it
// before the caller goes on. Two calls may be under way at once, and a generator yields only once:
// so the decorator holds what makes a manager, not a manager.
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/awaitable.hpp"
#include "10_async_context_managers/async_with.hpp"

namespace aio {

namespace detail {

/// A coroutine that may never begin, because entering may fail: then nobody forgot to await it.
template <class T>
class NotBegun {
  public:
    explicit NotBegun(Coro<T> coroutine) noexcept : coroutine_(std::move(coroutine)) {}
    NotBegun(NotBegun&&) noexcept = default;
    NotBegun& operator=(NotBegun&&) = delete;
    ~NotBegun() { coroutine_.close(); }

    [[nodiscard]] Coro<T> take() noexcept { return std::move(coroutine_); }

  private:
    Coro<T> coroutine_;
};

/// A function with a manager around each call.
template <class RecreateManager, class F>
class Decorated {
  public:
    Decorated(const RecreateManager& recreate_cm, F function)
        : parts_(std::make_shared<Parts>(recreate_cm, std::move(function))) {}

    /// A coroutine with the result of the function's. The arguments go to the function's parameters
    /// at once, as without the decorator.
    template <class... Arguments>
    [[nodiscard]] auto operator()(Arguments&&... arguments) const {
        using Call = std::invoke_result_t<F&, Arguments...>;
        static_assert(is_coro<Call>,
                      "a decorated function returns a Coro: it begins when the "
                      "manager is entered");
        Call call = std::invoke(parts_->function, std::forward<Arguments>(arguments)...);
        return call_inside(parts_, NotBegun<typename Call::value_type>(std::move(call)));
    }

  private:
    struct Parts {
        Parts(const RecreateManager& recreate, F decorated)
            : recreate_cm(recreate), function(std::move(decorated)) {}
        RecreateManager recreate_cm;
        F function;
    };

    /// Keeps the function, because a lambda that is a coroutine lives in its captures.
    template <class T>
    static Coro<T> call_inside(std::shared_ptr<Parts> parts, NotBegun<T> call) {
        auto&& manager = parts->recreate_cm();
        const auto body = [&call] { return call.take(); };
        co_return co_await async_with(manager, body);
    }

    std::shared_ptr<Parts> parts_;
};

}  // namespace detail

/// `const AsyncContextDecorator traced([] { return Trace(); });  const auto get = traced(get_it);`
///
/// Each call of a decorated function calls `recreate_cm` for the manager to enter. (If that returns
/// a reference, it may be the same manager each time.) What the manager gives on entering is not
/// passed on; what it swallows is hidden from the caller, as async_with() does.
/// Python's contextlib.AsyncContextDecorator, with its _recreate_cm.
template <class RecreateManager>
class AsyncContextDecorator {
  public:
    explicit AsyncContextDecorator(RecreateManager recreate_cm)
        : recreate_cm_(std::move(recreate_cm)) {}

    /// `function` with a manager around each call: a callable that takes the same arguments and
    /// returns a coroutine with the same result. It keeps `function`, and so does each call under
    /// way.
    template <class F>
    [[nodiscard]] auto operator()(F&& function) const {
        return detail::Decorated<RecreateManager, std::decay_t<F>>(recreate_cm_,
                                                                   std::forward<F>(function));
    }

  private:
    RecreateManager recreate_cm_;
};

}  // namespace aio
