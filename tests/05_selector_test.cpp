// The laws that all selectors keep, and those that only one of them keeps.
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <new>
#include <ostream>
#include <string>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "03_blocking_sockets/fd.hpp"
#include "05_selector_callbacks/descriptor_limit.hpp"
#include "05_selector_callbacks/epoll_selector.hpp"
#include "05_selector_callbacks/poll_selector.hpp"
#include "05_selector_callbacks/select_selector.hpp"
#include "05_selector_callbacks/selector.hpp"
#include "tests/support/conforms_to.hpp"

// Counts what the program allocates, for the test that a select allocates nothing. Not inlined:
// g++ would see malloc in one and delete in the other, and warn.
static std::atomic<int> allocations{0};
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace aio {

/// How a failure shows a key: "fd 5: read, data 0x55...".
static void PrintTo(const SelectorKey& key, std::ostream* out) {
    *out << "fd " << key.fd << ": " << testing::PrintToString(key.events) << ", data " << key.data;
}

}  // namespace aio

namespace {

using aio::Events;
using aio::Fd;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Events kBoth = Events::read | Events::write;

/// Two sockets, connected to each other.
struct Pair {
    Pair() {
        std::array<int, 2> ends{};
        aio::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        ours.reset(ends[0]);
        peer.reset(ends[1]);
    }
    [[nodiscard]] int fd() const { return ours.number(); }
    /// Makes fd() readable.
    void ping() const { EXPECT_EQ(::write(peer.number(), "x", 1), 1); }
    /// Makes fd() not writable.
    void fill() const {
        const std::string block(4096, 'x');
        while (::send(fd(), block.data(), block.size(), MSG_DONTWAIT) > 0) continue;
    }
    /// Takes one byte from fd().
    void take() const {
        char byte = 0;
        EXPECT_EQ(::read(fd(), &byte, 1), 1);
    }

    Fd ours;
    Fd peer;
};

/// The tests use names as data, so that an answer can be read.
void* name(const char* text) {
    return const_cast<char*>(text);
}

std::string words(Events events) {
    if (events == kBoth) return "read+write";
    if (events == Events::read) return "read";
    return events == Events::write ? "write" : "nothing";
}

/// What select() answered: "A: read, B: read+write", sorted by name; "nothing".
std::string shown(std::span<const aio::Ready> answer) {
    std::vector<std::string> parts;
    for (const auto& [key, events] : answer) {
        parts.push_back(fmt::format("{}: {}", static_cast<const char*>(key.data), words(events)));
    }
    std::sort(parts.begin(), parts.end());
    return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, ", "));
}

/// What a key says: "read, A".
std::string shown(const aio::SelectorKey& key) {
    return fmt::format("{}, {}", words(key.events),
                       key.data == nullptr ? "no data" : static_cast<const char*>(key.data));
}

/// The message of the error E that `work` throws.
template <class E>
std::string error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const E& error) {
        return error.what();
    } catch (const std::exception& error) {
        return fmt::format("another error: {}", error.what());
    }
    return "no error";
}

struct Kind {
    const char* name;
    std::unique_ptr<aio::Selector> (*make)();

    friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

template <class Selector>
std::unique_ptr<aio::Selector> make() {
    return std::make_unique<Selector>();
}

/// A test that every selector must pass.
class SelectorTest : public testing::TestWithParam<Kind> {
  protected:
    void TearDown() override { selector_->close(); }

    std::unique_ptr<aio::Selector> selector_ = GetParam().make();
    aio::Selector& selector = *selector_;
};

INSTANTIATE_TEST_SUITE_P(Selectors, SelectorTest,
                         testing::Values(Kind{"select", make<aio::SelectSelector>},
                                         Kind{"poll", make<aio::PollSelector>},
                                         Kind{"epoll", make<aio::EpollSelector>}),
                         [](const auto& kind) { return std::string(kind.param.name); });

// ---- keys

TEST_P(SelectorTest, RegisterReturnsTheKey) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_register"});
    const Pair a;
    const aio::SelectorKey key = selector.register_fd(a.fd(), Events::read, name("A"));
    EXPECT_EQ(key.fd, a.fd());
    EXPECT_EQ(shown(key), "read, A");
    EXPECT_EQ(selector.get_key(a.fd()), key);
}

