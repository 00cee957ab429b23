#pragma once
// Changes of a body, each with a name that a person understands.
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "common/gate/wrong_bodies.hpp"
#include "common/learn/text/scan.hpp"

namespace learn::gate {

/// `text` in backquotes, on one line, and not a long one.
[[nodiscard]] std::string quoted(std::string_view text);

/// Collects what the rules make of one body. A body that was made already is not made again.
class Changes {
  public:
    explicit Changes(std::string_view body) : body_(body), code_(blank_literals(body)) {}

    /// The body with its comments and literals blanked out: what the rules look at.
    [[nodiscard]] const std::string& code() const noexcept { return code_; }
    [[nodiscard]] std::string_view at(Span span) const {
        return body_.substr(span.begin, span.end - span.begin);
    }
    /// The statement around a place, quoted.
    [[nodiscard]] std::string near(Span span) const;

    /// The body with `text` in place of `span`. `change` names it; a second one of that name gets
    /// a number.
    void add(Span span, std::string_view text, std::string change);

    /// The same, named by what was there: "leaves out {}".
    void replace(Span span, std::string_view text, fmt::format_string<std::string> change) {
        add(span, text, fmt::format(change, quoted(at(span))));
    }

    /// Two parts of the body in each other's place.
    void swap(Span first, Span second, std::string change);

    [[nodiscard]] std::vector<WrongBody> take() { return std::move(found_); }

  private:
    std::string_view body_;
    std::string code_;
    std::vector<WrongBody> found_;
    std::set<std::string> bodies_;
    std::map<std::string, int> names_;
};

/// Statements left out, swapped or run once; conditions forced; errors handled too narrowly.
void change_statements(Changes& changes);

/// Signs turned and numbers shifted; references that become copies.
void change_words(Changes& changes);

/// Arguments swapped, moved or kept.
void change_calls(Changes& changes);

/// Each operand of `a && b` and `a || b` in `condition` left out.
void leave_out_operands(Changes& changes, Span condition);

}  // namespace learn::gate
