#pragma once
// as_completed(): take results in the order in which they come.
//
// What is done is put into a queue, and every awaitable takes the first of it, whichever awaitable
// it is. There are two ways to take (asyncio.as_completed has both): anext() gives back the very
// task that is done; begin() and end() give awaitables of the results.
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "07_coroutine_tasks/coro.hpp"
#include "07_coroutine_tasks/future_awaiter.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/wait.hpp"

namespace aio {

/// What as_completed() gives. Copies share the same queue. Thread rule: the loop's thread.
template <class F>
class AsCompleted {
    struct Queue;

  public:
    using T = typename F::value_type;

    AsCompleted(EventLoop& loop, std::vector<F> futures, std::optional<Duration> timeout)
        : queue_(std::make_shared<Queue>(loop, detail::without_duplicates(std::move(futures)))) {
        watch(timeout);
    }

    /// The next task or future that is done; nullopt when all have been given. TimeoutError if
    /// time is up first.
    [[nodiscard]] Coro<std::optional<F>> anext() { return next_of(queue_); }

    /// Walks over as many awaitables as there were futures; each gives the next result. Leaving
    /// the loop and starting another one later loses nothing.
    class Iterator {
      public:
        explicit Iterator(Queue& queue) noexcept : queue_(&queue) {}
        /// Promises one result. Awaiting it throws what the finished future throws, or
        /// TimeoutError when time is up.
        Coro<T> operator*() const {
            --queue_->unpromised;
            return result_of(queue_->shared_from_this());
        }
        Iterator& operator++() noexcept { return *this; }
        friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept {
            return it.is_at_end();
        }

      private:
        [[nodiscard]] bool is_at_end() const noexcept { return queue_->unpromised == 0; }

        Queue* queue_;
    };
    [[nodiscard]] Iterator begin() const noexcept { return Iterator(*queue_); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  private:
    /// Holds the futures; they hold only a weak link to it.
    struct Queue : std::enable_shared_from_this<Queue> {
        Queue(EventLoop& on, std::vector<F> all)
            : loop(on), futures(std::move(all)), left(futures.size()), unpromised(left) {}
        ~Queue() {
            if (timer) timer->cancel();
        }
        Queue(const Queue&) = delete;
        Queue& operator=(const Queue&) = delete;

        void put(const F& future);
        void time_is_up();
        void wake_one();

        EventLoop& loop;
        std::vector<F> futures;           // all
        std::deque<F> done;               // not taken yet
        std::deque<Future<void>> takers;  // those waiting for one
        std::size_t left;                 // not done yet
        std::size_t unpromised;           // not promised to anybody yet
        bool timed_out = false;
        std::optional<TimerHandle> timer;
    };

    void watch(std::optional<Duration> timeout);

    static Coro<F> take(std::shared_ptr<Queue> queue);
    static Coro<std::optional<F>> next_of(std::shared_ptr<Queue> queue) {
        if (queue->unpromised == 0) co_return std::nullopt;
        --queue->unpromised;
        co_return co_await take(std::move(queue));
    }
    static Coro<T> result_of(std::shared_ptr<Queue> queue) {
        const Future<T> done = co_await take(std::move(queue));
        co_return co_await done;
    }

    std::shared_ptr<Queue> queue_;
};

template <class F>
void AsCompleted<F>::watch(std::optional<Duration> timeout) {
    const std::weak_ptr<Queue> queue = queue_;
    for (std::size_t i = 0; i < queue_->futures.size(); ++i) {
        queue_->futures[i].add_done_callback([queue, i] {
            if (const auto alive = queue.lock()) alive->put(alive->futures[i]);
        });
    }
    if (!timeout || queue_->futures.empty()) return;
    queue_->timer = queue_->loop.call_later(*timeout, [queue] {
        if (const auto alive = queue.lock()) alive->time_is_up();
    });
}

/// What comes after time is up comes too late.
template <class F>
void AsCompleted<F>::Queue::put(const F& future) {
    if (timed_out) return;
    done.push_back(future);
    if (--left == 0 && timer) timer->cancel();
    wake_one();
}

template <class F>
void AsCompleted<F>::Queue::time_is_up() {
    timed_out = true;
    while (!takers.empty()) wake_one();
}

/// Wakes the first that still waits: some may have been cancelled.
template <class F>
void AsCompleted<F>::Queue::wake_one() {
    while (!takers.empty()) {
        const Future<void> taker = std::move(takers.front());
        takers.pop_front();
        if (!taker.done()) return taker.set_result();
    }
}

/// A taker that is woken, and cancelled before its turn, passes the wake-up on to the next.
template <class F>
Coro<F> AsCompleted<F>::take(std::shared_ptr<Queue> queue) {
    while (queue->done.empty()) {
        if (queue->timed_out) throw TimeoutError();
        const Future<void> ready(queue->loop);
        queue->takers.push_back(ready);
        try {
            co_await ready;
        } catch (...) {
            if (!ready.cancelled()) queue->wake_one();
            throw;
        }
    }
    F future = std::move(queue->done.front());
    queue->done.pop_front();
    co_return future;
}

/// Starts all of `awaitables` and gives their results as they are done. A timeout leaves the rest
/// running. ValueError for a future of another loop. asyncio.as_completed.
template <class Awaitable>
[[nodiscard]] auto as_completed(std::vector<Awaitable> awaitables,
                                std::optional<Duration> timeout = std::nullopt) {
    using F = decltype(ensure_future(std::declval<Awaitable>()));
    EventLoop& loop = get_event_loop();
    std::vector<F> futures;
    futures.reserve(awaitables.size());
    for (auto& awaitable : awaitables) futures.push_back(ensure_future(std::move(awaitable), loop));
    return AsCompleted<F>(loop, std::move(futures), timeout);
}

}  // namespace aio
