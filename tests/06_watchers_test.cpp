// Readers and writers: called whenever their descriptor is ready, until they are removed.
#include <functional>
#include <thread>

#include <fcntl.h>
#include <sys/eventfd.h>

#include <gtest/gtest.h>

#include "05_selector_callbacks/poll_selector.hpp"
#include "06_futures/event_loop.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/trace.hpp"
#include "tests/support/virtual_loop.hpp"

namespace {

/// A loop, and two connected sockets. Whatever is left is removed before they are closed.
class Watching : public testing::Test {
  protected:
    Watching() : Watching(aio::socket_pair()) {}
    explicit Watching(std::pair<aio::Socket, aio::Socket> pair)
        : ours(std::move(pair.first)), peer(std::move(pair.second)) {}
    ~Watching() override {
        loop.remove_reader(fd());
        loop.remove_writer(fd());
    }

    [[nodiscard]] int fd() const { return ours.fileno(); }
    /// Adds `what` to the trace.
    auto say(const std::string& what) {
        return [this, what] { trace(what); };
    }

    VirtualLoop loop;
    Trace trace;
    aio::Socket ours;
    aio::Socket peer;
};

using Reader = Watching;
using Writer = Watching;
using ReaderAndWriter = Watching;

TEST_F(Reader, IsCalledWheneverThereAreBytesAndMayRemoveItselfAtTheEnd) {
    conforms_to({"test_events.EventLoopTestsMixin.test_reader_callback"});
    loop.add_reader(fd(), [&] {
        std::array<char, 8> buffer;
        const std::size_t count = ours.recv(buffer);
        trace(fmt::format("{} bytes", count));
        if (count == 0) {
            EXPECT_TRUE(loop.remove_reader(fd()));
        }
    });
    loop.turn();
    peer.send_all("abc");
    loop.turn();
    peer.send_all("de");
    loop.turn();
    peer.close();
    loop.turn();
    loop.turn();
    EXPECT_EQ(trace.text(), "3 bytes, 2 bytes, 0 bytes");
    EXPECT_FALSE(loop.remove_reader(fd()));
}

TEST_F(Reader, IsQueuedAndNotCalledInline) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_process_events_read"});
    peer.send_all("x");
    loop.add_reader(fd(), say("reader"));
    loop.call_soon(say("was ready before"));
    loop.turn();
    EXPECT_EQ(trace.text(), "was ready before, reader");
}

TEST_F(Reader, ReplacesTheOneBeforeAndLeavesTheWriter) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_add_reader_existing"});
    peer.send_all("x");
    const aio::Handle first = loop.add_reader(fd(), say("first"));
    loop.add_writer(fd(), say("writer"));
    loop.add_reader(fd(), say("second"));
    EXPECT_TRUE(first.cancelled()) << "a descriptor has one reader";
    loop.turn();
    EXPECT_EQ(trace.text(), "second, writer");
}

TEST_F(Reader, MayBeCancelledByItsHandleAndIsThenRemoved) {
    conforms_to(
        {"test_selector_events.BaseSelectorEventLoopTests.test_process_events_read_cancelled"});
    peer.send_all("x");
    loop.add_reader(fd(), say("reader")).cancel();
    loop.turn();
    EXPECT_EQ(trace.text(), "");
    EXPECT_FALSE(loop.remove_reader(fd())) << "the loop has removed it when it became ready";
}

TEST_F(Reader, RemovedInItsTurnIsNotCalled) {
    peer.send_all("x");
    loop.call_soon([&] { EXPECT_TRUE(loop.remove_reader(fd())); });
    loop.add_reader(fd(), say("reader"));
    loop.turn();
    EXPECT_EQ(trace.text(), "") << "it was queued behind the callback that has removed it";
}

TEST_F(Reader, IsQueuedOnceHoweverOftenTheLoopLooks) {
    peer.send_all("x");
    loop.add_reader(fd(), say("reader"));
    loop.set_nested_running(true);
    loop.call_soon([&] { loop.turn(); });  // looks a second time, before the reader had its turn
    loop.turn();
    EXPECT_EQ(trace.text(), "reader");
}

