#pragma once
// What the reader has done so far, in one file: mine/progress.json.
//
// An exercise counts as finished while neither the reader's file nor the test's file has changed
// since its tests passed; the record keeps a fingerprint of both.
#include <filesystem>
#include <map>
#include <string>

#include "common/learn/course.hpp"

namespace learn {

/// What is remembered of one exercise.
struct Record {
    int hints = 0;          ///< how many hints were shown
    std::string passed;     ///< fingerprint of the files with which its tests passed; or empty
    std::string failed;     ///< the same, with which they failed last; or empty
    bool given_up = false;  ///< our body was shown before that
};

/// The file, read when made and written by save(). A file that cannot be read is copied into a
/// backup folder before a new one is begun; stderr says so.
class ProgressFile {
  public:
    explicit ProgressFile(const Course& course);

    [[nodiscard]] Record& of(const Exercise& exercise) { return records_[exercise.id]; }

    /// The fingerprint of the reader's file and the test's file, as they are now.
    [[nodiscard]] std::string fingerprint(const Exercise& exercise) const;

    /// Whether its tests passed with the files as they are now.
    [[nodiscard]] bool is_finished(const Exercise& exercise);

    /// Remembers whether the tests pass with the files as they are now.
    void set_finished(const Exercise& exercise, bool finished);

    /// Writes the file: whole or not at all.
    void save() const;

  private:
    void read();

    std::filesystem::path root_;
    std::filesystem::path file_;
    std::map<std::string, Record> records_;  ///< by id; ids that are unknown now are kept
};

}  // namespace learn
