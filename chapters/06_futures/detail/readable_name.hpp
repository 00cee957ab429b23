#pragma once
// Names for a trace: short, and the same whichever compiler has made the program.
#include <cstddef>
#include <string>
#include <string_view>

namespace aio {

namespace detail {

/// `name` without what stands in brackets: "f<int>(char)" becomes "f".
[[nodiscard]] inline std::string without_brackets(std::string_view name) {
    std::string kept;
    int depth = 0;
    for (const char c : name) {
        if (c == ')' || c == '>') --depth;
        if (depth == 0 && c != ')' && c != '>') kept += c;
        if (c == '(' || c == '<') {
            if (depth++ == 0) kept.pop_back();
        }
    }
    return kept;
}

/// Where in `name` the mark begins by which a compiler tells a lambda from others; npos if none.
[[nodiscard]] inline std::size_t find_lambda(std::string_view name) {
    std::size_t last = std::string_view::npos;
    for (const std::string_view mark : {"::{lambda(", "::'lambda", "::$_"}) {
        const std::size_t at = name.rfind(mark);
        if (at != name.npos && (last == name.npos || at > last)) last = at;
    }
    return last;
}

}  // namespace detail

/// What a C++ type's name says to people: its last part, "StopRun" of "aio::EventLoop::StopRun". Of
/// a lambda, the function that it was written in; of a pointer to a function, "a function".
[[nodiscard]] inline std::string readable_name(std::string_view type) {
    if (type.find("(*") != type.npos && type.find("::") == type.npos) return "a function";
    const std::string name = detail::without_brackets(type.substr(0, detail::find_lambda(type)));
    return name.substr(name.find_last_of(" :") + 1);
}

/// The same for a callback's description, "<done callback StopRun>": without its brackets, and if a
/// C++ name stands in it, that alone.
[[nodiscard]] inline std::string readable_description(std::string_view text) {
    if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
    return text.find("::") == text.npos ? std::string(text) : readable_name(text);
}

}  // namespace aio
