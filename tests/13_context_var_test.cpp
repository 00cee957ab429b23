// ContextVar and Token: get, set, reset.
#include <future>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "13_context_variables/context.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Context;
using aio::ContextVar;
using aio::copy_context;
using aio::Token;

/// Each test begins and ends without variables.
class ContextVarTest : public testing::Test {
  protected:
    ~ContextVarTest() override { aio::ContextSnapshot::set_current({}); }

    const ContextVar<int> var{"var"};
};

TEST_F(ContextVarTest, HasNoValueUntilItIsSet) {
    EXPECT_THROW((void)var.get(), aio::LookupError);
    EXPECT_EQ(error_of([&] { (void)var.get(); }), "<ContextVar name='var'>")
        << "the error must say which variable it was";
    var.set(1);
    EXPECT_EQ(var.get(), 1);
}

TEST_F(ContextVarTest, GivesItsDefaultWhereNobodyHasSetIt) {
    const ContextVar<std::string> user("user", "nobody");
    EXPECT_EQ(user.get(), "nobody") << "nobody has set anything yet";
    var.set(1);
    EXPECT_EQ(user.get(), "nobody") << "another variable was set, this one was not";
    user.set("ann");
    EXPECT_EQ(user.get(), "ann");
}

TEST_F(ContextVarTest, GivesTheFallbackBeforeItsDefault) {
    const ContextVar<int> with_default("with_default", 5);
    EXPECT_EQ(with_default.get(7), 7) << "Python's get(default) wins over the variable's own";
    EXPECT_EQ(var.get(7), 7);
    with_default.set(1);
    EXPECT_EQ(with_default.get(7), 1) << "a value wins over any default";
}

TEST_F(ContextVarTest, IsSetAndResetWithTokens) {
    conforms_to({"test_context.ContextTest.test_context_getset_1"});
    const Token<int> first = var.set(42);
    EXPECT_EQ(first.old_value(), Token<int>::missing) << "nothing was there before";
    EXPECT_EQ(first.var(), var);
    const Token<int> second = var.set(43);
    EXPECT_EQ(second.old_value(), 42) << "a token must know what was there before";
    var.reset(second);
    EXPECT_EQ(var.get(), 42) << "reset must bring back what was there before";
    var.set(44);
    EXPECT_THROW(var.reset(second), aio::RuntimeError) << "a token can be used once";
    EXPECT_EQ(var.get(), 44);

    const Context copy = copy_context();
    var.reset(first);
    EXPECT_EQ(error_of([&] { var.reset(first); }),
              "<Token used var=<ContextVar name='var'>> has already been used once");
    EXPECT_EQ(var.get(-1), -1) << "the first token must leave it without a value";
    EXPECT_TRUE(copy.contains(var));
    EXPECT_EQ(copy[var], 44) << "a copy made between keeps its values";
    EXPECT_EQ(copy.get(var, 0), 44);
    EXPECT_EQ(copy.size(), 1U);
    EXPECT_EQ(copy.keys(), std::vector<aio::AnyContextVar>{var});
    ASSERT_EQ(copy.values().size(), 1U);
    EXPECT_EQ(std::any_cast<int>(copy.values()[0]), 44);
    ASSERT_EQ(copy.items().size(), 1U);
    EXPECT_EQ(copy.items()[0].first, var);
    EXPECT_EQ(std::any_cast<int>(copy.items()[0].second), 44);
}

TEST_F(ContextVarTest, RefusesTheTokenOfAnotherVariable) {
    conforms_to({"test_context.ContextTest.test_context_getset_2"});
    const ContextVar<int> other("other");
    const auto token = other.set(1);
    var.set(2);
    EXPECT_THROW(var.reset(token), aio::ValueError);
    EXPECT_EQ(error_of([&] { var.reset(token); }),
              "<Token var=<ContextVar name='other'>> was created by a different ContextVar");
    EXPECT_EQ(var.get(), 2) << "a token that is refused must change nothing";
    const ContextVar<int> namesake("other");
    EXPECT_THROW(namesake.reset(token), aio::ValueError) << "a name is no key";
    other.reset(token);
    EXPECT_EQ(other.get(0), 0) << "a refused token must stay good for its own variable";
    EXPECT_EQ(error_of([&] { var.reset(token); }),
              "<Token used var=<ContextVar name='other'>> has already been used once")
        << "of two errors it is the first";
}

TEST_F(ContextVarTest, AResetChangesNoOtherVariable) {
    const ContextVar<std::string> name("name");
    const auto first = var.set(1);
    name.set("ann");
    const auto second = var.set(2);
    name.set("bob");
    var.reset(second);
    EXPECT_EQ(var.get(), 1);
    EXPECT_EQ(name.get("nobody"), "bob") << "a token is for one variable, and not for all";
    var.reset(first);
    EXPECT_EQ(name.get("nobody"), "bob") << "also where the variable had no value before";
}