TEST_P(SelectorTest, RegisterRefusesWhatCannotBeWatched) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_register"});
    const Pair a;
    const auto message = [&](int fd, unsigned events) {
        return error_of<aio::ValueError>(
            [&] { selector.register_fd(fd, static_cast<Events>(events)); });
    };
    EXPECT_EQ(message(-10, 1), "-10 is not a file descriptor");
    EXPECT_EQ(message(a.fd(), 0), "events must be Events::read, Events::write or both, not 0");
    EXPECT_EQ(message(a.fd(), 999999),
              "events must be Events::read, Events::write or both, not 999999");
    EXPECT_TRUE(selector.get_map().empty()) << "a refused descriptor must leave no key";
}

TEST_P(SelectorTest, RegisterRefusesADescriptorThatIsNotOpen) {
    const int closed = Pair().fd();
    const std::string error =
        error_of<aio::SystemError>([&] { selector.register_fd(closed, Events::read); });
    EXPECT_NE(error.find(fmt::format("descriptor {}", closed)), std::string::npos) << error;
    EXPECT_NE(error.find("Bad file descriptor"), std::string::npos) << error;
    EXPECT_TRUE(selector.get_map().empty()) << "a refused descriptor must leave no key";
}

TEST_P(SelectorTest, RegisteringTwiceIsAKeyError) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_register"});
    const Pair a;
    selector.register_fd(a.fd(), Events::read, name("first"));
    EXPECT_EQ(error_of<aio::KeyError>([&] { selector.register_fd(a.fd(), Events::write); }),
              fmt::format("descriptor {} is already registered: use modify", a.fd()));
    EXPECT_EQ(shown(selector.get_key(a.fd())), "read, first");
}

TEST_P(SelectorTest, UnregisterForgetsTheDescriptorOnce) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_unregister"});
    const Pair a;
    selector.register_fd(a.fd(), Events::read, name("A"));
    a.ping();
    EXPECT_EQ(shown(selector.unregister(a.fd())), "read, A");
    EXPECT_EQ(shown(selector.select(0ms)), "nothing") << "an unregistered descriptor is reported";
    const std::string expected = fmt::format("descriptor {} is not registered", a.fd());
    EXPECT_EQ(error_of<aio::KeyError>([&] { selector.unregister(a.fd()); }), expected);
    EXPECT_EQ(error_of<aio::KeyError>([&] { selector.unregister(999'999); }),
              "descriptor 999999 is not registered");
    EXPECT_EQ(error_of<aio::KeyError>([&] { selector.unregister(-1); }),
              "descriptor -1 is not registered");
}

TEST_P(SelectorTest, UnregisterWorksAfterTheDescriptorWasClosed) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_unregister_after_fd_close",
                 "test_selectors.BaseSelectorTestCase.test_unregister_after_socket_close"});
    Pair a;
    const aio::SelectorKey key = selector.register_fd(a.fd(), kBoth, name("A"));
    a.ours.reset();
    EXPECT_EQ(selector.unregister(key.fd), key) << "the key keeps the number that the owner lost";
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
}

TEST_P(SelectorTest, UnregisterWorksAfterTheNumberWasReused) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_unregister_after_fd_close_and_reuse"});
    const Pair a;
    const Pair b;
    const int number = a.fd();
    selector.register_fd(number, kBoth, name("A"));
    ASSERT_EQ(::dup2(b.fd(), number), number);  // closes A: its number now leads to B
    EXPECT_EQ(shown(selector.unregister(number)), "read+write, A");
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
    selector.register_fd(number, Events::write, name("B"));
    EXPECT_EQ(shown(selector.select(0ms)), "B: write");
}

TEST_P(SelectorTest, ModifyChangesEventsAndData) {
    const Pair a;
    const Pair b;
    selector.register_fd(a.fd(), Events::read, name("A"));
    selector.register_fd(b.fd(), Events::read, name("B"));
    EXPECT_EQ(shown(selector.modify(a.fd(), Events::write, name("other"))), "write, other");
    EXPECT_EQ(shown(selector.select(0ms)), "other: write")
        << "after modify from read to write, A (now \"other\") and only A is ready";
    selector.modify(a.fd(), kBoth, name("A"));
    a.ping();
    EXPECT_EQ(shown(selector.select(0ms)), "A: read+write");
    selector.modify(a.fd(), Events::read, name("A"));
    EXPECT_EQ(shown(selector.select(0ms)), "A: read")
        << "after modify to read, writing is no longer watched";
}

