#pragma once
// What somebody may have meant who typed a word that there is not.
#include <string>
#include <string_view>
#include <vector>

namespace learn {

/// The one of `words` that looks most like `word`; empty if none looks alike.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace learn
