#pragma once
// Which chapters have passed the gate, so that CI need not prove again what has not changed.
#include <filesystem>
#include <map>
#include <string>

#include "common/gate/findings.hpp"

namespace learn::gate {

/// A hash of everything that a chapter's proofs depend on: its folder and tests, the earlier
/// chapters that it includes, common/, and how all of this is built.
[[nodiscard]] std::string fingerprint(const Course& course, const Chapter& chapter);

/// The chapters that have passed, by folder, as build/check/passed.json remembers them.
class PassedChapters {
  public:
    /// A missing or damaged file remembers nothing.
    explicit PassedChapters(const Course& course);

    [[nodiscard]] bool contains(const Chapter& chapter) const;
    void add(const Chapter& chapter);
    void save() const;

  private:
    const Course& course_;
    std::filesystem::path file_;
    std::map<std::string, std::string> fingerprints_;
};

}  // namespace learn::gate
