#pragma once
// What a generator's promise needs more, so that another generator can yield in its place.
//
// Generators that delegate to one another form a chain: the root, which the consumer holds, down
// to the leaf, which is the one that yields. The laws of this file:
//   - A step of the root resumes the leaf at once, however deep it is.
//   - What the leaf yields it lends to the root. So the consumer's step is that of a generator
//     without a chain, and knows of none.
//   - One that yields for another has an empty value_: it counts as running, and nobody else can
//     step it.
//   - Frames are destroyed innermost first, in a loop: depth costs no stack.
#include <coroutine>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include "02_generators/generator_exit.hpp"
#include "02_generators/generator_promise.hpp"

namespace aio {

/// The promise of a generator that can be a link of a chain. On its own it is root and leaf.
template <typename Ref>
class ChainLink : public GeneratorPromise<Ref> {
    using Plain = GeneratorPromise<Ref>;

  public:
    using typename Plain::Value;

    explicit ChainLink(std::coroutine_handle<> self) noexcept : Plain(self), self_(self) {}

    // --- called by the consumer, on the root -------------------------------------------------

    /// As of a plain generator; but the leaf may have yielded.
    Value* step() { return settle(Plain::step()); }

    /// As of a plain generator; but `value` is for the leaf.
    Value* send(void* value) {
        if (leaf_ == this) return settle(Plain::send(value));
        this->can_run();
        leaf_->sent_ = value;
        return settle(this->run());
    }

    /// As of a plain generator; but GeneratorExit first closes those that this one delegates to.
    Value* throw_(std::exception_ptr error) {
        if (leaf_ != this && is_generator_exit(error)) error = close_delegates(error);
        return settle(Plain::throw_(std::move(error)));
    }

    // --- asked by anybody, of any link -------------------------------------------------------

    /// All links of a chain are suspended, or all are running: as the root is.
    [[nodiscard]] GeneratorState state() const noexcept { return root_of(*this).Plain::state(); }

    /// The generator that this one delegates to, where it is suspended; else nullptr. Good until
    /// the next step. (Python: gi_yieldfrom)
    [[nodiscard]] const ChainLink* gi_yieldfrom() const noexcept {
        if (state() != GeneratorState::suspended) return nullptr;
        const ChainLink* inner = nullptr;
        for (const ChainLink* at = root_of(*this).leaf_; at != this; at = at->parent_) inner = at;
        return inner;
    }

    // --- called by the body that runs --------------------------------------------------------

    /// What ended the body, or that an inner generator is gone; given once.
    [[nodiscard]] std::exception_ptr take_error() noexcept {
        return std::exchange(this->error_, nullptr);
    }

    /// Whether another one can delegate to this one: false if it is finished. Throws
    /// std::logic_error if it is running, or yields for somebody else.
    using Plain::can_run;

    /// Makes `inner` (and what it delegates to) the end of the chain. Returns whom to resume.
    std::coroutine_handle<> delegate_to(ChainLink& inner) {
        ChainLink* leaf = std::exchange(inner.leaf_, &inner);
        inner.parent_ = this;
        inner.value_ = nullptr;
        return root_->make_leaf(*leaf);
    }

    /// The body is over. Returns whom to resume: the delegating generator, or nobody.
    std::coroutine_handle<> hand_back() noexcept {
        this->finish();
        if (parent_ == nullptr) return std::noop_coroutine();
        return root_->make_leaf(*std::exchange(parent_, nullptr));
    }

    // --- ownership ---------------------------------------------------------------------------

    /// `owner` is the pointer that owns this frame: it is emptied when the frame goes.
    void owned_by(ChainLink** owner) noexcept { owner_ = owner; }

    /// Destroys the frame, and before it those it delegates to: innermost first, in a loop.
    [[gnu::noinline]] void destroy() noexcept {
        if (parent_ != nullptr) leave_chain();
        while (leaf_ != this) {
            ChainLink* inner = leaf_;
            leaf_ = inner->parent_;
            inner->destroy_frame();
        }
        destroy_frame();
    }

  private:
    /// After a step: the `value` that this generator yielded, or else that of its leaf; nullptr if
    /// it is over.
    Value* settle(Value* value) noexcept {
        if (value != nullptr || leaf_ == this) return value;
        return this->value_ = std::exchange(leaf_->value_, nullptr);
    }

    /// From now on a step of this root resumes `leaf`, whose body is returned.
    std::coroutine_handle<> make_leaf(ChainLink& leaf) noexcept {
        leaf.root_ = this;
        leaf_ = &leaf;
        return this->body_ = leaf.self_;
    }

    /// Who is stepped. That takes a walk: only the leaf knows it.
    template <typename Link>
    static Link& root_of(Link& link) noexcept {
        Link* top = &link;
        while (top->parent_ != nullptr) top = top->parent_;
        return *top;
    }

    /// Closes all that this generator delegates to, innermost first. Returns what is to be raised
    /// here: `exit`, or the error that came of closing. Meanwhile this one counts as running.
    /// (PEP 380)
    std::exception_ptr close_delegates(const std::exception_ptr& exit) {
        this->can_run();
        Value* const pending = std::exchange(this->value_, nullptr);
        std::exception_ptr outcome = exit;
        while (leaf_ != this) {
            ChainLink& inner = *leaf_;
            make_leaf(*std::exchange(inner.parent_, nullptr));
            inner.make_leaf(inner);
            inner.value_ = pending;
            outcome = inner.closed_by(outcome, exit);
        }
        this->value_ = pending;
        return outcome;
    }

    std::exception_ptr closed_by(const std::exception_ptr& error, const std::exception_ptr& exit) {
        try {
            close_by(*this, error);
            return exit;
        } catch (...) {
            return std::current_exception();
        }
    }

    /// This one goes although another delegates to it, which is told when it is resumed.
    void leave_chain() noexcept {
        ChainLink& root = root_of(*this);
        leaf_ = root.leaf_;
        root.make_leaf(*parent_);
        parent_->error_ =
            std::make_exception_ptr(std::logic_error("the generator delegated to was destroyed"));
    }

    void destroy_frame() noexcept {
        if (owner_ != nullptr) *owner_ = nullptr;
        self_.destroy();
    }

    std::coroutine_handle<> self_;
    ChainLink* root_ = this;       // of the leaf: who is stepped
    ChainLink* leaf_ = this;       // of the root: who yields
    ChainLink* parent_ = nullptr;  // who delegates to this one
    ChainLink** owner_ = nullptr;
};

}  // namespace aio
