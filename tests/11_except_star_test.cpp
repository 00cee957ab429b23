// except_star: the parts of a group, each to its handler.
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/except_star.hpp"
#include "11_task_groups/exception_group.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/shape_of.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::BaseExceptionGroup;
using aio::CancelledError;
using aio::except_star;
using aio::ExceptionGroup;
using aio::KeyError;
using aio::RuntimeError;
using aio::TimeoutError;
using aio::ValueError;

std::exception_ptr late() {
    return std::make_exception_ptr(TimeoutError());
}
/// "root[ValueError: 1, inner[KeyError: 2, ValueError: 3], TimeoutError]".
std::exception_ptr tree() {
    return group("root", {value(1), group("inner", {key(2), value(3)}), late()});
}

class ExceptStarTest : public ::testing::Test {
  protected:
    /// A handler that reports what it gets.
    auto tells(const std::string& name) {
        return [this, name](const BaseExceptionGroup& part) {
            trace(name + " " + shape_of(part.as_ptr()));
        };
    }
    /// A handler that reports what it gets, and rethrows it.
    auto rethrows(const std::string& name) {
        return [this, name](const BaseExceptionGroup& part) {
            trace(name + " " + shape_of(part.as_ptr()));
            throw;
        };
    }

    Trace trace;
};

/// The error that an error carries (std::nested_exception); null if it carries none.
std::exception_ptr carried_by(const std::exception_ptr& error) {
    const auto* nested = aio::exception_ptr_cast<std::nested_exception>(error);
    return nested == nullptr ? nullptr : nested->nested_ptr();
}

// ── who gets what ──

TEST_F(ExceptStarTest, WhenAllErrorsMatchNothingIsLeft) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_match_single_type"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), value(2)}))
            .on<ValueError>(tells("values"))
            .rethrow_rest();
    });
    EXPECT_EQ(trace.text(), "values eg[ValueError: 1, ValueError: 2]");
    EXPECT_EQ(shape_of(left), "nothing");
}

TEST_F(ExceptStarTest, WhatNobodyTakesIsThrown) {
    const auto original = tree();
    const auto left = thrown_by(
        [&] { except_star(original).on<RuntimeError>(tells("runtime errors")).rethrow_rest(); });
    EXPECT_EQ(trace.text(), "") << "a handler without an error is not called";
    EXPECT_EQ(shape_of(left),
              "root[ValueError: 1, inner[KeyError: 2, ValueError: 3], TimeoutError: timed out]");
    EXPECT_EQ(left, original) << "it must be the very group, and no other that looks like it";
}

TEST_F(ExceptStarTest, ThePartsKeepTheirNesting) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_match_single_type_nested",
                 "test_except_star.TestExceptStarSplitSemantics.test_singleton_groups_are_kept"});
    const auto left =
        thrown_by([&] { except_star(tree()).on<ValueError>(tells("values")).rethrow_rest(); });
    EXPECT_EQ(trace.text(), "values root[ValueError: 1, inner[ValueError: 3]]");
    EXPECT_EQ(shape_of(left), "root[inner[KeyError: 2], TimeoutError: timed out]")
        << "a group with one member left is still a group";
}

TEST_F(ExceptStarTest, AHandlerMayBeForSeveralTypes) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_match_type_tuple_nested"});
    const auto left = thrown_by(
        [&] { except_star(tree()).on<KeyError, TimeoutError>(tells("both")).rethrow_rest(); });
    EXPECT_EQ(trace.text(), "both root[inner[KeyError: 2], TimeoutError: timed out]");
    EXPECT_EQ(shape_of(left), "root[ValueError: 1, inner[ValueError: 3]]");
}

TEST_F(ExceptStarTest, GroupsThatHaveBecomeEmptyVanish) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_empty_groups_removed"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {group("i1", {value(1)}), group("i2", {key(2), value(3)}),
                                 group("i3", {key(4)})}))
            .on<KeyError>(tells("keys"))
            .rethrow_rest();
    });
    EXPECT_EQ(trace.text(), "keys eg[i2[KeyError: 2], i3[KeyError: 4]]");
    EXPECT_EQ(shape_of(left), "eg[i1[ValueError: 1], i2[ValueError: 3]]");
}

