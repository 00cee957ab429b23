#pragma once
// AsyncExitStack: any number of managers, found out at run time, left in reverse order.
//
// async_with() is written once for each manager, one inside the other. Where their number is not
// known (a connection for each line of a file), or where the body cannot be a function (an
// asynchronous generator that yields between entering and leaving), a stack of exits does the same.
//
// The law: leaving a stack does what leaving that many nested async_with() would do. Last in, first
// out; each exit is shown the error as the one before left it; one that swallows it hides it from
// the rest, and one that throws replaces it.
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "06_futures/detail/log.hpp"
#include "06_futures/detail/pool.hpp"
#include "07_coroutine_tasks/coro.hpp"
#include "10_async_context_managers/async_with.hpp"
#include "10_async_context_managers/immediate.hpp"

namespace aio {

/// Python's contextlib.AsyncExitStack. It is a manager itself, and gives itself to the body.
/// Movable. Exits left in it when it is destroyed do not run, and are reported.
/// Thread rule: one thread.
class AsyncExitStack {
  public:
    AsyncExitStack() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate
    AsyncExitStack(AsyncExitStack&&) noexcept = default;
    AsyncExitStack& operator=(AsyncExitStack&& other) noexcept {
        AsyncExitStack taken(std::move(other));
        top_.swap(taken.top_);
        return *this;
    }
    ~AsyncExitStack() {
        if (top_ != nullptr) destroy_all();
    }

    // ── filling it ──────────────────────────────────────────────────────────────────────────────

    /// To be awaited: enters `manager`, and gives what that gives. Once entered, it will be left. A
    /// temporary is kept, any other manager is referred to. Do not move the stack meanwhile.
    template <class Manager>
    requires AsyncContextManager<std::remove_reference_t<Manager>>
    [[nodiscard]] auto enter_async_context(Manager&& manager) {
        return enter(std::make_unique<ManagerExit<Manager>>(std::forward<Manager>(manager)));
    }

    /// Leaving awaits `exit(error)`, which says whether the error is swallowed; if it gives
    /// nothing, it is not. `exit` is a callable, or a manager that somebody else has entered.
    template <class Exit>
    void push_async_exit(Exit&& exit) {
        if constexpr (AsyncContextManager<std::remove_reference_t<Exit>>) {
            add(std::make_unique<ManagerExit<Exit>>(std::forward<Exit>(exit)));
        } else {
            add_exit([exit = std::forward<Exit>(exit)](std::exception_ptr error) mutable {
                return exit(std::move(error));
            });
        }
    }

    /// The same for a callable that returns at once.
    template <class Exit>
    void push(Exit&& exit) {
        add_exit([exit = std::forward<Exit>(exit)](std::exception_ptr error) mutable {
            if constexpr (std::is_void_v<decltype(exit(std::move(error)))>) {
                exit(std::move(error));
                return Immediate<bool>(false);
            } else {
                return Immediate<bool>(exit(std::move(error)));
            }
        });
    }

    /// Leaving awaits function(arguments...), whatever happened. It swallows nothing. Arguments are
    /// copied or moved in; std::ref passes a reference.
    template <class F, class... Arguments>
    void push_async_callback(F&& function, Arguments&&... arguments) {
        add_callback(
            std::bind_front(std::forward<F>(function), std::forward<Arguments>(arguments)...));
    }

    /// The same for a function that returns at once.
    template <class F, class... Arguments>
    void callback(F&& function, Arguments&&... arguments) {
        add_exit([call = std::bind_front(std::forward<F>(function),
                                         std::forward<Arguments>(arguments)...)](
                     const std::exception_ptr&) mutable {
            call();
            return Immediate<bool>(false);
        });
    }

    // ── leaving ─────────────────────────────────────────────────────────────────────────────────

    /// Leaves all, the last one first, and empties the stack. Throws what one of them threw and
    /// none swallowed.
    Coro<> aclose() { (void)co_await aexit(nullptr); }

    /// Hands all exits over to a new stack, to be left in place of this one.
    [[nodiscard]] AsyncExitStack pop_all() noexcept { return std::move(*this); }

    [[nodiscard]] bool empty() const noexcept { return top_ == nullptr; }

    [[nodiscard]] Immediate<AsyncExitStack&> aenter() noexcept {
        return Immediate<AsyncExitStack&>(*this);
    }

    /// Leaves all. Returns whether one of them swallowed `error`.
    Coro<bool> aexit(std::exception_ptr error) {
        const bool had_error = error != nullptr;
        bool is_new = false;
        while (top_ != nullptr) {
            const std::unique_ptr<Exit> exit = pop();
            try {
                if (co_await exit->leave(error)) error = nullptr;
            } catch (...) {
                error = std::current_exception();
                is_new = true;
            }
        }
        if (error != nullptr && is_new) std::rethrow_exception(std::move(error));
        const bool swallowed = had_error && error == nullptr;
        co_return swallowed;
    }

  private:
    /// One thing to do on leaving.
    struct Exit : Pooled {
        virtual ~Exit() = default;
        virtual Coro<bool> leave(std::exception_ptr error) = 0;
        std::unique_ptr<Exit> below;
    };

    template <class Manager>
    struct ManagerExit final : Exit {
        explicit ManagerExit(Manager&& given) : manager(std::forward<Manager>(given)) {}
        Coro<bool> leave(std::exception_ptr error) override {
            co_return co_await detail::swallowed_by(manager.aexit(std::move(error)));
        }
        Manager manager;
    };

    template <class F>
    struct FunctionExit final : Exit {
        explicit FunctionExit(F given) : function(std::move(given)) {}
        Coro<bool> leave(std::exception_ptr error) override {
            co_return co_await detail::swallowed_by(function(std::move(error)));
        }
        F function;
    };

    template <class F>
    struct CallbackExit final : Exit {
        explicit CallbackExit(F given) : function(std::move(given)) {}
        Coro<bool> leave(std::exception_ptr /*error*/) override {
            (void)co_await function();
            co_return false;
        }
        F function;
    };

    template <class Manager>
    Coro<Entered<std::remove_reference_t<Manager>>> enter(
        std::unique_ptr<ManagerExit<Manager>> exit) {
        using Given = Entered<std::remove_reference_t<Manager>>;
        if constexpr (std::is_void_v<Given>) {
            co_await exit->manager.aenter();
            add(std::move(exit));
        } else {
            Given given = co_await exit->manager.aenter();
            add(std::move(exit));
            co_return static_cast<Given&&>(given);
        }
    }

    template <class F>
    void add_exit(F function) {
        add(std::make_unique<FunctionExit<F>>(std::move(function)));
    }
    template <class F>
    void add_callback(F function) {
        add(std::make_unique<CallbackExit<F>>(std::move(function)));
    }
    void add(std::unique_ptr<Exit> exit) noexcept {
        exit->below = std::move(top_);
        top_ = std::move(exit);
    }
    std::unique_ptr<Exit> pop() noexcept {
        std::unique_ptr<Exit> exit = std::move(top_);
        top_ = std::move(exit->below);
        return exit;
    }

    /// One after another, so that a tall stack does not destroy itself recursively.
    void destroy_all() noexcept {
        std::size_t count = 0;
        for (; top_ != nullptr; ++count) pop();
        log(
            fmt::format("RuntimeWarning: an AsyncExitStack was destroyed before it was left: {} "
                        "exits did not run (await aclose())",
                        count));
    }

    std::unique_ptr<Exit> top_;
};

}  // namespace aio
