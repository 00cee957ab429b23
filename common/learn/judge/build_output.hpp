#pragma once
// What a compiler said, cut down to what a reader needs: where, what, and the line itself.
//
// A build prints its steps ("[3/14] Building ...", or "[ 21%] Building ..." from make) and its
// complaints in one stream. Here they are separated: steps become a progress display, complaints a
// short list with paths as the reader knows them ("mine/05_x/y.hpp:12:5").
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learn {

struct BuildStep {
    int done = 0;
    int total = 0;     ///< 100 if the build tool prints percentages
    std::string what;  ///< "Building CXX object ..."
};

/// The step in a line of ninja's or make's output; none if the line says something else.
[[nodiscard]] std::optional<BuildStep> build_step(std::string_view line);

/// One error of the compiler or the linker.
struct Complaint {
    std::string where;               ///< "mine/05_x/y.hpp:12:5"; empty for the linker
    std::string what;                ///< "expected ';' before '}' token"
    std::vector<std::string> lines;  ///< the source line and its marker, as the compiler drew them
    std::string by_way_of;           ///< the reader's line that led there, if `where` is not theirs
};

/// Collects a build's output line by line.
class BuildOutput {
  public:
    /// `root` is taken off the front of paths.
    explicit BuildOutput(const std::filesystem::path& root) : root_(root.string() + "/") {}

    void add(std::string_view line);

    /// The errors in order, each once: every file that includes a header repeats its errors.
    [[nodiscard]] const std::vector<Complaint>& complaints() const noexcept { return complaints_; }

    /// The first few errors as text, those of the reader's lines before others; or the end of the
    /// output if no error was understood.
    [[nodiscard]] std::string report() const;

  private:
    [[nodiscard]] std::string relative(std::string_view text) const;
    bool add_error(std::string_view line);
    bool add_link_error(std::string_view line);
    void note_context(std::string_view line);
    [[nodiscard]] bool is_known(const Complaint& complaint) const;

    std::string root_;
    std::vector<Complaint> complaints_;
    std::vector<std::string> tail_;  ///< the last lines that are not steps
    std::string context_;            ///< the last "required from here" in mine/
    bool excerpt_ = false;           ///< lines of source belong to the last complaint
};

}  // namespace learn
