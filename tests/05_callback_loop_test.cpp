// The loop of chapter 05: whom it calls, when it ends, and what an error does.
#include <array>
#include <cstdlib>
#include <functional>
#include <string>

#include <sys/eventfd.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/fd.hpp"
#include "05_selector_callbacks/callback_loop.hpp"

namespace {

using aio::Events;

/// A selector for which every descriptor is ready to be read at once, and none ever to be written.
class AllReadable final : public aio::Selector {
  public:
    std::vector<aio::SelectTimeout> timeouts;  // what each wait was given

  private:
    void add(int, Events) override {}
    void change(const aio::SelectorKey&, Events) override {}
    void remove(const aio::SelectorKey&) override {}
    int wait(aio::SelectTimeout timeout) override {
        if (get_map().empty()) throw std::logic_error("nothing is registered: it waits for ever");
        if (timeouts.size() == 100) throw std::logic_error("after 100 rounds it is still not over");
        timeouts.push_back(timeout);
        if (timeouts.size() == 1) return 0;  // as when a descriptor was closed that is not ours
        for (const aio::SelectorKey& key : get_map()) report(key.fd, Events::read);
        return 1;
    }
};

/// A descriptor that is always ready to be read, and what to do when the loop says so.
class Bell final : public aio::EventHandler {
  public:
    using Action = std::function<void(Bell&)>;

    Bell(aio::Selector& selector, Action action) : selector_(selector), action_(std::move(action)) {
        selector.register_fd(fd(), Events::read | Events::write,
                             static_cast<aio::EventHandler*>(this));
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
    AllReadable selector;
    aio::run_callbacks(selector);
    EXPECT_TRUE(selector.timeouts.empty()) << "nothing will ever be ready: do not wait for it";
}

TEST(RunCallbacks, CallsWhoIsReadyWithWhatItIsReadyFor) {
    AllReadable selector;
    Bell bell(selector, [](Bell& self) { self.silence(); });
    aio::run_callbacks(selector);
    EXPECT_EQ(bell.calls, 1) << "the handler of a ready descriptor is called once per round";
    EXPECT_EQ(bell.last_events, Events::read) << "on_event() gets what the descriptor is ready for";
}

TEST(RunCallbacks, GoesOnUntilNothingIsRegisteredAnyMore) {
    AllReadable selector;
    Bell three(selector, [](Bell& self) {
        if (self.calls == 3) self.silence();
    });
    Bell seven(selector, [](Bell& self) {
        if (self.calls == 7) self.silence();
    });
    aio::run_callbacks(selector);
    EXPECT_EQ(three.calls, 3) << "an unregistered handler is not called any more";
    EXPECT_EQ(seven.calls, 7) << "the loop must go on as long as anybody is registered";
    EXPECT_EQ(selector.timeouts.size(), 1U + 7U)
        << "rounds: each calls all who are ready, or one of them could keep the others waiting";
}

TEST(RunCallbacks, CallsWhatAHandlerHasRegistered) {
    AllReadable selector;
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
    AllReadable selector;
    std::array<std::unique_ptr<Bell>, 2> bells;
    const auto silence_all = [&](Bell&) {  // both are ready: the first silences the other
        for (auto& bell : bells) bell->silence();
    };
    for (auto& bell : bells) bell = std::make_unique<Bell>(selector, silence_all);
    const auto run = [&] {
        aio::run_callbacks(selector);
        std::_Exit(0);
    };
    // In a process of its own: to ask a key that is not there usually crashes.
    ASSERT_EXIT(run(), testing::ExitedWithCode(0), "")
        << "the second handler has no key any more: the map finds nothing";
    aio::run_callbacks(selector);
    EXPECT_EQ(bells[0]->calls + bells[1]->calls, 1)
        << "an unregistered handler was called: it may have been destroyed by then";
}

TEST(RunCallbacks, CallsTheOthersBehindAHandlerThatItLeavesOut) {
    AllReadable selector;
    std::array<std::unique_ptr<Bell>, 3> bells;
    const auto silence_the_next = [&](Bell& self) {
        self.silence();
        if (selector.get_map().size() == 2) selector.unregister(selector.get_map().begin()->fd);
    };
    for (auto& bell : bells) bell = std::make_unique<Bell>(selector, silence_the_next);
    aio::run_callbacks(selector);
    EXPECT_EQ(selector.timeouts.size(), 1U + 1U) << "rounds: the third was ready in the first one";
}

TEST(RunCallbacks, LeavesOutAHandlerWhoseDescriptorBelongsToAnotherNow) {
    AllReadable selector;
    std::array<std::unique_ptr<Bell>, 2> bells;
    Bell::Action silence = [](Bell& self) { self.silence(); };
    std::vector<std::size_t> newcomer_rounds;
    class Newcomer final : public aio::EventHandler {
      public:
        Newcomer(AllReadable& selector, std::vector<std::size_t>& rounds)
            : selector_(selector), rounds_(rounds) {}
        void on_event(Events) override {
            rounds_.push_back(selector_.timeouts.size());
            while (!selector_.get_map().empty()) {
                selector_.unregister(selector_.get_map().begin()->fd);
            }
        }

      private:
        AllReadable& selector_;
        std::vector<std::size_t>& rounds_;
    } newcomer(selector, newcomer_rounds);
    const auto take_over = [&](Bell& self) {  // the other's descriptor gets a new handler
        self.silence();
        Bell& other = bells[0].get() == &self ? *bells[1] : *bells[0];
        selector.modify(other.fd(), Events::read, static_cast<aio::EventHandler*>(&newcomer));
    };
    for (auto& bell : bells) bell = std::make_unique<Bell>(selector, take_over);
    aio::run_callbacks(selector);
    EXPECT_EQ(bells[0]->calls + bells[1]->calls, 1) << "the old handler has lost its descriptor";
    EXPECT_EQ(newcomer_rounds, std::vector<std::size_t>{1 + 2})
        << "rounds: the new one is called when select() says so again, once";
}

TEST(RunCallbacks, LetsAnErrorOutAndCallsNobodyAfterIt) {
    AllReadable selector;
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

TEST(RunCallbacks, SleepsUntilSomethingIsReady) {
    AllReadable selector;
    Bell bell(selector, [](Bell& self) {
        if (self.calls == 2) self.silence();
    });
    aio::run_callbacks(selector);
    EXPECT_EQ(selector.timeouts, (std::vector<aio::SelectTimeout>(3, std::nullopt)))
        << "a loop that asks again and again with a timeout keeps the CPU busy for nothing";
}

}  // namespace
