#pragma once
// What the reader has done so far, in one file: mine/progress.json.
//
// An exercise counts as finished as long as neither the reader's file nor the test's has changed
// since its tests passed; the record keeps a fingerprint of both. The bodies of other exercises in
// the same file do not count: writing the next one does not undo this one.
#include <filesystem>
#include <map>
#include <string>

#include "common/learn/course/course.hpp"

namespace learn {

/// What is remembered of one exercise.
struct Record {
    int hints = 0;          ///< how many hints were shown
    std::string passed;     ///< fingerprint of the files with which its tests passed; or empty
    std::string failed;     ///< fingerprint of the whole files with which they failed; or empty
    bool given_up = false;  ///< our body was shown before that
};

/// The file: the constructor reads it, save() writes it. One that cannot be read is copied into a
/// backup folder before a new one is begun; stderr says so.
class ProgressFile {
  public:
    explicit ProgressFile(const Course& course);

    [[nodiscard]] Record& of(const Exercise& exercise) { return records_[exercise.id]; }

    /// Whether its tests passed with the files as they are now.
    [[nodiscard]] bool is_finished(const Exercise& exercise);
    /// Whether they failed with them. Another exercise's body may have been the reason.
    [[nodiscard]] bool has_failed(const Exercise& exercise);

    /// Remembers whether the tests pass with the files as they are now.
    void set_finished(const Exercise& exercise, bool finished);

    /// Writes the file: whole or not at all.
    void save() const;

  private:
    void read();
    [[nodiscard]] std::string readers_text(const Exercise& exercise) const;
    [[nodiscard]] std::string own_text(const Exercise& exercise) const;
    [[nodiscard]] std::string fingerprint(const std::string& text, const Exercise& exercise) const;

    const Course& course_;
    std::filesystem::path root_;
    std::filesystem::path file_;
    std::map<std::string, Record> records_;  ///< by id; unknown ids are kept
};

}  // namespace learn
