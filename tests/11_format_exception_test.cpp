// format_exception: a group as a tree, drawn as Python draws it.
#include <exception>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/format_exception.hpp"
#include "tests/support/shell.hpp"

namespace {

using aio::format_exception;
using aio::make_exception_group;

std::exception_ptr value(const std::string& text) {
    return std::make_exception_ptr(aio::ValueError(text));
}

/// What Python prints for the group that `expression` makes.
std::string python_prints(const std::string& expression) {
    const std::string program = "import traceback; traceback.print_exception(" + expression + ")";
    return shell("python3 -c '" + program + "' 2>&1").output;
}

TEST(FormatException, OfABareErrorIsOneLine) {
    EXPECT_EQ(format_exception(value("1")), "ValueError: 1\n");
}

TEST(FormatException, DrawsATreeAsPythonDoes) {
    const aio::ExceptionGroup group(
        "eg", {value("1"),
               make_exception_group(
                   "in", {value("two\nlines"), make_exception_group("leaf", {value("3")})}),
               make_exception_group("last", {value("4")})});
    EXPECT_EQ(format_exception(group),
              python_prints("ExceptionGroup(\"eg\", [ValueError(1), ExceptionGroup(\"in\", "
                            "[ValueError(\"two\\nlines\"), ExceptionGroup(\"leaf\", "
                            "[ValueError(3)])]), ExceptionGroup(\"last\", [ValueError(4)])])"));
}

TEST(FormatException, ShowsFifteenMembersAsPythonDoes) {
    for (const int size : {15, 16, 17}) {
        std::vector<std::exception_ptr> errors;
        for (int i = 0; i < size; ++i) errors.push_back(value(std::to_string(i)));
        EXPECT_EQ(format_exception(make_exception_group("many", errors)),
                  python_prints(fmt::format(
                      "ExceptionGroup(\"many\", [ValueError(i) for i in range({})])", size)));
    }
}

TEST(FormatException, ShowsTenLevelsAsPythonDoes) {
    for (const int depth : {10, 11, 13}) {
        std::exception_ptr tower = value("0");
        for (int i = 0; i < depth; ++i) {
            tower = make_exception_group("level " + std::to_string(i), {tower});
        }
        EXPECT_EQ(format_exception(tower),
                  python_prints(fmt::format(
                      "__import__(\"functools\").reduce(lambda e, i: ExceptionGroup(f\"level "
                      "{{i}}\", [e]), range({}), ValueError(0))",
                      depth)));
    }
}

TEST(FormatException, NamesAGroupOfOnesOwnByItsType) {
    class RequestFailed : public aio::ExceptionGroup {
      public:
        using ExceptionGroup::ExceptionGroup;
    };
    const RequestFailed group("all", {value("1")});
    const aio::BaseExceptionGroup& base = group;
    EXPECT_EQ(format_exception(base), format_exception(std::make_exception_ptr(group)))
        << "whether it was thrown or not";
    EXPECT_NE(format_exception(base).find("RequestFailed: all (1 sub-exception)"),
              std::string::npos)
        << format_exception(base);
}

TEST(FormatException, NamesRequestsToStopToo) {
    const auto group = make_exception_group(
        "all", {std::make_exception_ptr(aio::CancelledError("enough")), value("1")});
    EXPECT_EQ(format_exception(group),
              "  | BaseExceptionGroup: all (2 sub-exceptions)\n"
              "  +-+---------------- 1 ----------------\n"
              "    | CancelledError: enough\n"
              "    +---------------- 2 ----------------\n"
              "    | ValueError: 1\n"
              "    +------------------------------------\n");
}

}  // namespace
