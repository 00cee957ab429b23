// The counting itself, on the stack that this file is compiled with.
#include "20_making_it_fast/both/counts.hpp"

#include <chrono>
#include <memory>

#include "03_blocking_sockets/socket.hpp"
#include "06_futures/event_loop.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace aio {  // on the command line, it gets the name of the stack
namespace {

using namespace std::chrono_literals;

constexpr int kOperations = 1'000;

Coro<int> one() {
    co_return 1;
}

/// The blocks that a thousand operations take, after a thousand to warm up.
template <class Operation>
Coro<std::int64_t> blocks_of(Operation operation) {
    std::int64_t before = 0;
    for (int i = 0; i < 2 * kOperations; ++i) {
        if (i == kOperations) before = counts::allocations();
        co_await operation();
    }
    co_return counts::allocations() - before;
}

/// The blocks of one operation, less that of the coroutine it is made in.
template <class Operation>
Coro<counts::Count> count(const char* what, Operation operation) {
    const std::int64_t all = co_await blocks_of(operation);
    const std::int64_t nothing = co_await blocks_of([]() -> Coro<> { co_return; });
    co_return {what, static_cast<double>(all - nothing) / kOperations};
}

Coro<std::vector<counts::Count>> count_all() {
    auto& loop = get_running_loop();
    std::vector<counts::Count> all;
    all.push_back(co_await count("call_soon", [&]() -> Coro<> {
        loop.call_soon([] {});
        co_await sleep(0s);
    }));
    all.push_back(co_await count("a future with a callback", [&]() -> Coro<> {
        const auto future = loop.create_future();
        future.add_done_callback([] {});
        future.set_result();
        co_await sleep(0s);
    }));
    all.push_back(co_await count("await a coroutine", []() -> Coro<> { (void)co_await one(); }));
    all.push_back(co_await count("create and await a task",
                                 []() -> Coro<> { (void)co_await create_task(one()); }));
    all.push_back(co_await count("arm and cancel a timer", [&]() -> Coro<> {
        loop.call_later(1h, [] {}).cancel();
        co_return;
    }));
    co_return all;
}

/// Counts how often the loop asks it.
class CountedSelector final : public Selector {
  public:
    std::int64_t looks = 0;

  private:
    void add(int fd, Events events) override { inner_.register_fd(fd, events); }
    void change(const SelectorKey& before, Events events) override {
        inner_.modify(before.fd, events);
    }
    void remove(const SelectorKey& key) override { inner_.unregister(key.fd); }
    int wait(SelectTimeout timeout) override {
        ++looks;
        const auto ready = inner_.select(timeout);
        for (const auto& [key, events] : ready) report(key.fd, events);
        return static_cast<int>(ready.size());
    }

    EpollSelector inner_;
};

/// A loop with a callback that schedules itself, again and again, and with a socket.
class Busy {
  public:
    /// Runs `turns` turns that take `each`; in the middle of them a byte arrives.
    void run(std::int64_t turns, std::chrono::nanoseconds each) {
        turn_ = 0;
        last_ = turns;
        each_ = each;
        loop_.add_reader(ours_.fileno(), [this] {
            read_late_ = turn_ - last_ / 2;
            char byte = 0;
            (void)ours_.recv({&byte, 1});
        });
        loop_.call_soon([this] { turn(); });
        loop_.run_forever();
        loop_.remove_reader(ours_.fileno());
    }
    [[nodiscard]] std::int64_t looks() const { return selector_.looks; }
    [[nodiscard]] std::int64_t read_late() const { return read_late_; }

  private:
    void turn() {
        if (++turn_ == last_) return loop_.stop();
        if (turn_ == last_ / 2) peer_.send_all("x");
        const auto end = std::chrono::steady_clock::now() + each_;
        while (each_ > 0ns && std::chrono::steady_clock::now() < end) {
        }
        loop_.call_soon([this] { turn(); });
    }

    CountedSelector& selector_ = *new CountedSelector;
    EventLoop loop_{std::unique_ptr<Selector>(&selector_)};
    std::pair<Socket, Socket> pair_ = socket_pair();
    Socket& ours_ = pair_.first;
    Socket& peer_ = pair_.second;
    std::chrono::nanoseconds each_{};
    std::int64_t turn_ = 0;
    std::int64_t last_ = 0;
    std::int64_t read_late_ = 0;
};

}  // namespace

std::vector<counts::Count> blocks_per_operation() {
    return run(count_all());
}

counts::BusyLoop busy_loop() {
    Busy quick;
    quick.run(100'000, 0ns);
    Busy slow;
    slow.run(1'000, 100us);
    return {quick.looks(), quick.read_late(), slow.read_late()};
}

}  // namespace aio
