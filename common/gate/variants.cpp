#include "common/gate/variants.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "common/gate/recipe.hpp"
#include "common/gate/variant.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/judge.hpp"
#include "common/learn/text/body.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile = "variant/";

std::string with_include(std::string text) {
    constexpr std::string_view kOnce = "#pragma once\n";
    const std::size_t once = text.find(kOnce);
    return text.insert(once == std::string::npos ? 0 : once + kOnce.size(),
                       "#include \"common/exercise/todo.hpp\"\n"
                       "#include \"common/gate/variant.hpp\"\n");
}

/// The first error in a variant's own lines; the first of all if it led to one elsewhere.
std::string error_of(const std::string& output, std::size_t variant) {
    const std::string place = fmt::format("{}{}:", kFile, variant);
    for (const std::string_view line : split_lines(output)) {
        const bool is_error = line.find("error: ") != line.npos;
        if (is_error && line.find(place) != line.npos) return std::string(line);
    }
    return first_error(output);
}

/// Whether the precompiled header of the tests holds `file` (tests/CMakeLists.txt).
bool is_precompiled(std::string_view file) {
    return file.starts_with("06_") || file.starts_with("07_");
}

}  // namespace

std::string with_variants(std::string_view header, std::string_view signature,
                          const std::vector<std::string>& bodies) {
    std::string chain = "\n";
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        if (bodies[i].empty()) continue;
        chain += fmt::format(
            "if (::learn::gate::variant() == {0}) {{\n#line 1 \"{1}{0}\"\n{2}\n}} else ", i + 1,
            kFile, bodies[i]);
    }
    chain += fmt::format("{{\n{}\n}}\n", body(header, signature));
    return with_include(replace_body(header, signature, chain));
}

std::vector<std::size_t> variants_named(std::string_view output) {
    std::vector<std::size_t> numbers;
    for (std::size_t at = output.find(kFile); at != output.npos; at = output.find(kFile, at + 1)) {
        const std::string_view digits = output.substr(at + kFile.size());
        std::size_t number = 0;
        const char* const end = digits.data() + digits.size();
        const bool is_number = std::from_chars(digits.data(), end, number).ec == std::errc();
        const bool known = std::find(numbers.begin(), numbers.end(), number) != numbers.end();
        if (is_number && !known) numbers.push_back(number);
    }
    return numbers;
}

Variants::Variants(const Course& course, const Exercise& exercise, const std::string& test_file,
                   std::vector<std::string> bodies)
    : course_(course), exercise_(exercise), bodies_(std::move(bodies)) {
    Recipe recipe =
        Recipe::load(Build(course, Flavour::dev).folder(), course.root() / "tests" / test_file,
                     Judge::target(course.chapter_of(exercise)));
    if (is_precompiled(exercise.file)) recipe.precompile_no_chapter();
    compile(recipe, read_text(course.root() / "chapters" / exercise.file));
    const std::string output = build_step(recipe, recipe.link(object(), program()));
    if (!output.empty()) throw UserError("it does not link: " + first_error(output));
}

Trial Variants::run(std::size_t variant, TrialOptions options) const {
    if (const auto error = errors_.find(variant); error != errors_.end()) {
        Trial trial;
        trial.compiled = false;
        trial.errors = error->second;
        return trial;
    }
    options.cwd = course_.root();
    options.env.emplace_back(kVariant, std::to_string(variant));
    return run_program(program(), options);
}

/// Until all that is left compiles: one body's errors may hide another's.
void Variants::compile(const Recipe& recipe, const std::string& header) {
    const fs::path mine = folder_.path() / "mine";
    for (std::string output = "?"; !output.empty();) {
        write_text(mine / exercise_.file, with_variants(header, exercise_.function, bodies_));
        output = build_step(recipe, recipe.compile(mine, object()));
        if (!output.empty()) leave_out(output);
    }
}

void Variants::leave_out(const std::string& output) {
    bool fewer = false;
    for (const std::size_t variant : variants_named(output)) {
        if (variant == 0 || variant > bodies_.size() || bodies_[variant - 1].empty()) continue;
        bodies_[variant - 1].clear();
        errors_[variant] = error_of(output, variant);
        fewer = true;
    }
    if (!fewer) throw UserError("it does not compile: " + first_error(output));
}

}  // namespace learn::gate
