#pragma once
// What the course consists of: chapters, exercises, hints, mutants.
//
// The folders are the list of chapters; a chapter's exercises.toml is the list of its exercises.
// A faulty manifest is refused with its file and line, so that nobody debugs the tool because of a
// missing comma. How many hints and mutants an exercise must have is the gate's business (`./learn
// check`), not the loader's.
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace learn {

/// A plausible wrong body, and the test that must catch it.
struct Mutant {
    std::string name;       ///< "forgets EINTR"
    std::string body;       ///< what stands between the braces
    std::string caught_by;  ///< a GoogleTest name, "EpollSelector.ResumesAfterASignal"
    bool hangs = false;     ///< the test never ends: the gate stops it
};

/// A change of our body that changes nothing: no test can refuse it.
struct Equivalent {
    std::string change;   ///< as the sweep names it: "leaves out `++position_;`"
    std::string because;  ///< why nobody can tell the difference
};

/// A function of the stack whose body the reader writes.
struct Exercise {
    std::string id;         ///< "5.2"
    std::string title;      ///< "Wait with epoll"
    std::string file;       ///< below chapters/ (and mine/): the chapter's, or an earlier one's
    std::string function;   ///< the signature line, exactly once in the file
    std::string test_file;  ///< below tests/
    std::string tests;      ///< a GoogleTest filter
    std::vector<std::string> hints;
    std::vector<Mutant> mutants;
    std::vector<Equivalent> equivalents;
};

struct Chapter {
    int number = 0;
    std::string folder;  ///< "05_selector_callbacks"
    std::string title;   ///< the README's heading, or the folder's words
    std::vector<Exercise> exercises;
};

/// A mistake made at the keyboard: what() is a sentence that says what to type.
/// The tool prints it and ends with exit code 1.
class UserError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The chapters in order, as they are on disk when load() reads them.
class Course {
  public:
    /// Reads chapters/NN_*/ below `root`. Throws UserError with file and line if a manifest is
    /// wrong.
    [[nodiscard]] static Course load(const std::filesystem::path& root);

    [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
    [[nodiscard]] const std::vector<Chapter>& chapters() const noexcept { return chapters_; }

    /// By "5", "05", "05_selector_callbacks" or "selector_callbacks". Throws a UserError that names
    /// the nearest, or all chapters.
    [[nodiscard]] const Chapter& chapter(std::string_view text) const;

    /// By id, "5.2". Throws a UserError that names the exercises there are.
    [[nodiscard]] const Exercise& exercise(std::string_view id) const;

    /// The chapter of `exercise`, which must belong to this course.
    [[nodiscard]] const Chapter& chapter_of(const Exercise& exercise) const;

  private:
    std::filesystem::path root_;
    std::vector<Chapter> chapters_;
};

}  // namespace learn
