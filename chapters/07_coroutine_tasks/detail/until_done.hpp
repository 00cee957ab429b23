#pragma once
// co_await until_done(future): waits for its end, and takes neither result nor error.
#include "07_coroutine_tasks/future_awaiter.hpp"

namespace aio {

/// A FutureAwaiter that gives nothing: an error of the future stays there.
template <class T>
class UntilDone : public FutureAwaiter<T> {
  public:
    using FutureAwaiter<T>::FutureAwaiter;
    void await_resume() const { throw_if_cancelled(); }
};

/// `co_await until_done(task)`: waits for its end, however it ends.
template <class T>
[[nodiscard]] UntilDone<T> until_done(const Future<T>& future) noexcept {
    return UntilDone<T>(future);
}

}  // namespace aio
