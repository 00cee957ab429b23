#pragma once
// FutureBase: all of a future but its value.
//
// A future is a box for a result that is not there yet, and a list of those who wait for it. Its
// law: it is finished once, and finishing calls nobody. It moves the list of waiters to the end of
// the loop's queue, in one splice, however long the list is.
//
// It is kept alive by the Futures that refer to it, and by done-callbacks that are about to run. A
// done-callback that waits does not keep its future alive (a future that nobody can finish any
// more would otherwise live for ever), so it is counted apart.
#include <cstdint>
#include <exception>
#include <string>
#include <typeinfo>
#include <utility>

#include "06_futures/callback.hpp"
#include "06_futures/detail/callback_list.hpp"
#include "06_futures/detail/cancellable.hpp"
#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/future_status.hpp"
#include "06_futures/detail/pool.hpp"
#include "06_futures/event_loop.hpp"

namespace aio {

/// Thread rule: the loop's thread.
class FutureBase : public Cancellable, public Pooled {
  public:
    explicit FutureBase(EventLoop& loop) noexcept : loop_(&loop) {}
    FutureBase(const FutureBase&) = delete;
    FutureBase& operator=(const FutureBase&) = delete;

    [[nodiscard]] EventLoop& loop() const noexcept { return *loop_; }
    [[nodiscard]] FutureStatus status() const noexcept { return status_; }
    [[nodiscard]] bool done() const noexcept { return status_ != FutureStatus::pending; }
    [[nodiscard]] bool cancelled() const noexcept { return status_ == FutureStatus::cancelled; }
    [[nodiscard]] bool failed() const noexcept {
        return status_ == FutureStatus::finished && exception_ != nullptr;
    }

    /// Cancels it unless it is done. Asking so much counts as having seen its error (fact of
    /// asyncio: Future.cancel resets the report).
    bool cancel(const std::string& message) override;

    void abandon() noexcept override {
        waiting_callbacks_ = 0;
        loop_->schedule(callbacks_);
    }

    /// Finishes it with `error`. InvalidStateError if it is done.
    void set_exception(std::exception_ptr error);

    /// The error, or null if it has a result. CancelledError, InvalidStateError as asyncio.
    [[nodiscard]] std::exception_ptr exception();

    /// The error without any check: null unless it failed or was cancelled with a message.
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return exception_; }

    /// Throws what result() throws if there is no result.
    void ensure_result() {
        if (!has_result()) [[unlikely]]
            refuse_result();
    }

    /// Its error, cancellation included, is known to somebody: it need not be reported.
    void mark_retrieved() noexcept { unretrieved_ = false; }

    /// The CancelledError of a cancelled future.
    [[nodiscard]] std::exception_ptr cancelled_error() const;

    /// `callback` is run once the future is done; if it is, in the next turn.
    void add_waiter(Callback& callback) noexcept {
        done() ? loop_->schedule(callback) : callbacks_.push_back(callback);
    }
    bool remove_waiter(Callback& callback) noexcept { return callbacks_.remove(callback); }

    /// The same for a callback that refers to this future.
    void add_done_callback(Callback& callback);
    std::size_t remove_done_callbacks(const std::type_info& type, const void* function);

    void retain() noexcept { ++references_; }
    void release() noexcept {
        if (--references_ == waiting_callbacks_) destroy();
    }
    [[nodiscard]] bool is_shared() const noexcept { return references_ > 1; }

    /// Where the result is, or will be. Only WithResult<T> knows, and what it is.
    [[nodiscard]] virtual void* result_address() noexcept = 0;
    [[nodiscard]] bool has_result() const noexcept {
        return status_ == FutureStatus::finished && exception_ == nullptr;
    }

    /// Whether set_result() is allowed from outside. Not on a task: its coroutine decides.
    [[nodiscard]] virtual bool is_settable() const noexcept { return false; }