TEST_P(SelectorTest, ModifyFindsItsDescriptorAmongMany) {
    std::vector<Pair> pairs(5);
    const std::array<const char*, 5> names = {"A", "B", "C", "D", "E"};
    for (std::size_t i = 0; i < 5; ++i) {
        selector.register_fd(pairs[i].fd(), Events::read, name(names.at(i)));
    }
    selector.unregister(pairs[1].fd());  // leaves a gap, or moves another into its place
    selector.modify(pairs[4].fd(), Events::write, name("E"));
    EXPECT_EQ(shown(selector.select(0ms)), "E: write")
        << "modify of E, after B was unregistered, must change E and nothing else";
    selector.modify(pairs[2].fd(), Events::write, name("C"));
    EXPECT_EQ(shown(selector.select(0ms)), "C: write, E: write");
}

TEST_P(SelectorTest, UnregisterOfOneLeavesTheOthersAsTheyWere) {
    const Pair a;
    const Pair b;
    const Pair c;
    selector.register_fd(a.fd(), Events::read, name("A"));
    selector.register_fd(b.fd(), Events::read, name("B"));
    selector.register_fd(c.fd(), Events::write, name("C"));
    b.ping();
    selector.unregister(a.fd());
    EXPECT_EQ(shown(selector.select(0ms)), "B: read, C: write")
        << "A was unregistered; B and C are still watched for what they were";
    selector.unregister(c.fd());
    EXPECT_EQ(shown(selector.select(0ms)), "B: read");
    selector.unregister(b.fd());
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
}

TEST_P(SelectorTest, ModifyOfTheDataAloneDoesNotAskTheKernel) {
    Pair a;
    const int number = a.fd();
    selector.register_fd(number, Events::read, name("old"));
    a.ours.reset();  // from here on the kernel would refuse
    EXPECT_EQ(shown(selector.modify(number, Events::read, name("new"))), "read, new");
    selector.unregister(number);
}

TEST_P(SelectorTest, ModifyRefusesWhatItCannotDo) {
    const Pair a;
    EXPECT_EQ(error_of<aio::KeyError>([&] { selector.modify(a.fd(), Events::read); }),
              fmt::format("descriptor {} is not registered", a.fd()));
    selector.register_fd(a.fd(), Events::read, name("A"));
    EXPECT_EQ(error_of<aio::ValueError>([&] { selector.modify(a.fd(), Events::none); }),
              "events must be Events::read, Events::write or both, not 0");
    EXPECT_EQ(shown(selector.get_key(a.fd())), "read, A") << "a refused change must change nothing";
}

TEST_P(SelectorTest, GetKeyKnowsTheRegisteredAndNoOthers) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_get_key"});
    const Pair a;
    EXPECT_EQ(error_of<aio::KeyError>([&] { (void)selector.get_key(a.fd()); }),
              fmt::format("descriptor {} is not registered", a.fd()));
    selector.register_fd(a.fd(), Events::read, name("A"));
    EXPECT_EQ(shown(selector.get_key(a.fd())), "read, A");
}

TEST_P(SelectorTest, TheMapIsALiveView) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_get_map"});
    const Pair a;
    const Pair b;
    const aio::SelectorMap& map = selector.get_map();
    EXPECT_TRUE(map.empty());
    selector.register_fd(a.fd(), Events::read, name("A"));
    selector.register_fd(b.fd(), Events::write, name("B"));
    EXPECT_EQ(map.size(), 2U) << "a view shows what was registered after it was taken";
    EXPECT_EQ(shown(map.at(a.fd())), "read, A");
    EXPECT_TRUE(map.contains(b.fd()));
    EXPECT_FALSE(map.contains(b.peer.number()));
    std::vector<int> numbers;
    for (const aio::SelectorKey& key : map) numbers.push_back(key.fd);
    EXPECT_EQ(numbers, (std::vector{a.fd(), b.fd()}));
    selector.unregister(a.fd());
    EXPECT_EQ(map.size(), 1U);
    EXPECT_EQ(error_of<aio::KeyError>([&] { (void)map.at(a.fd()); }),
              fmt::format("descriptor {} is not registered", a.fd()));
}

