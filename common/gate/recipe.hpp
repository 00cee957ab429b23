#pragma once
// How the build compiles and links one test file: taken from the build itself, not guessed.
//
// The gate tries hundreds of wrong bodies. A separate build for each would take hours; this way
// each costs one compilation of one test file, with the build's precompiled header and options,
// and one link of that one object.
#include <filesystem>
#include <string>
#include <vector>

namespace learn::gate {

using Command = std::vector<std::string>;

class Recipe {
  public:
    /// How `source` is compiled, from build/compile_commands.json. Throws UserError if it is not.
    [[nodiscard]] static Recipe load(const std::filesystem::path& build,
                                     const std::filesystem::path& source);

    /// The same, and how `target` is linked, from Ninja or from make's link.txt.
    [[nodiscard]] static Recipe load(const std::filesystem::path& build,
                                     const std::filesystem::path& source,
                                     const std::string& target);

    /// Compiles without the precompiled loop and tasks: for another body in their own headers.
    void precompile_no_chapter();

    /// Compiles the source to `object`, with headers below `first` before all others.
    [[nodiscard]] Command compile(const std::filesystem::path& first,
                                  const std::filesystem::path& object) const;

    /// Only says whether the source would compile.
    [[nodiscard]] Command try_to_compile(const std::filesystem::path& first) const;

    /// Links `object` alone, with the target's libraries.
    [[nodiscard]] Command link(const std::filesystem::path& object,
                               const std::filesystem::path& program) const;

    /// The folder in which the commands run.
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

    /// What the build made from the source.
    [[nodiscard]] std::filesystem::path object() const { return folder_ / object_; }

  private:
    std::filesystem::path folder_;
    std::string object_;  ///< below folder_
    Command compile_;     ///< without -o and its argument
    Command link_;        ///< with "" for the target's objects; without -o and its argument
};

/// The sources that the build compiles, as compile_commands.json lists them.
[[nodiscard]] std::vector<std::filesystem::path> sources_in(const std::filesystem::path& build);

}  // namespace learn::gate
