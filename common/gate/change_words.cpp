// Signs turned and numbers shifted; references that become copies.
#include <array>
#include <charconv>
#include <utility>

#include "common/gate/changes.hpp"

namespace learn::gate {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 22> kSigns = {{
    {" == ", " != "}, {" != ", " == "}, {" < ", " <= "}, {" < ", " > "},  {" <= ", " < "},
    {" <= ", " >= "}, {" > ", " >= "},  {" > ", " < "},  {" >= ", " > "}, {" >= ", " <= "},
    {" && ", " || "}, {" || ", " && "}, {" + ", " - "},  {" - ", " + "},  {" += ", " -= "},
    {" -= ", " += "}, {" += ", " = "},  {" |= ", " = "}, {" & ", " | "},  {" | ", " & "},
    {" % ", " / "},   {" * ", " + "},
}};

class WordRules {
  public:
    explicit WordRules(Changes& changes) : changes_(changes), code_(changes.code()) {}

    void visit() {
        for (std::size_t place = 0; place < code_.size(); ++place) {
            for (const auto& [sign, other] : kSigns) turn(place, sign, other);
            if (has(place, " ? ")) choose(place);
            if (has(place, "!") && !has(place, "!=")) drop_not(place);
            if (has(place, "++")) changes_.add({place, place + 2}, "--", "counts down");
            if (has(place, "--")) changes_.add({place, place + 2}, "++", "counts up");
            if (is_reference(place)) copy(place);
            if (place > 0 && is_word(code_[place - 1])) continue;
            say(place, "true", "false");
            say(place, "false", "true");
            shift(place);
        }
    }

  private:
    [[nodiscard]] bool has(std::size_t place, std::string_view what) const {
        return code_.compare(place, what.size(), what) == 0;
    }

    /// `T& name`; not `a & b` or `T&& name`, nor `const T& name`, of which a copy is only slower.
    [[nodiscard]] bool is_reference(std::size_t place) const {
        if (!has(place, "& ") || place == 0 || is_space(code_[place - 1])) return false;
        const std::size_t begin = code_.find_last_of("(;{},", place) + 1;  // 0 if there is none
        const bool is_const = code_.substr(begin, place - begin).find("const ") != code_.npos;
        return code_[place - 1] != '&' && !is_const;
    }

    void turn(std::size_t place, std::string_view sign, std::string_view other) {
        if (!has(place, sign)) return;
        const Span span{place, place + sign.size()};
        changes_.add(span, other,
                     fmt::format("{} in place of {}", quoted(other), changes_.near(span)));
    }

    /// `c ? a : b` with either always.
    void choose(std::size_t question) {
        const Span condition{operand_begin(question), question};
        changes_.replace(condition, "true", "takes {} for true");
        changes_.replace(condition, "false", "takes {} for false");
        leave_out_operands(changes_, condition);
    }

    /// Where the expression that ends at `end` begins: after `return`, `=`, `(` or `,`.
    [[nodiscard]] std::size_t operand_begin(std::size_t end) const {
        int depth = 0;
        std::size_t at = end;
        for (; at > 0; --at) {
            const char c = code_[at - 1];
            if (c == ')' || c == ']' || c == '}') ++depth;
            if ((c == '(' || c == '[' || c == '{') && --depth < 0) break;
            if (depth > 0) continue;
            const bool assigns = at > 1 && has(at - 2, " = ");
            const bool returns = c == ' ' && word_before(code_, at - 1).ends_with("return");
            if (c == ';' || c == ',' || assigns || returns) break;
        }
        return skip_space(code_, at);
    }

    void drop_not(std::size_t place) {
        const Span span{place, place + 1};
        changes_.add(span, "", "without the ! in " + changes_.near(span));
    }

    void copy(std::size_t place) {
        const Span span{place, place + 1};
        changes_.add(span, "", "copies in place of a reference: " + changes_.near(span));
    }

    void say(std::size_t place, std::string_view word, std::string_view other) {
        if (!is_word_at(code_, place, word)) return;
        const Span span{place, place + word.size()};
        changes_.add(span, other, fmt::format("says {} in {}", other, changes_.near(span)));
    }

    /// A number by one, up and down.
    void shift(std::size_t place) {
        long value = 0;
        const auto [end, error] =
            std::from_chars(code_.data() + place, code_.data() + code_.size(), value);
        const bool whole = error == std::errc() && !is_word(*end) && *end != '.' && *end != '\'';
        if (!whole || code_[place] == '-') return;
        const Span span{place, static_cast<std::size_t>(end - code_.data())};
        for (const long other : {value - 1, value + 1}) {
            changes_.add(span, std::to_string(other),
                         fmt::format("{} in place of {}", other, changes_.near(span)));
        }
    }

    Changes& changes_;
    const std::string& code_;
};

}  // namespace

void change_words(Changes& changes) {
    WordRules(changes).visit();
}

}  // namespace learn::gate