TEST_P(SelectorTest, AfterCloseThereIsNoKeyAndNoCallWorks) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_close"});
    const Pair a;
    const aio::SelectorMap& map = selector.get_map();
    selector.register_fd(a.fd(), Events::read, name("A"));
    selector.close();
    selector.close();  // once more is fine
    EXPECT_TRUE(map.empty());
    const std::vector<std::function<void()>> calls = {
        [&] { (void)selector.get_key(a.fd()); },
        [&] { selector.register_fd(a.fd(), Events::read); },
        [&] { selector.modify(a.fd(), Events::read); },
        [&] { selector.unregister(a.fd()); },
        [&] { (void)selector.select(0ms); },
    };
    for (const auto& call : calls) {
        EXPECT_EQ(error_of<aio::RuntimeError>(call), "the selector is closed");
    }
}

// ---- select

TEST_P(SelectorTest, SelectNamesTheReadyAndNoOthers) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_select"});
    const Pair a;
    const Pair b;
    const Pair c;
    selector.register_fd(a.fd(), Events::read, name("A"));
    selector.register_fd(b.fd(), Events::read, name("B"));
    selector.register_fd(c.fd(), Events::write, name("C"));
    EXPECT_EQ(shown(selector.select(0ms)), "C: write");
    b.ping();
    EXPECT_EQ(shown(selector.select(0ms)), "B: read, C: write");
    const Pair full;
    full.fill();
    selector.register_fd(full.fd(), kBoth, name("full"));
    EXPECT_EQ(shown(selector.select(0ms)), "B: read, C: write");
    full.ping();
    EXPECT_EQ(shown(selector.select(0ms)), "B: read, C: write, full: read")
        << "what is watched for both may be ready for one";
}

TEST_P(SelectorTest, ZeroIsADescriptorLikeAnyOther) {
    const Pair a;
    const Fd before(::fcntl(0, F_DUPFD_CLOEXEC, 3));
    ::dup2(a.fd(), 0);
    selector.register_fd(0, Events::write, name("zero"));
    EXPECT_EQ(shown(selector.select(0ms)), "zero: write");
    selector.unregister(0);
    before ? (void)::dup2(before.number(), 0) : (void)::close(0);
}

TEST_P(SelectorTest, ADescriptorReadyForBothIsReportedOnce) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_select_read_write"});
    const Pair a;
    selector.register_fd(a.fd(), kBoth, name("A"));
    a.ping();
    EXPECT_EQ(shown(selector.select(0ms)), "A: read+write")
        << "one answer per descriptor, with both of its events";
}

TEST_P(SelectorTest, EachWrittenPairIsReportedReadable) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_selector"});
    const std::vector<Pair> pairs(12);
    for (const Pair& pair : pairs) selector.register_fd(pair.fd(), Events::read, name("pair"));
    for (const Pair& pair : pairs) {
        pair.ping();
        const auto answer = selector.select(0ms);
        ASSERT_EQ(answer.size(), 1U) << "one pair was written, so one is readable";
        EXPECT_EQ(answer[0].key.fd, pair.fd());
        pair.take();
    }
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
}

TEST_P(SelectorTest, ReadinessIsReportedUntilTheBytesAreTaken) {
    const Pair a;
    selector.register_fd(a.fd(), Events::read, name("A"));
    a.ping();
    EXPECT_EQ(shown(selector.select(0ms)), "A: read");
    EXPECT_EQ(shown(selector.select(0ms)), "A: read")
        << "level-triggered: what was not taken is reported again";
    a.take();
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
}

TEST_P(SelectorTest, AHangUpMakesReadableAndWritable) {
    Pair a;
    selector.register_fd(a.fd(), Events::read, name("A"));
    a.peer.reset();
    EXPECT_EQ(shown(selector.select(0ms)), "A: read")
        << "the end of a stream counts as readable: recv finds it";
    selector.modify(a.fd(), kBoth, name("A"));
    EXPECT_EQ(shown(selector.select(0ms)), "A: read+write");
}