TEST_F(ExceptStarTest, SeveralHandlersRunEachOnWhatTheEarlierOnesLeft) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_multiple_matches_named"});
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>(tells("keys"))
            .on<ValueError>(tells("values"))
            .on<TimeoutError>(tells("late"))
            .rethrow_rest();
    });
    EXPECT_EQ(trace.text(),
              "keys root[inner[KeyError: 2]], values root[ValueError: 1, inner[ValueError: 3]], "
              "late root[TimeoutError: timed out]");
    EXPECT_EQ(shape_of(left), "nothing");
}

TEST_F(ExceptStarTest, AHandlerFindsItsPartAsTheCurrentException) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_multiple_matches_unnamed",
                 "test_except_star.TestExceptStarSplitSemantics.test_first_match_wins_unnamed"});
    const auto looks = [&] { trace(shape_of(std::current_exception())); };
    except_star(tree())
        .on<KeyError>(looks)
        .on<ValueError>(looks)
        .on<KeyError, std::exception>(looks)
        .rethrow_rest();
    EXPECT_EQ(trace.text(),
              "root[inner[KeyError: 2]], root[ValueError: 1, inner[ValueError: 3]], "
              "root[TimeoutError: timed out]");
}

TEST_F(ExceptStarTest, TheFirstHandlerThatMatchesTakesAnError) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_first_match_wins_named"});
    except_star(group("eg", {value(1)}))
        .on<ValueError>(tells("first"))
        .on<ValueError>(tells("second"))
        .on<std::exception>(tells("third"))
        .rethrow_rest();
    EXPECT_EQ(trace.text(), "first eg[ValueError: 1]");
}

TEST_F(ExceptStarTest, AHandlerForABaseTakesWhatDerivesFromIt) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_match__supertype"});
    const auto left =
        thrown_by([&] { except_star(tree()).on<std::logic_error>(tells("logic")).rethrow_rest(); });
    EXPECT_EQ(trace.text(), "logic root[ValueError: 1, inner[KeyError: 2, ValueError: 3]]");
    EXPECT_EQ(shape_of(left), "root[TimeoutError: timed out]");
}

TEST_F(ExceptStarTest, AHandlerForAllErrorsGetsTheGroupItself) {
    conforms_to(
        {"test_except_star.TestExceptStarSplitSemantics.test_exception_group_except_star_"
         "Exception_not_wrapped"});
    const auto original = tree();
    except_star(original)
        .on<std::exception>([&] {
            EXPECT_EQ(std::current_exception(), original) << "the group must not be wrapped again";
            trace("called");
        })
        .rethrow_rest();
    EXPECT_EQ(trace.text(), "called");
}

TEST_F(ExceptStarTest, ABareErrorThatMatchesComesInAGroup) {
    conforms_to(
        {"test_except_star.TestExceptStarSplitSemantics.test_naked_exception_matched_wrapped1",
         "test_except_star.TestExceptStarSplitSemantics.test_naked_exception_matched_wrapped2"});
    const auto left = thrown_by([&] {
        except_star(value(1)).on<ValueError>(tells("itself")).rethrow_rest();
        except_star(value(2)).on<std::exception>(tells("by its base")).rethrow_rest();
        except_star(value(3)).on<KeyError, ValueError>(tells("one of two")).rethrow_rest();
    });
    EXPECT_EQ(trace.text(),
              "itself [ValueError: 1], by its base [ValueError: 2], one of two [ValueError: 3]");
    EXPECT_EQ(shape_of(left), "nothing") << "the handler took the error: it must not be thrown";
}

TEST_F(ExceptStarTest, ABareErrorMayBeOfAnyType) {
    const auto left = thrown_by([&] {
        except_star(std::make_exception_ptr(CancelledError()))
            .on<std::exception>(tells("errors"))
            .on<CancelledError>(tells("requests"))
            .rethrow_rest();
        except_star(std::make_exception_ptr(7)).on<int>(tells("numbers")).rethrow_rest();
    });
    EXPECT_EQ(trace.text(),
              "requests BaseExceptionGroup [CancelledError], numbers BaseExceptionGroup [int]");
    EXPECT_EQ(shape_of(left), "nothing") << "the handlers took both";
}

