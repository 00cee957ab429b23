#pragma once
// What has passed the gate, so that it need not be proved again while nothing changes.
#include <filesystem>
#include <map>
#include <string>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// A hash of everything that a chapter's proofs depend on: its folder and tests, the earlier
/// chapters that it includes, common/, and how all of this is built.
[[nodiscard]] std::string fingerprint(const Course& course, const Chapter& chapter);

/// What has passed, by name, as a file below build/check/ remembers it.
class Passed {
  public:
    /// A missing or damaged file remembers nothing.
    Passed(const Course& course, const std::string& file);

    /// Whether `name` has passed, and its chapter is as it was then.
    [[nodiscard]] bool contains(const std::string& name, const Chapter& chapter) const;
    void add(const std::string& name, const Chapter& chapter);
    void save() const;

  private:
    const Course& course_;
    std::filesystem::path file_;
    std::map<std::string, std::string> fingerprints_;
};

}  // namespace learn::gate
