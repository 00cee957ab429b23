#include "common/learn/text/declaration_head.hpp"

#include "common/learn/text/scan.hpp"

namespace learn {
namespace {

/// The last character before `at` that is not white space; 0 at the beginning.
char before(std::string_view text, std::size_t at) {
    while (at > 0 && is_space(text[at - 1])) --at;
    return at > 0 ? text[at - 1] : '\0';
}

/// Reads one head. It skips what is in brackets, and the braces of a requires-expression and of a
/// constructor's initialisers.
class HeadReader {
  public:
    HeadReader(std::string_view text, std::size_t from) : text_(text), at_(from) {}

    std::size_t end() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '(' || c == '[') {
                if (c == '(' && word_before(text_, at_) != "alignas") parameters_seen_ = true;
                at_ = closing(text_, at_);
            } else if (c == '{') {
                if (!is_initialiser()) return at_;
                at_ = closing(text_, at_);
            } else if (c == ';' || c == '}' || c == ')') {
                return at_;
            } else if (is_word_at(text_, at_, "requires")) {
                skip_requires();
            } else if (is_word_at(text_, at_, "concept")) {
                clause_seen_ = true;
            } else if (c == ':' && parameters_seen_) {
                skip_colon();
            }
        }
        return text_.size();
    }

  private:
    /// `: a_{1}, b_{2} {`: a brace after a name initialises; the body's comes after those.
    [[nodiscard]] bool is_initialiser() const {
        const char last = before(text_, at_);
        return in_initialisers_ && (is_word(last) || last == '>');
    }

    void skip_colon() {
        const bool scope = text_.substr(at_, 2) == "::";
        if (scope) {
            ++at_;
        } else {
            in_initialisers_ = true;
        }
    }

    /// A requires-clause is followed by the body, a requires-expression has braces of its own.
    void skip_requires() {
        const std::size_t keyword = at_;
        at_ += std::string_view("requires").size() - 1;
        if (!is_operand(keyword)) {
            clause_seen_ = true;
            return;
        }
        std::size_t next = skip_space(text_, at_ + 1);
        if (next < text_.size() && text_[next] == '(') {
            next = skip_space(text_, closing(text_, next) + 1);
        }
        if (next < text_.size() && text_[next] == '{') at_ = closing(text_, next);
    }

    [[nodiscard]] bool is_operand(std::size_t keyword) const {
        const char last = before(text_, keyword);
        return word_before(text_, keyword) == "requires" || last == '|' || last == '!' ||
               last == '=' || (last == '&' && clause_seen_);
    }

    std::string_view text_;
    std::size_t at_;
    bool parameters_seen_ = false;
    bool in_initialisers_ = false;
    bool clause_seen_ = false;
};

}  // namespace

std::size_t end_of_head(std::string_view blanked, std::size_t from) {
    return HeadReader(blanked, from).end();
}

bool is_body_brace(std::string_view blanked, std::size_t at) {
    return at < blanked.size() && blanked[at] == '{';
}

}  // namespace learn
