// Arguments swapped, moved or kept.
#include <algorithm>
#include <cctype>

#include "common/gate/changes.hpp"
#include "common/gate/statements.hpp"

namespace learn::gate {
namespace {

/// `name`, `object.member` or `*pointer`: what can be moved out of.
bool is_lvalue(std::string_view text) {
    if (text.starts_with('*')) text.remove_prefix(1);
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
    return std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.'; });
}

class CallRules {
  public:
    explicit CallRules(Changes& changes) : changes_(changes), code_(changes.code()) {}

    void visit() {
        static const std::set<std::string_view> kNoCalls = {"if", "while", "for", "catch"};
        for (std::size_t open = code_.find('('); open != code_.npos;
             open = code_.find('(', open + 1)) {
            const std::string_view name = word_before(code_, open);
            if (!kNoCalls.contains(name)) call(name, open);
        }
        for (std::size_t sign = code_.find(" = "); sign != code_.npos;
             sign = code_.find(" = ", sign + 1)) {
            const std::size_t end = code_.find(';', sign);
            if (end != code_.npos) move({sign + 3, end});
        }
    }

  private:
    void call(std::string_view name, std::size_t open) {
        const std::vector<Span> arguments = arguments_of(open);
        if (name == "move" || name == "exchange") keep(name, open, arguments.front());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (name != "move") move(arguments[i]);
            if (i > 0) swap(arguments[i - 1], arguments[i]);
        }
    }

    [[nodiscard]] std::vector<Span> arguments_of(std::size_t open) const {
        const Span inside{open + 1, closing(code_, open)};
        auto ends = separators(code_, inside, ",");
        ends.push_back(inside.end);
        std::vector<Span> arguments;
        std::size_t begin = inside.begin;
        for (const std::size_t end : ends) {
            arguments.push_back({skip_space(code_, begin), end});
            begin = end + 1;
        }
        return arguments;
    }

    /// `std::move(x)` and `std::exchange(x, y)` are x.
    void keep(std::string_view name, std::size_t open, Span argument) {
        constexpr std::string_view kStd = "std::";
        if (open < name.size() + kStd.size()) return;
        const std::size_t begin = open - name.size() - kStd.size();
        if (code_.compare(begin, kStd.size(), kStd) != 0) return;
        changes_.replace({begin, closing(code_, open) + 1}, changes_.at(argument),
                         "keeps what {} takes");
    }

    /// (common/gate/variant.hpp)
    void move(Span span) {
        if (!is_lvalue(changes_.at(span))) return;
        changes_.add(span, fmt::format("::learn::gate::moved({})", changes_.at(span)),
                     "moves out of " + changes_.near(span));
    }

    void swap(Span first, Span second) {
        changes_.swap(first, second,
                      fmt::format("swaps the arguments {} and {}", quoted(changes_.at(first)),
                                  quoted(changes_.at(second))));
    }

    Changes& changes_;
    const std::string& code_;
};

}  // namespace

void change_calls(Changes& changes) {
    CallRules(changes).visit();
}

}  // namespace learn::gate