TEST_P(SelectorTest, AnErrorMakesReadyForWhateverIsWatched) {
    Fd reader;
    Fd writer;
    std::array<int, 2> ends{};
    aio::check(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), "pipe2");
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    selector.register_fd(writer.number(), Events::write, name("pipe"));
    while (shown(selector.select(0ms)) != "nothing") {  // fill it: now it is not writable
        const std::string block(4096, 'x');
        ASSERT_GT(::write(writer.number(), block.data(), block.size()), 0)
            << "it says that there is room, and there is none";
    }
    reader.reset();  // nobody will ever read it: an error, no longer an obstacle
    EXPECT_EQ(shown(selector.select(0ms)), "pipe: write") << "the next write reports the error";
}

TEST_P(SelectorTest, SelectAllocatesNothingOnceItIsWarm) {
    const std::vector<Pair> pairs(100);
    for (const Pair& pair : pairs) selector.register_fd(pair.fd(), kBoth, name("pair"));
    ASSERT_EQ(selector.select(0ms).size(), pairs.size());
    const int before = allocations;
    const std::size_t ready = selector.select(0ms).size() + selector.select(1ms).size();
    EXPECT_EQ(allocations - before, 0) << "its buffers must be kept from call to call";
    EXPECT_EQ(ready, 2 * pairs.size());
}

TEST_P(SelectorTest, RegisteringAgainAndAgainAllocatesNothingOnceItIsWarm) {
    const std::vector<Pair> pairs(3);
    const auto register_all = [&] {
        for (const Pair& pair : pairs) selector.register_fd(pair.fd(), kBoth, name("pair"));
    };
    register_all();
    const int before = allocations;
    for (int i = 0; i < 1000; ++i) {
        for (const Pair& pair : pairs) selector.unregister(pair.fd());
        register_all();
    }
    EXPECT_EQ(allocations - before, 0) << "what was unregistered still takes up room";
}

// ---- time

TEST_P(SelectorTest, ATimeoutOfZeroOrLessDoesNotBlock) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_timeout"});
    const Pair a;
    selector.register_fd(a.fd(), Events::read, name("A"));
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
    EXPECT_EQ(shown(selector.select(-1s)), "nothing") << "nothing is ready, so it does not wait";
    a.ping();
    EXPECT_EQ(shown(selector.select(-1s)), "A: read") << "what is ready is found without a wait";
}

TEST_P(SelectorTest, ATimeoutIsNotCutShort) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_timeout"});
    const Pair a;
    selector.register_fd(a.fd(), Events::read, name("A"));
    for (const auto timeout : {std::chrono::microseconds(1), std::chrono::microseconds(300),
                               std::chrono::microseconds(20'700)}) {
        const auto start = Clock::now();
        EXPECT_EQ(shown(selector.select(timeout)), "nothing");
        EXPECT_GE(Clock::now() - start, timeout) << "a wait rounded down ends too early";
    }
}

constexpr int kSignals = 100;  // so many, and then no more: a wait that they prolong ends, too
std::atomic<int> signals{0};
std::atomic<int> pipe_to_write{-1};

void on_signal(int /*number*/) {
    const itimerval none{};
    if (++signals == kSignals) ::setitimer(ITIMER_REAL, &none, nullptr);
    if (pipe_to_write >= 0) {
        [[maybe_unused]] const auto written = ::write(pipe_to_write, "x", 1);
    }
}

/// While it lives, SIGALRM runs on_signal() every `pause`, and interrupts system calls.
class Alarm {
  public:
    explicit Alarm(std::chrono::microseconds pause) {
        struct sigaction action {};
        action.sa_handler = on_signal;
        ::sigaction(SIGALRM, &action, &before_);
        signals = 0;
        itimerval time{};
        time.it_value.tv_usec = pause.count();
        time.it_interval = time.it_value;
        ::setitimer(ITIMER_REAL, &time, nullptr);
    }
    ~Alarm() {
        pipe_to_write = -1;
        const itimerval none{};
        ::setitimer(ITIMER_REAL, &none, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
    }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

  private:
    struct sigaction before_ {};
};

TEST_P(SelectorTest, SignalsNeitherEndTheWaitNorProlongIt) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_select_interrupt_noraise"});
    const Pair a;
    selector.register_fd(a.fd(), Events::read, name("A"));
    const Alarm alarm(5ms);
    const auto start = Clock::now();
    EXPECT_EQ(shown(selector.select(40ms)), "nothing");
    EXPECT_GE(Clock::now() - start, 40ms)
        << "after a signal, select() must wait for the rest of the time";
    EXPECT_GE(signals, 1) << "a signal should have come during the wait";
    EXPECT_LT(signals, kSignals) << "after each signal, it waited for the whole time again: tell "
                                    "select() of EINTR, which knows how much is left";
}

// A C++ signal handler may not throw. It writes to a pipe that the selector watches, and the
// reader of the pipe throws.
TEST_P(SelectorTest, WithoutATimeoutItWaitsUntilASignalHandlerWritesToItsPipe) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_select_interrupt_exc"});
    const Pair pipe;
    selector.register_fd(pipe.fd(), Events::read, name("pipe"));
    pipe.ping();
    ASSERT_EQ(shown(selector.select(0ms)), "pipe: read") << "without this it would wait for ever";
    pipe.take();
    pipe_to_write = pipe.peer.number();
    const Alarm alarm(5ms);
    EXPECT_EQ(shown(selector.select()), "pipe: read") << "no timeout means: wait for ever";
}

