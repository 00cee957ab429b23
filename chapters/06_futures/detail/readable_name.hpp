#pragma once
// Names for a trace: short, and the same whichever compiler has made the program.
#include <cstddef>
#include <string>
#include <string_view>

namespace aio {

namespace detail {

/// Whether a compiler's name for a lambda begins here: what g++ and clang write, in this order.
[[nodiscard]] inline bool starts_lambda(std::string_view name) {
    return name.starts_with("::{lambda(") || name.starts_with("::$_") ||
           name.starts_with("::'lambda");
}

/// `name` without what stands in brackets, up to the first lambda: "f<int>(char)" becomes "f".
[[nodiscard]] inline std::string plain_name(std::string_view name) {
    std::string kept;
    int depth = 0;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const char c = name[at];
        if (depth == 0 && starts_lambda(name.substr(at))) break;
        if (c == '(' || c == '<') ++depth;
        if (depth == 0) kept += c;
        if (c == ')' || c == '>') --depth;
    }
    return kept;
}

}  // namespace detail

/// What a C++ type's name says to people: its last part, "StopRun" of "aio::EventLoop::StopRun". Of
/// a lambda, the function that it was written in; of a pointer to a function, "a function".
[[nodiscard]] inline std::string readable_name(std::string_view type) {
    std::string name = detail::plain_name(type);
    if (name.ends_with(" const")) name.erase(name.rfind(' '));
    const std::string last = name.substr(name.find_last_of(" :") + 1);
    return last.empty() ? "a function" : last;
}

/// The same for a callback's description, "<done callback StopRun>": without its brackets, and if a
/// C++ name stands in it, that alone.
[[nodiscard]] inline std::string readable_description(std::string_view text) {
    if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
    return text.find("::") == text.npos ? std::string(text) : readable_name(text);
}

}  // namespace aio
