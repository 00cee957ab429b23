#pragma once
// How a loop ends the asynchronous generators that are open: the last thing that run() waits for.
//
// Chapter 10 says what they are. All of them begin to end at once, each in a task of its own,
// because the cleanup of one may wait long.
#include <exception>
#include <string>
#include <vector>

#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/detail/until_done.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {

namespace detail {

/// Ends one. What goes wrong is reported to the loop, not thrown.
inline Coro<> close_and_report(OpenGenerator& generator) {
    const std::string what = generator.describe();  // it may be gone afterwards
    try {
        co_await generator.close();
    } catch (...) {
        const auto error = std::current_exception();
        if (is_exit_request(error) || is_exactly<CancelledError>(error)) throw;
        get_running_loop().call_exception_handler(
            {"an error occurred during closing of " + what, error, what});
    }
}

/// Takes all off the list, and waits until they have ended. Each task makes
/// its first step here and now: until then, somebody could drop the generator.
inline Coro<> close_all(IntrusiveList<OpenGenerator>& open) {
    std::vector<Task<>> closing;
    while (OpenGenerator* const generator = open.front()) {
        generator->leave();
        closing.push_back(
            create_task(close_and_report(*generator), TaskOptions{.eager_start = true}));
    }
    for (const Task<>& task : closing) co_await until_done(task);
}

}  // namespace detail

/// Ending one may drop another. Those that somebody still has are closed once only: a task that
/// goes on making new ones would never let us end.
inline Coro<void> EventLoop::shutdown_asyncgens() {
    asyncgens_shut_down_ = true;
    co_await detail::close_all(open_generators_);
    while (!dropped_generators_.empty()) co_await detail::close_all(dropped_generators_);
}

}  // namespace aio
