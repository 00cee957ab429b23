#include "common/gate/wrong_bodies.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "common/gate/statements.hpp"

namespace learn::gate {
namespace {

using Kind = Statement::Kind;
using Pair = std::pair<std::string_view, std::string_view>;

/// `text` on one line, and not a long one.
std::string quoted(std::string_view text) {
    constexpr std::size_t kWidth = 64;
    std::string line;
    for (const char c : trimmed(text)) {
        if (!is_space(c)) {
            line += c;
        } else if (!line.ends_with(' ')) {
            line += ' ';
        }
    }
    if (line.size() > kWidth) line = line.substr(0, kWidth - 3) + "...";
    return "`" + line + "`";
}

bool is_lvalue(std::string_view text) {
    if (text.starts_with('*')) text.remove_prefix(1);
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '.'; });
}

class Deriver {
  public:
    explicit Deriver(std::string_view body) : body_(body), code_(blank_literals(body)) {}

    std::vector<WrongBody> all() {
        const std::vector<Statement> statements = statements_of(code_);
        visit(statements, true);
        words();
        calls();
        return std::move(found_);
    }

  private:
    // What statements allow.

    void visit(const std::vector<Statement>& statements, bool whole_body = false) {
        for (std::size_t i = 0; i < statements.size(); ++i) {
            const bool last = whole_body && i + 1 == statements.size();
            leave_out(statements[i], last);
            if (i > 0) swap(statements[i - 1], statements[i]);
            if (statements[i].kind == Kind::branch) force(statements[i].head);
            if (statements[i].kind == Kind::loop) shorten(statements[i]);
            handlers(statements[i]);
            visit(statements[i].inner);
        }
    }

    /// Not what an `if` controls: to force its condition does the same. Nor the last return.
    void leave_out(const Statement& statement, bool last) {
        const std::string_view text = at(statement.span);
        const bool returns = text.starts_with("return") || text.starts_with("co_return");
        if (!statement.braced || (last && returns) || statement.kind == Kind::handler) return;
        if (statement.kind == Kind::branch && statement.inner.size() == 1) return;
        change(statement.span, ";", "leaves out {}");
    }

    void swap(const Statement& first, const Statement& second) {
        if (!first.braced || !second.braced || !share_a_name(first.span, second.span)) return;
        const Span both{first.span.begin, second.span.end};
        const std::string between =
            text(body_.substr(first.span.end, second.span.begin - first.span.end));
        add(both, text(at(second.span)) + between + text(at(first.span)),
            fmt::format("swaps {} and {}", quoted(at(first.span)), quoted(at(second.span))));
    }

    /// Whether two statements may have to do with each other.
    [[nodiscard]] bool share_a_name(Span first, Span second) const {
        static const std::set<std::string_view> kSaysNothing = {
            "std", "const", "auto", "return", "co_return", "co_await", "if", "void", "this"};
        const std::string_view code = code_;
        for (std::size_t at = first.begin; at < first.end; ++at) {
            if (!is_word(code[at]) || is_word(code[at - 1])) continue;
            std::size_t end = at;
            while (is_word(code[end])) ++end;
            const std::string_view name = code.substr(at, end - at);
            if (kSaysNothing.contains(name)) continue;
            for (std::size_t other = second.begin; other < second.end; ++other) {
                if (is_word_at(code, other, name)) return true;
            }
        }
        return false;
    }

    /// `if (auto x = f(); x > 0)`: the condition is what comes last.
    void force(Span head) {
        const auto semicolons = separators(code_, head, ";");
        if (!semicolons.empty()) head.begin = skip_space(code_, semicolons.back() + 1);
        const bool declares = !separators(code_, head, " = ").empty();
        const std::string before = declares ? text(at(head)) + "; " : "";
        change(head, before + "true", "takes {} for true");
        change(head, before + "false", "takes {} for false");
        operands(head);
    }

    /// Each operand of `a && b` and `a || b` left out.
    void operands(Span condition) {
        for (const std::string_view sign : {" && ", " || "}) {
            std::size_t begin = condition.begin;
            auto ends = separators(code_, condition, sign);
            if (ends.empty()) continue;
            ends.push_back(condition.end);
            for (const std::size_t end : ends) {
                change({begin, end}, sign == " && " ? "true" : "false", "does not ask whether {}");
                begin = end + sign.size();
            }
        }
    }

