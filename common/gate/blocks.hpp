#pragma once
// The fenced blocks of a Markdown text, and what they claim to show.
//
//     ```cpp file=05_x/y.hpp function=EpollSelector::select
//     ```console run="05_x --scene 3" approx
//
// Only a block whose info string has file= or run= claims anything.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/learn/text/scan.hpp"

namespace learn::gate {

/// A fenced block.
struct Block {
    std::string language;  ///< "cpp", "console"; may be empty
    std::map<std::string, std::string>
        info;              ///< file, function, class, run; approx is there or not
    std::string indent;    ///< of its fences, as in a list
    std::size_t line = 0;  ///< of its opening fence, from 1
    Span content;          ///< between the fences, in the text
    bool closed = true;

    [[nodiscard]] bool claims() const { return info.contains("file") || info.contains("run"); }
};

/// All fenced blocks of `markdown`, in order.
[[nodiscard]] std::vector<Block> blocks_of(std::string_view markdown);

/// The content of a block, without the indentation of its fences.
[[nodiscard]] std::string content_of(std::string_view markdown, const Block& block);

/// The words of a command line. Quotes keep words together; nothing else is special.
[[nodiscard]] std::vector<std::string> split_words(std::string_view command);

/// A program's output on a machine that has everything: a line such as "IPv6: not on this machine"
/// is replaced by the line that the text shows in its place.
[[nodiscard]] std::string as_if_nothing_lacked(const std::string& output, std::string_view shown);

/// `text` with every number and its unit replaced, and every bar and run of spaces made one: what
/// is left must be equal in two runs of the same program.
[[nodiscard]] std::string without_numbers(std::string_view text);

}  // namespace learn::gate
