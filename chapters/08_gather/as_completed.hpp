#pragma once
// as_completed(): take results in the order in which they come.
//
// What is done is put into a queue, and whoever waits gets the first of it, whichever of the
// awaitables he holds. Two ways to take (asyncio.as_completed has both): next() gives back the very
// task that is done, begin() and end() give awaitables of the results.
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "08_gather/wait.hpp"

namespace aio {

/// What as_completed() gives. Copies share the same queue. Thread rule: the loop's thread.
template <class F>
class AsCompleted {
    struct Queue;

  public:
    using T = typename F::value_type;

    AsCompleted(std::vector<F> futures, std::optional<Duration> timeout)
        : queue_(std::make_shared<Queue>(futures.front().get_loop())) {
        watch(std::move(futures), timeout);
    }

    /// The next task or future that is done; nullopt when all have been given. TimeoutError when
    /// time is up before.
    [[nodiscard]] Coro<std::optional<F>> next() {
        if (queue_->promised == 0) co_return std::nullopt;
        --queue_->promised;
        co_return co_await take(queue_);
    }

    /// Walks over as many awaitables as there were futures; each gives the next result.
    class Iterator {
      public:
        explicit Iterator(AsCompleted* from) noexcept : from_(from) {}
        /// Throws what the future that is done throws; TimeoutError when time is up.
        Coro<T> operator*() const { return AsCompleted::result(from_->queue_); }
        Iterator& operator++() noexcept {
            --from_->queue_->promised;
            return *this;
        }
        friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept {
            return it.is_at_end();
        }

      private:
        [[nodiscard]] bool is_at_end() const noexcept { return from_->queue_->promised == 0; }

        AsCompleted* from_;
    };
    [[nodiscard]] Iterator begin() noexcept { return Iterator(this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  private:
    struct Queue {
        explicit Queue(EventLoop& loop) noexcept : loop(loop) {}

        void put(const F& future) {
            done.push_back(future);
            --left;
            if (left == 0 && timer) timer->cancel();
            wake_one();
        }
        void time_is_up() {
            timed_out = true;
            while (!takers.empty()) wake_one();
        }
        void wake_one() {
            if (takers.empty()) return;
            set_result_unless_cancelled(takers.front());
            takers.pop_front();
        }

        EventLoop& loop;
        std::deque<F> done;               // not taken yet
        std::deque<Future<void>> takers;  // who waits for one
        std::size_t left = 0;             // not done yet
        std::size_t promised = 0;         // not given to anybody yet
        bool timed_out = false;
        std::optional<TimerHandle> timer;
    };

    void watch(std::vector<F> futures, std::optional<Duration> timeout) {
        futures = detail::without_duplicates(std::move(futures));
        queue_->left = queue_->promised = futures.size();
        for (const F& future : futures) {
            future.add_done_callback([queue = queue_, future] { queue->put(future); });
        }
        if (!timeout) return;
        queue_->timer = queue_->loop.call_later(*timeout, [queue = std::weak_ptr<Queue>(queue_)] {
            if (const auto alive = queue.lock()) alive->time_is_up();
        });
    }

    static Coro<F> take(std::shared_ptr<Queue> queue) {
        while (queue->done.empty()) {
            if (queue->timed_out) throw TimeoutError();
            const Future<void> ready(queue->loop);
            queue->takers.push_back(ready);
            co_await ready;
        }
        F future = std::move(queue->done.front());
        queue->done.pop_front();
        co_return future;
    }

    static Coro<T> result(std::shared_ptr<Queue> queue) {
        F future = co_await take(std::move(queue));
        co_return co_await std::move(future);
    }

    std::shared_ptr<Queue> queue_;
};

/// Starts all of `awaitables`, and gives what is done first first. A time-out leaves the rest
/// running. ValueError if there are none. asyncio.as_completed.
template <class Awaitable>
[[nodiscard]] auto as_completed(std::vector<Awaitable> awaitables,
                                std::optional<Duration> timeout = std::nullopt) {
    using F = decltype(ensure_future(std::declval<Awaitable>()));
    if (awaitables.empty()) throw ValueError("as_completed needs something to wait for");
    std::vector<F> futures;
    futures.reserve(awaitables.size());
    for (auto& awaitable : awaitables) futures.push_back(ensure_future(std::move(awaitable)));
    return AsCompleted<F>(std::move(futures), timeout);
}

}  // namespace aio
