#pragma once
// For a scope, nobody is the current task: a coroutine that is run by hand belongs to none.
#include "06_futures/event_loop.hpp"

namespace aio {

/// For a scope, no task of the running loop is the current one.
class WithoutTask {
  public:
    WithoutTask() noexcept : loop_(EventLoop::running()) { swap(); }
    ~WithoutTask() { swap(); }
    WithoutTask(const WithoutTask&) = delete;
    WithoutTask& operator=(const WithoutTask&) = delete;

  private:
    void swap() noexcept {
        if (loop_ != nullptr) task_ = loop_->exchange_current_task(task_);
    }

    EventLoop* loop_;
    TaskBase* task_ = nullptr;
};

}  // namespace aio