    void shorten(const Statement& loop) {
        const Statement& inner = loop.inner.front();
        add(inner.span, "{ " + text(at(inner.span)) + " break; }",
            fmt::format("runs {} once", quoted(at(loop.span))));
        Span head = loop.head;
        if (const auto semicolons = separators(code_, head, ";"); semicolons.size() == 2) {
            head = {semicolons[0] + 1, semicolons[1]};
        } else if (!separators(code_, head, " : ").empty()) {
            return;
        }
        change(head, " true", "takes {} for true");
        operands(head);
    }

    /// `try {...} catch (...) {...}` without the handler, with a narrow one, with an empty one.
    void handlers(const Statement& statement) {
        if (statement.kind != Kind::block || statement.inner.size() < 2) return;
        for (const Statement& handler : statement.inner) {
            if (handler.kind != Kind::handler) continue;
            if (at(handler.head) == "...") {
                change(handler.head, "const std::exception&",
                       "catches only std::exception, not {}");
            }
            change(handler.inner.front().span, "{}", "does nothing in the handler {}");
        }
        if (statement.inner[1].kind != Kind::handler) return;
        add(statement.span, text(at(statement.inner.front().span)),
            fmt::format("catches nothing around {}", quoted(at(statement.inner.front().span))));
    }

    // What single words and signs allow.

    void words() {
        static constexpr std::array<Pair, 23> kSigns = {{
            {" == ", " != "},      {" != ", " == "}, {" < ", " <= "},  {" < ", " > "},
            {" <= ", " < "},       {" <= ", " >= "}, {" > ", " >= "},  {" > ", " < "},
            {" >= ", " > "},       {" >= ", " <= "}, {" && ", " || "}, {" || ", " && "},
            {" + ", " - "},        {" - ", " + "},   {" += ", " -= "}, {" -= ", " += "},
            {" += ", " = "},       {" |= ", " = "},  {" & ", " | "},   {" | ", " & "},
            {" ? ", " ? true ? "}, {" % ", " / "},   {" * ", " + "},
        }};
        for (std::size_t place = 0; place < code_.size(); ++place) {
            for (const auto& [sign, other] : kSigns) {
                if (code_.compare(place, sign.size(), sign) == 0) turn(place, sign, other);
            }
            word(place);
        }
    }

    void turn(std::size_t place, std::string_view sign, std::string_view other) {
        if (sign == " ? ") return choose(place);
        const Span span{place, place + sign.size()};
        add(span, std::string(other), fmt::format("{} in place of {}", quoted(other), near(span)));
    }

