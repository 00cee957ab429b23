#include "common/gate/text.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "common/gate/blocks.hpp"
#include "common/gate/definition.hpp"
#include "common/gate/whole.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/text/scan.hpp"
#include "common/learn/text/text_file.hpp"

namespace learn::gate {
namespace {

namespace fs = std::filesystem;

/// The block does not say clearly what it shows.
class BlockError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What the blocks of one text should hold.
class Truth {
  public:
    Truth(const Course& course, fs::path text) : course_(course), text_(std::move(text)) {}

    /// Throws BlockError or SourceError.
    [[nodiscard]] std::string of(const Block& block) const {
        only_known_keys(block);
        return block.info.contains("run") ? output(block) : code(block);
    }

  private:
    static void only_known_keys(const Block& block) {
        static const std::set<std::string> known = {"file", "function", "class", "run", "approx"};
        for (const auto& [key, value] : block.info) {
            if (known.contains(key)) continue;
            throw BlockError(
                fmt::format("has the unknown word '{}': a block takes file=, "
                            "function=, class=, run= and approx",
                            key));
        }
    }

    [[nodiscard]] std::string code(const Block& block) const {
        const std::string name = block.info.at("file");
        fs::path file = course_.root() / "chapters" / name;
        if (!fs::exists(file)) file = course_.root() / name;
        if (!fs::is_regular_file(file)) {
            throw BlockError(fmt::format("shows {}, which is not there", name));
        }
        for (const char* key : {"function", "class"}) {
            const auto wanted = block.info.find(key);
            if (wanted == block.info.end()) continue;
            const bool python = file.extension() == ".py";
            return python ? python_definition(file, wanted->second)
                          : definition(read_text(file), wanted->second);
        }
        return read_text(file);
    }

    [[nodiscard]] std::string output(const Block& block) const {
        std::vector<std::string> argv = split_words(block.info.at("run"));
        if (argv.empty()) throw BlockError("has an empty run=");
        if (argv[0] == "same.py") {
            argv[0] = fs::relative(text_.parent_path() / "same.py", course_.root()).string();
            argv.insert(argv.begin(), "python3");
        }
        std::string why;
        std::optional<std::string> output = run_for_text(course_, argv, why);
        if (!output) throw BlockError(why);
        return *output;
    }

    const Course& course_;
    fs::path text_;
};

bool equal(const Block& block, const std::string& shown, const std::string& truth) {
    if (!block.info.contains("approx")) return shown == truth;
    return without_numbers(shown) == without_numbers(truth);
}

/// "line 3 should read `x: 1`, not `x: 2`": the first one that differs.
std::string difference(const std::string& shown, const std::string& truth) {
    const auto ours = split_lines(truth);
    const auto theirs = split_lines(shown);
    if (theirs.empty()) return "it is empty";
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
        if (i >= ours.size()) return fmt::format("its line {} is too many", i + 1);
        if (i >= theirs.size()) return fmt::format("after line {}, `{}` is missing", i, ours[i]);
        if (ours[i] == theirs[i]) continue;
        return fmt::format("its line {} is `{}`, but should be `{}`", i + 1, theirs[i], ours[i]);
    }
    return "the end of the last line differs";
}

std::string indented(const std::string& text, const std::string& indent) {
    std::string result;
    for (const std::string_view line : split_lines(text)) {
        result += line.empty() ? "\n" : fmt::format("{}{}\n", indent, line);
    }
    return result;
}

/// Judges, and mends, one text.
class Text {
  public:
    Text(const Course& course, const fs::path& file, bool fix)
        : course_(course), file_(file), fix_(fix), text_(read_text(file)) {}

    void check(Findings& findings) {
        std::vector<Block> blocks = blocks_of(text_);
        // From the end, so that a block that changes its length does not move the next ones.
        std::reverse(blocks.begin(), blocks.end());
        Findings mine;
        for (const Block& block : blocks) check(block, mine);
        std::move(mine.problems.rbegin(), mine.problems.rend(),
                  std::back_inserter(findings.problems));
        check_whole_files(course_, file_, text_, blocks_of(text_), findings);
        if (changed_) write_text(file_, text_);
    }

