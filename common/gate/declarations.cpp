#include "common/gate/declarations.hpp"

#include <algorithm>
#include <utility>

#include "common/learn/text/declaration_head.hpp"
#include "common/learn/text/scan.hpp"

namespace learn::gate {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// The words of a declaration's head outside all brackets, `<>` included. "::" and
/// ":" are words too: they say whether a name goes on and where a list of bases begins.
std::vector<std::string_view> outer_words(std::string_view head) {
    std::vector<std::string_view> words;
    int angles = 0;
    for (std::size_t at = 0; at < head.size();) {
        const char c = head[at];
        std::size_t end = at + 1;
        if (c == '<') ++angles;
        if (c == '>' && angles > 0) --angles;
        if (c == '(' || c == '[' || c == '{') end = closing(head, at) + 1;
        while (is_word(c) && end < head.size() && is_word(head[end])) ++end;
        if (head.substr(at, 2) == "::") end = at + 2;
        if (angles == 0 && (is_word(c) || c == ':')) words.push_back(head.substr(at, end - at));
        at = end;
    }
    return words;
}

bool is_scope_key(std::string_view word) {
    return word == "namespace" || word == "class" || word == "struct" || word == "union" ||
           word == "enum";
}

/// What one declaration's head says: whether it is a scope, and its name.
class Head {
  public:
    explicit Head(std::string_view head) : head_(head), words_(outer_words(head)) {}

    [[nodiscard]] bool is_enum() const { return find("enum") != words_.end(); }

    /// A concept or an alias: what defines a name without a body.
    [[nodiscard]] bool is_alias() const {
        return head_.find('=') != std::string_view::npos &&
               (find("using") != words_.end() || find("concept") != words_.end());
    }

    /// A namespace, class or enum. A function may return a `struct stat`: it has parameters.
    [[nodiscard]] bool is_scope() const {
        if (words_.size() == 1 && words_[0] == "extern") return true;
        const auto key = scope_key();
        if (key == words_.end()) return false;
        const std::size_t from = static_cast<std::size_t>(key->data() - head_.data());
        for (std::size_t at = from; (at = head_.find('(', at)) != kNone; ++at) {
            if (word_before(head_, at) != "alignas") return false;
        }
        return true;
    }

    /// The name of a scope, concept or alias; empty for an anonymous namespace.
    [[nodiscard]] std::vector<std::string> name() const {
        auto word = is_alias() ? std::min(find("using"), find("concept")) : scope_key();
        std::string name;
        for (; word != words_.end() && *word != ":" && *word != "final"; ++word) {
            const bool key = is_scope_key(*word) || *word == "using" || *word == "concept";
            if (key || *word == "alignas") continue;
            const bool goes_on = name.empty() || name.ends_with("::") || *word == "::";
            if (!goes_on) break;
            name += *word;
        }
        return split_name(name);
    }

  private:
    using Words = std::vector<std::string_view>;

    [[nodiscard]] Words::const_iterator find(std::string_view word) const {
        return std::find(words_.begin(), words_.end(), word);
    }
    [[nodiscard]] Words::const_iterator scope_key() const {
        return std::find_if(words_.begin(), words_.end(), is_scope_key);
    }

    std::string_view head_;
    Words words_;
};

/// Reads the declarations of one scope after another.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    void read(Span span, const std::vector<std::string>& scope) {
        for (std::size_t at = start(span.begin); at < span.end; at = start(at)) {
            Declaration one = next(at, span.end);
            at = std::max(one.whole.end, at + 1);
            one.scope = scope;
            describe(one);
            all.push_back(one);
            if (!one.is_scope) continue;
            std::vector<std::string> inner = scope;
            inner.insert(inner.end(), one.name.begin(), one.name.end());
            read(one.body, inner);
        }
    }

    std::vector<Declaration> all;

  private:
    void describe(Declaration& one) const {
        const Head head(text_.substr(one.head.begin, one.head.end - one.head.begin));
        const bool has_body = one.is_definition;
        one.is_definition = has_body || head.is_alias();
        const bool is_scope = has_body && head.is_scope();
        if (is_scope || head.is_alias()) one.name = head.name();
        one.is_scope = is_scope && !head.is_enum();
    }

    /// The beginning of the declaration at or after `at`: after directives and `public:`.
    [[nodiscard]] std::size_t start(std::size_t at) const {
        for (;;) {
            at = skip_space(text_, at);
            if (at < text_.size() && text_[at] == '#') {
                at = end_of_logical_line(text_, at);
            } else if (const std::size_t end = end_of_label(at); end != at) {
                at = end;
            } else {
                return at;
            }
        }
    }

    [[nodiscard]] std::size_t end_of_label(std::size_t at) const {
        for (const std::string_view label : {"public", "protected", "private"}) {
            if (!is_word_at(text_, at, label)) continue;
            const std::size_t colon = skip_space(text_, at + label.size());
            if (colon < text_.size() && text_[colon] == ':') return colon + 1;
        }
        return at;
    }

    [[nodiscard]] Declaration next(std::size_t at, std::size_t limit) const {
        const std::string_view scope = text_.substr(0, limit);
        const std::size_t end = end_of_head(scope, at);
        Declaration one;
        if (!is_body_brace(scope, end)) {
            one.whole = one.head = {at, std::min(end + 1, limit)};
            return one;
        }
        const std::size_t close = closing(text_, end);
        one.is_definition = true;
        one.head = {at, end};
        one.body = {end + 1, close};
        one.whole = {at, close + 1};
        // A class ends in ';', and so does a variable with braces.
        const std::size_t after = skip_space(text_, close + 1);
        if (after < limit && text_[after] == ';') one.whole.end = after + 1;
        return one;
    }

    std::string_view text_;
};

}  // namespace

std::vector<std::string> split_name(std::string_view name) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t at = name.find("::");
        if (!name.substr(0, at).empty()) parts.emplace_back(name.substr(0, at));
        if (at == kNone) return parts;
        name.remove_prefix(at + 2);
    }
}

std::vector<Declaration> declarations(std::string_view blanked) {
    Reader reader(blanked);
    reader.read({0, blanked.size()}, {});
    return std::move(reader.all);
}

}  // namespace learn::gate
