// Context: to hold one, to run in it, to look into it.
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <memory>

#include <gtest/gtest.h>

#include "13_context_variables/context.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Context;
using aio::ContextVar;
using aio::copy_context;

/// Each test begins and ends without variables.
class ContextTest : public testing::Test {
  protected:
    ~ContextTest() override { aio::ContextSnapshot::set_current({}); }

    const ContextVar<int> var{"var"};
    const ContextVar<std::string> name{"name", "default"};
};

// ── copies ──

TEST_F(ContextTest, CopyContextGivesAContext) {
    conforms_to({"test_context.ContextTest.test_context_get_context_1"});
    static_assert(std::is_same_v<decltype(copy_context()), Context>);
    EXPECT_EQ(copy_context().size(), 0U) << "nobody has set anything yet";
    var.set(1);
    EXPECT_EQ(copy_context().size(), 1U) << "a copy has the variables that are set now";
    EXPECT_FALSE(copy_context().is(copy_context())) << "each copy is a context of its own";
}

TEST_F(ContextTest, ACopyAndItsOriginalGoTheirOwnWays) {
    conforms_to({"test_context.ContextTest.test_context_copy_1"});
    const Context first;
    first.run([&] { var.set(1); });
    const Context second = first.copy();
    first.run([&] { var.set(2); });
    second.run([&] { name.set("second"); });
    EXPECT_EQ(first[var], 2);
    EXPECT_FALSE(first.contains(name));
    EXPECT_EQ(second[var], 1);
    EXPECT_EQ(second[name], "second");
}

TEST_F(ContextTest, ACopyOfTheObjectIsTheSameContext) {
    const Context context;
    const Context same = context;  // NOLINT(performance-unnecessary-copy-initialization)
    same.run([&] { var.set(1); });
    EXPECT_EQ(context[var], 1);
    EXPECT_TRUE(context.is(same));
    EXPECT_FALSE(context.is(context.copy()));
}

TEST_F(ContextTest, ANewOneIsEmpty) {
    var.set(1);
    EXPECT_TRUE(Context().empty());
    Context().run([&] { EXPECT_EQ(var.get(0), 0) << "nothing is taken over from the caller"; });
}

// ── run ──

TEST_F(ContextTest, RunCallsWithArgumentsAndGivesWhatComesBack) {
    conforms_to({"test_context.ContextTest.test_context_run_2"});
    const Context context;
    EXPECT_EQ(context.run([](int a, int b) { return 10 * a + b; }, 4, 2), 42);
    int number = 1;
    context.run([](int& changed) { changed = 2; }, number);
    EXPECT_EQ(number, 2) << "a reference stays a reference";
    int& same = context.run([&]() -> int& { return number; });
    EXPECT_EQ(&same, &number);
    EXPECT_EQ(
        *context.run([](std::unique_ptr<int> moved) { return moved; }, std::make_unique<int>(3)),
        3);
}

TEST_F(ContextTest, RunCallsAMemberFunctionToo) {
    struct Number {
        [[nodiscard]] int plus(int other) const { return value + other; }
        int value = 40;
    };
    EXPECT_EQ(Context().run(&Number::plus, Number(), 2), 42);
}

TEST_F(ContextTest, RunCallsTheVeryFunctionThatItIsGiven) {
    struct Counter {
        int operator()() & { return ++calls; }
        int operator()() && { return -1; }
        int calls = 0;
    };
    Counter counter;
    Context().run(counter);
    Context().run(counter);
    EXPECT_EQ(counter.calls, 2) << "run() must call the counter itself, and no copy of it";
    EXPECT_EQ(Context().run(Counter()), -1) << "and a temporary one as a temporary one";
}

TEST_F(ContextTest, WhatItSetsDoesNotReachTheCaller) {
    var.set(1);
    const Context copy = copy_context();
    copy.run([&] {
        EXPECT_EQ(var.get(), 1) << "a copy begins with the variables of its original";
        var.set(2);
    });
    EXPECT_EQ(var.get(), 1) << "what is set in a copy must not reach its original";
    EXPECT_EQ(copy[var], 2) << "what run() sets must be in the context afterwards";
    copy.run([&] { EXPECT_EQ(var.get(), 2) << "but is there the next time"; });
}

TEST_F(ContextTest, AChangeIsVisibleThroughTheObjectAtOnce) {
    conforms_to({"test_context.ContextTest.test_context_run_6"});
    const ContextVar<int> with_default("with_default", 0);
    const Context context;
    context.run([&] {
        EXPECT_EQ(with_default.get(), 0);
        EXPECT_FALSE(context.contains(with_default)) << "a default is no entry";
        EXPECT_FALSE(context.get(with_default).has_value());
        EXPECT_EQ(context.get(with_default, 7), 7);
        with_default.set(42);
        EXPECT_EQ(context[with_default], 42);
        with_default.set(43);
        EXPECT_EQ(context.get(with_default), 43);
    });
}

TEST_F(ContextTest, RefusesToBeEnteredTwice) {
    conforms_to({"test_context.ContextTest.test_context_run_7"});
    const Context context;
    const auto enter_again = [&] { context.run([] {}); };
    EXPECT_THROW(context.run(enter_again), aio::RuntimeError);
    EXPECT_EQ(error_of([&] { context.run(enter_again); }),
              "cannot enter context: <Context of 0 variables> is already entered");
    const Context between;
    EXPECT_THROW(context.run([&] { between.run(enter_again); }), aio::RuntimeError)
        << "also with another context in between";
    context.run([] {});  // outside it may be entered again
}