    std::size_t claims = 0;
    std::size_t fixed = 0;

  private:
    void check(const Block& block, Findings& findings) {
        const auto complain = [&](const std::string& what) {
            findings.add(place(course_, file_, block.line), what);
        };
        if (!block.closed) return complain("this block is never closed");
        if (!block.claims()) return;
        ++claims;
        try {
            compare(block, Truth(course_, file_).of(block), complain);
        } catch (const BlockError& error) {
            complain(fmt::format("this block {}", error.what()));
        } catch (const SourceError& error) {
            complain(fmt::format("this block shows {}: {}", block.info.at("file"), error.what()));
        }
    }

    template <class Complain>
    void compare(const Block& block, std::string truth, const Complain& complain) {
        const std::string shown = content_of(text_, block);
        if (block.info.contains("run")) truth = as_if_nothing_lacked(truth, shown);
        if (equal(block, shown, truth)) return;
        if (fix_) {
            const Span span = block.content;
            text_.replace(span.begin, span.end - span.begin, indented(truth, block.indent));
            changed_ = true;
            ++fixed;
        } else {
            complain(fmt::format("this block is stale: {} (./learn check --fix rewrites it)",
                                 difference(shown, truth)));
        }
    }

    const Course& course_;
    fs::path file_;
    bool fix_;
    std::string text_;
    bool changed_ = false;
};

bool is_skipped_folder(const std::string& name) {
    return (name.starts_with('.') && name != ".github") || name == "build" || name == "mine";
}

/// The command and where to run it; argv is empty if a text may not run it.
struct Command {
    std::vector<std::string> argv;
    std::string why;
};

Command resolve(const Course& course, std::vector<std::string> argv) {
    if (argv[0] == "./learn" || argv[0] == "python3") return {std::move(argv), ""};
    const fs::path program = Build(course, Flavour::release).program(argv[0]);
    if (!fs::exists(program)) {
        return {{},
                fmt::format("runs {}, which is not in {}: a text runs a chapter's program, "
                            "same.py, python3 or ./learn",
                            argv[0], place(course, program.parent_path()))};
    }
    argv[0] = program.string();
    return {std::move(argv), ""};
}

}  // namespace

std::optional<std::string> run_for_text(const Course& course, const std::vector<std::string>& argv,
                                        std::string& why) {
    const Command command = resolve(course, argv);
    why = command.why;
    if (command.argv.empty()) return std::nullopt;
    RunOptions options;
    options.cwd = course.root();
    options.env = {{"NO_COLOR", "1"}};
    const RunResult result = run(command.argv, options);
    if (result.exit_code <= 128) return result.output;
    why = fmt::format("runs {}, which crashes with signal {}", argv[0], result.exit_code - 128);
    return std::nullopt;
}

std::vector<fs::path> texts(const Course& course, const Chapters& chapters) {
    std::vector<fs::path> files;
    if (chapters.size() < course.chapters().size()) {
        for (const Chapter* chapter : chapters) {
            const fs::path file = course.root() / "chapters" / chapter->folder / "README.md";
            if (fs::exists(file)) files.push_back(file);
        }
        return files;
    }
    auto entries = fs::recursive_directory_iterator(course.root());
    for (auto entry = begin(entries); entry != end(entries); ++entry) {
        const fs::path& path = entry->path();
        if (entry->is_directory() && is_skipped_folder(path.filename().string())) {
            entry.disable_recursion_pending();
        }
        if (entry->is_regular_file() && path.extension() == ".md") files.push_back(path);
    }
    std::sort(files.begin(), files.end());
    return files;
}

Findings check_text(const Course& course, const Chapters& chapters, bool fix) {
    Findings findings;
    std::size_t claims = 0;
    std::size_t fixed = 0;
    for (const fs::path& file : texts(course, chapters)) {
        Text text(course, file, fix);
        text.check(findings);
        claims += text.claims;
        fixed += text.fixed;
    }
    findings.counted = count_of(claims, "block");
    if (fixed > 0) findings.counted += fmt::format(", {} rewritten", fixed);
    return findings;
}

}  // namespace learn::gate
