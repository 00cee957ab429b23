// ExceptionGroup: what it holds, and how it is split.
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/exception_ptr_cast.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/shape_of.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::BaseExceptionGroup;
using aio::CancelledError;
using aio::exception_ptr_cast;
using aio::ExceptionGroup;
using aio::ExceptionGroupPtr;
using aio::KeyboardInterrupt;
using aio::KeyError;
using aio::make_exception_group;
using aio::TimeoutError;
using aio::ValueError;

std::exception_ptr cancelled() {
    return std::make_exception_ptr(CancelledError());
}

/// Three levels, with two types of errors in each.
ExceptionGroup tree() {
    return {"root",
            {value(1), group("left", {key(2), value(3), group("leaf", {value(4), key(5)})}),
             group("right", {key(6)}), key(7)}};
}

// ── exception_ptr_cast ──

struct Named {
    virtual ~Named() = default;
    std::string name = "named";
};
class NamedError : public std::runtime_error, public Named {
  public:
    using std::runtime_error::runtime_error;
};

TEST(ExceptionPtrCast, FindsWhatACatchWouldFind) {
    const auto error = std::make_exception_ptr(NamedError("text"));
    ASSERT_NE(exception_ptr_cast<std::exception>(error), nullptr) << "a base of a base";
    EXPECT_STREQ(exception_ptr_cast<std::exception>(error)->what(), "text");
    ASSERT_NE(exception_ptr_cast<Named>(error), nullptr) << "the second base";
    EXPECT_EQ(exception_ptr_cast<Named>(error)->name, "named")
        << "the second base lies elsewhere in the object";
    EXPECT_EQ(exception_ptr_cast<std::logic_error>(error), nullptr);
}

TEST(ExceptionPtrCast, KnowsWhatIsNoClass) {
    EXPECT_EQ(*exception_ptr_cast<int>(std::make_exception_ptr(7)), 7);
    EXPECT_EQ(exception_ptr_cast<long>(std::make_exception_ptr(7)), nullptr)
        << "a handler does not convert numbers";
    EXPECT_EQ(exception_ptr_cast<int>(nullptr), nullptr);
}

TEST(ExceptionPtrCast, CatchesAnswersForEachTypeAnew) {
    aio::Catches<KeyError, TimeoutError> matches;
    const auto late = std::make_exception_ptr(TimeoutError());
    for (int round = 0; round < 2; ++round) {
        EXPECT_TRUE(matches(key(1)));
        EXPECT_FALSE(matches(value(1)));
        EXPECT_TRUE(matches(late));
        EXPECT_FALSE(matches(cancelled()));
    }
}

// ── what it is ──

TEST(ExceptionGroupTest, HasAMessageAndMembers) {
    conforms_to({"test_exception_group.ExceptionGroupFields.test_basics_ExceptionGroup_fields"});
    const Errors errors{value(1), key(2)};
    const ExceptionGroup two("two failed", errors);
    EXPECT_EQ(two.message(), "two failed");
    EXPECT_EQ(two.exceptions(), errors) << "the members are the very exceptions it was given";
}

TEST(ExceptionGroupTest, CannotBeChanged) {
    conforms_to({"test_exception_group.ExceptionGroupFields.test_fields_are_readonly"});
    using Group = const ExceptionGroup&;
    static_assert(
        std::is_same_v<decltype(std::declval<ExceptionGroup&>().message()), const std::string&>);
    static_assert(
        std::is_same_v<decltype(std::declval<ExceptionGroup&>().exceptions()), const Errors&>);
    EXPECT_FALSE((std::is_assignable_v<ExceptionGroup&, Group>));
    EXPECT_TRUE(std::is_nothrow_copy_constructible_v<ExceptionGroup>)
        << "throwing it copies it, and that must not throw";
}

TEST(ExceptionGroupTest, SaysHowManyThereAre) {
    conforms_to({"test_exception_group.StrAndReprTests.test_ExceptionGroup",
                 "test_exception_group.StrAndReprTests.test_BaseExceptionGroup"});
    EXPECT_STREQ(ExceptionGroup("flat", {value(1), key(2)}).what(), "flat (2 sub-exceptions)");
    EXPECT_STREQ(ExceptionGroup("flat", {value(1)}).what(), "flat (1 sub-exception)");
    EXPECT_STREQ(BaseExceptionGroup("flat", {value(1), cancelled()}).what(),
                 "flat (2 sub-exceptions)");
    EXPECT_EQ(shape_of(tree().as_ptr()),
              "root[ValueError: 1, left[KeyError: 2, ValueError: 3, leaf[ValueError: 4, "
              "KeyError: 5]], right[KeyError: 6], KeyError: 7]");
}

