// Statements left out, swapped or run once; conditions forced; errors handled too narrowly.
#include <algorithm>

#include "common/gate/changes.hpp"
#include "common/gate/statements.hpp"

namespace learn::gate {
namespace {

using Kind = Statement::Kind;

/// The names in `code` that may tie two statements together.
std::set<std::string_view> names_in(std::string_view code) {
    static const std::set<std::string_view> kCommon = {
        "std", "const", "auto", "return", "co_return", "co_await", "if", "void", "this"};
    std::set<std::string_view> names;
    for (std::size_t at = 0; at < code.size(); ++at) {
        const std::size_t begin = at;
        while (at < code.size() && is_word(code[at])) ++at;
        const std::string_view name = code.substr(begin, at - begin);
        if (!name.empty() && !kCommon.contains(name)) names.insert(name);
    }
    return names;
}

class StatementRules {
  public:
    explicit StatementRules(Changes& changes) : changes_(changes) {}

    void visit(const std::vector<Statement>& statements, bool whole_body) {
        for (std::size_t i = 0; i < statements.size(); ++i) {
            const Statement& statement = statements[i];
            leave_out(statement, whole_body && i + 1 == statements.size());
            if (i > 0) swap(statements[i - 1], statement);
            if (statement.kind == Kind::branch) force(statement.head);
            if (statement.kind == Kind::loop) shorten(statement);
            if (statement.kind == Kind::block) handle(statement);
            visit(statement.inner, false);
        }
    }

  private:
    /// Not what an `if` controls: to force its condition does the same. Nor the last return.
    void leave_out(const Statement& statement, bool last) {
        const std::string_view text = changes_.at(statement.span);
        const bool returns = text.starts_with("return") || text.starts_with("co_return");
        const bool forced = statement.kind == Kind::branch && statement.inner.size() == 1;
        if (!statement.braced || statement.kind == Kind::handler || forced) return;
        if (!(last && returns)) changes_.replace(statement.span, ";", "leaves out {}");
    }

    void swap(const Statement& first, const Statement& second) {
        if (!first.braced || !second.braced || !share_a_name(first.span, second.span)) return;
        changes_.swap(first.span, second.span,
                      fmt::format("swaps {} and {}", quoted(changes_.at(first.span)),
                                  quoted(changes_.at(second.span))));
    }

    [[nodiscard]] bool share_a_name(Span first, Span second) const {
        const std::set<std::string_view> names = names_in(code(first));
        return std::ranges::any_of(names_in(code(second)),
                                   [&](std::string_view name) { return names.contains(name); });
    }

    /// `if (auto x = f(); x > 0)`: the condition is what comes last.
    void force(Span head) {
        const auto semicolons = separators(changes_.code(), head, ";");
        if (!semicolons.empty()) head.begin = skip_space(changes_.code(), semicolons.back() + 1);
        const bool declares = !separators(changes_.code(), head, " = ").empty();
        const std::string before = declares ? fmt::format("{}; ", changes_.at(head)) : "";
        changes_.replace(head, before + "true", "takes {} for true");
        changes_.replace(head, before + "false", "takes {} for false");
        leave_out_operands(changes_, head);
    }

    void shorten(const Statement& loop) {
        const Span body = loop.inner.front().span;
        changes_.add(body, fmt::format("{{ {} break; }}", changes_.at(body)),
                     fmt::format("runs {} once", quoted(changes_.at(loop.span))));
        Span head = loop.head;
        if (const auto ends = separators(changes_.code(), head, ";"); ends.size() == 2) {
            head = {ends[0] + 1, ends[1]};
        } else if (!separators(changes_.code(), head, " : ").empty()) {
            return;
        }
        if (trimmed(changes_.at(head)) == "true" || is_blank(changes_.at(head))) return;
        changes_.replace(head, " true", "takes {} for true");
        leave_out_operands(changes_, head);
    }

    /// `try {...} catch (...) {...}` without the handler, with a narrow one, with an empty one.
    void handle(const Statement& statement) {
        const auto is_handler = [](const Statement& one) { return one.kind == Kind::handler; };
        for (const Statement& handler : statement.inner) {
            if (!is_handler(handler)) continue;
            if (changes_.at(handler.head) == "...") {
                changes_.replace(handler.head, "const std::exception&",
                                 "catches only std::exception, not {}");
            }
            changes_.replace(handler.inner.front().span, "{}", "does nothing in the handler {}");
        }
        if (std::ranges::none_of(statement.inner, is_handler)) return;
        const std::string_view tried = changes_.at(statement.inner.front().span);
        changes_.add(statement.span, tried,
                     fmt::format("catches nothing around {}", quoted(tried)));
    }

    [[nodiscard]] std::string_view code(Span span) const {
        return std::string_view(changes_.code()).substr(span.begin, span.end - span.begin);
    }

    Changes& changes_;
};

}  // namespace

void change_statements(Changes& changes) {
    StatementRules(changes).visit(statements_of(changes.code()), true);
}

}  // namespace learn::gate
