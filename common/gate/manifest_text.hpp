#pragma once
// Where an exercise, a mutant or a test stands in its chapter's exercises.toml.
#include <string>

#include "common/gate/findings.hpp"

namespace learn::gate {

class ManifestText {
  public:
    ManifestText() = default;
    ManifestText(const Course& course, const Chapter& chapter);

    /// "chapters/05_x/exercises.toml:12": the line with `value` in quotes.
    [[nodiscard]] std::string place_of(const std::string& value) const;

  private:
    std::string file_;
    std::string text_;
};

}  // namespace learn::gate