TEST(ExceptionGroupTest, IsAnErrorAndABaseGroupIsNone) {
    conforms_to(
        {"test_exception_group.TestExceptionGroupTypeHierarchy.test_exception_group_types"});
    EXPECT_TRUE((std::is_base_of_v<std::exception, ExceptionGroup>));
    EXPECT_TRUE((std::is_base_of_v<BaseExceptionGroup, ExceptionGroup>));
    EXPECT_FALSE((std::is_base_of_v<std::exception, BaseExceptionGroup>));
    Trace trace;
    for (const auto& error : {group("errors", {value(1)}), group("all", {cancelled()})}) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& caught) {
            trace(std::string("error ") + caught.what());
        } catch (const BaseExceptionGroup& caught) {
            trace(std::string("base group ") + caught.what());
        }
    }
    EXPECT_EQ(trace.text(), "error errors (1 sub-exception), base group all (1 sub-exception)");
}

TEST(ExceptionGroupTest, OfErrorsOnlyIsMadeAnExceptionGroup) {
    conforms_to(
        {"test_exception_group.InstanceCreation.test_BEG_wraps_Exceptions__creates_EG",
         "test_exception_group.InstanceCreation.test_BEG_wraps_BaseException__creates_BEG"});
    EXPECT_EQ(shape_of(make_exception_group("g", {value(1)})), "g[ValueError: 1]");
    EXPECT_EQ(shape_of(make_exception_group("g", {value(1), cancelled()})),
              "BaseExceptionGroup g[ValueError: 1, CancelledError]");
    EXPECT_EQ(shape_of(make_exception_group("g", {std::make_exception_ptr(7)})),
              "BaseExceptionGroup g[int]")
        << "what is not a std::exception is not an ordinary error";
}

TEST(ExceptionGroupTest, OfErrorsRefusesRequestsToStop) {
    conforms_to(
        {"test_exception_group.InstanceCreation.test_EG_wraps_BaseException__raises_TypeError"});
    EXPECT_THROW(ExceptionGroup("g", {value(1), cancelled()}), ValueError);
    EXPECT_THROW(ExceptionGroup("g", {std::make_exception_ptr(KeyboardInterrupt())}), ValueError);
    EXPECT_THROW(ExceptionGroup("g", {group("inner", {cancelled()})}), ValueError)
        << "they may not hide in a member either";
}

TEST(ExceptionGroupTest, RefusesToHoldNothing) {
    EXPECT_THROW(ExceptionGroup("g", {}), ValueError);
    EXPECT_THROW(BaseExceptionGroup("g", {}), ValueError);
    EXPECT_THROW(ExceptionGroup("g", {value(1), nullptr}), ValueError);
}

TEST(ExceptionGroupTest, KeepsItsShape) {
    conforms_to(
        {"test_exception_group.NestedExceptionGroupBasicsTest.test_nested_group_matches_template"});
    const ExceptionGroup nested("outer", {group("inner", {value(1), key(2)}), key(3)});
    EXPECT_EQ(shape_of(nested.as_ptr()), "outer[inner[ValueError: 1, KeyError: 2], KeyError: 3]");
    EXPECT_EQ(nested.depth(), 2U);
}

TEST(ExceptionGroupTest, MembersKeepTheErrorThatTheyCarry) {
    conforms_to({"test_exception_group.NestedExceptionGroupBasicsTest.test_nested_group_chaining"});
    const auto error = thrown_by([] {
        try {
            throw KeyError("cause");
        } catch (...) {
            std::throw_with_nested(ValueError("effect"));
        }
    });
    const ExceptionGroup outer("outer", {group("inner", {error, key(2)})});
    const auto part = outer.subgroup<ValueError>();
    const auto* carried = exception_ptr_cast<std::nested_exception>(aio::leaves(*part).front());
    ASSERT_NE(carried, nullptr);
    EXPECT_EQ(aio::describe(carried->nested_ptr()), "KeyError: cause");
}

