// How many turns may pass without a look at the descriptors. What ends a stretch of them may also
// be a tick of the machine's coarse clock: so a stretch is counted several times, and the longest
// is what was meant.
#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "03_blocking_sockets/socket.hpp"
#include "06_futures/event_loop.hpp"
#include "20_making_it_fast/poll_throttle.hpp"
#include "tests/support/counted_selector.hpp"

namespace {

using namespace std::chrono_literals;

constexpr auto kNeitherShortNorLong = 20us;

/// A throttle in a loop that always has work, on a clock of its own.
class Busy {
  public:
    /// The loop looks, `after` its last look.
    void look(aio::Duration after) {
        now_ += after;
        throttle_.looked_while_busy(now_);
    }
    void look_for_want_of_work() { throttle_.looked_while_idle(); }
    void hurry() { throttle_.hurry(); }

    /// How many turns pass until it is time to look again.
    int turns() {
        int count = 1;
        while (!throttle_.is_due()) ++count;
        return count;
    }
    /// The same, where no tick has ended the stretch.
    int longest_stretch() {
        int longest = 0;
        for (int i = 0; i < 5; ++i) {
            longest = std::max(longest, turns());
            look(kNeitherShortNorLong);
        }
        return longest;
    }
    /// Many short stretches one after another.
    void be_quick() {
        look(1s);
        for (int i = 0; i < 20; ++i) look(1us);
    }

  private:
    aio::PollThrottle throttle_;
    aio::TimePoint now_{1h};
};

TEST(PollThrottle, BeginsWithALookAtEveryTurn) {
    Busy loop;
    EXPECT_EQ(loop.turns(), 1);
    loop.look(1s);
    EXPECT_EQ(loop.longest_stretch(), 1) << "it does not know yet how long a turn takes";
}

TEST(PollThrottle, AShortStretchDoublesTheNext) {
    Busy loop;
    loop.look(1s);
    for (const int expected : {2, 4, 8, 16, 32, 64}) {
        loop.look(1us);
        EXPECT_EQ(loop.longest_stretch(), expected) << "the stretch before took a microsecond";
    }
}

TEST(PollThrottle, NeverLetsMoreThanAThousandTurnsPass) {
    Busy loop;
    loop.be_quick();
    EXPECT_EQ(loop.longest_stretch(), 1024) << "a socket must not wait for ever";
}

TEST(PollThrottle, ALongStretchCutsTheNextToAnEighth) {
    Busy loop;
    loop.be_quick();
    for (const int expected : {128, 16, 2}) {
        loop.look(1ms);
        EXPECT_EQ(loop.longest_stretch(), expected) << "the stretch before took a millisecond";
    }
}

TEST(PollThrottle, LooksAtEveryTurnOfSlowCallbacks) {
    Busy loop;
    loop.be_quick();
    for (int i = 0; i < 10; ++i) loop.look(1ms);
    EXPECT_EQ(loop.longest_stretch(), 1) << "fewer turns than one would be none at all";
    loop.look(1us);
    EXPECT_EQ(loop.longest_stretch(), 2) << "and it can become quick again";
}

TEST(PollThrottle, AStretchThatIsNeitherShortNorLongChangesNothing) {
    Busy loop;
    loop.look(1s);
    for (int i = 0; i < 3; ++i) loop.look(1us);
    for (const auto time : {10us, kNeitherShortNorLong, 50us}) {
        for (int i = 0; i < 10; ++i) loop.look(time);
        EXPECT_EQ(loop.longest_stretch(), 8)
            << "it takes less than 10 us to be short, and more than 50 us to be long; this was "
            << time.count() << " us";
    }
}

TEST(PollThrottle, HurryMakesTheVeryNextTurnLook) {
    Busy loop;
    loop.be_quick();
    loop.hurry();
    EXPECT_EQ(loop.turns(), 1) << "a reader was just registered: its bytes may be there already";
    loop.look(1us);
    EXPECT_EQ(loop.longest_stretch(), 1024) << "what was learned is not forgotten";
}

TEST(PollThrottle, TheTimeThatALoopSleptSaysNothingAboutItsCallbacks) {
    Busy loop;
    loop.be_quick();
    loop.look_for_want_of_work();
    loop.look(1h);
    EXPECT_EQ(loop.longest_stretch(), 1024) << "the hour was spent waiting, not working";
}

TEST(PollThrottle, ATickOfTheCoarseClockEndsAStretch) {
    Busy loop;
    loop.be_quick();
    const aio::TimePoint before = aio::coarse_now();
    while (aio::coarse_now() == before) {
    }
    EXPECT_LE(loop.turns(), 16) << "callbacks have turned slow in the middle of a stretch";
}

TEST(PollThrottle, KeepsABusyLoopFromAskingTheKernelAtEveryTurn) {
    int asked = 0;
    auto clock = std::make_unique<aio::VirtualClock>();
    clock->advance(1s);
    aio::EventLoop loop(std::make_unique<CountedSelector>(asked), std::move(clock));
    auto [ours, peer] = aio::socket_pair();
    loop.add_reader(ours.fileno(), [] {});
    int left = 10'000;
    struct Again {
        aio::EventLoop* loop;
        int* left;
        void operator()() const { --*left == 0 ? loop->stop() : (void)loop->call_soon(*this); }
    };
    loop.call_soon(Again{&loop, &left});
    loop.run_forever();
    EXPECT_LT(asked, 200)
        << "to ask costs more than a short callback: once in a thousand turns is enough";
    EXPECT_GE(asked, 9) << "never to ask would be wrong";
    loop.remove_reader(ours.fileno());
}

}  // namespace
