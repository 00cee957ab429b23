#pragma once
// What somebody may have meant by a word that does not exist.
#include <string>
#include <string_view>
#include <vector>

namespace learn {

/// The one of `words` that looks most like `word`; empty if none does.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace learn