TEST(ExceptionGroupTest, CopiesAreTheSameGroup) {
    const ExceptionGroup first("g", {value(1)});
    const ExceptionGroup copy = first;
    EXPECT_TRUE(first == copy);
    EXPECT_TRUE(*first.as_ptr() == first);
    EXPECT_FALSE(first == ExceptionGroup("g", {value(1)})) << "the same text is not the same group";
}

TEST(ExceptionGroupTest, APointerToAGroupHoldsNothingElse) {
    EXPECT_EQ(ExceptionGroupPtr(), nullptr);
    EXPECT_FALSE(ExceptionGroupPtr(std::exception_ptr()));
    EXPECT_THROW((void)ExceptionGroupPtr(value(1)), ValueError);
}

TEST(ExceptionGroupTest, LeavesAreTheErrorsInOrder) {
    conforms_to({"test_exception_group.LeafGeneratorTest.test_leaf_generator"});
    std::string text;
    for (const auto& error : aio::leaves(tree())) text += aio::describe(error) + " ";
    EXPECT_EQ(text,
              "ValueError: 1 KeyError: 2 ValueError: 3 ValueError: 4 KeyError: 5 KeyError: 6 "
              "KeyError: 7 ");
}

// ── splitting ──

std::string shape_of_parts(const aio::ExceptionGroupParts& parts) {
    return shape_of(parts.match) + " | " + shape_of(parts.rest);
}

/// Whether `part` is the very group, and not one that looks like it.
bool is_same(const ExceptionGroupPtr& part, const BaseExceptionGroup& group) {
    return part && *part == group;
}

TEST(SplitTest, ByTypePartsTheErrorsFromTheRest) {
    conforms_to(
        {"test_exception_group.ExceptionGroupSplitTests.test_basics_split_by_type__match",
         "test_exception_group.ExceptionGroupSubgroupTests.test_basics_subgroup_by_type__match"});
    const ExceptionGroup mixed("eg", {value(1), key(2), value(3)});
    EXPECT_EQ(shape_of_parts(mixed.split<ValueError>()),
              "eg[ValueError: 1, ValueError: 3] | eg[KeyError: 2]");
    EXPECT_EQ(shape_of_parts(mixed.split<KeyError>()),
              "eg[KeyError: 2] | eg[ValueError: 1, ValueError: 3]");
    EXPECT_EQ(shape_of(mixed.subgroup<ValueError>()), "eg[ValueError: 1, ValueError: 3]");
    EXPECT_EQ(shape_of_parts(mixed.split<KeyError, ValueError>()),
              "eg[ValueError: 1, KeyError: 2, ValueError: 3] | nothing");
}

TEST(SplitTest, ByATypeThatIsNotThereGivesNothing) {
    const ExceptionGroup mixed("eg", {value(1), key(2)});
    EXPECT_EQ(shape_of_parts(mixed.split<TimeoutError>()),
              "nothing | eg[ValueError: 1, KeyError: 2]");
    EXPECT_EQ(mixed.subgroup<TimeoutError>(), nullptr);
}

TEST(SplitTest, ByABaseTakesWhatDerivesFromIt) {
    const ExceptionGroup mixed("eg", {value(1), std::make_exception_ptr(TimeoutError()), key(2)});
    EXPECT_EQ(shape_of_parts(mixed.split<std::logic_error>()),
              "eg[ValueError: 1, KeyError: 2] | eg[TimeoutError: timed out]");
}

TEST(SplitTest, ByATypeThatCoversTheGroupGivesTheSameGroup) {
    conforms_to(
        {"test_exception_group.ExceptionGroupSplitTests.test_basics_split_by_type__passthrough",
         "test_exception_group.ExceptionGroupSubgroupTests.test_basics_subgroup_by_type__"
         "passthrough"});
    const ExceptionGroup all = tree();
    EXPECT_TRUE(is_same(all.subgroup<std::exception>(), all)) << "the group itself is an error";
    EXPECT_TRUE(is_same(all.subgroup<ExceptionGroup>(), all)) << "the group itself matches";
    EXPECT_TRUE(is_same(all.subgroup<BaseExceptionGroup>(), all)) << "the group itself matches";
    EXPECT_EQ(shape_of(all.split<std::exception>().rest), "nothing");
}