TEST_F(ExceptStarTest, ABareErrorThatDoesNotMatchStaysBare) {
    const auto error = value(1);
    EXPECT_EQ(thrown_by([&] { except_star(error).on<KeyError>(tells("keys")).rethrow_rest(); }),
              error)
        << "an error that nobody wants must come out as it is, and in no group";
    EXPECT_EQ(trace.text(), "") << "a handler without an error is not called";
}

TEST_F(ExceptStarTest, OfNothingDoesNothing) {
    except_star(std::exception_ptr()).on<std::exception>(tells("all")).rethrow_rest();
    EXPECT_EQ(trace.text(), "");
}

TEST_F(ExceptStarTest, WithoutAnArgumentTakesTheExceptionBeingHandled) {
    try {
        throw ValueError("1");
    } catch (...) {
        except_star().on<ValueError>(tells("values")).rethrow_rest();
    }
    EXPECT_EQ(trace.text(), "values [ValueError: 1]");
}

TEST_F(ExceptStarTest, TakesAGroupThatWasCaught) {
    try {
        throw ExceptionGroup("eg", {value(1), key(2)});
    } catch (const ExceptionGroup& caught) {
        EXPECT_EQ(shape_of(thrown_by(
                      [&] { except_star(caught).on<ValueError>(tells("values")).rethrow_rest(); })),
                  "eg[KeyError: 2]");
    }
    EXPECT_EQ(trace.text(), "values eg[ValueError: 1]");
}

TEST_F(ExceptStarTest, KnowsAnExceptionGroupWhereOnlyErrorsCanMatch) {
    const auto all = group("all", {value(1), std::make_exception_ptr(CancelledError())});
    except_star(all)
        .on<std::exception>([&](const ExceptionGroup& errors) { trace(errors.what()); })
        .on<CancelledError>([&](const BaseExceptionGroup& requests) { trace(requests.what()); })
        .rethrow_rest();
    EXPECT_EQ(trace.text(), "all (1 sub-exception), all (1 sub-exception)");
}

template <class... E>
concept CanBeHandled = requires(void (&handler)()) {
    except_star(nullptr).template on<E...>(handler);
};

TEST_F(ExceptStarTest, RefusesAHandlerForGroups) {
    conforms_to(
        {"test_except_star.TestInvalidExceptStar.test_except_star_ExceptionGroup_is_runtime_error_"
         "single",
         "test_except_star.TestInvalidExceptStar.test_except_star_ExceptionGroup_is_runtime_error_"
         "tuple"});
    EXPECT_TRUE(CanBeHandled<ValueError>);
    EXPECT_FALSE(CanBeHandled<ExceptionGroup>)
        << "handlers are for errors, and are given groups of them";
    EXPECT_FALSE(CanBeHandled<BaseExceptionGroup>);
    EXPECT_FALSE((CanBeHandled<ValueError, ExceptionGroup>));
}

// ── handlers that rethrow ──

TEST_F(ExceptStarTest, WhatIsRethrownComesOutInTheOriginalShape) {
    conforms_to({"test_except_star.TestExceptStarReraise.test_reraise_all_named"});
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>(rethrows("keys"))
            .on<ValueError>(rethrows("values"))
            .on<TimeoutError>(rethrows("late"))
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left),
              "root[ValueError: 1, inner[KeyError: 2, ValueError: 3], TimeoutError: timed out]")
        << "the parts must be put back as they were, not one after the other";
}

TEST_F(ExceptStarTest, WhatIsRethrownWithoutANameComesOutInTheOriginalShape) {
    conforms_to({"test_except_star.TestExceptStarReraise.test_reraise_all_unnamed"});
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>([] { throw; })
            .on<ValueError>([] { throw; })
            .on<TimeoutError>([] { throw; })
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left),
              "root[ValueError: 1, inner[KeyError: 2, ValueError: 3], TimeoutError: timed out]");
}

