#include "common/gate/changes.hpp"

#include <algorithm>

#include "common/gate/statements.hpp"

namespace learn::gate {

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

std::string Changes::near(Span span) const {
    std::size_t begin = code_.find_last_of(";{}\n", span.begin);
    begin = begin == code_.npos ? 0 : begin + 1;
    const std::size_t end = std::min(code_.find_first_of(";{\n", span.end), code_.size());
    return quoted(body_.substr(begin, end - begin));
}

void Changes::add(Span span, std::string_view text, std::string change) {
    std::string body(body_);
    body.replace(span.begin, span.end - span.begin, text);
    if (body == body_ || !bodies_.insert(body).second) return;
    const int count = ++names_[change];
    if (count > 1) change += fmt::format(" ({})", count);
    found_.push_back({std::move(change), std::move(body)});
}

void Changes::swap(Span first, Span second, std::string change) {
    const std::string_view between = at({first.end, second.begin});
    add({first.begin, second.end}, fmt::format("{}{}{}", at(second), between, at(first)),
        std::move(change));
}

void leave_out_operands(Changes& changes, Span condition) {
    for (const std::string_view sign : {" && ", " || "}) {
        auto ends = separators(changes.code(), condition, sign);
        if (ends.empty()) continue;
        ends.push_back(condition.end);
        std::size_t begin = condition.begin;
        for (const std::size_t end : ends) {
            changes.replace({begin, end}, sign == " && " ? "true" : "false",
                            "does not ask whether {}");
            begin = end + sign.size();
        }
    }
}

std::vector<WrongBody> wrong_bodies(std::string_view body) {
    Changes changes(body);
    change_statements(changes);
    change_words(changes);
    change_calls(changes);
    return changes.take();
}

}  // namespace learn::gate
