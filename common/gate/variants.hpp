#pragma once
// Many bodies of one function in one program: `if (variant() == 1) {...} else ... {ours}`.
//
// The gate tries thousands of wrong bodies. To compile a test file for each of them would take
// hours; this way it is compiled once for all bodies of an exercise, and the environment says which
// one runs. A body that does not compile is left out, and the compiler's complaint kept.
#include <map>
#include <string>
#include <vector>

#include "common/gate/recipe.hpp"
#include "common/gate/trial.hpp"
#include "common/learn/course/course.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {

/// `header` with `bodies` besides the function's own. Number 0 is its own, 1 the first of `bodies`;
/// an empty one is left out. Compiler's complaints about number N name the file "variant/N".
[[nodiscard]] std::string with_variants(std::string_view header, std::string_view signature,
                                        const std::vector<std::string>& bodies);

/// The numbers of the variants that a compiler's output names.
[[nodiscard]] std::vector<std::size_t> variants_named(std::string_view output);

class Variants {
  public:
    /// Compiles `test_file` (of tests/) with `bodies` of the exercise, and links it. Throws
    /// UserError if it does not compile for a reason that is in none of them.
    Variants(const Course& course, const Exercise& exercise, const std::string& test_file,
             std::vector<std::string> bodies);

    /// Runs its tests with a body. Trial::compiled is false if that one does not compile.
    [[nodiscard]] Trial run(std::size_t variant, TrialOptions options) const;

  private:
    void compile(const Recipe& recipe, const std::string& header);
    void leave_out(const std::string& output);
    [[nodiscard]] std::filesystem::path object() const { return folder_.path() / "object.o"; }
    [[nodiscard]] std::filesystem::path program() const { return folder_.path() / "program"; }

    const Course& course_;
    const Exercise& exercise_;
    TemporaryFolder folder_;
    std::vector<std::string> bodies_;
    std::map<std::size_t, std::string> errors_;  ///< the compiler's complaint about a body
};

}  // namespace learn::gate
