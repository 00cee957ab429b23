#pragma once
// The reader's own headers, in mine/: stubs to begin with, a whole stack in the end.
//
// The law: nothing a reader wrote is ever lost. start() writes only files that are not there;
// anything that replaces a file, or a part of it, first copies it into mine/.backup/<time>/, and
// says where.
//
// An exercise may be in a file of an earlier chapter, which its chapter then borrows. mine/ has
// that file as well, and the earlier chapter's part of it is left alone.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/course/course.hpp"

namespace learn {

/// How an exercise's body looks in mine/, without running anything.
enum class Written {
    not_started,  ///< the file is not in mine/
    todo,         ///< the body still calls aio::todo
    something,    ///< the reader wrote a body
};

/// The headers below a chapter's folder, sorted, as paths below its parent: "05_x/y.hpp".
[[nodiscard]] std::vector<std::string> headers_below(const std::filesystem::path& folder);

class Mine {
  public:
    explicit Mine(const Course& course) : course_(course) {}

    [[nodiscard]] std::filesystem::path folder() const { return course_.root() / "mine"; }

    /// The reader's file of an exercise, whether it exists or not.
    [[nodiscard]] std::filesystem::path file(const Exercise& exercise) const;

    /// Whether the chapter was started: one of its headers is in mine/, and not just because a
    /// later chapter borrows it.
    [[nodiscard]] bool has(const Chapter& chapter) const;
    [[nodiscard]] bool empty() const;  ///< is no chapter in mine/?
    [[nodiscard]] Written written(const Exercise& exercise) const;

    struct Started {
        int written = 0;  ///< headers that were not there and are now
        int kept = 0;     ///< headers that were there: untouched
        /// Where the files are kept from which start() took bodies; empty if there were none.
        std::filesystem::path backup;
    };
    /// Writes those of the chapter's headers, and of those it borrows, that are not there yet, as
    /// stubs; without exercises, not those in detail/, nor those that chapter 20 makes faster. If
    /// the chapter is new in mine/, the bodies of its exercises are taken out of those that are.
    /// Throws UserError if a signature line is gone; then nothing was changed.
    [[nodiscard]] Started start(const Chapter& chapter) const;

    /// The files of earlier chapters in which `chapter` has exercises: "05_x/y.hpp".
    [[nodiscard]] static std::vector<std::string> borrowed(const Chapter& chapter);

    /// Writes all of the chapter's headers again, and those it borrows; the bodies of other
    /// chapters' exercises in them stay. Returns the backup of what was there.
    std::filesystem::path reset(const Chapter& chapter) const;

    /// Takes the body of one exercise out again; returns the backup of the whole file.
    /// Throws UserError if the chapter is not started, or its signature line is gone.
    std::filesystem::path reset(const Exercise& exercise) const;

    /// Makes the build notice what it would miss. Its log of dependencies knows only files that
    /// were there when it compiled: a header that is new in mine/ must make ours look changed, and
    /// one that came back with an old time (from a backup) must look changed itself.
    /// `memory` is a file in the build's folder that says what mine/ was last time.
    void announce_changes(const std::filesystem::path& memory) const;

  private:
    void write(const std::string& file, std::string_view text) const;
    [[nodiscard]] std::vector<std::string> files(const Chapter& chapter) const;
    [[nodiscard]] std::string ours(const std::string& file) const;
    [[nodiscard]] std::string renewed(const std::string& file, const Chapter& chapter) const;
    [[nodiscard]] bool is_borrowed_from(const Chapter& chapter, const std::string& file) const;
    std::filesystem::path take_out_bodies(const Chapter& chapter) const;

    const Course& course_;
};

}  // namespace learn
