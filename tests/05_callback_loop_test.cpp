// The loop of chapter 05: whom it calls, when it ends, and what an error does.
#include <array>
#include <functional>
#include <string>

#include <sys/eventfd.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/fd.hpp"
#include "05_selector_callbacks/callback_loop.hpp"
#include "05_selector_callbacks/epoll_selector.hpp"

namespace {

using aio::Events;

/// A descriptor that is always ready to be read, and what to do when the loop says so.
class Bell final : public aio::EventHandler {
  public:
    using Action = std::function<void(Bell&)>;

    Bell(aio::Selector& selector, Action action) : selector_(selector), action_(std::move(action)) {
        selector.register_fd(fd(), Events::read, static_cast<aio::EventHandler*>(this));
    }
    ~Bell() { silence(); }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    void on_event(Events events) override {
        ++calls;
        last_events = events;
        action_(*this);
    }
    void silence() {
        if (selector_.get_map().contains(fd())) selector_.unregister(fd());
    }
    [[nodiscard]] int fd() const { return event_.number(); }

    int calls = 0;
    Events last_events = Events::none;

  private:
    aio::Selector& selector_;
    aio::Fd event_{::eventfd(1, EFD_CLOEXEC)};
    Action action_;
};

TEST(RunCallbacks, ReturnsAtOnceIfNothingIsRegistered) {
    aio::DefaultSelector selector;
    aio::run_callbacks(selector);
    EXPECT_TRUE(selector.get_map().empty());
}

TEST(RunCallbacks, CallsWhoIsReadyWithWhatItIsReadyFor) {
    aio::DefaultSelector selector;
    Bell bell(selector, [](Bell& self) { self.silence(); });
    aio::run_callbacks(selector);
    EXPECT_EQ(bell.calls, 1) << "the handler of a ready descriptor is called once per round";
    EXPECT_EQ(bell.last_events, Events::read) << "on_event() gets what the descriptor is ready for";
}

TEST(RunCallbacks, GoesOnUntilNothingIsRegisteredAnyMore) {
    aio::DefaultSelector selector;
    Bell three(selector, [](Bell& self) {
        if (self.calls == 3) self.silence();
    });
    Bell seven(selector, [](Bell& self) {
        if (self.calls == 7) self.silence();
    });
    aio::run_callbacks(selector);
    EXPECT_EQ(three.calls, 3);
    EXPECT_EQ(seven.calls, 7) << "the loop must go on as long as anybody is registered";
}

TEST(RunCallbacks, CallsWhatAHandlerHasRegistered) {
    aio::DefaultSelector selector;
    std::optional<Bell> second;
    Bell first(selector, [&](Bell& self) {
        self.silence();
        second.emplace(selector, [](Bell& bell) { bell.silence(); });
    });
    aio::run_callbacks(selector);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->calls, 1) << "a handler registered by another must get its turn";
}

TEST(RunCallbacks, LeavesOutAHandlerThatAnotherHasUnregisteredMeanwhile) {
    aio::DefaultSelector selector;
    std::array<std::unique_ptr<Bell>, 2> bells;
    const auto silence_all = [&](Bell&) {  // both are ready: the first silences the other
        for (auto& bell : bells) bell->silence();
    };
    for (auto& bell : bells) bell = std::make_unique<Bell>(selector, silence_all);
    aio::run_callbacks(selector);
    EXPECT_EQ(bells[0]->calls + bells[1]->calls, 1)
        << "an unregistered handler was called: it may have been destroyed by then";
}

TEST(RunCallbacks, LeavesOutAHandlerWhoseDescriptorBelongsToAnotherNow) {
    aio::DefaultSelector selector;
    std::array<std::unique_ptr<Bell>, 2> bells;
    Bell::Action silence = [](Bell& self) { self.silence(); };
    int newcomer_calls = 0;
    class Newcomer final : public aio::EventHandler {
      public:
        Newcomer(aio::Selector& selector, int& calls) : selector_(selector), calls_(calls) {}
        void on_event(Events) override {
            ++calls_;
            while (!selector_.get_map().empty()) {
                selector_.unregister(selector_.get_map().begin()->fd);
            }
        }

      private:
        aio::Selector& selector_;
        int& calls_;
    } newcomer(selector, newcomer_calls);
    const auto take_over = [&](Bell& self) {  // the other's descriptor gets a new handler
        self.silence();
        Bell& other = bells[0].get() == &self ? *bells[1] : *bells[0];
        selector.modify(other.fd(), Events::read, static_cast<aio::EventHandler*>(&newcomer));
    };
    for (auto& bell : bells) bell = std::make_unique<Bell>(selector, take_over);
    aio::run_callbacks(selector);
    EXPECT_EQ(bells[0]->calls + bells[1]->calls, 1) << "the old handler has lost its descriptor";
    EXPECT_EQ(newcomer_calls, 1) << "the new one is called when select() says so again";
}

TEST(RunCallbacks, LetsAnErrorOutAndCallsNobodyAfterIt) {
    aio::DefaultSelector selector;
    const auto fail = [](Bell&) { throw std::runtime_error("a handler's mistake"); };
    Bell first(selector, fail);
    Bell second(selector, fail);
    try {
        aio::run_callbacks(selector);
        ADD_FAILURE() << "the error of a handler was swallowed";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "a handler's mistake");
    }
    EXPECT_EQ(first.calls + second.calls, 1) << "after an error nobody else is called";
    EXPECT_EQ(selector.get_map().size(), 2U) << "the registrations are left as they are";
}

/// Says that its only descriptor is ready, and keeps the timeouts it was given.
class Recorder final : public aio::Selector {
  public:
    std::vector<aio::SelectTimeout> timeouts;

  private:
    void add(int, Events) override {}
    void change(const aio::SelectorKey&, Events) override {}
    void remove(const aio::SelectorKey&) override {}
    int wait(aio::SelectTimeout timeout) override {
        timeouts.push_back(timeout);
        report(get_map().begin()->fd, Events::read);
        return 1;
    }
};

TEST(RunCallbacks, SleepsUntilSomethingIsReady) {
    Recorder selector;
    Bell bell(selector, [](Bell& self) {
        if (self.calls == 2) self.silence();
    });
    aio::run_callbacks(selector);
    EXPECT_EQ(selector.timeouts, (std::vector<aio::SelectTimeout>{std::nullopt, std::nullopt}))
        << "a loop that asks again and again with a timeout keeps the CPU busy for nothing";
}

}  // namespace
