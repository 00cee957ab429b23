#pragma once
// What a TaskGroup knows: its children, their errors, and whom to cancel if one fails.
//
// Every child has a node here, which is in two lists: in the task's list of callbacks, to be called
// when it is done, and in the group's list of children that are not. So a child costs one small
// node, and starting and ending it costs the same among ten and among a million.
//
// Ownership: a node holds a reference to its task, and the tasks may outlive the group (when a loop
// is closed, or the group was left by hand without aexit). So this state, and the nodes, live until
// both the group and the last child are gone.
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "06_futures/callback.hpp"
#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/pool.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/future.hpp"
#include "07_coroutine_tasks/detail/any_task.hpp"
#include "11_task_groups/exception_group.hpp"

namespace aio::detail {

/// A place in the list of the children; the list itself is one, between the last and the first.
struct ChildLink {
    ChildLink* before = this;
    ChildLink* after = this;
};

/// Thread rule: the loop's thread.
class TaskGroupState final : public Pooled {
  public:
    explicit TaskGroupState(AnyTask parent) noexcept : parent_(std::move(parent)) {}
    TaskGroupState(const TaskGroupState&) = delete;
    TaskGroupState& operator=(const TaskGroupState&) = delete;

    [[nodiscard]] EventLoop& loop() const noexcept { return parent_.get_loop(); }

    /// Adds a task.
    void add(FutureBase& task);

    [[nodiscard]] bool has_children() const noexcept { return children_.after != &children_; }
    [[nodiscard]] bool is_aborting() const noexcept { return aborting_; }
    [[nodiscard]] bool is_finished() const noexcept { return exiting_ && !has_children(); }

    /// Nobody wants the children any more: cancels those that are not done.
    void abort();

    /// The body is over; `error` is what it threw, or null.
    void begin_exit(const std::exception_ptr& error);
    /// Is done when no child is left.
    [[nodiscard]] Future<void> last_child_done();
    /// All children are done: throws what has gone wrong. `error` is what the body threw, or null;
    /// `cancelled` is the CancelledError that came from outside while we waited, or null.
    void end_exit(std::exception_ptr error, std::exception_ptr cancelled);

    /// The group is gone.
    void abandon() noexcept;

    /// "<TaskGroup tasks=2 errors=1 cancelling>", for people.
    [[nodiscard]] std::string describe() const;

  private:
    /// Is called back when its task is done. Until then it holds a reference to it.
    struct Child final : Callback, ChildLink, Pooled {  // NOLINT: final, and it destroys itself
        Child(TaskGroupState& of, FutureBase& which) noexcept : group(&of), task(&which) {}

        void run() override;
        void drop() noexcept override;
        [[nodiscard]] std::string describe() const override { return "<a child of a TaskGroup>"; }

        TaskGroupState* group;
        FutureBase* task;
    };

    ~TaskGroupState() = default;

    void child_ended(FutureBase& task);
    void child_failed(FutureBase& task);
    static void remove(Child& child) noexcept;
    void delete_if_unused() noexcept {
        if (abandoned_ && !has_children()) delete this;
    }