TEST_F(ContextTest, AnErrorLeavesTheContextToo) {
    const Context context;
    EXPECT_THROW(context.run([&] {
        var.set(1);
        throw std::domain_error("broken");
    }),
                 std::domain_error);
    EXPECT_EQ(var.get(0), 0);
    EXPECT_EQ(context[var], 1);
    context.run([] {});
}

TEST_F(ContextTest, ContextsNestAsCallsDo) {
    const Context outer;
    const Context inner;
    outer.run([&] {
        var.set(1);
        inner.run([&] {
            var.set(2);
            EXPECT_EQ(outer[var], 1);
        });
        EXPECT_EQ(var.get(), 1);
    });
    EXPECT_EQ(inner[var], 2);
}

// ── looking into it ──

TEST_F(ContextTest, IsAMapOfVariablesThatWereSet) {
    var.set(1);
    name.set("ann");
    const Context context = copy_context();
    EXPECT_EQ(context.size(), 2U);
    EXPECT_FALSE(context.empty());
    EXPECT_TRUE(context.contains(var));
    EXPECT_EQ(context[name], "ann");
    EXPECT_EQ(context.get(var), std::optional(1));
    EXPECT_EQ(context.describe(), "<Context of 2 variables>");
    std::map<std::string, std::any> values;
    for (const auto& [key, value] : context.items()) values[key.name()] = value;
    ASSERT_EQ(values.size(), 2U);
    EXPECT_EQ(std::any_cast<int>(values["var"]), 1);
    EXPECT_EQ(std::any_cast<std::string>(values["name"]), "ann");
    const auto keys = context.keys();
    ASSERT_EQ(context.values().size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_EQ(keys[i], context.items()[i].first);
        EXPECT_EQ(context.values()[i].type(), context.items()[i].second.type())
            << "values() must have the order of keys()";
    }
}

TEST_F(ContextTest, SaysWhichVariableItHasNot) {
    EXPECT_THROW((void)Context()[var], aio::KeyError);
    EXPECT_THROW((void)Context()[var], aio::LookupError) << "a KeyError is a LookupError";
    EXPECT_EQ(error_of([&] { (void)Context()[name]; }),
              "<ContextVar name='name' default='default'>")
        << "a default is no entry";
}

TEST_F(ContextTest, IsEqualByContent) {
    conforms_to({"test_context.HamtTest.test_hamt_eq_1"});
    const auto with = [&](int number, const std::string& text) {
        Context context;
        context.run([&] {
            var.set(number);
            name.set(text);
        });
        return context;
    };
    EXPECT_TRUE(with(1, "a") == with(1, "a")) << "the same values, set one by one in both";
    EXPECT_FALSE(with(1, "a") == with(2, "a")) << "var has another value, name has the same";
    EXPECT_FALSE(with(1, "a") == with(1, "b")) << "name has another value, var has the same";
    EXPECT_FALSE(with(1, "a") == Context()) << "the second one has no variables";
    EXPECT_FALSE(Context() == with(1, "a")) << "the first one has no variables";
    EXPECT_TRUE(Context() == Context());
    const Context one = with(1, "a");
    EXPECT_TRUE(one == one.copy()) << "a copy has the same map";
    Context other;
    other.run([&] {
        var.set(1);
        ContextVar<std::string>("name").set("a");
    });
    const auto compare = [&] {
        std::fputs(one == other ? "equal" : "not equal", stderr);
        std::_Exit(0);
    };
    // In a process of its own: to read a binding that is not there usually crashes.
    EXPECT_EXIT(compare(), testing::ExitedWithCode(0), "^not equal$")
        << "another variable of the same name is another key, under which the second one has none";
}

TEST_F(ContextTest, AValueWithoutEqualityIsEqualToItselfOnly) {
    struct Opaque {};
    const ContextVar<Opaque> opaque("opaque");
    opaque.set(Opaque());
    const Context one = copy_context();
    EXPECT_TRUE(one == copy_context());
    opaque.set(Opaque());
    EXPECT_FALSE(one == copy_context());
}

// ── to another thread ──

TEST_F(ContextTest, AWorkerRunsInACopyOfTheCallersContext) {
    conforms_to({"test_threads.ToThreadTests.test_to_thread_contextvars"});
    name.set("parent");
    const auto work = [&, context = copy_context()] {  // what to_thread() of chapter 14 does
        return context.run([&] {
            const std::string seen = name.get();
            name.set("worker");
            return seen;
        });
    };
    EXPECT_EQ(std::async(std::launch::async, work).get(), "parent");
    EXPECT_EQ(name.get(), "parent");
}

TEST_F(ContextTest, ThreadsMayShareWhatTheyHaveCopied) {
    std::vector<ContextVar<int>> all;
    for (int i = 0; i < 50; ++i) all.emplace_back("v" + std::to_string(i));
    for (const auto& one : all) one.set(1);
    const auto set_one_and_sum = [&](std::size_t which) {
        all[which].set(2);
        int sum = 0;
        for (const auto& one : all) sum += one.get();
        return sum;
    };
    std::vector<std::future<int>> threads;
    for (int i = 0; i < 4; ++i) {
        threads.push_back(std::async(std::launch::async, [&, context = copy_context()] {
            int sum = 0;
            for (std::size_t round = 0; round < 200; ++round) {
                sum += context.copy().run(set_one_and_sum, round % 50);
            }
            return sum;
        }));
    }
    for (auto& thread : threads)
        EXPECT_EQ(thread.get(), 200 * 51) << "49 ones and a two, each time";
}

}  // namespace