/// A selector that never waits: every call is interrupted after two milliseconds of work.
class Interrupted : public aio::Selector {
  public:
    std::vector<aio::SelectTimeout> timeouts;  // what each wait was given
    std::vector<Clock::time_point> times;      // and when
    int interruptions = 3;

  private:
    void add(int, Events) override {}
    void change(const aio::SelectorKey&, Events) override {}
    void remove(const aio::SelectorKey&) override {}
    int wait(aio::SelectTimeout timeout) override {
        const bool is_over = static_cast<int>(timeouts.size()) > interruptions;
        if (is_over) throw std::logic_error("wait() was called again after it had returned 0");
        timeouts.push_back(timeout);
        times.push_back(Clock::now());
        while (Clock::now() < times.back() + 2ms) continue;
        errno = EINTR;
        return static_cast<int>(timeouts.size()) <= interruptions ? -1 : 0;
    }
};

TEST(Selector, WaitsForTheRestOfTheTimeAfterASignal) {
    Interrupted selector;
    const auto start = Clock::now();
    (void)selector.select(1h);
    ASSERT_EQ(selector.timeouts.size(), 4U) << "three signals make four waits";
    EXPECT_EQ(selector.timeouts[0], 1h) << "the first wait may take the whole hour";
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_LE(selector.timeouts[i], aio::SelectTimeout(1h - i * 2ms))
            << "wait " << i + 1 << " must be given what is left of the hour, not the whole of it";
        EXPECT_GE(selector.timeouts[i], aio::SelectTimeout(start + 1h - selector.times[i]))
            << "wait " << i + 1 << " was given less than what is left of the hour";
    }
}

TEST(Selector, WaitsForEverAgainAfterASignal) {
    Interrupted selector;
    (void)selector.select();
    EXPECT_EQ(selector.timeouts, std::vector<aio::SelectTimeout>(4, std::nullopt))
        << "a wait without a timeout stays one, however many signals come";
}

TEST(Selector, OnlyLooksAgainAfterASignalIfTheTimeoutIsZeroOrLess) {
    for (const auto timeout : {0ns, -1ns, std::chrono::nanoseconds::min()}) {
        Interrupted selector;
        (void)selector.select(timeout);
        for (const aio::SelectTimeout& each : selector.timeouts) {
            EXPECT_LE(each.value_or(1h), 0ns)
                << "there was no time to wait, and a signal adds none";
        }
    }
}

TEST(Selector, TakesATimeoutOfCenturiesForEver) {
    Interrupted selector;
    (void)selector.select(std::chrono::nanoseconds::max());
    EXPECT_EQ(selector.timeouts, std::vector<aio::SelectTimeout>(4, std::nullopt))
        << "now + 292 years is beyond what a time can hold";
    Interrupted patient;
    (void)patient.select(24h);
    EXPECT_EQ(patient.timeouts[0], 24h) << "a day is not for ever";
}

TEST(Selector, DoesNotWaitLongerThanItsTimeHoweverManySignalsCome) {
    Interrupted selector;
    (void)selector.select(1ms);
    for (std::size_t i = 1; i < selector.timeouts.size(); ++i) {
        EXPECT_LE(selector.timeouts[i].value_or(1h), 0ns)
            << "the time is over: look once more, but do not block again";
    }
}

