#pragma once
// What a generator remembers between two steps, and how one step is taken.
//
// A step resumes the body, and ends when the body is suspended again: at a co_yield, or at its
// end. The laws of this file:
//   - What is yielded is not copied: the promise keeps its address until the next step.
//   - That address, value_, is empty while the body runs. So a step that the body itself asks for
//     is noticed.
//   - An exception that leaves the body ends the generator, and comes out of the step.
#include <coroutine>
#include <exception>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "02_generators/generator_exit.hpp"
#include "02_generators/generator_state.hpp"
#include "02_generators/type_error.hpp"

namespace aio {

/// The part of a generator's promise that does not depend on what it is sent or returns. `Ref` is
/// the reference through which the consumer sees a value. One thread at a time.
template <typename Ref>
class GeneratorPromise {
  public:
    using Value = std::remove_reference_t<Ref>;

    explicit GeneratorPromise(std::coroutine_handle<> body) noexcept : body_(body) {}
    GeneratorPromise(const GeneratorPromise&) = delete;
    GeneratorPromise& operator=(const GeneratorPromise&) = delete;

    // --- called by the consumer --------------------------------------------------------------

    /// Runs to the next co_yield. Returns the address of the value, nullptr at the end; throws
    /// what the body throws. Throws std::logic_error if the generator is running.
    Value* step() {
        if (value_ != nullptr) [[likely]]
            return run();
        return step_with_care();
    }

    /// Like step(); `value` (an S) becomes what the pending co_yield gives. The body takes it as
    /// its first act, for `value` lives no longer than this call. A send that is refused changes
    /// nothing. Throws TypeError("can't send to a generator that has not started: call next()") if
    /// that is so; the generator can still be started.
    Value* send(void* value) {
        if (state_ == State::created) {
            throw TypeError("can't send to a generator that has not started: call next()");
        }
        if (!can_run()) return nullptr;
        sent_ = value;
        return run();
    }

    /// Like step(); `error` is raised at the pending co_yield, or at once if there is none.
    Value* throw_(std::exception_ptr error) {
        if (state_ == State::created) finish();
        if (!can_run()) std::rethrow_exception(error);
        thrown_in = &error;
        return run();
    }

    /// (Python: inspect.getgeneratorstate)
    [[nodiscard]] GeneratorState state() const noexcept {
        if (state_ != State::suspended || value_ != nullptr) return state_;
        return State::running;
    }

    void destroy() noexcept { body_.destroy(); }

    // --- called by the body ------------------------------------------------------------------

    /// Remembers where the value is that is being yielded.
    void lend(Ref value) noexcept { value_ = std::addressof(value); }

    /// What send() brought, or nullptr; given once.
    void* take_sent() noexcept { return std::exchange(sent_, nullptr); }

    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    /// The body is over.
    void finish() noexcept {
        state_ = State::closed;
        value_ = nullptr;
    }

  protected:
    using State = GeneratorState;

    /// Before a step: whether there is a body to resume. False at the end; throws std::logic_error
    /// if the body is running. One that has not started counts as suspended from here on.
    bool can_run() {
        if (state_ == State::closed) return false;
        if (state_ == State::suspended && value_ == nullptr) {
            throw std::logic_error("generator already executing");
        }
        state_ = State::suspended;
        return true;
    }

    /// Resumes the body, and gives what it yielded: nullptr if it returned. Throws what it threw.
    Value* run() {
        value_ = nullptr;
        body_.resume();
        if (value_ == nullptr && error_ != nullptr) raise_error();
        return value_;
    }

    // What happens once in a generator's life is kept out of line ([[gnu::noinline]]): the loop
    // around step() stays small, and that is worth a quarter of its time.

    /// The first step, a step after the end, or one at the wrong time.
    [[gnu::noinline]] Value* step_with_care() { return can_run() ? run() : nullptr; }

    /// The body has ended with an exception.
    [[noreturn, gnu::noinline]] void raise_error() {
        std::rethrow_exception(std::exchange(error_, nullptr));
    }

    Value* value_ = nullptr;        // what was yielded last; empty while running
    std::coroutine_handle<> body_;  // what a step resumes
    void* sent_ = nullptr;          // what send() brings
    std::exception_ptr error_;      // what ended the body
    State state_ = State::created;  // never running: that is an empty value_
};

}  // namespace aio