TEST_F(Reader, IsKeptAliveWhileItRunsAlthoughItRemovesItself) {
    peer.send_all("x");
    auto text = std::make_shared<std::string>("alive");
    loop.add_reader(fd(), [&, text] {
        loop.remove_reader(fd());
        trace(*text);
    });
    loop.turn();
    EXPECT_EQ(trace.text(), "alive");
    EXPECT_EQ(text.use_count(), 1);
}

TEST_F(Reader, RemovingUnregistersTheDescriptor) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_remove_reader"});
    EXPECT_FALSE(loop.remove_reader(fd()));
    loop.add_reader(fd(), say("reader"));
    EXPECT_TRUE(loop.remove_reader(fd()));
    EXPECT_FALSE(loop.remove_reader(fd()));
    peer.send_all("x");
    loop.turn();
    EXPECT_EQ(trace.text(), "");
}

TEST_F(Writer, IsCalledWithItsArgumentWhenThereIsRoom) {
    conforms_to({"test_events.EventLoopTestsMixin.test_writer_callback"});
    loop.add_writer(
        fd(), [&](const std::string& data) { ours.send_all(data); }, "hello");
    loop.turn();
    EXPECT_TRUE(loop.remove_writer(fd()));
    EXPECT_FALSE(loop.remove_writer(fd()));
    std::array<char, 8> buffer;
    EXPECT_EQ(peer.recv(buffer), 5U);
}

TEST_F(Writer, RegistersADescriptorThatNobodyWatches) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_add_writer",
                 "test_selector_events.BaseSelectorEventLoopTests.test_process_events_write"});
    loop.add_writer(fd(), say("writer"));
    loop.call_soon(say("was ready before"));
    loop.turn();
    EXPECT_EQ(trace.text(), "was ready before, writer");
}

TEST_F(Writer, MayBeCancelledByItsHandleAndIsThenRemoved) {
    conforms_to(
        {"test_selector_events.BaseSelectorEventLoopTests.test_process_events_write_cancelled"});
    loop.add_writer(fd(), say("writer")).cancel();
    loop.turn();
    EXPECT_EQ(trace.text(), "");
    EXPECT_FALSE(loop.remove_writer(fd()));
}

TEST_F(Writer, AnUnknownOneCannotBeRemoved) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_remove_writer_unknown"});
    EXPECT_FALSE(loop.remove_writer(fd()));
    EXPECT_FALSE(loop.remove_writer(1000));
}

TEST_F(ReaderAndWriter, AReaderJoinsAWriter) {
    conforms_to(
        {"test_selector_events.BaseSelectorEventLoopTests.test_add_reader_existing_writer"});
    loop.add_writer(fd(), say("writer"));
    loop.add_reader(fd(), say("reader"));
    peer.send_all("x");
    loop.turn();
    EXPECT_EQ(trace.text(), "reader, writer");
}

TEST_F(ReaderAndWriter, TheReaderStaysWhenTheWriterGoes) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_remove_writer_read_write"});
    loop.add_reader(fd(), say("reader"));
    loop.add_writer(fd(), say("writer"));
    EXPECT_TRUE(loop.remove_writer(fd()));
    peer.send_all("x");
    loop.turn();
    EXPECT_EQ(trace.text(), "reader");
}

TEST_F(ReaderAndWriter, AClosedLoopTakesNoneAndRemovesNone) {
    conforms_to({"test_events.EventLoopTestsMixin.test_add_fds_after_closing",
                 "test_events.EventLoopTestsMixin.test_remove_fds_after_closing"});
    loop.add_reader(fd(), say("reader"));
    loop.close();
    EXPECT_FALSE(loop.remove_reader(fd()));
    EXPECT_FALSE(loop.remove_writer(fd()));
    EXPECT_THROW(loop.add_reader(fd(), [] {}), aio::RuntimeError);
    EXPECT_THROW(loop.add_writer(fd(), [] {}), aio::RuntimeError);
}

