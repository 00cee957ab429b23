#pragma once
// What the tests judge: the reader's headers, completed.
//
// In a copy of mine/, our body stands in for each that the reader has not written yet. So no
// exercise waits for another one, and they can be written in any order. #line directives in the
// copy make compilers and debuggers name the file that the reader knows, and not the copy.
#include <filesystem>
#include <string>

#include "common/learn/course/course.hpp"

namespace learn {

/// The reader's header `file` ("05_x/y.hpp"), completed.
[[nodiscard]] std::string completed(const Course& course, const std::string& file);

/// Makes `folder` the completed copy of all headers in mine/; files that are right are not touched.
void write_completed(const Course& course, const std::filesystem::path& folder);

}  // namespace learn
