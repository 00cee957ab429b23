#include "common/learn/reader/stub.hpp"

#include "common/learn/text/body.hpp"
#include "common/learn/text/scan.hpp"

namespace learn {
namespace {

constexpr std::string_view kInclude = "#include \"common/exercise/todo.hpp\"\n";

std::string with_include(std::string text) {
    constexpr std::string_view kOnce = "#pragma once\n";
    if (text.find(kInclude) != std::string::npos) return text;
    const std::size_t once = text.find(kOnce);
    return text.insert(once == std::string::npos ? 0 : once + kOnce.size(), kInclude);
}

}  // namespace

std::string todo_call(const Exercise& exercise) {
    return "aio::todo(\"" + exercise.id + "\");";
}

bool holds_todo(std::string_view text, const Exercise& exercise) {
    const std::string call = todo_call(exercise);
    const std::string code = blank_literals(text);
    for (std::size_t at = text.find(call); at != text.npos; at = text.find(call, at + 1)) {
        if (!is_space(code[at])) return true;
    }
    return false;
}

std::string without_body(std::string_view text, const Exercise& exercise) {
    return with_include(replace_body(text, exercise.function, todo_call(exercise)));
}

std::string stub(std::string_view text, std::string_view file,
                 const std::vector<Exercise>& exercises) {
    std::string result(text);
    for (const Exercise& exercise : exercises) {
        if (exercise.file == file) result = without_body(result, exercise);
    }
    return result;
}

std::string without_todo_include(std::string text) {
    const std::size_t at = text.find(kInclude);
    return at == std::string::npos ? text : text.erase(at, kInclude.size());
}

}  // namespace learn