    /// "<Future pending cb=[<done callback f>]>", "<Future finished result=42>", for people.
    [[nodiscard]] virtual std::string describe() const;
    [[nodiscard]] std::string describe_wait() const override { return describe(); }

    /// "Future" or "Task": how reports begin.
    [[nodiscard]] virtual const char* kind() const noexcept { return "Future"; }

  protected:
    virtual ~FutureBase() = default;

    /// The result, where it can be printed; else nothing.
    [[nodiscard]] virtual std::string describe_result() const { return ""; }

    /// Nobody has seen its error: tells the loop.
    virtual void report_unretrieved() noexcept;

    void ensure_pending() const {
        if (done()) [[unlikely]]
            throw InvalidStateError("invalid state: " + describe());
    }

    /// The result is in place: wakes all who wait.
    void finish(FutureStatus status) {
        status_ = status;
        waiting_callbacks_ = 0;
        loop_->schedule(callbacks_);
    }
    void finish_with_error(std::exception_ptr error);
    void finish_cancelled(std::exception_ptr error);

  private:
    [[nodiscard]] std::string describe_callbacks() const;
    [[noreturn]] void refuse_result();

    /// Nobody is left who could ask or finish.
    [[gnu::noinline]] void destroy() noexcept {
        references_ = UINT32_MAX / 2;  // dropping the callbacks releases us again: do not listen
        waiting_callbacks_ = 0;
        while (Callback* callback = callbacks_.pop_front()) callback->drop();
        if (unretrieved_) report_unretrieved();
        delete this;
    }

    EventLoop* loop_;
    CallbackList callbacks_;
    std::exception_ptr exception_;  // also a CancelledError that has a message
    std::uint32_t references_ = 1;
    std::uint16_t waiting_callbacks_ = 0;  // done-callbacks: their references keep nothing alive
    FutureStatus status_ : 2 = FutureStatus::pending;
    bool unretrieved_ : 1 = false;  // has an error that nobody has seen
};

// ── the rest, less often needed ─────────────────────────────────────────────────────────────────

inline bool FutureBase::cancel(const std::string& message) {
    mark_retrieved();
    if (done()) return false;
    finish_cancelled(message.empty() ? nullptr : std::make_exception_ptr(CancelledError(message)));
    return true;
}

inline void FutureBase::set_exception(std::exception_ptr error) {
    ensure_pending();
    if (error == nullptr) throw ValueError("set_exception needs an exception, not null");
    finish_with_error(std::move(error));
}

inline void FutureBase::finish_with_error(std::exception_ptr error) {
    exception_ = std::move(error);
    unretrieved_ = true;
    finish(FutureStatus::finished);
}

inline void FutureBase::finish_cancelled(std::exception_ptr error) {
    exception_ = std::move(error);
    finish(FutureStatus::cancelled);
}

inline std::exception_ptr FutureBase::cancelled_error() const {
    return exception_ != nullptr ? exception_ : std::make_exception_ptr(CancelledError());
}

inline std::exception_ptr FutureBase::exception() {
    if (status_ == FutureStatus::cancelled) std::rethrow_exception(cancelled_error());
    if (status_ == FutureStatus::pending) throw InvalidStateError("Exception is not set.");
    mark_retrieved();
    return exception_;
}

inline void FutureBase::refuse_result() {
    if (status_ == FutureStatus::pending) throw InvalidStateError("Result is not set.");
    mark_retrieved();
    if (exception_ == nullptr) throw CancelledError();
    std::rethrow_exception(exception_);
}

inline void FutureBase::add_done_callback(Callback& callback) {
    if (done()) {
        loop_->ensure_usable();
        retain();
        loop_->schedule(callback);
        return;
    }
    retain();
    callbacks_.push_back(callback);
    if (waiting_callbacks_ < UINT16_MAX) ++waiting_callbacks_;
}

}  // namespace aio

#include "06_futures/detail/future_description.hpp"  // IWYU pragma: export
