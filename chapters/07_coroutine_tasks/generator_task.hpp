#pragma once
// A task driven by hand: the way asyncio began, before the language had co_await.
//
// A generator can stop in the middle, and be sent a value. So let it yield the future it needs, and
// send it the future's result when that is there. Who does that between the two is a task, and
// step() is all there is to it.
#include <exception>
#include <optional>
#include <utility>

#include "02_generators/generator.hpp"
#include "06_futures/event_loop.hpp"
#include "06_futures/future.hpp"

namespace aio {

/// Runs a generator that yields futures of T, is sent their results, and returns a T.
/// It must live until it is done. Thread rule: the loop's thread.
template <class T>
class GeneratorTask {
  public:
    using Body = Generator<Future<T>, T, T>;

    /// The first step is made in the loop's next turn.
    GeneratorTask(EventLoop& loop, Body body) : body_(std::move(body)), result_(loop) {
        loop.call_soon([this] { step(std::nullopt); });
    }
    GeneratorTask(const GeneratorTask&) = delete;
    GeneratorTask& operator=(const GeneratorTask&) = delete;

    /// What the generator returns, or throws.
    [[nodiscard]] const Future<T>& result() const noexcept { return result_; }

  private:
    /// Goes on with the result of `waited_for`, up to the next future.
    void step(const std::optional<Future<T>>& waited_for) {
        try {
            if (const auto next = resume(waited_for)) {
                next->add_done_callback([this](const Future<T>& done) { step(done); });
            } else {
                result_.set_result(body_.result());
            }
        } catch (...) {
            result_.set_exception(std::current_exception());
        }
    }

    std::optional<Future<T>> resume(const std::optional<Future<T>>& waited_for) {
        if (!waited_for) return body_.next();
        if (waited_for->cancelled()) return body_.throw_(std::make_exception_ptr(CancelledError()));
        if (const auto error = waited_for->exception()) return body_.throw_(error);
        return body_.send(waited_for->result());
    }

    Body body_;
    Future<T> result_;
};

}  // namespace aio
