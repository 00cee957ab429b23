// AsyncContextDecorator: each call of a decorated function runs inside a manager of its own.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"
#include "08_gather/gather.hpp"
#include "10_async_context_managers/async_context_decorator.hpp"
#include "10_async_context_managers/async_context_manager.hpp"
#include "10_async_context_managers/immediate.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/patient_loop.hpp"
#include "tests/support/trace.hpp"

namespace {

using namespace std::chrono_literals;
using aio::AsyncContextDecorator;
using aio::AsyncGenerator;
using aio::Coro;

/// A manager with a number of its own. It may swallow errors.
class Span {
  public:
    explicit Span(Trace& trace, int number, bool swallows = false)
        : trace_(&trace), number_(number), swallows_(swallows) {}
    Coro<int> aenter() {
        co_await aio::sleep(1s);
        (*trace_)(fmt::format("enter {}", number_));
        co_return number_;
    }
    Coro<bool> aexit(std::exception_ptr error) {
        co_await aio::sleep(1s);
        (*trace_)(fmt::format("exit {}: {}", number_, aio::describe(error)));
        co_return swallows_;
    }

  private:
    Trace* trace_;
    int number_;
    bool swallows_;
};

class AsyncContextDecoratorTest : public ::testing::Test {
  protected:
    template <class Awaitable>
    auto run(Awaitable&& awaitable) {
        return loop.run_until_complete(std::forward<Awaitable>(awaitable));
    }
    /// A decorator whose managers are numbered.
    auto numbered(bool swallows = false) {
        return AsyncContextDecorator(
            [this, swallows] { return Span(trace, ++managers, swallows); });
    }

    const CapturedLog log;
    PatientLoop loop;
    Trace trace;
    int managers = 0;
};

TEST_F(AsyncContextDecoratorTest, EachCallStandsInAManagerOfItsOwn) {
    conforms_to({"test_contextlib_async.AsyncContextManagerTestCase.test_decorator"});
    const auto twice = numbered()([this](int number) -> Coro<int> {
        trace("call");
        co_return 2 * number;
    });
    EXPECT_EQ(run(twice(3)), 6);
    EXPECT_EQ(run(twice(4)), 8);
    EXPECT_EQ(trace.text(), "enter 1, call, exit 1: nothing, enter 2, call, exit 2: nothing");
}

TEST_F(AsyncContextDecoratorTest, AManagerOfAGeneratorIsMadeAnewForEachCall) {
    const auto manager = aio::async_context_manager([this](std::string name) -> AsyncGenerator<> {
        trace("enter " + name);
        co_yield {};
        trace("exit " + name);
    });
    const auto call =
        AsyncContextDecorator([manager] { return manager("it"); })([]() -> Coro<> { co_return; });
    run(call());
    run(call());
    EXPECT_EQ(trace.text(), "enter it, exit it, enter it, exit it");
}

TEST_F(AsyncContextDecoratorTest, CallsThatRunAtOnceDoNotShareAManager) {
    const auto pause = numbered()([]() -> Coro<> { co_await aio::sleep(1s); });
    const auto start = loop.time();
    run([&]() -> Coro<> { co_await aio::gather(pause(), pause()); });
    EXPECT_EQ(trace.text(), "enter 1, enter 2, exit 1: nothing, exit 2: nothing");
    EXPECT_EQ(loop.time() - start, 3s);
}

TEST_F(AsyncContextDecoratorTest, TheManagerSeesTheErrorOfTheCall) {
    conforms_to(
        {"test_contextlib_async.AsyncContextManagerTestCase.test_decorator_with_exception"});
    const auto fails = [](std::string what) -> Coro<std::optional<int>> {
        throw std::runtime_error(what);
        co_return 1;
    };
    EXPECT_EQ(error_of([&] { run(numbered()(fails)("Ghostbusters")); }), "Ghostbusters");
    EXPECT_EQ(run(numbered(true)(fails)("no ghost")), std::nullopt)
        << "the manager swallows the error";
    EXPECT_EQ(trace.text(),
              "enter 1, exit 1: std::runtime_error: Ghostbusters, "
              "enter 2, exit 2: std::runtime_error: no ghost");
}

TEST_F(AsyncContextDecoratorTest, PassesTheArgumentsAsTheyAre) {
    conforms_to({"test_contextlib_async.AsyncContextManagerTestCase.test_decorating_method"});
    struct Adder {
        Coro<int> add(int& a, std::unique_ptr<int> b) const { co_return start + ++a + *b; }
        int start = 100;
    };
    const Adder adder;
    const auto add = numbered()(&Adder::add);
    int one = 1;
    EXPECT_EQ(run(add(adder, one, std::make_unique<int>(2))), 104);
    EXPECT_EQ(one, 2) << "a reference refers to the caller's variable";
    const auto say = numbered()([this](std::string what) -> Coro<> {
        trace(what);
        co_return;
    });
    std::string text = "as it was at the call";
    auto call = say(text);
    text = "changed since";
    run(std::move(call));
    EXPECT_EQ(trace.text(),
              "enter 1, exit 1: nothing, enter 2, as it was at the call, exit 2: nothing");
}

TEST_F(AsyncContextDecoratorTest, WhereEnteringFailsTheCallDoesNotBegin) {
    struct NoEntry {
        NoEntry() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate
        Coro<> aenter() {
            throw std::runtime_error("no entry");
            co_return;
        }
        [[nodiscard]] aio::Immediate<bool> aexit(const std::exception_ptr&) const {
            return aio::Immediate<bool>(true);
        }
    };
    const auto call = AsyncContextDecorator([] { return NoEntry(); })([this]() -> Coro<> {
        trace("never here");
        co_return;
    });
    EXPECT_EQ(error_of([&] { run(call()); }), "no entry");
    EXPECT_EQ(trace.text(), "");
    EXPECT_EQ(log.text(), "") << "nobody has forgotten to await it";
}

TEST_F(AsyncContextDecoratorTest, ACallKeepsTheFunctionAndIsCancelledInside) {
    const auto captured = std::make_shared<int>(5);
    auto call = numbered()([captured]() -> Coro<int> {
        co_await aio::sleep(1h);
        co_return *captured;
    })();
    EXPECT_EQ(captured.use_count(), 2);
    const auto task = loop.create_task(std::move(call));
    loop.run_until_complete(aio::sleep(2s));
    task.cancel("enough");
    EXPECT_THROW(run(aio::Future(task)), aio::CancelledError);
    EXPECT_EQ(trace.text(), "enter 1, exit 1: CancelledError: enough");
    EXPECT_EQ(captured.use_count(), 1);
}

}  // namespace
