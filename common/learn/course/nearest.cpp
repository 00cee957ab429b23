#include "common/learn/course/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace learn {
namespace {

/// How many letters must be added, deleted or changed to turn one word into the other
/// (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, change});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
    std::string best;
    std::size_t least = 1 + word.size() / 3;
    for (const std::string& candidate : words) {
        const std::size_t changes = distance(word, candidate);
        if (changes > least || (changes == least && !best.empty())) continue;
        least = changes;
        best = candidate;
    }
    return best;
}

}  // namespace learn