TEST_F(ContextVarTest, RefusesTheTokenOfAnotherContext) {
    const auto token = var.set(1);
    const Context copy = copy_context();
    EXPECT_EQ(error_of([&] { copy.run([&] { var.reset(token); }); }),
              "<Token var=<ContextVar name='var'>> was created in a different Context");
    EXPECT_THROW(copy.run([&] { var.reset(token); }), aio::ValueError);
    EXPECT_EQ(copy[var], 1);
    var.reset(token);
    EXPECT_EQ(var.get(0), 0) << "in its own context the token must still be good";
}

TEST_F(ContextVarTest, IsNoEntryUntilItIsSetAndNoneAfterItsReset) {
    conforms_to({"test_context.ContextTest.test_context_getset_3"});
    const ContextVar<int> with_default("with_default", 42);
    EXPECT_EQ(with_default.get(), 42);
    EXPECT_FALSE(copy_context().contains(with_default));
    const auto token = with_default.set(1);
    EXPECT_TRUE(copy_context().contains(with_default));
    with_default.reset(token);
    EXPECT_EQ(with_default.get(), 42);
    EXPECT_FALSE(copy_context().contains(with_default))
        << "after a reset to missing the default counts again, and is no entry";
}

TEST_F(ContextVarTest, TokensNestInAnyDepth) {
    const auto one = var.set(1);
    const auto two = var.set(2);
    const auto three = var.set(3);
    var.reset(three);
    EXPECT_EQ(var.get(), 2);
    var.reset(one);
    EXPECT_EQ(var.get(0), 0) << "tokens need not be used in order";
    var.reset(two);
    EXPECT_EQ(var.get(), 1) << "the second token brings back what was there when it was made";
}

TEST_F(ContextVarTest, IsSetAnewIfItHasThatValueAlready) {
    const auto first = var.set(1);
    const auto second = var.set(1);
    EXPECT_EQ(second.old_value(), 1) << "the same value was there before";
    var.reset(first);
    EXPECT_EQ(var.get(0), 0) << "before the first token nothing was there";
    var.reset(second);
    EXPECT_EQ(var.get(0), 1) << "before the second one it was 1";
}

TEST_F(ContextVarTest, ATokenThatWasMovedAwayIsUsed) {
    auto token = var.set(1);
    const Token<int> moved = std::move(token);
    EXPECT_THROW(var.reset(token), aio::RuntimeError);  // NOLINT(bugprone-use-after-move)
    var.reset(moved);
    EXPECT_EQ(var.get(0), 0);
}

TEST_F(ContextVarTest, ATokenKeepsItsContextAlive) {
    std::optional<Token<int>> token;
    Context().run([&] { token = var.set(1); });
    for (int i = 0; i < 100; ++i) {
        EXPECT_THROW(Context().run([&] { var.reset(*token); }), aio::ValueError)
            << "a new context must never be taken for the old one";
    }
}

// ── names ──

TEST_F(ContextVarTest, HasANameThatCannotBeChangedAndIsNotItsIdentity) {
    conforms_to({"test_context.ContextTest.test_context_var_new_1"});
    static_assert(!std::is_default_constructible_v<ContextVar<int>>);
    static_assert(!std::is_constructible_v<ContextVar<int>, int>);
    static_assert(std::is_same_v<decltype(var.name()), const std::string&>);
    const ContextVar<int> namesake("var");
    EXPECT_EQ(namesake.name(), "var");
    EXPECT_FALSE(namesake == var) << "two variables of one name are two";
    namesake.set(1);
    var.set(2);
    EXPECT_EQ(namesake.get(), 1);
    const ContextVar<int> same = var;
    EXPECT_TRUE(same == var);
    EXPECT_EQ(same.get(), 2);
}

TEST_F(ContextVarTest, SaysWhatItIs) {
    conforms_to({"test_context.ContextTest.test_context_var_repr_1"});
    struct Opaque {};
    EXPECT_EQ(var.describe(), "<ContextVar name='var'>");
    EXPECT_EQ(ContextVar<int>("a", 123).describe(), "<ContextVar name='a' default=123>");
    EXPECT_EQ(ContextVar<std::string>("a", "b").describe(), "<ContextVar name='a' default='b'>");
    EXPECT_EQ(ContextVar<Opaque>("a", Opaque()).describe(), "<ContextVar name='a' default=...>");
    const auto token = var.set(1);
    EXPECT_EQ(token.describe(), "<Token var=<ContextVar name='var'>>");
    var.reset(token);
    EXPECT_EQ(token.describe(), "<Token used var=<ContextVar name='var'>>");
}