TEST(Selector, ForgetsItsLastAnswer) {
    aio::PollSelector selector;
    const Pair a;
    selector.register_fd(a.fd(), Events::read, name("A"));
    a.ping();
    ASSERT_EQ(shown(selector.select(0ms)), "A: read");
    a.take();
    EXPECT_EQ(shown(selector.select(0ms)), "nothing") << "what was ready is no longer ready";
}

TEST(Selector, ReportsAnErrorThatIsNoSignal) {
    class Failing final : public Interrupted {
        int wait(aio::SelectTimeout) override {
            if (interruptions-- == 0) throw std::logic_error("it asks again after an error");
            errno = EBADF;
            return -1;
        }
    } selector;
    EXPECT_EQ(error_of<aio::SystemError>([&] { (void)selector.select(0ms); }),
              "select: Bad file descriptor");
}

// ---- what one of them does alone

/// To be run in a process of its own: to read what the kernel has not written crashes, or never
/// ends.
template <class Selector>
[[noreturn]] void select_once() {
    const Pair a;
    Selector selector;
    selector.register_fd(a.fd(), Events::write, name("A"));
    ::alarm(2);
    (void)selector.select(0ms);
    std::_Exit(0);
}

TEST(SelectSelector, LooksAtNoBitBeyondTheLastThatItWatches) {
    ASSERT_EXIT(select_once<aio::SelectSelector>(), testing::ExitedWithCode(0), "")
        << "wait() reads bits that are not in the set: the last one is end_ - 1";
}

TEST(SelectSelector, RefusesDescriptorsBeyondItsSets) {
    if (aio::raise_descriptor_limit(FD_SETSIZE + 16) <= FD_SETSIZE) {
        GTEST_SKIP() << "this process may not open more than " << FD_SETSIZE << " descriptors";
    }
    const Pair a;
    const Fd high(::fcntl(a.fd(), F_DUPFD_CLOEXEC, FD_SETSIZE));
    aio::SelectSelector selector;
    EXPECT_EQ(
        error_of<aio::ValueError>([&] { selector.register_fd(high.number(), Events::write); }),
        fmt::format("descriptor {} is too large for select, which holds those below 1024: "
                    "use PollSelector or EpollSelector",
                    high.number()));
    EXPECT_TRUE(selector.get_map().empty());
    aio::PollSelector poll;
    poll.register_fd(high.number(), Events::write, name("high"));
    EXPECT_EQ(shown(poll.select(0ms)), "high: write");
    aio::EpollSelector epoll;
    epoll.register_fd(high.number(), Events::write, name("high"));
    EXPECT_EQ(shown(epoll.select(0ms)), "high: write");
}

TEST(SelectSelector, WatchesTheLastDescriptorThatItHolds) {
    if (aio::raise_descriptor_limit(FD_SETSIZE + 16) <= FD_SETSIZE) {
        GTEST_SKIP() << "this process may not open more than " << FD_SETSIZE << " descriptors";
    }
    const Pair a;
    const Fd last(::dup2(a.fd(), FD_SETSIZE - 1));
    aio::SelectSelector selector;
    selector.register_fd(last.number(), kBoth, name("last"));
    EXPECT_EQ(shown(selector.select(0ms)), "last: write");
    a.ping();
    EXPECT_EQ(shown(selector.select(0ms)), "last: read+write");
}

TEST(SelectSelector, ComplainsAboutADescriptorThatWasClosedBehindItsBack) {
    Pair a;
    aio::SelectSelector selector;
    selector.register_fd(a.fd(), Events::read, name("A"));
    const int number = a.fd();
    a.ours.reset();
    EXPECT_EQ(error_of<aio::SystemError>([&] { (void)selector.select(0ms); }),
              "select: Bad file descriptor");
    selector.unregister(number);
    EXPECT_EQ(shown(selector.select(0ms)), "nothing") << "without it, the others are heard again";
}

TEST(PollSelector, ReportsADescriptorThatWasClosedBehindItsBack) {
    Pair a;
    aio::PollSelector selector;
    selector.register_fd(a.fd(), Events::read, name("A"));
    a.ours.reset();
    EXPECT_EQ(shown(selector.select(0ms)), "A: read") << "the recv will say EBADF";
}

