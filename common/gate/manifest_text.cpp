#include "common/gate/manifest_text.hpp"

#include <fmt/format.h>

#include "common/learn/text/text_file.hpp"

namespace learn::gate {

ManifestText::ManifestText(const Course& course, const Chapter& chapter) {
    const auto file = course.root() / "chapters" / chapter.folder / "exercises.toml";
    file_ = place(course, file);
    text_ = read_text(file);
}

std::string ManifestText::place_of(const std::string& value) const {
    return fmt::format("{}:{}", file_, line_of(text_, fmt::format("\"{}\"", value)));
}

}  // namespace learn::gate