    /// `c ? a : b` with either always.
    void choose(std::size_t question) {
        const std::size_t begin = operand_begin(question);
        const Span condition{begin, question};
        change(condition, "true", "takes {} for true");
        change(condition, "false", "takes {} for false");
        operands(condition);
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
            const bool assigns = code_.substr(at - 1, 2) == "= " && code_[at - 2] == ' ';
            if (c == ';' || c == ',' || assigns) break;
            if (c == ' ' && word_before(code_, at - 1).ends_with("return")) break;
        }
        return skip_space(code_, at);
    }

    void word(std::size_t place) {
        const bool begins = place == 0 || !is_word(code_[place - 1]);
        if (code_[place] == '!' && code_.compare(place, 2, "!=") != 0) drop({place, place + 1});
        if (code_.compare(place, 2, "++") == 0) add({place, place + 2}, "--", "counts down");
        if (code_.compare(place, 2, "--") == 0) add({place, place + 2}, "++", "counts up");
        if (code_.compare(place, 2, "& ") == 0 && place > 0 && !is_space(code_[place - 1])) {
            const Span span{place, place + 1};
            add(span, "", "copies in place of a reference: " + near(span));
        }
        if (!begins) return;
        for (const auto& [from, to] : {Pair{"true", "false"}, Pair{"false", "true"}}) {
            if (is_word_at(code_, place, from)) {
                const Span span{place, place + from.size()};
                add(span, std::string(to), fmt::format("says {} in {}", to, near(span)));
            }
        }
        number(place);
    }

    void drop(Span span) { add(span, "", "without the ! in " + near(span)); }

    void number(std::size_t place) {
        long value = 0;
        const auto [end, error] =
            std::from_chars(code_.data() + place, code_.data() + code_.size(), value);
        const bool whole = error == std::errc() && !is_word(*end) && *end != '.' && *end != '\'';
        if (!whole || code_[place] == '-') return;
        const Span span{place, static_cast<std::size_t>(end - code_.data())};
        for (const long other : {value - 1, value + 1}) {
            add(span, std::to_string(other), fmt::format("{} in place of {}", other, near(span)));
        }
    }

    // What calls allow.

    void calls() {
        for (std::size_t open = code_.find('('); open != code_.npos;
             open = code_.find('(', open + 1)) {
            const std::string_view name = word_before(code_, open);
            if (name == "if" || name == "while" || name == "for" || name == "catch") continue;
            call(name, open);
        }
        for (std::size_t sign = code_.find(" = "); sign != code_.npos;
             sign = code_.find(" = ", sign + 1)) {
            const std::size_t end = code_.find(';', sign);
            if (end != code_.npos) move({sign + 3, end});
        }
    }

    void call(std::string_view name, std::size_t open) {
        const Span inside{open + 1, closing(code_, open)};
        std::vector<Span> arguments;
        std::size_t begin = inside.begin;
        auto ends = separators(code_, inside, ",");
        ends.push_back(inside.end);
        for (const std::size_t end : ends) {
            arguments.push_back({skip_space(code_, begin), end});
            begin = end + 1;
        }
        if (name == "move" || name == "exchange") keep(name, open, arguments);
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (name != "move") move(arguments[i]);
            if (i > 0) exchange(arguments[i - 1], arguments[i]);
        }
    }

    /// `std::move(x)` and `std::exchange(x, y)` are x.
    void keep(std::string_view name, std::size_t open, const std::vector<Span>& arguments) {
        constexpr std::string_view kStd = "std::";
        const std::size_t begin = open - name.size() - kStd.size();
        if (code_.compare(begin, kStd.size(), kStd) != 0) return;
        const Span whole{begin, closing(code_, open) + 1};
        add(whole, text(at(arguments.front())),
            fmt::format("keeps what {} takes", quoted(at(whole))));
    }

    void move(Span span) {
        if (!is_lvalue(at(span))) return;
        add(span, fmt::format("::learn::gate::moved({})", at(span)), "moves out of " + near(span));
    }

    void exchange(Span first, Span second) {
        const std::string between = text(body_.substr(first.end, second.begin - first.end));
        add({first.begin, second.end}, text(at(second)) + between + text(at(first)),
            fmt::format("swaps the arguments {} and {}", quoted(at(first)), quoted(at(second))));
    }

    // How a change becomes a body.

    [[nodiscard]] std::string_view at(Span span) const {
        return body_.substr(span.begin, span.end - span.begin);
    }

    static std::string text(std::string_view view) { return std::string(view); }

    /// The statement around a place, as a person would quote it.
    [[nodiscard]] std::string near(Span span) const {
        std::size_t begin = code_.find_last_of(";{}\n", span.begin);
        begin = begin == code_.npos ? 0 : begin + 1;
        const std::size_t end = std::min(code_.find_first_of(";{\n", span.end), code_.size());
        return quoted(body_.substr(begin, end - begin));
    }

    void change(Span span, const std::string& text, fmt::format_string<std::string> what) {
        add(span, text, fmt::format(what, quoted(at(span))));
    }

    void add(Span span, const std::string& replacement, std::string change) {
        std::string body =
            text(body_.substr(0, span.begin)) + replacement + text(body_.substr(span.end));
        if (body == body_ || !bodies_.insert(body).second) return;
        const int count = ++changes_[change];
        if (count > 1) change += fmt::format(" ({})", count);
        found_.push_back({std::move(change), std::move(body)});
    }

    std::string_view body_;
    std::string code_;
    std::vector<WrongBody> found_;
    std::set<std::string> bodies_;
    std::map<std::string, int> changes_;
};

}  // namespace

std::vector<WrongBody> wrong_bodies(std::string_view body) {
    return Deriver(body).all();
}

}  // namespace learn::gate