TEST_F(ExceptStarTest, WhatWasHandledIsMissingFromWhatIsRethrown) {
    conforms_to({"test_except_star.TestExceptStarReraise.test_reraise_some_handle_all_named"});
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>(rethrows("keys"))
            .on<ValueError>(tells("values"))
            .on<TimeoutError>(rethrows("late"))
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "root[inner[KeyError: 2], TimeoutError: timed out]");
}

TEST_F(ExceptStarTest, WhatIsRethrownAndWhatNobodyTookAreOneGroup) {
    conforms_to({"test_except_star.TestExceptStarReraise.test_reraise_partial_handle_some_named"});
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>(tells("keys"))
            .on<TimeoutError>(rethrows("late"))
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "root[ValueError: 1, inner[ValueError: 3], TimeoutError: timed out]");
}

TEST_F(ExceptStarTest, WhatIsRethrownWithoutANameAndWhatNobodyTookAreOneGroup) {
    conforms_to(
        {"test_except_star.TestExceptStarReraise.test_reraise_partial_handle_some_unnamed"});
    const auto left = thrown_by([&] {
        except_star(tree()).on<KeyError>([] {}).on<TimeoutError>([] { throw; }).rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "root[ValueError: 1, inner[ValueError: 3], TimeoutError: timed out]");
}

TEST_F(ExceptStarTest, ABareErrorThatIsRethrownComesOutInItsGroup) {
    conforms_to({"test_except_star.TestExceptStarReraise.test_reraise_plain_exception_named"});
    const auto left =
        thrown_by([&] { except_star(value(1)).on<ValueError>(rethrows("values")).rethrow_rest(); });
    EXPECT_EQ(shape_of(left), "[ValueError: 1]");
}

// ── handlers that throw something new ──

TEST_F(ExceptStarTest, ANewErrorJoinsTheRestInANewGroup) {
    conforms_to({"test_except_star.TestExceptStarRaise.test_raise_named"});
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>([](const ExceptionGroup&) { throw RuntimeError("new"); })
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left),
              "[RuntimeError: new, root[ValueError: 1, inner[ValueError: 3], TimeoutError: timed "
              "out]]");
}

TEST_F(ExceptStarTest, ANewErrorOfAHandlerWithoutANameJoinsTheRestToo) {
    conforms_to({"test_except_star.TestExceptStarRaise.test_raise_unnamed"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), key(2)}))
            .on<KeyError>([] { throw RuntimeError("new"); })
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "[RuntimeError: new, eg[ValueError: 1]]");
}

TEST_F(ExceptStarTest, OneNewErrorAloneComesOutBare) {
    conforms_to({"test_except_star.TestExceptStarRaise.test_raise_handle_all_raise_one_unnamed"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), key(2)}))
            .on<std::logic_error>([] { throw RuntimeError("new"); })
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "RuntimeError: new");
}

TEST_F(ExceptStarTest, NewErrorsOfTwoHandlersAreJoined) {
    conforms_to({"test_except_star.TestExceptStarRaise.test_raise_handle_all_raise_two_unnamed"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), key(2)}))
            .on<ValueError>([] { throw RuntimeError("one"); })
            .on<KeyError>([] { throw RuntimeError("two"); })
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "[RuntimeError: one, RuntimeError: two]");
}

TEST_F(ExceptStarTest, NewErrorsComeBeforeWhatWasRethrown) {
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>([] { throw; })
            .on<ValueError>([] { throw RuntimeError("new"); })
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left),
              "[RuntimeError: new, root[inner[KeyError: 2], TimeoutError: timed out]]");
}

TEST_F(ExceptStarTest, AnErrorThrownForABareOneComesOutBare) {
    const auto left = thrown_by([&] {
        except_star(value(1)).on<ValueError>([] { throw RuntimeError("new"); }).rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "RuntimeError: new");
}

TEST_F(ExceptStarTest, ARequestToStopFromAHandlerMakesABaseGroup) {
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<KeyError>([] { throw CancelledError(); })
            .on<TimeoutError>([] {})
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left),
              "BaseExceptionGroup [CancelledError, root[ValueError: 1, inner[ValueError: 3]]]");
}