    ChildLink children_;  // not done yet, in the order in which they were started
    AnyTask parent_;
    bool aborting_ = false;
    bool exiting_ = false;
    bool abandoned_ = false;
    bool parent_cancelled_ = false;  // by us
    std::optional<Future<void>> last_child_done_;
    std::vector<std::exception_ptr> errors_;  // in the order in which they came
    std::exception_ptr exit_request_;         // a SystemExit or KeyboardInterrupt, the first one
};

// ── children ────────────────────────────────────────────────────────────────────────────────────

/// One that is done already (an eager one) is counted at once.
inline void TaskGroupState::add(FutureBase& task) {
    if (task.done()) [[unlikely]]
        return child_ended(task);
    auto& child = *new Child(*this, task);
    child.before = children_.before;
    child.after = &children_;
    child.before->after = &child;
    children_.before = &child;
    task.add_done_callback(child);
}

inline void TaskGroupState::remove(Child& child) noexcept {
    child.before->after = child.after;
    child.after->before = child.before;
    delete &child;
}

inline void TaskGroupState::Child::run() {
    TaskGroupState& state = *group;
    const Future<void> done(task);  // takes over our reference
    remove(*this);
    state.child_ended(*done.state());
    state.delete_if_unused();
}

inline void TaskGroupState::Child::drop() noexcept {
    TaskGroupState& state = *group;
    const Future<void> dropped(task);
    remove(*this);
    state.delete_if_unused();
}

inline void TaskGroupState::child_ended(FutureBase& task) {
    if (last_child_done_ && !has_children() && !last_child_done_->done()) {
        last_child_done_->set_result();
    }
    if (!task.has_result() && !task.cancelled()) [[unlikely]]
        child_failed(task);
}

/// The first error ends the others, and the body: the parent is cancelled, wherever it waits. If
/// the parent is over, or the group gone, nobody can get the error: then the loop is told "A child
/// of a TaskGroup failed when its parent was over", with the error and the task's description.
inline void TaskGroupState::child_failed(FutureBase& task) {
    task.mark_retrieved();
    if (parent_.done() || abandoned_) {
        return loop().call_exception_handler(
            {"A child of a TaskGroup failed when its parent was over", task.error(),
             task.describe()});
    }
    errors_.push_back(task.error());
    if (exit_request_ == nullptr && is_exit_request(task.error())) exit_request_ = task.error();
    if (aborting_) return;
    abort();
    parent_cancelled_ = true;
    parent_.cancel();
}

/// cancel() calls nobody, so the list does not change under our feet.
inline void TaskGroupState::abort() {
    aborting_ = true;
    for (ChildLink* at = children_.after; at != &children_; at = at->after) {
        FutureBase& task = *static_cast<Child*>(at)->task;
        if (!task.done()) task.cancel("");
    }
}

// ── the way out ─────────────────────────────────────────────────────────────────────────────────

inline void TaskGroupState::begin_exit(const std::exception_ptr& error) {
    exiting_ = true;
    if (exit_request_ == nullptr && is_exit_request(error)) exit_request_ = error;
    if (error != nullptr && !aborting_) abort();
}

inline Future<void> TaskGroupState::last_child_done() {
    return last_child_done_.emplace(loop());
}

/// Our own request is taken back. What is thrown, in this order: a request to exit, bare. The
/// CancelledError from outside, if no child has failed. All errors, the body's last, in a group;
/// then nobody has heard of a request from outside, and it is made again, for the next await. A
/// CancelledError of the body is no error: nothing is thrown, and it goes on.
inline void TaskGroupState::end_exit(std::exception_ptr error, std::exception_ptr cancelled) {
    if (parent_cancelled_) parent_.uncancel();
    if (exit_request_ != nullptr) std::rethrow_exception(std::move(exit_request_));
    if (cancelled != nullptr && errors_.empty()) std::rethrow_exception(std::move(cancelled));
    if (error != nullptr && !is_exactly<CancelledError>(error)) errors_.push_back(std::move(error));
    if (errors_.empty()) return;
    if (parent_.cancelling() > 0) {
        parent_.uncancel();
        parent_.cancel();
    }
    std::rethrow_exception(
        make_exception_group("unhandled errors in a TaskGroup", std::move(errors_)));
}

inline void TaskGroupState::abandon() noexcept {
    abandoned_ = true;
    delete_if_unused();
}

inline std::string TaskGroupState::describe() const {
    std::size_t tasks = 0;
    for (const ChildLink* at = children_.after; at != &children_; at = at->after) ++tasks;
    std::string text = "<TaskGroup";
    if (tasks > 0) text += fmt::format(" tasks={}", tasks);
    if (!errors_.empty()) text += fmt::format(" errors={}", errors_.size());
    return text + (aborting_ ? " cancelling>" : " entered>");
}

}  // namespace aio::detail