TEST_F(ReaderAndWriter, WhatIsNoDescriptorIsRefused) {
    conforms_to({"test_unix_events.TestFunctional.test_add_reader_invalid_argument"});
    const std::string refused = "-1 is not a file descriptor";
    EXPECT_EQ(error_of<aio::ValueError>([&] { loop.add_reader(-1, [] {}); }), refused);
    EXPECT_EQ(error_of<aio::ValueError>([&] { loop.add_writer(-1, [] {}); }), refused);
    EXPECT_EQ(error_of<aio::ValueError>([&] { loop.remove_reader(-1); }), refused);
    EXPECT_EQ(error_of<aio::ValueError>([&] { loop.remove_writer(-1); }), refused);
}

TEST_F(ReaderAndWriter, ADescriptorThatTheKernelRefusesIsForgotten) {
    int number = -1;
    {
        const aio::Fd closed(::eventfd(0, EFD_CLOEXEC));
        number = closed.number();
    }
    EXPECT_THROW(loop.add_reader(number, [] {}), aio::SystemError);
    EXPECT_FALSE(loop.remove_reader(number));
}

// ── the bell ──

TEST(Inbox, ReadingAnEmptyBellIsNoError) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_read_from_self_tryagain"});
    aio::Inbox inbox;
    aio::ReadyQueue ready;
    EXPECT_EQ(inbox.collect(ready), 0);
    EXPECT_EQ(inbox.collect(ready), 0) << "EAGAIN is no error";
    EXPECT_TRUE(ready.empty());
}

TEST(Inbox, RingingAFullBellIsNoError) {
    conforms_to({"test_selector_events.BaseSelectorEventLoopTests.test_write_to_self_tryagain"});
    aio::Inbox inbox;
    const std::uint64_t full = UINT64_MAX - 1;
    ASSERT_EQ(::write(inbox.fileno(), &full, sizeof full), ssize_t{sizeof full});
    inbox.ring();
    EXPECT_TRUE(inbox.has_news());
    aio::ReadyQueue ready;
    EXPECT_EQ(inbox.collect(ready), 0);
    EXPECT_FALSE(inbox.has_news());
}

/// A loop on poll(2), the selector that tells of a descriptor which somebody else has closed.
class BrokenBell : public testing::Test {
  protected:
    BrokenBell() : BrokenBell(std::make_unique<aio::PollSelector>()) {}
    explicit BrokenBell(std::unique_ptr<aio::PollSelector> poll)
        : selector(*poll), loop(std::move(poll)) {
        loop.set_exception_handler([this](auto&, const aio::ExceptionContext& context) {
            reports(context.message.substr(0, context.message.find(':')) + ": " +
                    aio::describe(context.exception));
        });
    }

    /// The only descriptor that a new loop watches.
    [[nodiscard]] int bell() const { return selector.get_map().begin()->fd; }
    /// Sleeps until something is ready, or for a moment.
    void look_around() {
        loop.call_later(std::chrono::milliseconds(1), [this] { loop.stop(); });
        loop.run_forever();
    }
    [[nodiscard]] bool something_is_ready() {
        return !selector.select(std::chrono::nanoseconds(0)).empty();
    }

    aio::PollSelector& selector;
    aio::EventLoop loop;
    Trace reports;
};

TEST_F(BrokenBell, IsReportedOnceAndReplaced) {
    const int closed = bell();
    ASSERT_EQ(::close(closed), 0);
    EXPECT_TRUE(something_is_ready()) << "poll(2) says POLLNVAL";
    look_around();
    look_around();
    EXPECT_EQ(reports.text(),
              fmt::format("The descriptor that wakes the loop was taken from it: SystemError: "
                          "read(eventfd {}): Bad file descriptor",
                          closed));
    EXPECT_FALSE(something_is_ready()) << "the loop would never sleep again";
    EXPECT_TRUE(is_open(bell()));
}

TEST_F(BrokenBell, ANumberThatBelongsToAnotherFileIsLeftToIt) {
    const int number = bell();
    const aio::Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::dup2(file.number(), number), number);
    look_around();
    look_around();
    EXPECT_EQ(reports.text(),
              fmt::format("The descriptor that wakes the loop was taken from it: SystemError: "
                          "read(eventfd {}): Bad file descriptor",
                          number));
    EXPECT_FALSE(something_is_ready()) << "a file is always readable: the loop would never sleep";
    EXPECT_TRUE(is_open(number)) << "the loop has closed what is not its own";
    ::close(number);
}

