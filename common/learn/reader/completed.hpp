#pragma once
// What the tests judge: the reader's headers, completed.
//
// In a copy of mine/, our body stands in for each that the reader has not written yet. So no
// exercise waits for another one, and they can be written in any order. An exercise is judged
// alone, with ours for all others, so that nobody is blamed for a neighbour: unless the reader has
// changed more than bodies, which only makes sense as a whole. #line directives make compilers and
// debuggers name the file that the reader knows, and not the copy.
#include <filesystem>
#include <map>
#include <string>

#include "common/learn/course/course.hpp"

namespace learn {

class Completed {
  public:
    /// All bodies that the reader has written; or `alone`'s only.
    explicit Completed(const Course& course, const Exercise* alone = nullptr);

    /// The reader's header `file` ("05_x/y.hpp"), completed.
    [[nodiscard]] std::string text(const std::string& file) const { return texts_.at(file); }

    /// The number of the first chapter with a header that is not ours; 100 if all are.
    [[nodiscard]] int first_chapter() const;

    /// Makes `folder` hold all headers that are in mine/ or have an exercise. Those that are ours
    /// lead on to ours, so that no file comes or goes while the reader writes bodies: the build
    /// would not notice. Files that are right are not touched.
    void write(const std::filesystem::path& folder) const;

  private:
    const Course& course_;
    std::map<std::string, std::string> texts_;  ///< by file; "" if it is ours
};

}  // namespace learn
