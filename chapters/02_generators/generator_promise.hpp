#pragma once
// What a generator remembers between two steps, and how one step is taken.
//
// Generators that delegate to one another form a chain: the root, which the consumer holds, down
// to the leaf, which is the one that yields. The laws of this file:
//   - The root knows the leaf. A step resumes the leaf at once, however deep it is.
//   - What is yielded is not copied: the promise keeps its address until the next step.
//   - value_ is empty while the generator runs. So a step that comes from inside is noticed.
//   - A frame is destroyed innermost first, in a loop: depth costs no stack.
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

/// The part of a generator's promise that all generators of a chain share. `Ref` is the reference
/// through which the consumer sees a value. One thread at a time.
template <typename Ref>
class GeneratorPromise {
  public:
    using Value = std::remove_reference_t<Ref>;

    explicit GeneratorPromise(std::coroutine_handle<> self) noexcept : self_(self) {}
    GeneratorPromise(const GeneratorPromise&) = delete;
    GeneratorPromise& operator=(const GeneratorPromise&) = delete;

    // --- called by the consumer, on the root -------------------------------------------------

    /// Runs to the next co_yield. Returns the address of the value, nullptr at the end; throws
    /// what the body throws. Throws std::logic_error if the generator is running. `self` is this
    /// generator's own handle: who calls knows it from a type, without a look into memory.
    Value* step(std::coroutine_handle<> self) {
        if (leaf_ == this && value_ != nullptr) [[likely]] {
            value_ = nullptr;
            self.resume();
            return value_ != nullptr ? value_ : settle();
        }
        if (leaf_ != nullptr && value_ != nullptr) return run();
        return step_with_care();
    }

    /// Like step(); `value` (an S) becomes what the pending co_yield gives. The leaf takes it as
    /// its first act, for `value` lives no longer than this call. A send that is refused changes
    /// nothing. Throws TypeError("can't send to a generator that has not started: call next()") if
    /// that is so; the generator can still be started.
    Value* send(void* value) {
        if (state_ == State::created) {
            throw TypeError("can't send to a generator that has not started: call next()");
        }
        if (!can_run()) return nullptr;
        leaf_->sent_ = value;
        return run();
    }

    /// Like step(); `error` is raised at the pending co_yield, or at once if there is none.
    Value* throw_(std::exception_ptr error) {
        if (state_ == State::created) finish();
        if (!can_run()) std::rethrow_exception(error);
        value_ = nullptr;
        if (leaf_ != this && is_generator_exit(error)) error = close_delegates(error);
        thrown_in = &error;
        return run();
    }

    /// Ends the body by GeneratorExit. Throws std::runtime_error("generator ignored GeneratorExit")
    /// if it yields instead.
    void close() {
        if (state_ == State::created) finish();
        if (state_ == State::closed) return;
        try {
            if (throw_(std::make_exception_ptr(GeneratorExit())) == nullptr) return;
        } catch (const GeneratorExit&) {
            return;
        }
        throw std::runtime_error("generator ignored GeneratorExit");
    }

    [[nodiscard]] bool finished() const noexcept { return state_ == State::closed; }

    // --- asked by anybody, of any link of a chain --------------------------------------------

    /// (Python: inspect.getgeneratorstate)
    [[nodiscard]] GeneratorState state() const noexcept {
        if (state_ != State::suspended || root_of(*this).value_ != nullptr) return state_;
        return State::running;
    }

    /// The generator that this one delegates to, where it is suspended; else nullptr. Good until
    /// the next step. (Python: gi_yieldfrom)
    [[nodiscard]] const GeneratorPromise* gi_yieldfrom() const noexcept {
        if (state() != State::suspended) return nullptr;
        const GeneratorPromise* inner = nullptr;
        for (const GeneratorPromise* at = root_of(*this).leaf_; at != this; at = at->parent_)
            inner = at;
        return inner;
    }

    // --- called by the generator that runs ---------------------------------------------------

    /// Remembers where the value is that is being yielded.
    void lend(Ref value) noexcept { value_ = std::addressof(value); }

    /// What send() brought, or nullptr; given once.
    void* take_sent() noexcept { return std::exchange(sent_, nullptr); }

    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    /// What ended the body, if an exception did; given once.
    [[nodiscard]] std::exception_ptr take_error() noexcept {
        return std::exchange(error_, nullptr);
    }

    /// Whether this generator can be run by another one: false if it is finished. Throws
    /// std::logic_error if it is running, or at work for somebody else.
    bool can_run() {
        if (state_ == State::closed) return false;
        if (state_ == State::created) {
            state_ = State::suspended;
            leaf_ = this;
        } else if (parent_ != nullptr || value_ == nullptr) {
            throw std::logic_error("generator already executing");
        }
        return true;
    }

