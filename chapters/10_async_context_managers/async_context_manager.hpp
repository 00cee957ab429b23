#pragma once
// async_context_manager(): a manager written as one function that yields once.
//
// What stands before the co_yield is done on entering, what is yielded is given to the body, and
// what stands after it is done on leaving. An error of the body is raised at the co_yield: so the
// function can handle it as if the body stood there.
//
// The law: it yields once. If it does not yield, or yields twice, that is a RuntimeError, and it is
// closed.
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "06_futures/detail/errors.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "10_async_context_managers/async_generator.hpp"

namespace aio {

/// The manager. It can be entered once. `Y` is what the body gets, nothing if it is void.
template <class Y>
class AsyncGeneratorContextManager {
  public:
    using Generator = AsyncGenerator<Y>;

    /// `keep` owns what the generator's body refers to, if anything.
    explicit AsyncGeneratorContextManager(Generator generator,
                                          std::shared_ptr<const void> keep = nullptr) noexcept
        : keep_(std::move(keep)), generator_(std::move(generator)) {}

    /// Waits for the co_yield. RuntimeError if there is none.
    class Entering : public NextStep<typename Generator::promise_type> {
      public:
        using Base = NextStep<typename Generator::promise_type>;
        explicit Entering(Base step) noexcept : Base(std::move(step)) {}

        Y await_resume() {
            auto given = Base::await_resume();
            if (!given) throw RuntimeError("generator didn't yield");
            if constexpr (std::is_lvalue_reference_v<Y>) {
                return given->get();
            } else if constexpr (!std::is_void_v<Y>) {
                return *std::move(given);
            }
        }
    };
    [[nodiscard]] Entering aenter() noexcept { return Entering(generator_.anext()); }

    /// Lets the function go on, or raises `error` in it. True if there was an error and it came to
    /// its end all the same; false if it lets the very same error pass. Throws any other.
    [[nodiscard]] Coro<bool> aexit(std::exception_ptr error) {
        return error == nullptr ? go_on() : raise(std::move(error));
    }

  private:
    Coro<bool> go_on() {
        const auto second = co_await generator_.anext();
        if (second) co_await refuse_second_yield("generator didn't stop");
        co_return false;
    }

    /// What aexit() does after an error. (g++ 12 miscompiles `if (co_await ...)` in a coroutine
    /// without local variables, and the tests hang: name the awaited value first.)
    Coro<bool> raise(std::exception_ptr error) {
        bool yielded = false;
        try {
            const auto second = co_await generator_.athrow(error);
            yielded = second.has_value();
        } catch (...) {
            if (std::current_exception() != error) throw;
            co_return false;
        }
        if (yielded) co_await refuse_second_yield("generator didn't stop after athrow()");
        co_return true;
    }

    Coro<> refuse_second_yield(const char* message) {
        co_await generator_.aclose();
        throw RuntimeError(message);
    }

    std::shared_ptr<const void> keep_;
    Generator generator_;
};

namespace detail {

/// Makes managers of the generators that a function gives.
template <class F>
class AsyncContextManagerFactory {
  public:
    explicit AsyncContextManagerFactory(F function)
        : function_(std::make_shared<F>(std::move(function))) {}

    template <class... Arguments>
    [[nodiscard]] auto operator()(Arguments&&... arguments) const {
        auto generator = std::invoke(*function_, std::forward<Arguments>(arguments)...);
        using Y = typename decltype(generator)::value_type;
        return AsyncGeneratorContextManager<Y>(std::move(generator), function_);
    }

  private:
    std::shared_ptr<F> function_;
};

}  // namespace detail

/// `auto manager = async_context_manager(fn); co_await async_with(manager(arguments...), body);`
///
/// `function` returns an AsyncGenerator that yields once. It is kept as long as any manager made
/// from it, so it may be a lambda that captures. Each call makes a new manager.
/// Python's contextlib.asynccontextmanager.
template <class F>
[[nodiscard]] auto async_context_manager(F&& function) {
    return detail::AsyncContextManagerFactory<std::decay_t<F>>(std::forward<F>(function));
}

}  // namespace aio