TEST(PollSelector, IsNotWokenByADescriptorThatWasUnregistered) {
    Pair a;
    aio::PollSelector selector;
    selector.register_fd(a.fd(), Events::read, name("A"));
    selector.unregister(a.fd());
    a.peer.reset();  // poll reports a hang-up whether it was asked for or not
    const auto start = Clock::now();
    EXPECT_EQ(shown(selector.select(20ms)), "nothing");
    EXPECT_GE(Clock::now() - start, 20ms) << "a descriptor that is still on the list ends the wait";
}

TEST(EpollSelector, ReadsWhatTheKernelHasWrittenAndNoMore) {
    ASSERT_EXIT(select_once<aio::EpollSelector>(), testing::ExitedWithCode(0), "")
        << "wait() reads elements that the kernel has not written: it says how many it has";
}

TEST(EpollSelector, WaitsAlsoWhereNothingIsRegistered) {
    aio::EpollSelector selector;
    EXPECT_EQ(shown(selector.select(1ms)), "nothing");
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
}

TEST(EpollSelector, HasADescriptorOfItsOwn) {
    conforms_to({"test_selectors.BaseSelectorTestCase.test_fileno"});
    const Pair a;
    aio::EpollSelector inner;
    EXPECT_GE(inner.fileno(), 0);
    inner.register_fd(a.fd(), Events::read, name("A"));
    aio::EpollSelector outer;
    outer.register_fd(inner.fileno(), Events::read, name("inner"));
    EXPECT_EQ(shown(outer.select(0ms)), "nothing");
    a.ping();
    EXPECT_EQ(shown(outer.select(0ms)), "inner: read") << "a selector can watch a selector";
    inner.close();
    EXPECT_EQ(error_of<aio::RuntimeError>([&] { (void)inner.fileno(); }), "the selector is closed");
}

TEST(EpollSelector, RefusesAnOrdinaryFile) {
    conforms_to({"test_selectors.EpollSelectorTestCase.test_register_file"});
    std::FILE* file = std::tmpfile();
    ASSERT_NE(file, nullptr);
    const int fd = ::fileno(file);
    aio::EpollSelector selector;
    EXPECT_EQ(error_of<aio::SystemError>([&] { selector.register_fd(fd, Events::read); }),
              fmt::format("epoll_ctl(descriptor {}): Operation not permitted", fd));
    EXPECT_TRUE(selector.get_map().empty()) << "a refused descriptor must leave no key";
    aio::PollSelector poll;
    poll.register_fd(fd, Events::read, name("file"));
    EXPECT_EQ(shown(poll.select(0ms)), "file: read") << "poll takes it: always ready";
    std::fclose(file);
}

TEST(EpollSelector, ForgetsADescriptorWhoseChangeTheKernelRefuses) {
    Pair a;
    aio::EpollSelector selector;
    const int number = selector.register_fd(a.fd(), Events::read).fd;
    a.ours.reset();
    EXPECT_EQ(error_of<aio::SystemError>([&] { selector.modify(number, Events::write); }),
              fmt::format("epoll_ctl(descriptor {}): Bad file descriptor", number));
    EXPECT_TRUE(selector.get_map().empty()) << "what the kernel does not watch has no key";
}

TEST(EpollSelector, TellsNothingOfADescriptorThatIsNotItsOwnAnyMore) {
    Pair a;
    aio::EpollSelector selector;
    const int number = selector.register_fd(a.fd(), Events::read, name("A")).fd;
    const Fd copy(::dup(number));  // keeps the connection, and so epoll's entry, alive
    a.ours.reset();
    selector.unregister(number);
    a.ping();
    EXPECT_EQ(shown(selector.select(0ms)), "nothing");
}

TEST(EpollSelector, ReportsAllOfManyInOneAnswer) {
    if (aio::raise_descriptor_limit(2100) < 2100) GTEST_SKIP() << "too few descriptors allowed";
    std::vector<Fd> events;
    aio::EpollSelector selector;
    for (const std::size_t count : {1U, 100U, 2000U}) {
        while (events.size() < count) {
            events.emplace_back(::eventfd(1, EFD_CLOEXEC));
            selector.register_fd(events.back().number(), Events::read, name("event"));
        }
        EXPECT_EQ(selector.select(0ms).size(), count) << "all are ready, so all must be reported";
    }
}

TEST(DefaultSelector, IsTheBestOfThisSystem) {
    EXPECT_TRUE((std::is_same_v<aio::DefaultSelector, aio::EpollSelector>));
}

}  // namespace
