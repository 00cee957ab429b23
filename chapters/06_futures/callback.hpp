#pragma once
// Everything the loop runs is a Callback: a node with a pointer to the next one.
//
// The node is part of what is to be run (a function with its arguments, a task), so scheduling
// allocates nothing: it links the node into a queue. A node is in one queue at a time. A task can
// wait for one thing only, so one node is enough for it, for life.
#include <string>
#include <typeinfo>

#include "06_futures/detail/context_snapshot.hpp"
#include "06_futures/detail/readable_name.hpp"

namespace aio {

class Callback;
class ObservedStep;

/// Its place in a list.
class CallbackLink {
  private:
    friend class CallbackList;
    friend class ReadyQueue;
    Callback* next_ = nullptr;
};

/// Something to be called back. Thread rule: its loop's thread.
class Callback : public CallbackLink {
  public:
    Callback() = default;
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;

    /// Its turn has come. It is no longer in a queue, and may destroy itself.
    virtual void run() = 0;

    /// It will never be run: let go of everything, without calling anybody.
    virtual void drop() noexcept = 0;

    /// Whether it calls this very function: remove_done_callback() asks.
    [[nodiscard]] virtual bool calls([[maybe_unused]] const std::type_info& type,
                                     [[maybe_unused]] const void* function) const noexcept {
        return false;
    }

    /// What runs, for the reports of debug mode.
    [[nodiscard]] virtual std::string describe() const = 0;

    /// The same, for the description of what it waits for: it does not say that again.
    [[nodiscard]] virtual std::string describe_waiter() const { return describe(); }

    /// run(), for a loop that is observed: a task tells what has become of it.
    virtual void run_observed([[maybe_unused]] ObservedStep& step) { run(); }

    /// What it is called in a trace: short, and the same each time the program is run.
    [[nodiscard]] virtual std::string name() const { return readable_description(describe()); }

    /// What whoever puts it into the queue has done, in a trace: "main wakes one".
    [[nodiscard]] virtual const char* verb() const noexcept { return "wakes"; }

  protected:
    ~Callback() = default;  // a callback is destroyed by its owner, who knows what it is

    /// The context it runs in: that of the moment it was scheduled (chapter 13).
    ContextSnapshot context_;
};

}  // namespace aio