TEST(SplitTest, ByAPredicate) {
    conforms_to(
        {"test_exception_group.ExceptionGroupSplitTests.test_basics_split_by_predicate__match",
         "test_exception_group.ExceptionGroupSubgroupTests.test_basics_subgroup_by_predicate__"
         "match"});
    const auto is_two = [](const std::exception_ptr& error) {
        const auto* text = exception_ptr_cast<std::exception>(error);
        return text != nullptr && std::string(text->what()) == "2";
    };
    const ExceptionGroup mixed("eg", {value(1), key(2), value(2)});
    EXPECT_EQ(shape_of_parts(mixed.split(is_two)),
              "eg[KeyError: 2, ValueError: 2] | eg[ValueError: 1]");
    EXPECT_EQ(shape_of(mixed.subgroup(is_two)), "eg[KeyError: 2, ValueError: 2]");
}

TEST(SplitTest, ByAPredicateThatIsAlwaysTrueGivesTheSameGroup) {
    conforms_to(
        {"test_exception_group.ExceptionGroupSplitTests.test_basics_split_by_predicate__"
         "passthrough",
         "test_exception_group.ExceptionGroupSubgroupTests.test_basics_subgroup_by_"
         "predicate__passthrough"});
    const ExceptionGroup all = tree();
    const auto always = [](const std::exception_ptr&) { return true; };
    EXPECT_TRUE(is_same(all.subgroup(always), all)) << "the group itself matches";
    EXPECT_EQ(shape_of(all.split(always).rest), "nothing");
}

TEST(SplitTest, ByAPredicateThatIsNeverTrueLeavesTheSameGroup) {
    conforms_to(
        {"test_exception_group.ExceptionGroupSplitTests.test_basics_split_by_predicate__"
         "no_match"});
    const ExceptionGroup all = tree();
    const auto parts = all.split([](const std::exception_ptr&) { return false; });
    EXPECT_EQ(shape_of(parts.match), "nothing");
    EXPECT_TRUE(is_same(parts.rest, all)) << "a group of which nothing is taken stays what it is";
}

TEST(SplitTest, KeepsTheNestingOfBothPartsAndDropsWhatIsEmpty) {
    conforms_to({"test_exception_group.NestedExceptionGroupSplitTest.test_split_by_type"});
    const auto parts = tree().split<ValueError>();
    EXPECT_EQ(shape_of(parts.match),
              "root[ValueError: 1, left[ValueError: 3, leaf[ValueError: 4]]]")
        << "'right' had no ValueError, and must not be left as an empty group";
    EXPECT_EQ(shape_of(parts.rest),
              "root[left[KeyError: 2, leaf[KeyError: 5]], right[KeyError: 6], KeyError: 7]");
}

TEST(SplitTest, LeavesAGroupThatIsNotTouchedAsItIs) {
    const auto inner = group("inner", {key(1), key(2)});
    const ExceptionGroup outer("outer", {value(3), inner});
    const auto parts = outer.split<ValueError>();
    ASSERT_EQ(shape_of_parts(parts),
              "outer[ValueError: 3] | outer[inner[KeyError: 1, KeyError: 2]]");
    EXPECT_EQ(parts.rest->exceptions().front(), inner) << "the very exception, not a copy";
}

TEST(SplitTest, AsksAPredicateAboutGroupsToo) {
    const auto inner = group("inner", {key(1), value(2)});
    const ExceptionGroup outer("outer", {inner, key(3)});
    const auto parts = outer.split([&](const std::exception_ptr& error) { return error == inner; });
    EXPECT_EQ(shape_of_parts(parts),
              "outer[inner[KeyError: 1, ValueError: 2]] | outer[KeyError: 3]");
}

TEST(SplitTest, AsksAboutAGroupBeforeItsMembersAndAboutEachOnce) {
    Trace asked;
    const auto asks = [&](const std::exception_ptr& error) {
        const auto* whole = exception_ptr_cast<BaseExceptionGroup>(error);
        asked(whole != nullptr ? whole->message() : aio::describe(error));
        return false;
    };
    (void)tree().split(asks);
    EXPECT_EQ(asked.text(),
              "root, ValueError: 1, left, KeyError: 2, ValueError: 3, leaf, ValueError: 4, "
              "KeyError: 5, right, KeyError: 6, KeyError: 7");
}

