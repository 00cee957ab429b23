#pragma once
// A task driven by hand: the way asyncio began, before the language had co_await.
//
// A generator can stop in the middle, and be sent a value. So let it yield the future it needs, and
// send it the future's result when that is there. What does that between the two is a task, and
// step() is all there is to it.
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "02_generators/generator.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/future.hpp"
#include "07_coroutine_tasks/detail/if_alive.hpp"

namespace aio {

/// Runs a generator that yields futures of T, is sent their results, and returns a T. Destroyed
/// before that, it drops the generator where it stands, and there will be no result.
/// Thread rule: the loop's thread.
template <class T>
class GeneratorTask {
  public:
    using Body = Generator<Future<T>, T, T>;

    /// The first step is made in the loop's next turn.
    GeneratorTask(EventLoop& loop, Body body) : body_(std::move(body)), result_(loop) {
        loop.call_soon(if_alive(&GeneratorTask::step), std::nullopt);
        result_.add_done_callback(if_alive(&GeneratorTask::stop));
    }
    GeneratorTask(const GeneratorTask&) = delete;
    GeneratorTask& operator=(const GeneratorTask&) = delete;

    /// What the generator returns, or throws. Cancelled, it stops what the generator waits for, and
    /// the generator sees a CancelledError at its co_yield, soon.
    [[nodiscard]] const Future<T>& result() const noexcept { return result_; }

  private:
    /// Goes on with the result of `waited_for`, up to the next future.
    void step(const std::optional<Future<T>>& waited_for) {
        try {
            waits_for_ = resume(waited_for);
            if (waits_for_) {
                waits_for_->add_done_callback(if_alive(&GeneratorTask::step));
            } else {
                finish(body_.result());
            }
        } catch (...) {
            fail();
        }
    }

    /// The generator has returned; somebody may have cancelled the result meanwhile.
    void finish(T result) { set_result_unless_cancelled(result_, std::move(result)); }

    /// What is being caught is the task's error; or its end, if it was cancelled.
    void fail() {
        try {
            throw;
        } catch (const CancelledError& cancelled) {
            result_.cancel(cancelled.message());
        } catch (...) {
            if (result_.cancelled()) throw;  // nobody will ask for it: let the loop report it
            result_.set_exception(std::current_exception());
        }
    }

    std::optional<Future<T>> resume(const std::optional<Future<T>>& waited_for) {
        if (result_.cancelled() && !std::exchange(told_, true)) return cancel_body(result_);
        if (!waited_for) return body_.next();
        if (waited_for->cancelled()) return cancel_body(*waited_for);
        if (const auto error = waited_for->exception()) return body_.throw_(error);
        return body_.send(waited_for->result());
    }

    /// Raises the CancelledError of `cancelled` in the generator.
    std::optional<Future<T>> cancel_body(const Future<T>& cancelled) {
        return body_.throw_(cancelled.state()->cancelled_error());
    }

    /// The result is done. If it was cancelled, the next step tells the generator: make it soon.
    void stop() {
        if (result_.cancelled() && !told_ && waits_for_) waits_for_->cancel();
    }

    /// A call for the loop to make, if we are there by then.
    template <class... Arguments>
    auto if_alive(void (GeneratorTask::*function)(Arguments...)) const {
        return IfAlive<GeneratorTask, Arguments...>{function, self_, "a GeneratorTask"};
    }

    Body body_;
    Future<T> result_;
    std::optional<Future<T>> waits_for_;
    bool told_ = false;  // the generator, that the result was cancelled
    std::shared_ptr<GeneratorTask> self_{this, [](GeneratorTask*) {}};  // owns nothing
};

}  // namespace aio
