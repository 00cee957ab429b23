#pragma once
// GatheringFuture: the future of many results, and what links it to the futures they come from.
//
// The laws (asyncio.gather): the first error ends the gathering at once, but not the others: they
// run on, and their later errors count as seen. Cancelling the gathering cancels each child.
// With return_exceptions, errors are results, and the gathering waits for all.
//
// Who holds whom: the gathering holds its children. A child must not hold the gathering (a child
// that never ends would keep both for ever), yet its callback may be called when the gathering is
// gone. So the callbacks have a life of their own.
#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "06_futures/future_base.hpp"

namespace aio {

/// All of a gathering but the type of its results. asyncio's _GatheringFuture.
/// Thread rule: the loop's thread.
class GatheringFuture : public FutureBase {
  public:
    /// Cancels each child. Returns whether there was one to cancel: if all are done, the results
    /// come as if nobody had asked.
    bool cancel(const std::string& message) final;

    [[nodiscard]] const char* kind() const noexcept final { return "GatheringFuture"; }

  protected:
    GatheringFuture(EventLoop& loop, bool errors_are_results, std::size_t children)
        : FutureBase(loop),
          errors_are_results_(errors_are_results),
          left_(children),
          watches_(new Watches(*this, children)) {}
    ~GatheringFuture() override;

    /// Takes a reference to the next child, and watches it.
    void add_child(FutureBase& future);
    /// Its result is taken: lets it go now, while it is still in the cache.
    void release_child(std::size_t index) noexcept {
        std::exchange(watches_->list[index].future, nullptr)->release();
    }

    [[nodiscard]] std::size_t children() const noexcept { return watches_->list.size(); }
    [[nodiscard]] FutureBase& child(std::size_t index) const noexcept {
        return *watches_->list[index].future;
    }

    /// All children are done, and their outcomes are the results: finishes with them.
    virtual void collect() = 0;

  private:
    struct Watches;

    /// Called when its future is done. Until then it holds a reference to it.
    struct Watch final : Callback {
        void run() override;
        void drop() noexcept override;
        [[nodiscard]] std::string describe() const override { return "<a child of gather>"; }

        Watches* all = nullptr;
        FutureBase* future = nullptr;  // null once it is let go
    };

    /// Lives until the gathering is gone and the last callback has been called or dropped.
    struct Watches {
        Watches(GatheringFuture& of, std::size_t count) : gathering(&of), list(count) {}
        void release() noexcept {
            if (--users == 0) delete this;
        }

        GatheringFuture* gathering;  // null when it is gone
        bool errors_are_seen = false;
        std::size_t users = 1;  // the gathering, and each callback still to come
        std::vector<Watch> list;
    };

    void child_done(FutureBase& child);
    void collect_or_fail();
    [[nodiscard]] static std::exception_ptr cancelled_error_of(const FutureBase& child);

    bool errors_are_results_;
    bool cancel_requested_ = false;
    std::size_t left_;  // children that are not done
    std::size_t added_ = 0;
    Watches* watches_;
};

// ── the children's side ─────────────────────────────────────────────────────────────────────────

/// A child that is done is counted at once: if all are, so are we, without a turn of the loop.
inline void GatheringFuture::add_child(FutureBase& future) {
    Watch& watch = watches_->list[added_++];
    watch.all = watches_;
    watch.future = &future;
    future.retain();
    if (future.done()) return child_done(future);
    future.add_done_callback(watch);
    ++watches_->users;
}

/// Releases its reference first: a result that only the gathering refers to need not be copied.
inline void GatheringFuture::Watch::run() {
    Watches& watches = *all;
    if (watches.errors_are_seen) future->mark_retrieved();
    future->release();
    if (watches.gathering != nullptr) watches.gathering->child_done(*future);
    watches.release();
}

inline void GatheringFuture::Watch::drop() noexcept {
    future->release();
    all->release();
}

// ── the gathering's side ────────────────────────────────────────────────────────────────────────

/// One more child is done.
inline void GatheringFuture::child_done(FutureBase& child) {
    --left_;
    child.mark_retrieved();
    if (done()) return;
    if (!errors_are_results_ && !child.has_result()) {
        finish_with_error(child.cancelled() ? child.cancelled_error() : child.error());
    } else if (left_ == 0 && cancel_requested_) {
        finish_with_error(cancelled_error_of(child));
    } else if (left_ == 0) {
        collect_or_fail();
    }
}

/// Copying or moving a result may throw, too.
inline void GatheringFuture::collect_or_fail() {
    try {
        collect();
    } catch (...) {
        finish_with_error(std::current_exception());
    }
}

/// The child's own, with the message given to cancel(), if it was cancelled.
inline std::exception_ptr GatheringFuture::cancelled_error_of(const FutureBase& child) {
    return child.cancelled() ? child.cancelled_error() : std::make_exception_ptr(CancelledError());
}

/// Passes the request on. The gathering itself ends when its children do, and never with results:
/// with a CancelledError as its error, unless another error ends it first.
inline bool GatheringFuture::cancel(const std::string& message) {
    if (done()) return false;
    bool any = false;
    for (const Watch& watch : watches_->list) any = watch.future->cancel(message) || any;
    cancel_requested_ = cancel_requested_ || any;
    return any;
}

/// The callbacks may outlive us. If we are done, the errors they find count as seen; if not, nobody
/// has asked for the children's errors, and each is reported.
inline GatheringFuture::~GatheringFuture() {
    watches_->gathering = nullptr;
    watches_->errors_are_seen = done();
    for (const Watch& watch : watches_->list) {
        if (watch.future != nullptr) watch.future->release();
    }
    watches_->release();
}

}  // namespace aio