TEST(SplitTest, AsksOnePredicateAndNoCopiesOfIt) {
    const auto the_first_four = [left = 4](const std::exception_ptr& error) mutable {
        return exception_ptr_cast<BaseExceptionGroup>(error) == nullptr && left-- > 0;
    };
    EXPECT_EQ(shape_of(tree().subgroup(the_first_four)),
              "root[ValueError: 1, left[KeyError: 2, ValueError: 3, leaf[ValueError: 4]]]")
        << "a predicate may count: every level must ask the same one";
}

TEST(SplitTest, OfABaseGroupMakesAnExceptionGroupWherePossible) {
    conforms_to(
        {"test_exception_group.NestedExceptionGroupSplitTest.test_split_BaseExceptionGroup"});
    const BaseExceptionGroup all(
        "all", {value(1), group("inner", {cancelled(), key(2)}), std::make_exception_ptr(7)});
    EXPECT_EQ(shape_of_parts(all.split<CancelledError, int>()),
              "BaseExceptionGroup all[BaseExceptionGroup inner[CancelledError], int] | "
              "all[ValueError: 1, inner[KeyError: 2]]");
}

TEST(SplitTest, OfADeepTreeWorks) {
    std::exception_ptr deep = group("level", {value(1), key(0)});
    for (int level = 1; level < 1000; ++level) deep = group("level", {deep, key(level)});
    const auto parts = ExceptionGroupPtr(deep)->split<ValueError>();
    ASSERT_TRUE(parts.match && parts.rest) << "each level has errors of both kinds below it";
    EXPECT_EQ(parts.match->depth(), 1000U) << "the one ValueError is in the innermost group";
    EXPECT_EQ(aio::leaves(*parts.match).size(), 1U) << "there is one ValueError";
    EXPECT_EQ(aio::leaves(*parts.rest).size(), 1000U) << "there is a KeyError in every level";
    const ExceptionGroupPtr deeper = group("level", {deep, key(1000)});
    EXPECT_THROW((void)deeper->split<ValueError>(), aio::RuntimeError)
        << "this has one level more than kMaxDepth";
}