TEST_F(ExceptStarTest, ACopyOfTheGroupIsANewError) {
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), key(2)}))
            .on<ValueError>([](const ExceptionGroup& part) { throw ExceptionGroup(part); })
            .rethrow_rest();
    });
    EXPECT_EQ(shape_of(left), "[eg[ValueError: 1], eg[KeyError: 2]]")
        << "as in Python, where `raise group` is not `raise`";
}

// ── new errors that carry their cause (Python's `raise ... from`) ──

/// Throws a RuntimeError that carries the exception being handled.
void throw_because() {
    std::throw_with_nested(RuntimeError("because"));
}

TEST_F(ExceptStarTest, ANewErrorCanCarryThePartThatWasHandled) {
    conforms_to({"test_except_star.TestExceptStarRaiseFrom.test_raise_named",
                 "test_except_star.TestExceptStarRaiseFrom.test_raise_unnamed"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), key(2)})).on<KeyError>(throw_because).rethrow_rest();
    });
    const aio::ExceptionGroupPtr joined = left;
    ASSERT_EQ(joined->exceptions().size(), 2U);
    EXPECT_EQ(shape_of(carried_by(joined->exceptions()[0])), "eg[KeyError: 2]");
    EXPECT_EQ(shape_of(joined->exceptions()[1]), "eg[ValueError: 1]");
}

TEST_F(ExceptStarTest, OneNewErrorThatCarriesItsCauseComesOutBare) {
    conforms_to({"test_except_star.TestExceptStarRaiseFrom.test_raise_handle_all_raise_one_named"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), value(2)})).on<ValueError>(throw_because).rethrow_rest();
    });
    EXPECT_EQ(aio::exception_ptr_cast<BaseExceptionGroup>(left), nullptr);
    EXPECT_EQ(shape_of(carried_by(left)), "eg[ValueError: 1, ValueError: 2]");
}

TEST_F(ExceptStarTest, TwoNewErrorsThatCarryTheirCausesAreJoined) {
    conforms_to(
        {"test_except_star.TestExceptStarRaiseFrom.test_raise_handle_all_raise_two_named",
         "test_except_star.TestExceptStarRaiseFrom.test_raise_handle_all_raise_two_unnamed"});
    const auto left = thrown_by([&] {
        except_star(group("eg", {value(1), key(2)}))
            .on<ValueError>(throw_because)
            .on<KeyError>(throw_because)
            .rethrow_rest();
    });
    const aio::ExceptionGroupPtr joined = left;
    EXPECT_EQ(joined->message(), "");
    ASSERT_EQ(joined->exceptions().size(), 2U);
    EXPECT_EQ(shape_of(carried_by(joined->exceptions()[0])), "eg[ValueError: 1]");
    EXPECT_EQ(shape_of(carried_by(joined->exceptions()[1])), "eg[KeyError: 2]");
}

// ── around it ──

TEST_F(ExceptStarTest, InsideAHandlerLeavesTheOuterOneIntact) {
    conforms_to({"test_except_star.TestExceptStarSplitSemantics.test_nested_except_stars"});
    const auto left = thrown_by([&] {
        except_star(tree())
            .on<ValueError>([&] {
                except_star(group("other", {key(9)})).on<KeyError>(tells("inner")).rethrow_rest();
                throw;
            })
            .on<KeyError>(tells("outer"))
            .rethrow_rest();
    });
    EXPECT_EQ(trace.text(), "inner other[KeyError: 9], outer root[inner[KeyError: 2]]");
    EXPECT_EQ(shape_of(left), "root[ValueError: 1, inner[ValueError: 3], TimeoutError: timed out]");
}