    /// Makes `inner` (and what it delegates to) the end of the chain. Returns whom to resume.
    std::coroutine_handle<> delegate_to(GeneratorPromise& inner) {
        GeneratorPromise* leaf = std::exchange(inner.leaf_, nullptr);
        inner.parent_ = this;
        leaf->root_ = root_;
        root_->leaf_ = leaf;
        return leaf->self_;
    }

    /// The body is over. Returns whom to resume: the delegating generator, or nobody.
    std::coroutine_handle<> hand_back() noexcept {
        finish();
        if (parent_ == nullptr) return std::noop_coroutine();
        GeneratorPromise* parent = std::exchange(parent_, nullptr);
        parent->root_ = root_;
        root_->leaf_ = parent;
        return parent->self_;
    }

    // --- ownership ---------------------------------------------------------------------------

    /// `owner` is the pointer that owns this frame: it is emptied when the frame goes.
    void owned_by(GeneratorPromise** owner) noexcept { owner_ = owner; }

    /// Destroys the frame, and before it those it delegates to: innermost first, in a loop.
    [[gnu::noinline]] void destroy() noexcept {
        if (parent_ != nullptr) leave_chain();
        while (leaf_ != nullptr && leaf_ != this) {
            GeneratorPromise* inner = leaf_;
            leaf_ = inner->parent_;
            inner->destroy_frame();
        }
        destroy_frame();
    }

  private:
    using State = GeneratorState;

    // What happens once in a generator's life is kept out of line ([[gnu::noinline]]): the loop
    // around step() stays small, and that is worth a quarter of its time.

    /// The first step, a step after the end, or one at the wrong time.
    [[gnu::noinline]] Value* step_with_care() { return can_run() ? run() : nullptr; }

    [[gnu::noinline]] void raise_error() {
        if (error_ != nullptr) std::rethrow_exception(take_error());
    }

    /// Resumes the leaf.
    Value* run() {
        value_ = nullptr;
        leaf_->self_.resume();
        return settle();
    }

    /// After a step in which this generator may not have yielded itself: its leaf did, or it ended.
    Value* settle() {
        if (leaf_ != nullptr) return value_ = leaf_->value_;
        raise_error();
        return nullptr;
    }

    /// Who is stepped. That takes a walk: only the leaf knows it.
    template <typename Link>
    static Link& root_of(Link& link) noexcept {
        Link* top = &link;
        while (top->parent_ != nullptr) top = top->parent_;
        return *top;
    }

    void finish() noexcept {
        state_ = State::closed;
        value_ = nullptr;
        leaf_ = nullptr;
    }

    /// Closes all that this generator delegates to, innermost first. Returns what is to be raised
    /// here: `exit`, or the error that came of closing. (PEP 380)
    std::exception_ptr close_delegates(const std::exception_ptr& exit) {
        std::exception_ptr outcome = exit;
        while (leaf_ != this) {
            GeneratorPromise* inner = leaf_;
            leaf_ = std::exchange(inner->parent_, nullptr);
            inner->root_ = inner->leaf_ = inner;
            outcome = inner->close_by(outcome, exit);
        }
        return outcome;
    }

    std::exception_ptr close_by(std::exception_ptr error, const std::exception_ptr& exit) {
        try {
            thrown_in = &error;
            if (run() == nullptr) return exit;
            throw std::runtime_error("generator ignored GeneratorExit");
        } catch (const GeneratorExit&) {
            return exit;
        } catch (...) {
            return std::current_exception();
        }
    }

    /// This one goes although another delegates to it, which is told when it is resumed.
    void leave_chain() noexcept {
        GeneratorPromise& root = root_of(*this);
        leaf_ = std::exchange(root.leaf_, parent_);
        parent_->root_ = &root;
        parent_->error_ =
            std::make_exception_ptr(std::logic_error("the generator delegated to was destroyed"));
    }

    void destroy_frame() noexcept {
        if (owner_ != nullptr) *owner_ = nullptr;
        self_.destroy();
    }

    Value* value_ = nullptr;            // what was yielded last; empty while running
    GeneratorPromise* leaf_ = nullptr;  // root: who yields; empty if created, delegated or over
    std::coroutine_handle<> self_;
    GeneratorPromise* root_ = this;       // leaf: who is stepped
    GeneratorPromise* parent_ = nullptr;  // who delegates to this one
    void* sent_ = nullptr;                // leaf: what send() brings
    std::exception_ptr error_;            // what ended the body
    GeneratorPromise** owner_ = nullptr;
    State state_ = State::created;  // never running: that is an empty value_ of the root
};

}  // namespace aio