TEST(SplitTest, OfAVeryDeepTreeIsRefusedAndNothingCrashes) {
    conforms_to({"test_exception_group.DeepRecursionInSplitAndSubgroup.test_deep_split",
                 "test_exception_group.DeepRecursionInSplitAndSubgroup.test_deep_subgroup"});
    std::exception_ptr deep = value(1);
    for (int level = 0; level < 50'000; ++level) deep = group("level", {deep, key(level)});
    const ExceptionGroupPtr tower = deep;
    EXPECT_EQ(tower->depth(), 50'000U);
    EXPECT_THROW((void)tower->split<ValueError>(), aio::RuntimeError);
    EXPECT_THROW((void)tower->subgroup<ValueError>(), aio::RuntimeError);
    EXPECT_TRUE(is_same(tower->subgroup<std::exception>(), *tower)) << "a whole is not split";
    EXPECT_EQ(aio::leaves(*tower).size(), 50'001U) << "walking through it takes no stack";
}  // nor does destroying it

/// Counts how often it is thrown or copied.
struct Heavy : std::exception {
    explicit Heavy(int& copies) : copies_(&copies) {}
    Heavy(const Heavy& other) : std::exception(other), copies_(other.copies_) { ++*copies_; }
    Heavy& operator=(const Heavy&) = delete;
    ~Heavy() override = default;
    int* copies_;
};

TEST(SplitTest, CopiesNoErrorAndLosesNone) {
    int copies = 0;
    Errors errors;
    for (int i = 0; i < 1000; ++i) {
        errors.push_back(i % 3 == 0 ? std::make_exception_ptr(Heavy(copies)) : key(i));
    }
    copies = 0;
    const auto parts = ExceptionGroup("many", errors).split<Heavy>();
    ASSERT_TRUE(parts.match && parts.rest) << "there are errors of both kinds";
    EXPECT_EQ(parts.match->exceptions().size(), 334U) << "every third error is a Heavy";
    EXPECT_EQ(parts.rest->exceptions().size(), 666U) << "two of three are KeyErrors";
    EXPECT_EQ(copies, 0) << "a part shares its members with the whole";
}

// ── groups of your own ──

/// Without a derive(): its parts are plain groups.
class PlainPartsGroup : public ExceptionGroup {
  public:
    PlainPartsGroup(int code, Errors errors)
        : ExceptionGroup("mine", std::move(errors)), code_(code) {}
    [[nodiscard]] int code() const noexcept { return code_; }

  private:
    int code_;
};

/// With a derive(): its parts are like the whole.
class CodeGroup : public ExceptionGroup {
  public:
    CodeGroup(std::string message, int code, Errors errors)
        : ExceptionGroup(std::move(message), std::move(errors)), code_(code) {}
    [[nodiscard]] int code() const noexcept { return code_; }
    [[nodiscard]] std::exception_ptr derive(Errors errors) const override {
        return std::make_exception_ptr(CodeGroup(message(), code_, std::move(errors)));
    }

  private:
    int code_;
};

/// A base group, whatever is in it.
class AnyGroup : public BaseExceptionGroup {
  public:
    using BaseExceptionGroup::BaseExceptionGroup;
    [[nodiscard]] std::exception_ptr derive(Errors errors) const override {
        return std::make_exception_ptr(AnyGroup(message(), std::move(errors)));
    }
};

/// The shape of a CodeGroup, with the codes: "outer 42[inner 7[KeyError: 1], KeyError: 2]".
std::string codes_of(const std::exception_ptr& error) {
    const auto* group = exception_ptr_cast<CodeGroup>(error);
    if (group == nullptr) return shape_of(error);
    Trace members;
    for (const auto& member : group->exceptions()) members(codes_of(member));
    return fmt::format("{} {}[{}]", group->message(), group->code(), members.text());
}

TEST(GroupOfOnesOwn, WithoutADeriveSplitsIntoPlainGroups) {
    conforms_to(
        {"test_exception_group.NestedExceptionGroupSubclassSplitTest.test_split_"
         "BaseExceptionGroup_subclass_no_derive_new_override"});
    const PlainPartsGroup mine(42, {value(1), key(2)});
    EXPECT_EQ(shape_of_parts(mine.split<ValueError>()), "mine[ValueError: 1] | mine[KeyError: 2]");
}

TEST(GroupOfOnesOwn, WithADeriveKeepsItsTypeAndItsDataAtEveryLevel) {
    conforms_to(
        {"test_exception_group.NestedExceptionGroupSubclassSplitTest.test_split_ExceptionGroup_"
         "subclass_derive_and_new_overrides"});
    const auto inner = std::make_exception_ptr(CodeGroup("inner", 7, {value(1), key(2)}));
    const CodeGroup outer("outer", 42, {inner, value(3)});
    const auto parts = outer.split<ValueError>();
    EXPECT_EQ(codes_of(parts.match), "outer 42[inner 7[ValueError: 1], ValueError: 3]");
    EXPECT_EQ(codes_of(parts.rest), "outer 42[inner 7[KeyError: 2]]");
}

TEST(GroupOfOnesOwn, IsTheSameGroupAsAPointer) {
    const CodeGroup with_derive("g", 42, {value(1), key(2)});
    EXPECT_TRUE(*with_derive.as_ptr() == with_derive);
    EXPECT_EQ(dynamic_cast<const CodeGroup&>(*with_derive.as_ptr()).code(), 42)
        << "derive() makes it: we cannot copy a type that we do not know";
    const PlainPartsGroup without(42, {value(1), key(2)});
    EXPECT_TRUE(*without.as_ptr() == without);
    const AnyGroup base("g", {value(1)});
    EXPECT_TRUE(*base.as_ptr() == base);
}

TEST(GroupOfOnesOwn, WhoseDeriveGivesNothingIsRefused) {
    class Nothing : public ExceptionGroup {
      public:
        using ExceptionGroup::ExceptionGroup;
        [[nodiscard]] std::exception_ptr derive(Errors /*errors*/) const override {
            return nullptr;
        }
    };
    const Nothing group("g", {value(1), key(2)});
    EXPECT_THROW((void)group.as_ptr(), ValueError);
    EXPECT_THROW((void)group.split<ValueError>(), ValueError);
    try {
        throw Nothing("g", {value(1), key(2)});
    } catch (const ExceptionGroup& handled) {
        EXPECT_THROW((void)handled.split<ValueError>(), ValueError)
            << "both errors would be lost, and nobody would know";
    }
}

TEST(GroupOfOnesOwn, ThatMatchesAsAWholeIsTheSameGroup) {
    const CodeGroup mine("g", 42, {value(1), group("inner", {key(2)})});
    const auto parts = mine.split<std::exception>();
    EXPECT_EQ(codes_of(parts.match), "g 42[ValueError: 1, inner[KeyError: 2]]");
    EXPECT_TRUE(is_same(parts.match, mine)) << "the group itself is an error";
    EXPECT_EQ(shape_of(parts.rest), "nothing");
}

TEST(GroupOfOnesOwn, OfWhichEverythingIsTakenIsTheSameGroup) {
    const CodeGroup mine("g", 42, {value(1), value(2)});
    const auto all = mine.split<ValueError>();
    EXPECT_EQ(codes_of(all.match), "g 42[ValueError: 1, ValueError: 2]");
    EXPECT_TRUE(is_same(all.match, mine)) << "it shares its members with the whole";
    const auto none = mine.split<KeyError>();
    EXPECT_EQ(codes_of(none.rest), "g 42[ValueError: 1, ValueError: 2]");
    EXPECT_TRUE(is_same(none.rest, mine)) << "it shares its members with the whole";
}

TEST(GroupOfOnesOwn, KeepsItsTypeInsideAnotherOneUnderTheSameLaw) {
    const auto with_derive = std::make_exception_ptr(CodeGroup("code", 7, {value(1)}));
    const auto without = std::make_exception_ptr(PlainPartsGroup(7, {value(2)}));
    const ExceptionGroup outer("outer", {with_derive, without, key(3)});
    const auto by_leaves = outer.split<ValueError>().match;
    ASSERT_TRUE(by_leaves) << "two groups in it have a ValueError";
    EXPECT_EQ(codes_of(by_leaves->exceptions().at(0)), "code 7[ValueError: 1]");
    EXPECT_EQ(shape_of(by_leaves->exceptions().at(1)), "mine[ValueError: 2]")
        << "a plain group, inside another or alone, whether all of it is taken or a part";
    const auto untouched = outer.split<KeyError>().rest;
    ASSERT_TRUE(untouched) << "two groups in it have no KeyError";
    EXPECT_EQ(shape_of(untouched->exceptions().at(1)), "mine[ValueError: 2]");
    const auto whole = outer.split([&](const auto& error) { return error == without; }).match;
    ASSERT_TRUE(whole) << "the second group in it matches as a whole";
    EXPECT_EQ(whole->exceptions().at(0), without) << "what matches as a whole stays what it is";
}

TEST(GroupOfOnesOwn, InAHandlerIsTheExceptionThatIsHandled) {
    try {
        throw PlainPartsGroup(42, {value(1), value(2)});
    } catch (const BaseExceptionGroup& mine) {
        const auto handled = std::current_exception();
        const std::exception_ptr as_ptr = mine.as_ptr();
        EXPECT_EQ(as_ptr, handled) << "that one keeps its type, derive() or not";
        const std::exception_ptr match = mine.split<std::exception>().match;
        EXPECT_EQ(match, handled);
        EXPECT_EQ(shape_of(mine.split<ValueError>().match), "mine[ValueError: 1, ValueError: 2]");
    }
}

TEST(GroupOfOnesOwn, MayHoldAnythingAndKeepsItsType) {
    conforms_to({"test_exception_group.InstanceCreation.test_BEG_subclass_wraps_anything"});
    const AnyGroup errors("g", {value(1), key(2)});
    const AnyGroup all("g", {value(1), cancelled()});
    const std::exception_ptr match = errors.split<ValueError>().match;
    EXPECT_NE(exception_ptr_cast<AnyGroup>(match), nullptr) << "this is " << shape_of(match);
    const std::exception_ptr rest = all.split<ValueError>().rest;
    EXPECT_NE(exception_ptr_cast<AnyGroup>(rest), nullptr) << "this is " << shape_of(rest);
}

TEST(GroupOfOnesOwn, MustDeriveAGroup) {
    class Wrong : public ExceptionGroup {
      public:
        using ExceptionGroup::ExceptionGroup;
        [[nodiscard]] std::exception_ptr derive(Errors errors) const override {
            return errors.front();
        }
    };
    EXPECT_THROW((void)Wrong("g", {value(1), key(2)}).split<ValueError>(), ValueError);
}

}  // namespace