TEST_F(ExceptStarTest, LeavesTheCurrentExceptionAsItWas) {
    conforms_to({"test_except_star.TestExceptStarCleanup.test_sys_exception_restored"});
    try {
        throw RuntimeError("outer");
    } catch (...) {
        const auto outer = std::current_exception();
        (void)thrown_by([&] { except_star(tree()).on<KeyError>([] { throw; }).rethrow_rest(); });
        EXPECT_EQ(std::current_exception(), outer);
    }
    EXPECT_EQ(std::current_exception(), nullptr);
}

/// A group that knows a code, and so do its parts.
class CodeGroup : public BaseExceptionGroup {
  public:
    CodeGroup(int code, Errors errors)
        : BaseExceptionGroup("mine", std::move(errors)), code_(code) {}
    [[nodiscard]] int code() const noexcept { return code_; }
    [[nodiscard]] std::exception_ptr derive(Errors errors) const override {
        return std::make_exception_ptr(CodeGroup(code_, std::move(errors)));
    }

  private:
    int code_;
};

TEST_F(ExceptStarTest, AGroupOfOnesOwnKeepsItsTypeAndDataInBothParts) {
    conforms_to(
        {"test_except_star.TestExceptStarExceptionGroupSubclass.test_except_star_EG_subclass"});
    const auto left = thrown_by([&] {
        except_star(CodeGroup(42, {value(1), key(2), late()}))
            .on<ValueError>([&] {
                const auto part = std::current_exception();
                trace(fmt::format("code {}", aio::exception_ptr_cast<CodeGroup>(part)->code()));
            })
            .on<KeyError>([&](const ExceptionGroup& keys) { trace(keys.what()); })
            .rethrow_rest();
    });
    EXPECT_EQ(trace.text(), "code 42, mine (1 sub-exception)");
    ASSERT_NE(aio::exception_ptr_cast<CodeGroup>(left), nullptr);
    EXPECT_EQ(aio::exception_ptr_cast<CodeGroup>(left)->code(), 42);
}

/// A group that knows a code, of which its parts know nothing.
class ForgetfulGroup : public ExceptionGroup {
  public:
    ForgetfulGroup(int code, Errors errors)
        : ExceptionGroup("mine", std::move(errors)), code_(code) {}
    [[nodiscard]] int code() const noexcept { return code_; }

  private:
    int code_;
};

TEST_F(ExceptStarTest, AGroupOfOnesOwnThatWasCaughtIsHandedOverAsItIs) {
    const auto tells_code = [&](const BaseExceptionGroup& group) {
        const auto* mine = dynamic_cast<const ForgetfulGroup*>(&group);
        trace(mine == nullptr ? "a plain group" : fmt::format("code {}", mine->code()));
    };
    try {
        throw ForgetfulGroup(42, {value(1), key(2)});
    } catch (const BaseExceptionGroup& group) {
        except_star(group).on<std::exception>(tells_code).rethrow_rest();
        except_star(group).on<std::logic_error>(tells_code).rethrow_rest();
    }
    EXPECT_EQ(trace.text(), "code 42, a plain group")
        << "all of it is the group itself; from its leaves a group is derived, as in Python";
}

TEST_F(ExceptStarTest, AHandlerForAnyGroupGetsTheGroupItself) {
    const CodeGroup errors(42, {value(1), value(2)});
    const auto tells_code = [&](const BaseExceptionGroup& group) {
        const auto* mine = dynamic_cast<const CodeGroup*>(&group);
        trace(mine == nullptr ? "a plain group" : fmt::format("code {}", mine->code()));
        trace(group == errors ? "the same" : "another");
    };
    except_star(errors).on<ValueError>(tells_code).rethrow_rest();
    EXPECT_EQ(trace.text(), "code 42, the same");
}

TEST_F(ExceptStarTest, PutsTenThousandErrorsTogetherAgain) {
    Errors errors;
    for (int i = 0; i < 10'000; ++i) errors.push_back(i % 3 == 0 ? value(i) : key(i));
    const auto all = group("many", errors);
    const auto left = thrown_by([&] {
        except_star(all).on<ValueError>([] { throw; }).on<KeyError>([] { throw; }).rethrow_rest();
    });
    EXPECT_EQ(aio::ExceptionGroupPtr(left)->exceptions(), errors);
}

}  // namespace
