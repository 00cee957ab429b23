#include "common/gate/statements.hpp"

namespace learn::gate {
namespace {

using Kind = Statement::Kind;

bool opens(char c) {
    return c == '(' || c == '[' || c == '{';
}

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::vector<Statement> block(std::size_t at, std::size_t end) {
        std::vector<Statement> all;
        for (at = skip_space(text_, at); at < end; at = skip_space(text_, all.back().span.end)) {
            all.push_back(statement(at));
            if (all.back().span.end <= at) throw SourceError("a statement without an end");
        }
        return all;
    }

  private:
    Statement statement(std::size_t at) {
        if (text_[at] == '{') return braces(at);
        if (is_word_at(text_, at, "if")) return branch(at);
        if (is_word_at(text_, at, "switch")) return controlled(at, Kind::block);
        for (const std::string_view word : {"for", "while"}) {
            if (is_word_at(text_, at, word)) return controlled(at, Kind::loop);
        }
        if (is_word_at(text_, at, "try")) return attempt(at);
        return simple(at);
    }

    Statement braces(std::size_t at) {
        const std::size_t end = closing(text_, at);
        return {Kind::block, {at, end + 1}, {}, true, block(at + 1, end)};
    }

    /// `while (head) statement`
    Statement controlled(std::size_t at, Kind kind) {
        const std::size_t open = text_.find('(', at);
        const std::size_t close = closing(text_, open);
        Statement result{kind, {at, 0}, {open + 1, close}, true, {}};
        add(result, skip_space(text_, close + 1));
        return result;
    }

    Statement branch(std::size_t at) {
        Statement result = controlled(at, Kind::branch);
        const std::size_t next = skip_space(text_, result.span.end);
        if (is_word_at(text_, next, "else")) add(result, skip_space(text_, next + 4));
        return result;
    }

    /// The handlers are the last of the inner statements.
    Statement attempt(std::size_t at) {
        Statement result{Kind::block, {at, 0}, {}, true, {}};
        add(result, skip_space(text_, at + 3));
        for (std::size_t next = at;
             next = skip_space(text_, result.span.end), is_word_at(text_, next, "catch");) {
            result.inner.push_back(controlled(next, Kind::handler));
            result.span.end = result.inner.back().span.end;
        }
        return result;
    }

    void add(Statement& outer, std::size_t at) {
        outer.inner.push_back(statement(at));
        outer.inner.back().braced = false;
        outer.span.end = outer.inner.back().span.end;
    }

    Statement simple(std::size_t at) {
        Statement result{Kind::simple, {at, 0}, {}, true, {}};
        for (; at < text_.size() && text_[at] != ';'; ++at) {
            if (!opens(text_[at])) continue;
            find_lambdas(result, at, closing(text_, at));
            at = closing(text_, at);
        }
        result.span.end = std::min(at + 1, text_.size());
        return result;
    }

    /// Braces with a semicolon in them are a body.
    void find_lambdas(Statement& outer, std::size_t open, std::size_t close) {
        if (text_[open] == '{' && text_.substr(open, close - open).find(';') != text_.npos) {
            outer.inner.push_back(braces(open));
            return;
        }
        for (std::size_t at = open + 1; at < close; ++at) {
            if (!opens(text_[at])) continue;
            find_lambdas(outer, at, closing(text_, at));
            at = closing(text_, at);
        }
    }

    std::string_view text_;
};

}  // namespace

std::vector<Statement> statements_of(std::string_view blanked) {
    return Parser(blanked).block(0, blanked.size());
}

std::vector<std::size_t> separators(std::string_view blanked, Span span,
                                    std::string_view separator) {
    std::vector<std::size_t> places;
    for (std::size_t at = span.begin; at < span.end; ++at) {
        if (opens(blanked[at])) {
            at = closing(blanked, at);
        } else if (blanked.substr(at, separator.size()) == separator) {
            places.push_back(at);
            at += separator.size() - 1;
        }
    }
    return places;
}

}  // namespace learn::gate