TEST_F(BrokenBell, OnceReplacedItWakesTheLoopAsBefore) {
    ASSERT_EQ(::close(bell()), 0);
    look_around();
    ASSERT_FALSE(something_is_ready()) << "the loop would never sleep again";
    Trace trace;
    Interrupter sleeper;
    std::thread other([&] {
        sleeper.wait_until_asleep();
        loop.call_soon_threadsafe([&] {
            trace("woken");
            loop.stop();
        });
    });
    loop.run_forever();
    other.join();
    EXPECT_EQ(trace.text(), "woken");
}

TEST(CallSoonThreadsafe, WakesALoopThatSleeps) {
    aio::EventLoop loop;
    Trace trace;
    Interrupter sleeper;
    std::thread other([&] {
        sleeper.wait_until_asleep();
        loop.call_soon_threadsafe([&] {
            trace("woken");
            loop.stop();
        });
    });
    loop.run_forever();
    other.join();
    EXPECT_EQ(trace.text(), "woken");
}

TEST(CallSoonThreadsafe, InTheLoopsOwnThreadKeepsTheOrderWithCallSoon) {
    VirtualLoop loop;
    Trace trace;
    const auto all = [&] {
        loop.call_soon([&] { trace("1"); });
        loop.call_soon_threadsafe([&] { trace("2"); });
        loop.call_soon([&] { trace("3"); });
        loop.call_soon_threadsafe([&] { trace("4"); });
    };
    all();
    loop.turn();
    EXPECT_EQ(trace.text(), "1, 2, 3, 4") << "before the loop runs";
    loop.call_soon(all);
    loop.turn();
    loop.turn();
    EXPECT_EQ(trace.text(), "1, 2, 3, 4, 1, 2, 3, 4") << "in a callback";
}

TEST(CallSoonThreadsafe, StandsBeforeTheCallbacksOfAFutureThatIsFinishedLater) {
    VirtualLoop loop;
    Trace trace;
    const aio::Future<void> future(loop);
    const aio::Future<void> done(loop);
    done.set_result();
    future.add_done_callback([&] { trace("2"); });
    loop.call_soon_threadsafe([&] { trace("1"); });
    future.set_result();
    loop.call_soon_threadsafe([&] { trace("3"); });
    done.add_done_callback([&] { trace("4"); });
    loop.turn();
    EXPECT_EQ(trace.text(), "1, 2, 3, 4");
}

TEST(CallSoonThreadsafe, WhatAnotherThreadHasPostedStandsBeforeWhatComesLater) {
    VirtualLoop loop;
    Trace trace;
    loop.call_soon([&] {
        std::thread([&] { loop.call_soon_threadsafe([&] { trace("theirs"); }); }).join();
        loop.call_soon([&] { trace("ours"); });
    });
    loop.turn();
    loop.turn();
    EXPECT_EQ(trace.text(), "theirs, ours");
}

/// A loop that is always busy asks the kernel less and less often. Its own inbox it asks at every
/// turn.
TEST(CallSoonThreadsafe, IsNotHeldUpByALoopThatIsBusy) {
    aio::EventLoop loop;
    int turn = 0;
    int called_in = 0;
    const auto post = [&] { loop.call_soon_threadsafe([&] { called_in = turn; }); };
    const std::function<void()> keep_busy = [&] {
        if (called_in != 0) return loop.stop();
        loop.call_soon(keep_busy);
        if (++turn == 10'000) std::thread(post).join();
    };
    loop.call_soon(keep_busy);
    loop.run_forever();
    EXPECT_LE(called_in, 10'001) << "posted in turn 10,000, it must be called in the next one";
}

TEST(CallSoonThreadsafe, KeepsTheOrderAndMayBeCancelled) {
    VirtualLoop loop;
    Trace trace;
    loop.call_soon_threadsafe([&] { trace("first"); });
    const aio::ThreadsafeHandle second = loop.call_soon_threadsafe([&] { trace("second"); });
    loop.call_soon_threadsafe([&](const char* what) { trace(what); }, "third");
    second.cancel();
    EXPECT_TRUE(second.cancelled());
    loop.turn();
    EXPECT_EQ(trace.text(), "first, third");
}

}  // namespace
