#pragma once
// What a loop is made of, and the names of what it makes.
#include <concepts>
#include <functional>

#include <fmt/format.h>

#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/selector.hpp"
#include "06_futures/detail/clock.hpp"
#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/exception_context.hpp"
#include "06_futures/detail/handle.hpp"
#include "06_futures/detail/inbox.hpp"
#include "06_futures/detail/log.hpp"
#include "06_futures/detail/observation.hpp"
#include "06_futures/detail/open_generator.hpp"
#include "06_futures/detail/pending_task.hpp"
#include "06_futures/detail/poll_throttle.hpp"
#include "06_futures/detail/system_clock.hpp"
#include "06_futures/detail/timer_handle.hpp"
#include "06_futures/detail/watchers.hpp"

namespace aio {

template <class T>
class Future;
template <class T>
class Task;
template <class T, class F>
class ScopedDoneCallback;
class TaskBase;
struct TaskOptions;
class EventLoop;
class Socket;
class Address;
[[nodiscard]] inline EventLoop& get_event_loop();  // current_loop.hpp

/// Says how tasks are made: it may change the options of each (chapter 07).
using TaskFactory = std::function<void(EventLoop&, TaskOptions&)>;

}  // namespace aio