TEST_F(ContextVarTest, MayGoBeforeItsValue) {
    {
        const ContextVar<std::string> temporary("temporary");
        temporary.set("a text that is too long to stand inside a std::string");
    }
    const auto keys = copy_context().keys();
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].name(), "temporary");
}

// ── values ──

TEST_F(ContextVarTest, KeepsAValueAsLongAsSomebodyHasIt) {
    const ContextVar<std::shared_ptr<int>> shared("shared");
    const auto value = std::make_shared<int>(1);
    std::optional<Context> copy;
    {
        const auto token = shared.set(value);
        copy = copy_context();
        shared.reset(token);
    }
    EXPECT_EQ(value.use_count(), 2) << "the copy has it, and we";
    EXPECT_EQ((*copy)[shared], value);
    copy.reset();
    EXPECT_EQ(value.use_count(), 1) << "nobody else is left";
}

TEST_F(ContextVarTest, AValueIsThereOnceHoweverManyContextsHaveIt) {
    const ContextVar<std::shared_ptr<int>> shared("shared");
    const auto value = std::make_shared<int>(1);
    shared.set(value);
    std::vector<Context> copies;
    for (int i = 0; i < 100; ++i) copies.push_back(copy_context());
    var.set(1);
    EXPECT_EQ(value.use_count(), 2);
}

/// A value that reads a variable when it is destroyed.
struct Reader {
    Reader(const ContextVar<int>& its_var, int& where) : var(its_var), seen(where) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { seen = var.get(0); }
    const ContextVar<int>& var;
    int& seen;
};

TEST_F(ContextVarTest, ADestructorOfAValueMayReadAVariable) {
    int seen = -1;
    const ContextVar<std::shared_ptr<Reader>> reader("reader");
    var.set(7);
    reader.set(std::make_shared<Reader>(var, seen));
    reader.set(nullptr);
    EXPECT_EQ(seen, 7);
}

TEST_F(ContextVarTest, ADestructorOfAValueMayReadAVariableAlsoWhenItsThreadEnds) {
    int seen = -1;
    const ContextVar<std::shared_ptr<Reader>> reader("reader");
    std::packaged_task<void()> work([&] {
        var.set(7);
        reader.set(std::make_shared<Reader>(var, seen));
    });
    auto done = work.get_future();
    std::thread(std::move(work)).join();
    done.get();
    EXPECT_EQ(seen, 0) << "the thread's context must be empty before its values are destroyed";
}

TEST_F(ContextVarTest, AThousandHaveTheirOwnValues) {
    std::vector<ContextVar<int>> all;
    for (int i = 0; i < 1'000; ++i) all.emplace_back("v" + std::to_string(i));
    for (int i = 0; i < 1'000; ++i) all[static_cast<std::size_t>(i)].set(i);
    const Context copy = copy_context();
    for (int i = 0; i < 1'000; i += 2) all[static_cast<std::size_t>(i)].set(-1);
    for (int i = 0; i < 1'000; ++i) {
        ASSERT_EQ(all[static_cast<std::size_t>(i)].get(), i % 2 == 0 ? -1 : i);
        ASSERT_EQ(copy[all[static_cast<std::size_t>(i)]], i);
    }
    EXPECT_EQ(copy.size(), 1'000U);
}

// ── threads ──

TEST_F(ContextVarTest, EachThreadHasItsOwnContext) {
    conforms_to({"test_context.ContextTest.test_context_threads_1"});
    var.set(1);
    const auto count = [&](int from) {
        EXPECT_EQ(var.get(-1), -1) << "a new thread begins without variables";
        for (int step = 0; step < 1'000; ++step) {
            var.set(from + step);
            if (var.get() != from + step) return var.get();
        }
        return from;
    };
    std::vector<std::future<int>> threads;
    for (int i = 0; i < 4; ++i)
        threads.push_back(std::async(std::launch::async, count, 10'000 * i));
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(threads[static_cast<std::size_t>(i)].get(), 10'000 * i)
            << "a thread has read what it has not set";
    }
    EXPECT_EQ(var.get(), 1);
}

TEST_F(ContextVarTest, WhatAThreadHasSetGoesWithTheThread) {
    const ContextVar<std::shared_ptr<int>> shared("shared");
    const auto value = std::make_shared<int>(1);
    std::async(std::launch::async, [&] {
        shared.set(value);
        EXPECT_EQ(value.use_count(), 2);
    }).get();
    EXPECT_EQ(value.use_count(), 1) << "the thread is gone, and its context should be too";
}

}  // namespace
