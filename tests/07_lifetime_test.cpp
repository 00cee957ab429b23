// Lifetimes: what a coroutine keeps, and what it only points to.
//
// The unsafe forms are shown with a Canary, whose address is all that they touch. Run under
// AddressSanitizer, the safe forms prove themselves.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "07_coroutine_tasks/detail/canary.hpp"
#include "07_coroutine_tasks/detail/run.hpp"
#include "07_coroutine_tasks/sleep.hpp"
#include "07_coroutine_tasks/task.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Canary;
using aio::Coro;

TEST(Canary, SingsAsLongAsItLives) {
    const Canary* address = nullptr;
    {
        const Canary canary;
        address = &canary;
        EXPECT_TRUE(Canary::sings(address));
    }
    EXPECT_FALSE(Canary::sings(address));
}

TEST(Canary, AMovedOneIsAnotherOne) {
    Canary first;
    const Canary second(std::move(first));
    EXPECT_TRUE(Canary::sings(&second));
    EXPECT_NE(&first, &second);
}

Coro<bool> by_reference(const Canary& canary) {
    co_await aio::sleep(0s);
    co_return Canary::sings(&canary);
}
Coro<bool> by_value(Canary canary) {
    co_await aio::sleep(0s);
    co_return Canary::sings(&canary);
}

// ── parameters ──

TEST(Lifetime, AReferenceParameterDanglesWhenTheTaskOutlivesTheArgument) {
    aio::run([]() -> Coro<> {
        const auto task = aio::create_task(by_reference(Canary()));
        EXPECT_FALSE(co_await task) << "the temporary dies at the semicolon";
    });
}

TEST(Lifetime, AReferenceParameterIsSafeWhenAwaitedAtOnce) {
    aio::run([]() -> Coro<> {
        EXPECT_TRUE(co_await by_reference(Canary())) << "the temporary lives until the semicolon";
    });
}

TEST(Lifetime, AValueParameterIsKeptInTheFrame) {
    aio::run([]() -> Coro<> {
        const auto task = aio::create_task(by_value(Canary()));
        EXPECT_TRUE(co_await task);
    });
}

// ── lambdas ──

TEST(Lifetime, ACapturingLambdaThatIsCalledAndGoneDangles) {
    aio::run([]() -> Coro<> {
        auto coroutine = [canary = Canary()]() -> Coro<bool> {
            co_await aio::sleep(0s);
            co_return Canary::sings(&canary);
        }();  // the lambda dies here; the coroutine only points to it
        const auto task = aio::create_task(std::move(coroutine));
        EXPECT_FALSE(co_await task);
    });
}

TEST(Lifetime, CreateTaskKeepsACapturingLambda) {
    aio::run([]() -> Coro<> {
        const auto task = aio::create_task([canary = Canary()]() -> Coro<bool> {
            co_await aio::sleep(0s);
            co_return Canary::sings(&canary);
        });
        EXPECT_TRUE(co_await task);
    });
}

TEST(Lifetime, ALambdaWithoutCapturesMayTakeWhatItNeedsAsParameters) {
    aio::run([]() -> Coro<> {
        const auto task = aio::create_task([](Canary canary) -> Coro<bool> {
            co_await aio::sleep(0s);
            co_return Canary::sings(&canary);
        }(Canary()));
        EXPECT_TRUE(co_await task);
    });
}

// ── whatever was said above, under AddressSanitizer ──

TEST(Lifetime, ParametersAndLocalsLiveAsLongAsTheCoroutine) {
    const auto greet = [](std::string who, std::unique_ptr<int> times) -> Coro<std::string> {
        const std::string greeting = "hello ";
        std::string all;
        for (int i = 0; i < *times; ++i) {
            co_await aio::sleep(0s);
            all += greeting + who + " ";
        }
        co_return all;
    };
    aio::run([&]() -> Coro<> {
        const auto task = aio::create_task(
            greet("a name that is too long for a short string", std::make_unique<int>(2)));
        const std::string once = "hello a name that is too long for a short string ";
        EXPECT_EQ(co_await task, once + once);
    });
}

TEST(Lifetime, ATaskMayLetGoOfItselfWhileItRuns) {
    aio::run([]() -> Coro<> {
        auto self = std::make_shared<std::optional<aio::Task<>>>();
        *self = aio::create_task([self]() -> Coro<> {
            self->reset();
            co_await aio::sleep(0s);
        });
        co_await aio::sleep(0s);
        co_await aio::sleep(0s);
        co_await aio::sleep(0s);
        EXPECT_EQ(self.use_count(), 1);
    });
}

TEST(Lifetime, AResultMayOutliveItsTaskAndItsLoop) {
    const auto make = []() -> Coro<std::string> { co_return std::string(100, 'x'); };
    const std::string result = aio::run(make);
    EXPECT_EQ(result, std::string(100, 'x'));
}

}  // namespace
