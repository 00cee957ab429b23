// Definitions are found in anything that a programmer may write around them.
#include "common/gate/definition.hpp"

#include <gtest/gtest.h>

#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

/// What SourceError says when `call` fails.
template <class Call>
std::string complaint(Call call) {
    try {
        call();
    } catch (const SourceError& error) {
        return error.what();
    }
    return "no complaint";
}

constexpr std::string_view kHeader = R"text(#pragma once
#include <span>

namespace aio {

struct stat query(int fd) { return {}; }

/// What can be waited for.
enum class Events { none, read = 1 };

/// Waits.
///
/// Long.
class Selector {
  public:
    /// Ends.
    virtual ~Selector() = default;
    /// How many.
    int count = 0;  ///< of keys
    virtual void close() = 0;
};

template <class T>
concept Pollable = Handle<T> && requires(T t) {
    { t.fileno() } -> std::same_as<int>;
};

using Timeout = std::optional<int>;

class alignas(8) EpollSelector final : public Selector {
  public:
    explicit EpollSelector(int flags = {}) : fd_{flags}, map_{} { open(flags); }
    ~EpollSelector() override { shut(); }

    /// Waits with epoll.
    [[nodiscard]] std::span<const Ready> select(Timeout timeout) override {
        return wait(timeout);
    }
    void close() override { shut(); }
    void close(int fd) { shut(fd); }
    bool operator==(const EpollSelector& other) const { return fd_ == other.fd_; }

  private:
    int fd_;
};

class PollSelector : public Selector {
    [[nodiscard]] std::span<const Ready> select(Timeout timeout) override;
};

inline std::span<const Ready> PollSelector::select(Timeout timeout) {
    return poll(timeout);
}

template <class Y>
Y Generator<Y>::next() {
    return resume();
}

namespace {
void helper() { query(1); }
}  // namespace

}  // namespace aio
)text";

TEST(Definition, FindsAMethodWithinItsClassAndDedentsIt) {
    EXPECT_EQ(definition(kHeader, "EpollSelector::select"),
              "[[nodiscard]] std::span<const Ready> select(Timeout timeout) override {\n"
              "    return wait(timeout);\n"
              "}\n");
}

TEST(Definition, FindsAMethodDefinedOutsideItsClass) {
    EXPECT_EQ(definition(kHeader, "aio::PollSelector::select"),
              "inline std::span<const Ready> PollSelector::select(Timeout timeout) {\n"
              "    return poll(timeout);\n"
              "}\n");
}

TEST(Definition, FindsAMethodOfATemplate) {
    EXPECT_EQ(definition(kHeader, "Generator::next"),
              "template <class Y>\nY Generator<Y>::next() {\n    return resume();\n}\n");
}

TEST(Definition, LeavesOutTheDocumentation) {
    EXPECT_EQ(definition(kHeader, "Selector"),
              "class Selector {\n"
              "  public:\n"
              "    virtual ~Selector() = default;\n"
              "    int count = 0;  ///< of keys\n"
              "    virtual void close() = 0;\n"
              "};\n");
}

TEST(Definition, FindsEnumsConceptsAndAliases) {
    EXPECT_EQ(definition(kHeader, "Events"), "enum class Events { none, read = 1 };\n");
    EXPECT_EQ(definition(kHeader, "Timeout"), "using Timeout = std::optional<int>;\n");
    EXPECT_EQ(definition(kHeader, "Pollable"),
              "template <class T>\nconcept Pollable = Handle<T> && requires(T t) {\n"
              "    { t.fileno() } -> std::same_as<int>;\n};\n");
}

TEST(Definition, IsTheClassAndNotItsConstructor) {
    EXPECT_TRUE(definition(kHeader, "EpollSelector").starts_with("class alignas(8) EpollSelector"))
        << definition(kHeader, "EpollSelector");
}

TEST(Definition, FindsConstructorsDestructorsAndOperators) {
    EXPECT_EQ(definition(kHeader, "EpollSelector::EpollSelector"),
              "explicit EpollSelector(int flags = {}) : fd_{flags}, map_{} { open(flags); }\n");
    EXPECT_EQ(definition(kHeader, "~EpollSelector"), "~EpollSelector() override { shut(); }\n");
    EXPECT_EQ(definition(kHeader, "EpollSelector::operator=="),
              "bool operator==(const EpollSelector& other) const { return fd_ == other.fd_; }\n");
}

TEST(Definition, ShowsOverloadsTogether) {
    EXPECT_EQ(definition(kHeader, "EpollSelector::close"),
              "void close() override { shut(); }\n\nvoid close(int fd) { shut(fd); }\n");
}

TEST(Definition, TakesAFunctionThatReturnsAStructForAFunction) {
    EXPECT_EQ(definition(kHeader, "query"), "struct stat query(int fd) { return {}; }\n");
    EXPECT_EQ(definition(kHeader, "helper"), "void helper() { query(1); }\n");
}

TEST(Definition, RefusesANameThatTwoClassesHave) {
    EXPECT_EQ(complaint([] { (void)definition(kHeader, "select"); }),
              "`select` is defined in `aio::EpollSelector::select` and in "
              "`aio::PollSelector::select`: say which");
}

TEST(Definition, RefusesANameThatIsOnlyCalledOrDeclared) {
    EXPECT_EQ(complaint([] { (void)definition(kHeader, "poll"); }), "no definition of `poll`");
    EXPECT_EQ(complaint([] { (void)definition(kHeader, "Selector::close"); }),
              "no definition of `Selector::close`");
}

/// The definition in a file that holds `text`.
std::string python_definition_in(std::string_view text, const std::string& name) {
    const TemporaryFolder folder;
    write_text(folder.path() / "same.py", text);
    return python_definition(folder.path() / "same.py", name);
}

constexpr std::string_view kPython = R"text(import sys

class Fruits:
    """Three of them.

def not_this():
    """

    def __iter__(self):
        return self


@cached
async def scene_2(
    options,
):
    print("x: 1")

    print("x: 2")

print("end")
)text";

TEST(PythonDefinition, EndsWhereTheIndentationEnds) {
    EXPECT_EQ(python_definition_in(kPython, "scene_2"),
              "@cached\nasync def scene_2(\n    options,\n):\n    print(\"x: 1\")\n\n"
              "    print(\"x: 2\")\n");
}

TEST(PythonDefinition, FindsAMethodOfAClass) {
    EXPECT_EQ(python_definition_in(kPython, "Fruits.__iter__"),
              "def __iter__(self):\n    return self\n");
}

TEST(PythonDefinition, DoesNotReadStrings) {
    EXPECT_EQ(complaint([] { (void)python_definition_in(kPython, "not_this"); }),
              "no def or class `not_this`");
}

}  // namespace
}  // namespace learn::gate
